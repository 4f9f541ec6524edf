"""`scfin serve` as somebody at a terminal starts it: the program, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import requests

from tests.anvil import _free_port as free_port

SCFIN = Path(sys.executable).with_name("scfin")
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that was started."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    seconds: float
    """Until it was ready, less those in which its threads stood in line for a processor that others had."""

    @property
    def log(self) -> str:
        return (self.data.parent / "log").read_text(encoding="utf-8")

    @property
    def registrar(self) -> str:
        return (self.data / "registrar.key").read_text(encoding="ascii").strip()


@contextmanager
def served(data: Path, *options: str, command: str = "serve", **environment: str) -> Iterator[Served]:
    """The service on that folder, ready; stopped in order when the test leaves."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCFIN_")}
    with (data.parent / "log").open("ab") as log:
        begun = monotonic()
        process = subprocess.Popen(
            [SCFIN, command, "--data", data, "--port", str(port), *options],
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _await_ready(process, url, data)
        seconds = monotonic() - begun - _stood_in_line(process.pid)
        yield Served(url=url, data=data, process=process, seconds=seconds)
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def _await_ready(process: subprocess.Popen[bytes], url: str, data: Path) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    with requests.Session() as session:
        session.trust_env = False
        while monotonic() < deadline:
            assert process.poll() is None, (data.parent / "log").read_text(encoding="utf-8")
            try:
                if session.get(f"{url}/ready", timeout=5).status_code in (200, 404):  # a chain alone is ready at once
                    return
            except requests.RequestException:
                pass
            sleep(0.05)
    raise AssertionError(f"not ready: {(data.parent / 'log').read_text(encoding='utf-8')}")


def _stood_in_line(pid: int) -> float:
    """Seconds; the second number of the scheduler's statistics, of each thread."""
    waits = (int(path.read_text().split()[1]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(waits) / 1e9


def run_scfin(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCFIN_")}
    return subprocess.run(
        [SCFIN, *words],
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
