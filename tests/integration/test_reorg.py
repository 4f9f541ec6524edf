"""The listener on a chain whose newest blocks are replaced.

given a reorg within the finality depth, on every backend
    to the same height, lower or higher, by other transactions, by none, or by the same ones in another order
        the tables are those of a database that reads the final chain from its first block
    several times, while the listener is stopped, or between two of its questions: the same
    to a lower height, seen in the middle of a poll: it waits
given a reorg deeper than that, at once or in two steps: it stops loudly, and nothing is changed
given a node that lags, however far: it waits, and reads on when the node has caught up
given an orphaned request: its decision goes with it
given an orphaned funding alone: the decision is sent again, and executed once
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from scfin_chain import artifacts
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.backends.json_rpc import JsonRpcClient
from scfin_chain.config import LedgerSettings
from scfin_chain.deploy import found
from scfin_chain.errors import ChainError
from scfin_chain.listener import Listener
from scfin_chain.scenarios.stage import Stage
from scfin_chain.units import Day, Money, Timestamp, start_of
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.fakes.gateways import Interrupted, Lagging, Remembering
from tests.fakes.stores import empty_store
from tests.integration.laboratories import START, World, everything, listener_on, outbox, projected
from tests.integration.story import Cast, credited, hand_down

DEPTH = 60


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    """A ledger in this process, for what does not depend on the node."""
    with World.founded(finality_depth=DEPTH) as world:
        yield world


@pytest.fixture(scope="module")
def node() -> Iterator[tuple[World, str]]:
    """A ledger on a node, with its URL."""
    with running_anvil(genesis_time=GENESIS_TIME) as url, World.founded(rpc_url=url, finality_depth=DEPTH) as world:
        yield world, url


@pytest.fixture
def local(here: World) -> Stage:
    return here.stage()


@pytest.fixture
def remote(node: tuple[World, str]) -> Stage:
    return node[0].stage()


@pytest.fixture(params=["here", "node"])
def world(request: pytest.FixtureRequest) -> World:
    chosen = request.getfixturevalue(request.param)
    return chosen if isinstance(chosen, World) else chosen[0]


@dataclass(frozen=True)
class Past:
    """A cast, and the moment to which the chain goes back."""

    stage: Stage
    cast: Cast
    snapshot: int

    @classmethod
    def of(cls, stage: Stage) -> "Past":
        return cls(stage, Cast.enrolled(stage), stage.laboratory.ledger.gateway.snapshot())

    def go_back(self) -> None:
        self.stage.laboratory.ledger.gateway.revert(self.snapshot)  # type: ignore[arg-type]

    @property
    def head(self) -> int:
        return self.stage.laboratory.ledger.gateway.head().number


def financed(past: Past, face: int, *, number: str = "R-1") -> None:
    """A trade, split once, financed, and repaid early: rows of every kind are made and changed."""
    stage, cast = past.stage, past.cast
    credit = credited(stage, cast, face, due=START + 30, number=number)
    hand_down(stage, cast.branch, cast.second, credit, face // 3, number=f"T-{number}")
    stage.request(cast.branch, credit, Money(face // 2))
    stage.decide()
    stage.mint(cast.core, Money(face))
    stage.repay(cast.core, credit, Money(face))
    stage.pay_out()


def sold_twice(past: Past) -> None:
    for number in ("R-1", "R-2"):
        credited(past.stage, past.cast, 500, due=START + 20, number=number)


def minted(past: Past) -> None:
    past.stage.mint(past.cast.core, Money(77))


def same(past: Past) -> None:
    financed(past, 9_001)


def higher(past: Past) -> None:
    minted(past)
    financed(past, 9_000)
    financed(past, 100, number="R-2")


def another_day(past: Past) -> None:
    past.stage.begin_day(Day(START + 3))
    financed(past, 9_000)


class TestWithinTheFinalityDepth:
    @pytest.mark.parametrize(
        ("future", "compared"),
        [(minted, -1), (sold_twice, -1), (same, 0), (another_day, 0), (higher, 1)],
        ids=lambda value: getattr(value, "__name__", None),
    )
    def test_reads_the_final_chain(self, world: World, future: Callable[[Past], None], compared: int) -> None:
        stage = world.stage()
        past = Past.of(stage)
        financed(past, 9_000)
        stage.laboratory.listener.poll()
        orphaned = past.head
        past.go_back()

        future(past)
        stage.laboratory.listener.poll()

        assert (past.head > orphaned) - (past.head < orphaned) == compared
        assert projected(stage.laboratory.store) == world.reread()
        assert stage.laboratory.listener.cursor == stage.laboratory.ledger.gateway.head()

    def test_reads_the_final_chain_given_the_same_transactions_in_another_order(
        self, here: World, local: Stage
    ) -> None:
        past = Past.of(local)
        orders = [
            lambda: credited(local, past.cast, 500, due=START + 20, number="R-1"),
            lambda: credited(local, past.cast, 700, due=START + 20, number="R-2"),
        ]
        for order in (orders, orders[::-1]):
            past.go_back()
            for act in order:
                act()
            local.laboratory.listener.poll()
            assert projected(local.laboratory.store) == here.reread()

    def test_reads_the_final_chain_given_several_in_turn(self, here: World, local: Stage) -> None:
        past = Past.of(local)
        for future in (same, minted, higher, sold_twice, same):
            past.go_back()
            future(past)
            local.laboratory.listener.poll()
            assert projected(local.laboratory.store) == here.reread(), future

    def test_reads_the_final_chain_given_the_node_dropped_the_transactions(
        self, node: tuple[World, str], remote: Stage
    ) -> None:
        financed(Past.of(remote), 9_000)
        remote.laboratory.listener.poll()
        head = remote.laboratory.ledger.gateway.head()

        client = JsonRpcClient(node[1], timeout=10)
        client.request("anvil_reorg", 7, [])
        client.close()
        remote.laboratory.listener.poll()

        after = remote.laboratory.ledger.gateway.head()
        assert after.number == head.number
        assert after.hash != head.hash
        assert projected(remote.laboratory.store) == node[0].reread()

    def test_is_noticed_when_it_starts_again(self, world: World) -> None:
        stage = world.stage()
        past = Past.of(stage)
        financed(past, 9_000)
        stage.laboratory.listener.poll()
        past.go_back()
        same(past)

        store = stage.laboratory.store
        listener_on(stage.laboratory, store, finality_depth=DEPTH).poll()

        assert projected(store) == world.reread()

    @pytest.mark.parametrize("question", ["block", "logs"])
    @pytest.mark.parametrize("ahead", [1, 4, 8])
    def test_is_noticed_between_two_questions(self, here: World, local: Stage, question: str, ahead: int) -> None:
        past = Past.of(local)
        local.laboratory.listener.poll()
        start = past.head
        sold_twice(past)

        def happens() -> None:
            past.go_back()
            minted(past)
            sold_twice(past)

        store, gateway = local.laboratory.store, local.laboratory.ledger.gateway
        interrupted = Interrupted(gateway, question, start + ahead, happens)
        listener = listener_on(local.laboratory, store, finality_depth=DEPTH, gateway=interrupted)
        while listener.poll():
            pass

        assert interrupted.happened
        assert projected(store) == here.reread()

    @pytest.mark.parametrize("question", ["block", "logs"])
    def test_waits_given_a_chain_that_became_shorter_between_two_questions(
        self, here: World, local: Stage, question: str
    ) -> None:
        past = Past.of(local)
        local.laboratory.listener.poll()
        start = past.head
        sold_twice(past)

        store, gateway = local.laboratory.store, local.laboratory.ledger.gateway
        interrupted = Interrupted(gateway, question, start + 4, past.go_back)
        listener = listener_on(local.laboratory, store, finality_depth=DEPTH, gateway=interrupted)
        assert listener.poll() == 3
        assert listener.poll() == 0

        minted(past)
        listener.poll()
        assert projected(store) == here.reread()

    def test_remembers_as_much_as_a_database_without_any(self, local: Stage) -> None:
        past = Past.of(local)
        financed(past, 9_000)
        local.laboratory.listener.poll()
        past.go_back()
        higher(past)
        local.laboratory.listener.poll()

        with empty_store() as store:
            listener_on(local.laboratory, store, finality_depth=DEPTH).poll()
            expected = everything(store)
        told = everything(local.laboratory.store)
        assert {name: told[name] for name in ("block", "undo")} == {name: expected[name] for name in ("block", "undo")}


class TestDeeper:
    @pytest.mark.parametrize("depth", [0, 1, 3])
    def test_stops_and_changes_nothing(self, local: Stage, depth: int) -> None:
        past = Past.of(local)
        gateway = local.laboratory.ledger.gateway
        with empty_store() as store:
            listener = listener_on(local.laboratory, store, finality_depth=depth)
            gateway.mine(depth + 1)
            listener.poll()
            before = everything(store)
            past.go_back()
            sold_twice(past)

            for attempt in (listener, listener_on(local.laboratory, store, finality_depth=depth)):
                with pytest.raises(ChainError, match=f"reorg deeper than the finality depth of {depth} blocks"):
                    attempt.poll()
                assert everything(store) == before

    @pytest.mark.parametrize("depth", [1, 3])
    def test_follows_to_the_last_block_that_may_change(self, here: World, local: Stage, depth: int) -> None:
        past = Past.of(local)
        with empty_store() as store:
            listener = listener_on(local.laboratory, store, finality_depth=depth)
            for _ in range(depth):
                minted(past)
            listener.poll()
            past.go_back()
            sold_twice(past)
            listener.poll()
            assert projected(store) == here.reread()

    def test_stops_and_changes_nothing_given_two_steps_that_are_together_deeper(self) -> None:
        """After a first reorg the cursor stands lower, yet what was final before stays final."""
        gateway = Remembering(EthTesterGateway(genesis_time=Timestamp(start_of(START))))
        terms, cash = LedgerSettings(), Money(1_000)
        ledger, founders = found(gateway, artifacts.load_all(), terms=terms, bank_cash=cash)
        gateway.mine(58 - gateway.head().number)
        registrar = founders.registrar
        with empty_store() as store:
            listener = Listener(gateway=gateway, deployment=ledger.deployment, store=store, finality_depth=32)
            listener.poll()
            assert {row["id"] for row in store.derived("participant")} == {1, 2, 3, 4, 5, 6}

            gateway.go_back_to(27)
            gateway.transact(registrar, registrar.address, value=1)
            listener.poll()
            assert listener.cursor.number == 28
            before = everything(store)

            gateway.go_back_to(20)  # before the first participant
            gateway.transact(registrar, registrar.address, value=2)
            gateway.mine(20)
            with pytest.raises(ChainError, match="reorg deeper"):
                listener.poll()
            assert everything(store) == before


class TestGivenANodeThatLags:
    @pytest.mark.parametrize(("behind", "depth"), [(1, 0), (40, 0), (5, 5), (6, 5), (40, 5), (1, DEPTH), (40, DEPTH)])
    def test_waits(self, here: World, local: Stage, behind: int, depth: int) -> None:
        past = Past.of(local)
        financed(past, 9_000)
        gateway = Lagging(local.laboratory.ledger.gateway)
        with empty_store() as store:
            listener = listener_on(local.laboratory, store, finality_depth=depth, gateway=gateway)
            listener.poll()
            before = everything(store)

            gateway.behind = behind
            assert listener.poll() == 0
            assert listener_on(local.laboratory, store, finality_depth=depth, gateway=gateway).poll() == 0
            assert everything(store) == before

            gateway.behind = 0
            minted(past)
            assert listener.poll() == 1
            assert projected(store) == here.reread()

    def test_rewinds_given_a_lower_head_that_conflicts(self, here: World, local: Stage) -> None:
        past = Past.of(local)
        financed(past, 9_000)
        with empty_store() as store:
            gateway = Lagging(local.laboratory.ledger.gateway)
            listener = listener_on(local.laboratory, store, finality_depth=DEPTH, gateway=gateway)
            listener.poll()
            past.go_back()
            financed(past, 9_001)
            gateway.behind = 4
            assert listener.poll() > 0
            gateway.behind = 0
            listener.poll()
            assert projected(store) == here.reread()


class TestDecisions:
    def test_goes_with_its_request_given_that_is_orphaned(self, local: Stage) -> None:
        past = Past.of(local)
        financed(past, 9_000)
        assert len(everything(local.laboratory.store)["decision"]) == 1
        past.go_back()
        minted(past)

        local.laboratory.listener.poll()

        held = everything(local.laboratory.store)
        assert (held["decision"], held["outbox"], held["financing"]) == ([], [], [])

    def test_stays_given_a_request_that_is_not_orphaned(self, local: Stage) -> None:
        cast = Cast.enrolled(local)
        credit = credited(local, cast, 9_000, due=START + 30, number="R-1")
        local.request(cast.branch, credit, Money(4_000))
        local.decide()
        before = everything(local.laboratory.store)
        past = Past(local, cast, local.laboratory.ledger.gateway.snapshot())
        for change in (minted, sold_again):
            past.go_back()
            change(past)
            local.laboratory.listener.poll()
        after = everything(local.laboratory.store)
        assert (after["decision"], after["outbox"]) == (before["decision"], before["outbox"])

    def test_is_sent_again_and_executed_once_given_its_funding_is_orphaned(self, local: Stage) -> None:
        cast, laboratory = Cast.enrolled(local), local.laboratory
        credit = credited(local, cast, 9_000, due=START + 30, number="R-1")
        local.request(cast.branch, credit, Money(4_000))
        past = Past(local, cast, laboratory.ledger.gateway.snapshot())
        local.decide()
        decided = everything(laboratory.store)["decision"]
        past.go_back()
        minted(past)
        laboratory.listener.poll()
        assert outbox(laboratory.store) == [(1, "pending", 1)]

        assert laboratory.decider.decide_next() is None
        assert laboratory.decider.send_pending(local.submit) == 1
        laboratory.listener.poll()
        assert laboratory.decider.send_pending(local.submit) == 0

        held = everything(laboratory.store)
        assert held["decision"] == decided
        assert outbox(laboratory.store) == [(1, "done", 2)]
        assert [row["state"] for row in held["financing"]] == ["funded"]
        assert [event["name"] for event in held["event"]].count("FinancingFunded") == 1


def sold_again(past: Past) -> None:
    credited(past.stage, past.cast, 500, due=START + 20, number="R-9")
