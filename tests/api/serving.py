"""`scfin serve` as a process of its own, to be stopped and killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

START_SECONDS = 90


@dataclass(frozen=True)
class Served:
    """A service that is ready."""

    process: subprocess.Popen[bytes]
    url: str
    token: str
    """The registrar's."""

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)


@contextmanager
def served(folder: Path, *, log: Path | None = None) -> Iterator[Served]:
    """The service on a data folder, until the end of the block, or of itself; what it says goes to a file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "scfin_chain.cli", "serve", "--data", str(folder), "--port", str(port)]
    with (
        Path(os.devnull if log is None else log).open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url)
            yield Served(process, url, (folder / "registrar.key").read_text(encoding="ascii").strip())
        finally:
            process.kill()


def processes_with(text: str) -> list[int]:
    """Those whose command line holds a text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if text.encode() in (entry / "cmdline").read_bytes() and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def _await_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(requests.ConnectionError):
            if requests.get(f"{url}/ready", timeout=5).status_code == 200:
                return
        assert time.monotonic() < deadline, "the service does not get ready"
        time.sleep(0.1)
