"""The tables through the releases, on SQLite and on PostgreSQL.

given a new database: it is what the migrations make, column by column, and needs no Alembic
given a database of 0.1.0 with rows of every kind
    opening it in any way: every row is as it was, but for words that changed
    opening it as what it is not: refused, and it stays as it is
    several processes opening it at once: all of them end well
    a process that is killed at any moment of it: it is as before, or as after
given a database of a newer release, or one that lacks a table: refused with one line, and nothing is written
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Connection, Engine, Integer, MetaData, inspect, select
from sqlmodel import SQLModel

from scfin_chain.errors import StoreError
from scfin_chain.store import schema
from scfin_chain.store.engines import BEGIN, engine_at
from scfin_chain.store.location import Location
from scfin_chain.store.store import Place, Store
from scfin_chain.store.upgrade import configuration, upgrade
from tests.fakes.statements import statements
from tests.integration.processes import run_until
from tests.store.runs import a_run

FILLED = 3
"""Rows of each table of 0.1.0."""


@contextmanager
def engine_of(place: Place) -> Iterator[Engine]:
    engine = engine_at(Location.of(place))
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writing(place: Place) -> Iterator[Connection]:
    """A transaction past the store."""
    with engine_of(place) as engine, engine.connect() as connection:
        connection.execution_options(**{BEGIN: "IMMEDIATE"})
        with connection.begin():
            yield connection


def migrated(place: Place, revision: str) -> None:
    """A database that its migrations made, up to one of them."""
    with writing(place) as connection:
        upgrade(connection, revision)


def first_release(place: Place) -> dict[str, list[dict[str, Any]]]:
    """A database as 0.1.0 left it, with rows; gives them."""
    migrated(place, schema.FIRST)
    with writing(place) as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            rows = [
                {column.name: _value(column, number) for column in table.columns} for number in range(1, FILLED + 1)
            ]
            connection.execute(table.insert(), rows[:1] if table.name == "run" else rows)
        held = tables.tables["run"]
        connection.execute(held.update().values(**_released(a_run())))
    return contents(place)


def contents(place: Place) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, as they are."""
    with engine_of(place) as engine, engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in tables.sorted_tables
        }


def _released(run: Any) -> dict[str, Any]:
    """A run in the columns that 0.1.0 had."""
    return {name: value for name, value in run.model_dump().items() if name != "chain"}


def _value(column: Any, number: int) -> object:
    if isinstance(column.type, JSON):
        return {"n": 2**63 + number, "t": "é"}
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Integer):
        return number
    return {"state": "failed"}.get(column.name, f"text {number}") if column.table.name == "outbox" else f"text {number}"


def shape(place: Place) -> dict[str, Any]:
    """Every table's columns, keys and indices, as the database tells them."""
    with engine_of(place) as engine, engine.connect() as connection:
        told = inspect(connection)
        return {
            table: {
                "columns": {
                    column["name"]: (
                        str(column["type"]),
                        getattr(column["type"], "collation", None),
                        column["nullable"],
                        column["default"],
                    )
                    for column in told.get_columns(table)
                },
                "key": told.get_pk_constraint(table)["constrained_columns"],
                "unique": sorted(found["column_names"] for found in told.get_unique_constraints(table)),
                "indices": sorted((str(found["name"]), found["column_names"]) for found in told.get_indexes(table)),
            }
            for table in told.get_table_names()
        }


def compared(place: Place) -> list[Any]:
    """What Alembic would still change."""
    with engine_of(place) as engine, engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


def open_to_read(place: Path | str) -> None:
    Store.existing(place).close()


OPENINGS: list[Callable[[Any], object]] = [
    open_to_read,
    lambda place: Store.follow(place, a_run()).close(),
]


