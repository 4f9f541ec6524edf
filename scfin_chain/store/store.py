"""One SQLite database, opened or refused with one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, create_engine, event, inspect, select
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
        with cls._opening(path) as store:
            held = store._hold(run)
            if held is not None:
                kind = f"a {held.kind}" if held.finished or held.kind != "run" else "an unfinished run"
                raise StoreError(f"database {path} already holds {kind}: name another file")
        return store

    @classmethod
    def follow(cls, path: Path | None, run: Run) -> "Store":
        """The database that follows this very chain, made where there is none.

        Raises
        ------
        StoreError
            The file is no database, cannot be written, or follows another chain or holds a run.
        """
        with cls._opening(path) as store:
            held = store._hold(run)
            if held is not None and _identity(held) != _identity(run):
                raise StoreError(
                    f"database {path} holds a {held.kind} of another chain or deployment: name another file"
                )
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
        with cls._opening(path) as store:
            if not inspect(store.engine).get_table_names() or store.run is None:
                raise StoreError(f"database {path} holds no run")
        return store

    @classmethod
    @contextmanager
    def _opening(cls, path: Path | None) -> Iterator["Store"]:
        """A store on a database that is empty or ours, not yet written to; closed again when it is refused."""
        store = cls(_engine(path), path)
        try:
            if path is not None and path.exists():
                present = set(inspect(store.engine).get_table_names())
                expected = set(SQLModel.metadata.tables)
                if present and not expected <= present:
                    raise StoreError(f"database {path} is not one of ours: it lacks {min(expected - present)}")
            yield store
        except DBAPIError as error:
            store.close()
            raise StoreError(f"database {path} cannot be used: {error.orig}") from error
        except BaseException:
            store.close()
            raise

    def _hold(self, run: Run) -> Run | None:
        """Make the tables and put the run in, in one transaction; gives the run that was there before."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            SQLModel.metadata.create_all(connection)
            with Session(connection, expire_on_commit=False) as session:
                held = session.get(Run, 1)
                if held is None:
                    session.add(run)
                    session.commit()
        return held

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
        try:
            with self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError(f"database {self.path or 'in memory'} cannot be read: {error.orig}") from error

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
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()

    return engine
