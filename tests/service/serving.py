"""`scfin serve` as a process of its own, which a test kills, stops, pauses and starts again."""

import multiprocessing
import os
import resource
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import requests

from scfin_chain.cli.program import main

READY_SECONDS = 90.0
"""Far above what a start takes: on a busy machine only one that hangs needs more."""

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["api.server", "scfin_chain.cli", __name__])
"""Everything is imported once, in a server without threads; each process is a fork of it, and runs the command."""

UNLIMITED = {"SCFIN_REQUESTS_A_SECOND": "1000000"}


class Served:
    """One service; ``options`` are those of the command line, ``environment`` those of the environment."""

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_name(f"{folder.name}-{self.port}.log")
        self._arguments = ["scfin", "serve", "--data", str(folder), "--port", str(self.port), *options]
        self._environment = UNLIMITED | dict(environment or {})
        self._process: multiprocessing.process.BaseProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error is not None:
            error.add_note(self.said()[-2_000:])

    def start(self) -> Self:
        """Start it, or start it again; it is not ready yet."""
        self._process = SERVER.Process(target=_serve, args=(self._arguments, self._environment, self.log))
        self._process.start()
        return self

    def started(self) -> Self:
        """Start it, and wait until it is ready."""
        self.start()
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        deadline = monotonic() + READY_SECONDS
        while not self.is_ready():
            assert self.running, f"it ended with exit code {self.exit_code}: {self.said()}"
            assert monotonic() < deadline, f"not ready after {READY_SECONDS:g} s: {self.said()}"
            sleep(0.02)

    def is_ready(self) -> bool:
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.get(f"{self.url}/ready", timeout=5).ok
        except requests.RequestException:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.exitcode

    @property
    def token(self) -> str:
        """The registrar's key."""
        return (self.folder / "registrar.key").read_text().strip()

    def said(self) -> str:
        """What it wrote, of all its lives."""
        return self.log.read_text() if self.log.exists() else ""

    def kill(self) -> None:
        """End it as a lost machine would."""
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            self._process.join()

    def ask_to_stop(self) -> None:
        os.kill(self.pid, SIGTERM)

    def pause(self) -> None:
        os.kill(self.pid, SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, SIGCONT)

    def ended(self, seconds: float) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._process is not None
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"still there after {seconds:g} s: {self.said()}"
        return self._process.exitcode

    def allow_files_of(self, size: int) -> None:
        """Let none of its files grow beyond so many bytes, as on a full disk; -1 lifts that."""
        hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, hard))


KILLED = -SIGKILL


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
    """The command, with its words in a file."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, sys.stdout.fileno())
    os.dup2(file, sys.stderr.fileno())
    os.environ.update(environment)
    sys.argv = arguments
    main()
