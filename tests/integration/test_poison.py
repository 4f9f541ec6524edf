"""An event that the derived rows cannot tell.

given a database in which somebody deleted what the next event speaks of
    the listener stops at the block before, says which event it is, and changes nothing
    asked again it says so again, and does not try the same block again; nobody decides on what was not read
    a new one tries once more, and goes on once the row is back
given a reorg that takes the block away: it goes on
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from scfin_chain.errors import ScfinError
from scfin_chain.listener.listener import Undigested
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Money
from tests.fakes.statements import statements
from tests.fakes.stores import image_of
from tests.integration.laboratories import START, World, everything, listener_on, projected
from tests.integration.story import Cast, credited

DEPTH = 60
LINES = DERIVED["line"]
SAYS = r"event CreditLine.LineUsed of block \d+, transaction 0x[0-9a-f]{64}, log \d cannot be digested: KeyError"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


@pytest.fixture
def stage(world: World) -> Stage:
    return world.stage()


@pytest.fixture
def cast(stage: Stage) -> Cast:
    cast = Cast.enrolled(stage)
    stage.laboratory.listener.poll()
    return cast


def poison(stage: Stage, cast: Cast) -> dict[str, object]:
    """Take away a row, and use it; gives the row."""
    [row] = everything(stage.laboratory.store)["line"]
    with stage.laboratory.store.begin() as connection:
        connection.execute(delete(LINES))
    stage.request(cast.branch, credited(stage, cast, 10_000, due=START + 30, number="R-1"), Money(4_000))
    return row


def test_stops_at_the_block_before(stage: Stage, cast: Cast) -> None:
    laboratory = stage.laboratory
    poison(stage, cast)
    with pytest.raises(Undigested, match=SAYS):
        laboratory.listener.poll()

    assert issubclass(Undigested, ScfinError)
    cursor = laboratory.listener.cursor
    assert everything(laboratory.store)["block"][-1]["hash"] == cursor.hash.hex()
    assert f"of block {cursor.number + 1}," in str(told(stage))
    before = image_of(laboratory.store)
    with statements(laboratory.store.engine) as counted:
        assert "LineUsed" in str(told(stage))
    assert counted.count == 0
    assert image_of(laboratory.store) == before
    assert laboratory.decider.decide_next() is None


def told(stage: Stage) -> Undigested:
    with pytest.raises(Undigested) as raised:
        stage.laboratory.listener.poll()
    return raised.value


def test_goes_on_given_the_row_is_back(world: World, stage: Stage, cast: Cast) -> None:
    laboratory = stage.laboratory
    row = poison(stage, cast)
    told(stage)
    with laboratory.store.begin() as connection:
        connection.execute(insert(LINES).values(row))
    listener_on(laboratory, laboratory.store, finality_depth=DEPTH).poll()
    assert projected(laboratory.store) == world.reread()


def test_goes_on_given_a_reorg_took_its_block_away(world: World, stage: Stage, cast: Cast) -> None:
    laboratory = stage.laboratory
    gateway = laboratory.ledger.gateway
    snapshot = gateway.snapshot()
    row = poison(stage, cast)
    told(stage)
    gateway.revert(snapshot)
    stage.mint(cast.third, Money(1))
    laboratory.listener.poll()
    with laboratory.store.begin() as connection:
        connection.execute(insert(LINES).values(row))
    assert projected(laboratory.store) == world.reread()
    assert laboratory.listener.cursor == gateway.head()