class TestNew:
    def test_is_what_the_migrations_make(self, place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        Store.create(place, a_run()).close()
        other: Place = tmp_path / "other.sqlite"
        if isinstance(place, str):
            other = request.getfixturevalue("second_url")
        migrated(other, "head")

        assert compared(place) == compared(other) == []
        made, grown = shape(place), shape(other)
        for name, table in made.items():
            assert sorted(table["columns"].items()) == sorted(grown[name]["columns"].items()), name
            assert table | {"columns": 0} == grown[name] | {"columns": 0}, name
        assert made.keys() == grown.keys()

    def test_knows_the_newest_migration(self) -> None:
        with engine_of(None) as engine, engine.connect() as connection:
            script = ScriptDirectory.from_config(configuration(connection))
        assert script.get_heads() == [schema.HEAD]
        assert sorted(found.revision for found in script.walk_revisions()) == sorted(schema.KNOWN)

    def test_needs_no_alembic(self, place: Place) -> None:
        program = (
            "import sys; from pathlib import Path; from scfin_chain.store.store import Store; "
            "from tests.store.runs import a_run; place = sys.argv[2] if sys.argv[1] == 'str' else Path(sys.argv[2]); "
            "Store.create(place, a_run()).close(); Store.existing(place).close(); "
            "sys.exit('alembic' in sys.modules)"
        )
        command = [sys.executable, "-c", program, type(place).__name__, str(place)]
        assert subprocess.run(command, check=False, timeout=60).returncode == 0


@pytest.fixture
def second_url(postgres: Any) -> Iterator[str]:
    with postgres.database() as url:
        yield url


class TestFirstRelease:
    @pytest.mark.parametrize("opening", OPENINGS)
    def test_keeps_every_row(self, place: Place, opening: Callable[[Place], object]) -> None:
        before = first_release(place)
        assert set(before) == schema.FIRST_RELEASE
        assert all(len(rows) == (1 if name == "run" else FILLED) for name, rows in before.items())

        opening(place)

        after = contents(place)
        assert after.pop("alembic_version") == [{"version_num": schema.HEAD}]
        assert {name for name, rows in after.items() if rows} == schema.FIRST_RELEASE
        for name, rows in before.items():
            for old, new in zip(rows, after[name], strict=True):
                kept = {column: new[column] for column in old}
                assert kept == (old | {"state": "dead"} if name == "outbox" else old), name
        assert compared(place) == []

    def test_numbers_what_comes_after_the_old_rows(self, place: Place) -> None:
        migrated(place, schema.FIRST)
        with writing(place) as connection:
            undo = MetaData()
            undo.reflect(connection, only=["undo"])
            row = {"block_number": 1, "table": "line", "key": {"issuer": 1}}
            connection.execute(undo.tables["undo"].insert().values(row))
            upgrade(connection)
            connection.execute(undo.tables["undo"].insert().values(row))
        assert [row["sequence"] for row in contents(place)["undo"]] == [1, 2]

    def test_is_peeked_at_as_it_is(self, place: Place) -> None:
        before = first_release(place)
        assert Store.peek(place) == a_run()
        assert contents(place) == before

    def test_is_refused_as_it_is_given_it_holds_another_run(self, place: Place) -> None:
        before = first_release(place)
        for attempt in (lambda: Store.create(place, a_run()), lambda: Store.follow(place, a_run("listener"))):
            with pytest.raises(StoreError, match=r"holds an? (unfinished )?run"):
                attempt()
        assert contents(place) == before

    def test_is_upgraded_once_given_several_processes(self, place: Place) -> None:
        before = first_release(place)
        program = (
            "import sys; from pathlib import Path; from scfin_chain.store.store import Store; "
            "Store.existing(sys.argv[2] if sys.argv[1] == 'str' else Path(sys.argv[2])).close()"
        )
        command = [sys.executable, "-c", program, type(place).__name__, str(place)]
        processes = [subprocess.Popen(command) for _ in range(4)]
        assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
        after = contents(place)
        assert len(after["event"]) == len(before["event"])
        assert after["alembic_version"] == [{"version_num": schema.HEAD}]
        assert compared(place) == []

    @pytest.mark.slow
    def test_is_before_or_after_given_a_kill_at_any_moment(self, place: Place) -> None:
        before = first_release(place)
        assert place is not None
        with statements() as counted:
            open_to_read(place)
        after, told = contents(place), counted.count
        _empty(place)
        first_release(place)

        ends = set()
        for statement in range(told - 30, told + 1, 6):
            run_until(statement, open_to_read, place)
            found = contents(place)
            assert found in (before, after)
            ends.add("after" if found == after else "before")
            if found == after:
                _empty(place)
                first_release(place)
        assert "before" in ends
        open_to_read(place)
        assert contents(place) == after


def _empty(place: Place) -> None:
    """The place without a table."""
    if isinstance(place, Path):
        for path in place.parent.glob(f"{place.name}*"):
            path.unlink()
        return
    with writing(place) as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


class TestRefused:
    def test_given_a_newer_release(self, place: Place) -> None:
        Store.create(place, a_run()).close()
        with writing(place) as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
        before = contents(place)
        for attempt in (*OPENINGS, Store.peek):
            with pytest.raises(StoreError) as refusal:
                attempt(place)
            assert str(refusal.value).endswith(
                "has the revision 0003: this release knows 0001 to 0002, use a newer one"
            )
            assert "\n" not in str(refusal.value)
        assert contents(place) == before

    def test_given_a_first_release_that_lacks_a_table(self, place: Place) -> None:
        first_release(place)
        with writing(place) as connection:
            connection.exec_driver_sql("DROP TABLE journal")
        before = contents(place)
        for attempt in (*OPENINGS, Store.peek):
            with pytest.raises(StoreError, match=r"^database .* is not one of ours: it lacks journal$"):
                attempt(place)
        assert contents(place) == before


def test_kills_are_kills() -> None:
    """The helper kills: else the tests above prove nothing."""
    assert run_until(1, _speak) == -SIGKILL


def _speak() -> None:
    while True:
        Store.create(None, a_run()).close()
