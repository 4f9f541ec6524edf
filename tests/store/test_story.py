"""The whole service on either database: listener, decider, outbox, keeper and journal end with the same rows.

given the demo: told on SQLite and on PostgreSQL it is the story of the database in memory, row by row
given a reorg: the rows are those of a database that never saw the orphaned blocks
given a story that is killed at any moment: the derived rows are what the events in the database give
"""

from collections.abc import Iterator
from contextlib import closing
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import select

from scfin_chain.bootstrap import open_laboratory
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.scenarios.demo import FIRST_DAY, Demo
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.store import Place, Store
from scfin_chain.store.tables import DERIVED, JournalRow, NameRow, table_of
from scfin_chain.units import Money
from tests.integration.laboratories import START, World, everything, listener_on, projected, rebuilt
from tests.integration.processes import run_until
from tests.integration.story import Cast, credited
from tests.integration.test_kills import recovered
from tests.store.runs import a_run

DEPTH = 200
MOMENTS = [300, 800, 1_300]
"""Statements of the demo at which it is killed; it has more than 1,500."""


def told(place: Place) -> tuple[list[str], str, dict[str, Any], bool]:
    """The demo's lines, its digest, all its rows, and whether it lost nothing."""
    with open_laboratory(start=FIRST_DAY, database=place) as laboratory:
        demo = Demo(Stage(laboratory))
        lines = list(demo.tell())
        laboratory.store.finish()
        kept = check_conservation(laboratory).ok
        return lines, demo.stage.journal.digest, rows_of(laboratory.store), kept


def rows_of(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        beside = {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in (table_of(JournalRow), table_of(NameRow))
        }
    return everything(store) | beside


@pytest.fixture(scope="module")
def in_memory() -> tuple[list[str], str, dict[str, Any], bool]:
    return told(None)


def test_is_the_same_story_with_the_same_rows(place: Place, in_memory: tuple[Any, ...]) -> None:
    assert told(place) == in_memory
    assert in_memory[3]
    assert place is not None
    with closing(Store.existing(place)) as store:
        assert rows_of(store) == in_memory[2]
        assert store.run is not None
        assert store.run.finished


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


def test_is_undone_and_done_otherwise_given_a_reorg(place: Place, world: World) -> None:
    stage = world.stage()
    gateway = world.laboratory.ledger.gateway
    with closing(Store.create(place, a_run())) as store:
        listener = listener_on(world.laboratory, store, finality_depth=DEPTH)
        cast = Cast.enrolled(stage)
        listener.poll()
        snapshot, before = gateway.snapshot(), projected(store)
        credit = credited(stage, cast, 9_000, due=START + 30, number="R-1")
        stage.request(cast.branch, credit, Money(4_000))
        stage.decide()
        listener.poll()
        assert projected(store) == rebuilt(world.laboratory)

        gateway.revert(snapshot)
        stage.mint(cast.core, Money(1))
        listener.poll(at_most=0)
        assert projected(store) == before
        listener.poll()
        assert projected(store) == rebuilt(world.laboratory) != before


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_agrees_with_itself_given_it_is_killed(place: Place, moment: int) -> None:
    assert run_until(moment, tell, place) == -SIGKILL
    assert place is not None
    with closing(Store.existing(place)) as store:
        assert {name: [dict(row) for row in store.derived(name)] for name in DERIVED} == recovered(store)
        assert everything(store)["event"]


def tell(place: Place) -> None:
    """The demo, for a process of its own."""
    told(place)
