"""Leadership: of all processes on one database, one acts at a time."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, Self
from weakref import WeakSet

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from scfin_chain.errors import StoreError
from scfin_chain.store.engines import postgres_engine
from scfin_chain.store.failures import failure
from scfin_chain.store.location import Location
from scfin_chain.store.store import Store

LEADER = 0x5CF1_0002
"""PostgreSQL's name of the lock; each of its databases has locks of its own."""

ANSWER_SECONDS = 5
"""A server that is silent for so long may have let somebody else lead."""


class Leadership:
    """The right to act on a database: ``acquire`` tries for it, ``held`` asks whether it is still there.

    It ends with the process, however that ends; a process that is only paused keeps it. Leaving the context releases
    it.
    """

    def __init__(self, store: Store) -> None:
        self._lock = _lock_of(store.location)
        self._turn = Lock()

    def acquire(self) -> bool:
        """Take it where nobody has it, without waiting; gives whether it is ours.

        Raises
        ------
        StoreError
            There is no way to ask: no connection, or no lock file can be made.
        """
        with self._turn:
            return self._lock.held() or self._lock.acquire()

    def held(self) -> bool:
        """Whether it is ours now; what cannot be asked is not ours."""
        with self._turn:
            return self._lock.held()

    def release(self) -> None:
        """Let others have it."""
        with self._turn:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class _Exclusive(Protocol):
    """A lock that is tried, asked for, and released; each as often as one likes."""

    def acquire(self) -> bool: ...

    def held(self) -> bool: ...

    def release(self) -> None: ...


def _lock_of(location: Location) -> _Exclusive:
    if location.url is not None:
        return _ServerLock(location, location.url)
    return _OwnLock() if location.path is None else _FileLock(location.path)


class _OwnLock:
    """What nobody else can reach is always ours."""

    def __init__(self) -> None:
        self._held = False

    def acquire(self) -> bool:
        self._held = True
        return True

    def held(self) -> bool:
        return self._held

    def release(self) -> None:
        self._held = False


class _FileLock:
    """A lock on a file beside the database. The file stays: who removed it could lock another of the same name."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._descriptor: int | None = None
        _file_locks.add(self)

    def acquire(self) -> bool:
        self.release()
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"lock {self._path} cannot be made: {error.strerror}") from error
        self._descriptor = descriptor
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
        except OSError as error:
            self.release()
            raise StoreError(f"lock {self._path} cannot be taken: {error.strerror}") from error
        return self.held()

    def held(self) -> bool:
        """Whether the file is still the one that is locked."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def release(self) -> None:
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self.let_go()

    def let_go(self) -> None:
        """Close the file; it stays locked while another process has it open from this opening."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


_file_locks: WeakSet[_FileLock] = WeakSet()


def _leave_to_parent() -> None:
    """A fork shares its parent's locks and would keep them past its end: it lets go of them."""
    for lock in _file_locks:
        lock.let_go()


os.register_at_fork(after_in_child=_leave_to_parent)


class _ServerLock:
    """A lock of PostgreSQL that lives and dies with one connection, which is used for nothing else."""

    def __init__(self, location: Location, url: URL) -> None:
        self._location = location
        self._engine = postgres_engine(
            url, answer_seconds=ANSWER_SECONDS, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._connection: Connection | None = None
        self._owner = os.getpid()

    def acquire(self) -> bool:
        self.release()
        try:
            self._connection, self._owner = self._engine.connect(), os.getpid()
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER}).scalar()
        except DBAPIError as error:
            self.release()
            raise failure(self._location, "failed", error) from error
        if not taken:
            self.release()
        return bool(taken)

    def held(self) -> bool:
        """Whether the server says so: a connection behind a proxy may have become another one."""
        if self._connection is None or self._owner != os.getpid():
            return False
        try:
            return bool(self._connection.execute(HELD, {"key": LEADER}).scalar())
        except DBAPIError:
            self.release()
            return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._owner == os.getpid():
            with suppress(DBAPIError):
                connection.close()


HELD = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
    "AND (classid::bigint << 32) + objid::bigint = :key)"
)
