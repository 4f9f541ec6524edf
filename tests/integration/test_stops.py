"""A process that ends at any statement leaves the state before, or after, never between.

given the listener, stopped at every statement of every kind of block
    the database is, to the byte, what it was before the block
    a new listener then reads on, and ends with the rows of one that was never stopped
given the listener, stopped at every statement of a rewind: the same
given the decider, stopped at every statement of a decision: the decision is not made; the next one makes it, once
given the outbox, stopped before the decision is sent, or before it is noted as sent: it is executed once
"""

from collections.abc import Callable, Iterator

import pytest

from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.store import Store
from scfin_chain.units import Money
from tests.fakes.statements import Stopped, statements
from tests.fakes.stores import image_of, restored
from tests.integration.laboratories import START, World, everything, listener_on, outbox, projected
from tests.integration.story import Cast, credited, tell

DEPTH = 200


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


def stop_everywhere(store: Store, act: Callable[[], object]) -> int:
    """Stop at each statement in turn, look that nothing was written, and go on until it happens; gives the stops."""
    before = image_of(store)
    stops = 0
    while True:
        with statements(store.engine, stop_at=stops + 1):
            try:
                act()
            except Stopped:
                stops += 1
                assert image_of(store) == before, f"statement {stops}"
            else:
                return stops


class TestListener:
    def test_leaves_what_was_before_the_block(self, world: World) -> None:
        tell(world.stage())
        gateway, seen = world.laboratory.ledger.gateway, set()
        with restored(world.image) as store:

            def read_a_block() -> None:
                listener_on(world.laboratory, store, finality_depth=DEPTH).poll(at_most=1)

            stops = 0
            for number in range(1 + held_blocks(store), gateway.head().number + 1):
                kinds = tuple(entry.log.topics[0] for entry in gateway.logs(number))
                if kinds in seen:
                    read_a_block()
                else:
                    stops += stop_everywhere(store, read_a_block)
                seen.add(kinds)

            assert stops > 300
            assert projected(store) == world.reread()

    def test_leaves_what_was_before_the_rewind(self, world: World) -> None:
        stage = world.stage()
        cast = Cast.enrolled(stage)
        snapshot = world.laboratory.ledger.gateway.snapshot()
        credit = credited(stage, cast, 9_000, due=START + 30, number="R-1")
        stage.request(cast.branch, credit, Money(4_000))
        stage.decide()
        world.laboratory.ledger.gateway.revert(snapshot)
        stage.mint(cast.core, Money(1))
        store = world.laboratory.store

        def rewind() -> None:
            listener_on(world.laboratory, store, finality_depth=DEPTH).poll(at_most=0)

        assert stop_everywhere(store, rewind) > 20
        listener_on(world.laboratory, store, finality_depth=DEPTH).poll()
        assert projected(store) == world.reread()
        assert everything(store)["decision"] == []
        assert [row["cause"] for row in everything(store)["withdrawn"]] == ["reorg"]


@pytest.fixture
def requested(world: World) -> Stage:
    """A stage on which one request waits for its decision."""
    stage = world.stage()
    cast = Cast.enrolled(stage)
    credit = credited(stage, cast, 9_000, due=START + 30, number="R-1")
    stage.request(cast.branch, credit, Money(4_000))
    stage.laboratory.listener.poll()
    return stage


def answers(stage: Stage) -> list[str]:
    """What the chain told of the financing, after a poll."""
    stage.laboratory.listener.poll()
    held = everything(stage.laboratory.store)
    return [str(event["name"]) for event in held["event"] if str(event["name"]).startswith("Financing")]


class TestDecider:
    def test_decides_once(self, requested: Stage) -> None:
        laboratory = requested.laboratory
        assert stop_everywhere(laboratory.store, laboratory.decider.decide_next) > 10
        held = everything(laboratory.store)
        assert [row["financing"] for row in held["decision"]] == [1]
        assert outbox(laboratory.store) == [(1, "pending", 0)]
        assert laboratory.decider.decide_next() is None

    def test_executes_once_given_it_stopped_before_sending(self, requested: Stage) -> None:
        decider = requested.laboratory.decider
        decider.decide_next()

        def stop(command: Command) -> Outcome:
            raise Stopped(command.step)

        with pytest.raises(Stopped, match="fund"):
            decider.send_pending(stop)
        assert decider.send_pending(requested.submit) == 1
        assert decider.send_pending(requested.submit) == 0
        assert answers(requested) == ["FinancingRequested", "FinancingFunded"]

    @pytest.mark.parametrize("polled", [True, False])
    def test_executes_once_given_it_stopped_before_noting(self, requested: Stage, polled: bool) -> None:
        laboratory = requested.laboratory
        laboratory.decider.decide_next()

        def send_and_stop(command: Command) -> Outcome:
            requested.submit(command)
            raise Stopped(command.step)

        with pytest.raises(Stopped, match="fund"):
            laboratory.decider.send_pending(send_and_stop)
        if polled:
            laboratory.listener.poll()
        assert laboratory.decider.send_pending(requested.submit) == 0

        assert answers(requested) == ["FinancingRequested", "FinancingFunded"]
        assert laboratory.decider.send_pending(requested.submit) == 0
        assert outbox(laboratory.store) in ([(1, "done", 0)], [(1, "done", 1)])

    @pytest.mark.parametrize("statement", [1, 2, 3, 4, 5, 6, 7])
    def test_executes_once_given_it_stopped_at_any_statement_of_sending(self, requested: Stage, statement: int) -> None:
        laboratory = requested.laboratory
        laboratory.decider.decide_next()
        store = laboratory.store

        def silently(command: Command) -> Outcome:
            return laboratory.ledger.submit(command)

        try:
            with statements(store.engine, stop_at=statement):
                laboratory.decider.send_pending(silently)
        except Stopped:
            laboratory.listener.poll()
            laboratory.decider.send_pending(silently)

        assert answers(requested) == ["FinancingRequested", "FinancingFunded"]
        assert [row[:2] for row in outbox(store)] == [(1, "done")]


def held_blocks(store: Store) -> int:
    return int(everything(store)["block"][-1]["number"])
