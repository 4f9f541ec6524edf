"""One database, SQLite or PostgreSQL, opened or refused with one line."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, RowMapping, insert, inspect, select, update

from scfin_chain.errors import StoreError
from scfin_chain.store import engines
from scfin_chain.store.engines import BEGIN, engine_at
from scfin_chain.store.failures import FAILURES, failure
from scfin_chain.store.location import Location
from scfin_chain.store.schema import HEAD, bring_up, revision_of
from scfin_chain.store.tables import DERIVED, Run, table_of
from scfin_chain.store.turns import Turns

RUN = table_of(Run)

SERVICE = "service"
"""The kind of a run that is a service's."""

Place = Path | str | None
"""A file, a URL of PostgreSQL, or None: in memory."""


class Store:
    """A database with the project's tables."""

    def __init__(self, engine: Engine, place: Place | Location) -> None:
        self.engine = engine
        self.location = place if isinstance(place, Location) else Location.of(place)
        self._turns = Turns()

    @classmethod
    def create(cls, place: Place, run: Run) -> "Store":
        """A database for a new run; refused where it already holds one.

        Raises
        ------
        StoreError
            It is no database of ours, cannot be written, or holds a run.
        """

        def refuse(held: Run) -> None:
            kind = f"a {held.kind}" if held.finished or held.kind != "run" else "an unfinished run"
            raise StoreError(f"database {store.location} already holds {kind}: name another {_kind(store)}")

        with cls._opening(place) as store:
            store._hold(run, refuse)
        return store

    @classmethod
    def follow(cls, place: Place, run: Run) -> "Store":
        """The database that follows this very chain, made where there is none.

        What a service commits is answered for, so it survives a power cut; a run or a listener can begin again.

        Raises
        ------
        StoreError
            It is no database of ours, cannot be written, or follows another chain or holds a run.
        """
        with cls._opening(place, durable=run.kind == SERVICE) as store:
            store._hold(run, lambda held: store._must_be(held, run))
        return store

    @classmethod
    def peek(cls, place: Place) -> Run | None:
        """The run that a database holds, of whatever release; None where there is none. Nothing is written.

        Raises
        ------
        StoreError
            It is no database of ours, or cannot be read.
        """
        with cls._opening(place) as store:
            _, held = store._glance()
        store.close()
        return held

    @classmethod
    def existing(cls, place: Path | str) -> "Store":
        """A database that holds a run, to be read; one of an older release is brought up to date.

        Raises
        ------
        StoreError
            There is none at that place.
        """
        with cls._opening(place) as store:
            if store.location.path is not None and not store.location.path.is_file():
                raise StoreError(f"no database at {place}")
            current, held = store._glance()
            if held is None:
                raise StoreError(f"database {store.location} holds no run")
            if not current:
                store._build(None, lambda _: None)
        return store

    @classmethod
    @contextmanager
    def _opening(cls, place: Place, *, durable: bool = False) -> Iterator["Store"]:
        """A store on a database that is not yet looked at; closed again when it is refused."""
        location = Location.of(place)
        store = cls(engine_at(location, durable=durable), location)
        try:
            yield store
        except FAILURES as error:
            store.close()
            raise failure(location, "cannot be used", error) from error
        except BaseException:
            store.close()
            raise

    def _hold(self, run: Run, check: Callable[[Run], None]) -> None:
        """Make the tables and put the run in; ``check`` refuses what is held, before anything is written."""
        current, held = self._glance()
        if held is not None:
            check(held)
        self._prepare_file()
        if held is None or not current:
            self._build(run, check)

    def _build(self, run: Run | None, check: Callable[[Run], None]) -> None:
        """Bring the tables up to date and put the run in, in one transaction; another process may have been first."""
        with self.engine.connect() as connection:
            connection.execution_options(**{BEGIN: "IMMEDIATE"})
            with connection.begin():
                bring_up(connection, self.location)
                held = _run_in(connection)
                if held is not None:
                    check(held)
                elif run is not None:
                    connection.execute(insert(RUN).values(run.model_dump()))

    def _glance(self) -> tuple[bool, Run | None]:
        """Whether the tables are up to date, and the run that is there, without a trace of having looked."""
        path = self.location.path
        if path is not None and not path.exists():
            return False, None
        with self.engine.connect() as connection:
            revision = revision_of(connection, self.location)
            return revision == HEAD, None if revision is None else _run_in(connection)

    def _prepare_file(self) -> None:
        """Let a file be read while it is written; it stays so."""
        if self.engine.dialect.name == "sqlite" and self.location.path is not None:
            with self.engine.connect() as connection:
                connection.execution_options(**{BEGIN: "NOT"})
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")

    def _must_be(self, held: Run, run: Run) -> None:
        if _identity(held) != _identity(run):
            raise StoreError(
                f"database {self.location} holds a {held.kind} of another chain or deployment: name another "
                f"{_kind(self)}"
            )

    @property
    def run(self) -> Run | None:
        """The run that this database holds."""
        with self.read() as connection:
            return _run_in(connection)

    def finish(self) -> None:
        """Note that the run came to its end."""
        with self.begin() as connection:
            connection.execute(update(RUN).values(finished=True))

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: all of it is written, or nothing.

        On SQLite it waits at its beginning until no other writes. On PostgreSQL it sees the rows as they were at its
        first statement, and what another changed since is a `Conflict`.
        """
        alone = self.engine.dialect.name == "sqlite"
        with self._turn(alone), self._connected("failed", **{BEGIN: "IMMEDIATE"}) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: all it reads is of one moment, and keeps nobody from writing."""
        with self._turn(self.location.in_memory), self._connected("cannot be read") as connection:
            yield connection

    @contextmanager
    def _connected(self, what: str, **options: str) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(**options)
        except FAILURES as error:
            raise failure(self.location, what, error) from error

    @contextmanager
    def _turn(self, alone: bool) -> Iterator[None]:
        """Threads share the one connection of a database in memory.

        In a file they write one after another, as they came: SQLite lets who waits sleep, longer each time, and look
        again, while others go past.
        """
        with ExitStack() as stack:
            if alone:
                try:
                    stack.enter_context(self._turns.turn(seconds=engines.CONNECTION_SECONDS))
                except TimeoutError as error:
                    raise StoreError(f"database {self.location} is busy: {error}") from error
            yield

    def derived(self, name: str) -> list[RowMapping]:
        """All rows of a derived table, in the order of their key."""
        table = DERIVED[name]
        with self.read() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)).mappings())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _run_in(connection: Connection) -> Run | None:
    """The run, also of a release whose runs told less."""
    present = {column["name"] for column in inspect(connection).get_columns(RUN.name)}
    columns = [column for column in RUN.columns if column.name in present]
    row = connection.execute(select(*columns).where(RUN.c.id == 1)).mappings().first()
    return None if row is None else Run(**row)


def _identity(run: Run) -> tuple[object, ...]:
    return run.kind, run.chain_id, run.genesis_hash, run.deployer, run.inputs_hash


def _kind(store: Store) -> str:
    return "file" if store.location.url is None else "database"
