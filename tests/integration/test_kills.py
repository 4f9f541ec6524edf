"""A process that is killed leaves a database whose parts agree.

given a run that is killed at any moment
    events, derived rows and cursor are those of one block, wholly; decisions and journal are those of the run so far
    the derived rows, and whom the events concern, are what the events in the database give, one by one
given a listener on a node that is killed several times and started again
    it ends with the tables of one that was never killed
"""

import random
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import select

from scfin_chain.bootstrap import ChainChoice
from scfin_chain.errors import StoreError
from scfin_chain.listener.projections import Place, project
from scfin_chain.listener.replay import rebuild, stored_event
from scfin_chain.store.rows import DerivedRows
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, JournalRow, table_of
from scfin_chain.units import Day
from tests.fakes.stores import empty_store, some_run
from tests.integration.laboratories import everything
from tests.integration.processes import follow, replay, run_until
from tests.scenarios.files import months_of_trade, replayed, write

JOURNAL = table_of(JournalRow)

ROWS = months_of_trade(seed=11, count=4)
STATEMENTS = 1_700
"""Fewer than a run of these rows tells its database."""

MOMENTS = sorted(random.Random(2024).sample(range(1, STATEMENTS), 10))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("kills") / "four.csv", ROWS)


@pytest.fixture(scope="module")
def whole(path: Path) -> Iterator[dict[str, Any]]:
    """What a run leaves that nobody kills."""
    with replayed(path) as run:
        yield contents(run.laboratory.store)


def contents(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        lines = connection.execute(select(JOURNAL.c.line).order_by(JOURNAL.c.step)).scalars().all()
    return everything(store) | {"journal": list(lines)}


def recovered(store: Store) -> dict[str, list[dict[str, Any]]]:
    """The derived rows that the events of a database give, in a second database."""
    events = everything(store)["event"]
    with empty_store() as second:
        for row in events:
            place = Place(block_number=row["block_number"], ordinal=row["ordinal"], day=Day(row["day"]))
            with second.begin() as connection:
                rows = DerivedRows(connection, block_number=row["block_number"], undoable=False)
                project(stored_event(row["name"], row["body"]), place, rows)
        return {name: [dict(row) for row in second.derived(name)] for name in DERIVED}


@pytest.mark.parametrize("moment", MOMENTS)
def test_leaves_what_agrees_given_a_run_that_is_killed(
    path: Path, whole: dict[str, Any], tmp_path: Path, moment: int
) -> None:
    database = tmp_path / "run.sqlite"
    assert run_until(moment, replay, path, database) == -SIGKILL

    store = Store.existing(database)
    left = contents(store)
    derived = recovered(store)
    if left["block"]:
        assert rebuild(store).differences == ()
    assert store.run is not None
    assert not store.run.finished
    store.close()

    cursor = left["block"][-1]["number"] if left["block"] else 0
    assert left["event"] == [event for event in whole["event"] if event["block_number"] <= cursor]
    assert all(event["block_number"] <= cursor for event in left["event"])
    assert left["event_party"] == [party for party in whole["event_party"] if party["block_number"] <= cursor]
    assert {name: left[name] for name in DERIVED} == derived
    assert left["decision"] == whole["decision"][: len(left["decision"])]
    assert left["journal"] == whole["journal"][: len(left["journal"])]
    unanswered = {row["id"] for row in left["financing"] if row["state"] == "requested"}
    waiting = {row["financing"] for row in left["outbox"] if row["state"] == "pending"}
    assert waiting <= unanswered | {row["financing"] for row in left["decision"]}


@pytest.mark.parametrize("moment", [1, 12, 23])
def test_leaves_a_run_or_none_given_it_is_killed_while_its_database_is_made(
    path: Path, tmp_path: Path, moment: int
) -> None:
    database = tmp_path / "run.sqlite"
    assert run_until(moment, replay, path, database) == -SIGKILL
    try:
        Store.existing(database).close()
    except StoreError:
        Store.create(database, some_run()).close()
    assert held_by(database)["event"] == []


class TestListener:
    def test_ends_with_the_tables_of_one_that_was_never_killed(
        self, path: Path, whole: dict[str, Any], tmp_path: Path, anvil_url: str
    ) -> None:
        with replayed(path, chain=ChainChoice(kind="rpc", rpc_url=anvil_url)):
            pass
        never, killed = tmp_path / "never.sqlite", tmp_path / "killed.sqlite"
        assert run_until(None, follow, anvil_url, never) == 0

        chance = random.Random(7)
        for _ in range(6):
            assert run_until(chance.randrange(1, 300), follow, anvil_url, killed) == -SIGKILL
        assert run_until(None, follow, anvil_url, killed) == 0

        assert held_by(killed) == held_by(never)
        assert len(held_by(killed)["event"]) == len(whole["event"])


def held_by(database: Path) -> dict[str, Any]:
    store = Store.existing(database)
    held = everything(store)
    store.close()
    return held
