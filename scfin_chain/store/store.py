"""One SQLite database, opened or refused with one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, create_engine, event, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from scfin_chain.errors import StoreError
from scfin_chain.store.tables import DERIVED, Run


class Store:
    """A database with the project's tables; ``path`` is None for one that lives in memory."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self.engine = engine
        self.path = path

    @classmethod
    def create(cls, path: Path | None, run: Run) -> "Store":
        """A database for a new run; refused where it already holds one.

        Raises
        ------
        StoreError
            The file is no database, cannot be written, or holds a run.
        """
        store = cls._opened(path)
        held = store.run
        if held is not None:
            store.close()
            raise StoreError(f"database {path} already holds {held.kind} of {held.inputs_hash[:12]}: name another file")
        with store.session() as session:
            session.add(run)
            session.commit()
        return store

    @classmethod
    def follow(cls, path: Path | None, run: Run) -> "Store":
        """The database that follows this very chain, made where there is none.

        Raises
        ------
        StoreError
            The file is no database, cannot be written, or follows another chain or holds a run.
        """
        store = cls._opened(path)
        held = store.run
        if held is None:
            with store.session() as session:
                session.add(run)
                session.commit()
        elif _identity(held) != _identity(run):
            store.close()
            raise StoreError(f"database {path} holds {held.kind} of another chain or deployment: name another file")
        return store

    @classmethod
    def existing(cls, path: Path) -> "Store":
        """A database that holds a run, to be read.

        Raises
        ------
        StoreError
            There is none at that path.
        """
        if not path.is_file():
            raise StoreError(f"no database at {path}")
        store = cls._opened(path, read_only=True)
        if store.run is None:
            store.close()
            raise StoreError(f"database {path} holds no run")
        return store

    @classmethod
    def _opened(cls, path: Path | None, *, read_only: bool = False) -> "Store":
        engine = _engine(path)
        store = cls(engine, path)
        try:
            if path is not None and path.exists():
                present = set(inspect(engine).get_table_names())
                expected = set(SQLModel.metadata.tables)
                if present and not expected <= present:
                    raise StoreError(f"database {path} is not one of ours: it lacks {min(expected - present)}")
            if not read_only:
                SQLModel.metadata.create_all(engine)
        except DBAPIError as error:
            engine.dispose()
            raise StoreError(f"database {path} cannot be used: {error.orig}") from error
        except StoreError:
            engine.dispose()
            raise
        return store

    @property
    def run(self) -> Run | None:
        """The run that this database holds."""
        with self.session() as session:
            try:
                return session.get(Run, 1)
            except DBAPIError as error:
                raise StoreError(f"database {self.path} cannot be read: {error.orig}") from error

    def finish(self) -> None:
        """Note that the run came to its end."""
        with self.session() as session:
            run = session.get_one(Run, 1)
            run.finished = True
            session.add(run)
            session.commit()

    def session(self) -> Session:
        """A session whose rows stay readable after its end."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: all of it is written, or nothing."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError(f"database {self.path or 'in memory'} failed: {error.orig}") from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    def derived(self, name: str) -> list[RowMapping]:
        """All rows of a derived table, in the order of their key."""
        table = DERIVED[name]
        with self.read() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)).mappings())

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def _identity(run: Run) -> tuple[object, ...]:
    return run.kind, run.chain_id, run.genesis_hash, run.deployer, run.inputs_hash


def _engine(path: Path | None) -> Engine:
    if path is None:
        return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    if path.is_dir():
        raise StoreError(f"database {path} is a folder")
    if not path.parent.is_dir():
        raise StoreError(f"database {path}: there is no folder {path.parent}")
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()

    return engine
