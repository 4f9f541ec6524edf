"""Services of the compose file as plain processes: their commands, on this machine's ports and folders.

Containers have a network and files of their own. Here the names of hosts become loopback, each port a free one, each
volume a folder; the rest of a command, and all of its environment, is what the files say.
"""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from tests.packaging.compose import ROOT, Service

START_SECONDS = 240.0
"""Far above what a start takes: a busy machine has its own idea of time."""
STOP_SECONDS = 30.0
PROGRAMS = (ROOT / ".venv" / "bin", ROOT / "node_modules" / ".bin", Path("/usr/bin"), Path("/bin"))


@dataclass(frozen=True)
class Room:
    """What stands for a container: words of the files, and what they are here."""

    folder: Path
    words: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of the image."""
    programs: tuple[Path, ...] = PROGRAMS

    def here(self, text: str) -> str:
        for word, meaning in self.words.items():
            text = text.replace(word, meaning)
        return text

    def variables(self, service: Service) -> dict[str, str]:
        """Nothing of ours but the path: what a service needs, the files must say."""
        given = {name: self.here(str(value)) for name, value in {**self.environment, **service.environment}.items()}
        return {"PATH": os.pathsep.join(map(str, self.programs)), "HOME": str(self.folder), **given}

    def run(self, service: Service, command: Iterable[str]) -> subprocess.CompletedProcess[str]:
        """To its end."""
        return subprocess.run(
            [self.here(word) for word in command],
            env=self.variables(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )

    @contextmanager
    def running(self, service: Service, command: Iterable[str]) -> Iterator["Running"]:
        """Until the test leaves; its words go to a file."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [self.here(word) for word in command],
                env=self.variables(service),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield Running(service, self, process)
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Running:
    """A service that was started."""

    service: Service
    room: Room
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.room.folder / "log").read_text(encoding="utf-8")

    def await_health(self) -> None:
        """Ask as the engine would, until the answer is good."""
        deadline = monotonic() + START_SECONDS
        while self.room.run(self.service, self.service.health).returncode:
            assert self.process.poll() is None, f"{self.service.name} ended: {self.log}"
            assert monotonic() < deadline, f"{self.service.name} is not well: {self.log}"
            sleep(0.1)

    def stop(self) -> int:
        """As the engine would; gives the exit code."""
        self.process.send_signal(signal.Signals[self.service.stop_signal])
        return self.process.wait(STOP_SECONDS)
