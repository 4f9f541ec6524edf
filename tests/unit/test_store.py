"""One database, opened or refused with one line and nothing written.

creating
    given no path: it lives in memory; given a new or an empty file, a name with marks of a URL: it holds the run
    given a creation that was killed: it is done anew, whole
    given a file that cannot be ours: refused
following
    given no database: it is made; given the same chain: it is opened again with its rows
    given another chain, another deployment, or a run: refused
opening an existing one
    given a run: it is read; given anything else: refused
peeking
    given a run: it; given nothing: none, and nothing is written; given what is none of ours: refused
writing
    given a failure: nothing is written, and the error is typed
closing a run
    given a run that ended: it says so
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from scfin_chain.errors import StoreError
from scfin_chain.store.store import Store
from scfin_chain.store.tables import BlockRow, EventRow, Run, table_of
from tests.fakes.statements import Stopped, statements

BLOCKS = table_of(BlockRow)
BLOCK = {"number": 0, "hash": "aa", "parent_hash": "00", "timestamp": 0}

RUN = {
    "kind": "run",
    "chain_id": 31_337,
    "genesis_hash": "ab" * 32,
    "deployer": "0xd",
    "inputs_hash": "c0ffee" * 10,
    "settings": {},
}
LISTENER = RUN | {"kind": "listener", "inputs_hash": ""}


def made(path: Path, fields: dict[str, object] = RUN) -> Path:
    """A database of ours."""
    Store.create(path, Run(**fields)).close()
    return path


def text_file(folder: Path) -> Path:
    path = folder / "notes.txt"
    path.write_text("customer,amount\n" * 100)
    return path


def other_database(folder: Path) -> Path:
    path = folder / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE song (title TEXT)")
    connection.execute("INSERT INTO song VALUES ('Imagine')")
    connection.commit()
    connection.close()
    return path


def older_database(folder: Path) -> Path:
    path = made(folder / "older.sqlite")
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE outbox")
    connection.commit()
    connection.close()
    return path


def torn_database(folder: Path) -> Path:
    path = made(folder / "torn.sqlite")
    path.write_bytes(path.read_bytes()[:4_500])
    return path


def a_folder(folder: Path) -> Path:
    (folder / "kept").mkdir()
    return folder / "kept"


def in_missing_folder(folder: Path) -> Path:
    return folder / "missing" / "run.sqlite"


def in_closed_folder(folder: Path) -> Path:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):  # nothing is closed to root but what the kernel makes
        closed = Path("/proc/self")
    return closed / "run.sqlite"


NO_DATABASE = [text_file, other_database, older_database, torn_database, a_folder, in_missing_folder, in_closed_folder]


def contents(folder: Path) -> dict[Path, bytes | None]:
    """Everything below a folder, byte by byte."""
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[Callable[[], object]], str]:
    """Runs what must be refused; gives its message, and looks that nothing was written."""

    def check(attempt: Callable[[], object]) -> str:
        before = contents(tmp_path)
        with pytest.raises(StoreError) as refusal:
            attempt()
        message = str(refusal.value)
        assert message.count("\n") == 0
        assert contents(tmp_path) == before
        return message

    return check


class TestCreating:
    def test_lives_in_memory_given_no_path(self) -> None:
        store = Store.create(None, Run(**RUN))
        assert store.run == Run(**RUN)
        store.close()

    @pytest.mark.parametrize("name", ["run.sqlite", "a run.sqlite", "what?mode=ro#50%25.sqlite", "läuft.db"])
    def test_holds_the_run_given_a_new_file(self, tmp_path: Path, name: str) -> None:
        store = Store.create(tmp_path / name, Run(**RUN))
        assert store.run == Run(**RUN)
        store.close()

        assert {path.name for path in tmp_path.iterdir()} == {name}
        connection = sqlite3.connect(tmp_path / name)
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.close()
        assert tables == {*SQLModel.metadata.tables, "alembic_version"}

    def test_uses_it_given_an_empty_file(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.sqlite"
        path.touch()
        made(path)
        store = Store.existing(path)
        assert store.run is not None
        store.close()

    def test_is_done_anew_given_a_creation_that_was_killed_at_any_statement(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        with statements() as counted:
            made(tmp_path / "other.sqlite")

        for number in range(1, counted.count + 1):
            with pytest.raises(Stopped), statements(stop_at=number):
                Store.create(path, Run(**RUN))
        made(path)

        assert counted.count > len(SQLModel.metadata.tables)

    @pytest.mark.parametrize(("finished", "what"), [(True, "a run"), (False, "an unfinished run")])
    def test_refused_given_a_run(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], finished: bool, what: str
    ) -> None:
        path = made(tmp_path / "run.sqlite", RUN | {"finished": finished})
        message = refused(lambda: Store.create(path, Run(**RUN)))
        assert message == f"database {path} already holds {what}: name another file"

    def test_refused_given_a_listener(self, tmp_path: Path, refused: Callable[[Callable[[], object]], str]) -> None:
        path = made(tmp_path / "run.sqlite", LISTENER)
        message = refused(lambda: Store.create(path, Run(**RUN)))
        assert message == f"database {path} already holds a listener: name another file"

    @pytest.mark.parametrize("place", NO_DATABASE)
    def test_refused_given_what_is_no_database_of_ours(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], place: Callable[[Path], Path]
    ) -> None:
        path = place(tmp_path)
        assert f"database {path}" in refused(lambda: Store.create(path, Run(**RUN)))


class TestFollowing:
    def test_is_made_given_no_database(self, tmp_path: Path) -> None:
        store = Store.follow(tmp_path / "new.sqlite", Run(**LISTENER))
        assert store.run == Run(**LISTENER)
        store.close()

    def test_is_opened_with_its_rows_given_the_same_chain(self, tmp_path: Path) -> None:
        first = Store.follow(tmp_path / "new.sqlite", Run(**LISTENER))
        with first.begin() as connection:
            connection.execute(insert(BLOCKS).values(BLOCK))
        first.close()

        second = Store.follow(tmp_path / "new.sqlite", Run(**LISTENER))
        with second.read() as connection:
            assert connection.execute(select(BLOCKS)).mappings().all() == [BLOCK]
        second.close()

    @pytest.mark.parametrize(
        "change",
        [{"chain_id": 1}, {"genesis_hash": "cd" * 32}, {"deployer": "0xe"}, {"kind": "run", "inputs_hash": "c0ffee"}],
        ids=lambda change: next(iter(change)),
    )
    def test_refused_given_another_chain_or_a_run(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], change: dict[str, object]
    ) -> None:
        path = made(tmp_path / "other.sqlite", LISTENER | change)
        assert f"database {path} holds" in refused(lambda: Store.follow(path, Run(**LISTENER)))

    @pytest.mark.parametrize("place", NO_DATABASE)
    def test_refused_given_what_is_no_database_of_ours(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], place: Callable[[Path], Path]
    ) -> None:
        path = place(tmp_path)
        assert f"database {path}" in refused(lambda: Store.follow(path, Run(**LISTENER)))


class TestOpeningAnExistingOne:
    def test_is_read_given_a_run(self, tmp_path: Path) -> None:
        store = Store.existing(made(tmp_path / "run.sqlite"))
        assert store.run == Run(**RUN)
        store.close()

    def test_is_read_given_a_run_that_is_still_written(self, tmp_path: Path) -> None:
        writer = Store.create(tmp_path / "run.sqlite", Run(**RUN))
        with writer.begin() as connection:
            connection.execute(insert(BLOCKS).values(BLOCK))
            reader = Store.existing(tmp_path / "run.sqlite")
            with reader.read() as reading:
                assert reading.execute(select(func.count()).select_from(BLOCKS)).scalar_one() == 0
            reader.close()
        writer.close()

    @pytest.mark.parametrize("place", [*NO_DATABASE, lambda folder: folder / "missing.sqlite"])
    def test_refused_given_what_is_no_database_of_ours(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], place: Callable[[Path], Path]
    ) -> None:
        path = place(tmp_path)
        assert str(path) in refused(lambda: Store.existing(path))

    def test_refused_given_an_empty_file(self, tmp_path: Path, refused: Callable[[Callable[[], object]], str]) -> None:
        path = tmp_path / "empty.sqlite"
        path.touch()
        assert refused(lambda: Store.existing(path)) == f"database {path} holds no run"

    def test_refused_given_our_tables_without_a_run(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str]
    ) -> None:
        path = made(tmp_path / "run.sqlite")
        connection = sqlite3.connect(path)
        connection.execute("DELETE FROM run")
        connection.commit()
        connection.close()
        assert refused(lambda: Store.existing(path)) == f"database {path} holds no run"


class TestPeeking:
    def test_gives_the_run(self, tmp_path: Path) -> None:
        path = made(tmp_path / "run.sqlite", RUN | {"chain": {"seed": 7}})
        before = contents(tmp_path)
        assert Store.peek(path) == Run(**RUN, chain={"seed": 7})
        assert contents(tmp_path) == before

    @pytest.mark.parametrize("content", [None, b""])
    def test_gives_none_given_nothing(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "new.sqlite"
        if content is not None:
            path.write_bytes(content)
        before = contents(tmp_path)
        assert Store.peek(path) is None
        assert contents(tmp_path) == before

    @pytest.mark.parametrize("place", NO_DATABASE[:-1])
    def test_refused_given_what_is_no_database_of_ours(
        self, tmp_path: Path, refused: Callable[[Callable[[], object]], str], place: Callable[[Path], Path]
    ) -> None:
        path = place(tmp_path)
        assert f"database {path}" in refused(lambda: Store.peek(path))


class TestWriting:
    def test_writes_nothing_given_a_failure(self) -> None:
        store = Store.create(None, Run(**RUN))
        statement = insert(BLOCKS).values(BLOCK)
        with pytest.raises(Stopped), statements(store.engine, stop_at=2), store.begin() as connection:
            connection.execute(statement)
        with store.read() as connection:
            assert connection.execute(select(BLOCKS)).all() == []
        store.close()

    def test_says_so_given_a_statement_that_the_database_refuses(self) -> None:
        store = Store.create(None, Run(**RUN))
        twice = insert(BLOCKS).values([BLOCK, BLOCK])
        with (
            pytest.raises(StoreError, match=r"^database in memory failed: UNIQUE constraint"),
            store.begin() as writing,
        ):
            writing.execute(twice)
        with store.read() as connection:
            assert connection.execute(select(BLOCKS)).all() == []
        store.close()

    def test_says_so_given_a_file_that_was_torn_meanwhile(self, tmp_path: Path) -> None:
        path = made(tmp_path / "run.sqlite")
        store = Store.existing(path)
        shutil.copyfile(torn_database(tmp_path), path)
        with pytest.raises(StoreError, match="malformed"), store.read() as connection:
            connection.execute(select(table_of(EventRow))).all()
        store.close()


def test_says_so_given_a_run_that_ended() -> None:
    store = Store.create(None, Run(**RUN))
    store.finish()
    assert store.run is not None
    assert store.run.finished
    store.close()
