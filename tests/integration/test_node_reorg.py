"""Reorgs of a real node under a load of financings.

given a reorg of any depth up to the finality depth
    that drops its transactions, or has them mined again in other blocks, several in one
        the tables are those of a listener that reads the chain from its first block, and those of the replay
        work goes on; the bank has paid for each financing once, what was decided on orphans is withdrawn and kept
    given a decision service that waits as long: no request of a decision is orphaned, and it signs the same again
given an approval whose transaction comes back while another one is signed: it is executed, once, and stands again
given a reorg one block deeper: it stops, loudly, again and again, and changes nothing
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from scfin_chain.chain.backends.json_rpc import JsonRpcClient
from scfin_chain.errors import ChainError
from scfin_chain.listener.replay import rebuild
from scfin_chain.scenarios.stage import Stage
from scfin_chain.units import Money
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.integration.laboratories import (
    START,
    World,
    decider_on,
    everything,
    listener_on,
    projected,
    rebuilt,
)
from tests.integration.story import Cast, credited, hand_down

FINALITY = 8


@dataclass(frozen=True)
class Node:
    """A ledger on a node whose newest blocks can be replaced."""

    world: World
    client: JsonRpcClient

    def transactions(self, blocks: int) -> list[str]:
        """What the newest blocks hold, as it was signed."""
        head = self.world.laboratory.ledger.gateway.head().number
        found: list[str] = []
        for number in range(head - blocks + 1, head + 1):
            block = self.client.request("eth_getBlockByNumber", hex(number), False)
            found += [self.client.request("debug_getRawTransaction", name) for name in block["transactions"]]
        return found

    def reorg(self, depth: int, again: Sequence[str] = ()) -> None:
        """Replace so many blocks by empty ones, but for those transactions, which all stand in the first."""
        self.client.request("anvil_reorg", depth, [[raw, 0] for raw in again])
        self.world.laboratory.ledger.gateway._nonces.clear()  # a run, which asks once, expects no such thing


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with running_anvil(genesis_time=GENESIS_TIME) as url, World.founded(rpc_url=url, finality_depth=FINALITY) as world:
        client = JsonRpcClient(url, timeout=10)
        yield Node(world, client)
        client.close()


@pytest.fixture
def stage(node: Node) -> Stage:
    return node.world.stage()


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return Cast.enrolled(stage)


def load(stage: Stage, cast: Cast, *numbers: str) -> None:
    """Each is a trade that is split, financed twice, and read as it goes."""
    for number in numbers:
        credit = credited(stage, cast, 9_000, due=START + 30, number=number)
        hand_down(stage, cast.branch, cast.second, credit, 3_000, number=f"T-{number}")
        stage.request(cast.branch, credit, Money(4_000))
        stage.decide()
        stage.request(cast.second, credit, Money(2_000))
        stage.decide()


def agree(node: Node, stage: Stage) -> None:
    """Everything that tells of the chain tells the same."""
    laboratory = stage.laboratory
    laboratory.listener.poll()
    held = everything(laboratory.store)
    assert projected(laboratory.store) == rebuilt(laboratory)
    assert rebuild(laboratory.store).differences == ()
    assert rebuild(laboratory.store, from_block=laboratory.listener.cursor.number - FINALITY + 1).differences == ()

    bank = laboratory.founders.bank.signer.address
    paid = sum(row["price"] for row in held["financing"] if row["state"] == "funded")
    cash = laboratory.ledger.view("CashToken", "balanceOf", bank)
    assert cash == laboratory.settings.scenario.bank_cash - paid
    standing = {row["financing"]: row for row in held["decision"]}
    for row in held["financing"]:
        if row["inputs_hash"] is not None:
            stored = standing[row["id"]]
            assert (stored["model_hash"], stored["inputs_hash"]) == (row["model_hash"], row["inputs_hash"])


@pytest.mark.parametrize("again", [False, True], ids=["dropped", "again"])
@pytest.mark.parametrize("depth", [1, 2, 5, FINALITY])
class TestWithinFinality:
    def test_tells_what_the_chain_says(self, node: Node, stage: Stage, cast: Cast, depth: int, again: bool) -> None:
        load(stage, cast, "R-1", "R-2")
        stage.laboratory.listener.poll()
        signed = {row["signature"] for row in everything(stage.laboratory.store)["decision"]}
        assert len(signed) == 4

        node.reorg(depth, node.transactions(depth) if again else ())
        stage.laboratory.listener.poll()
        agree(node, stage)
        held = everything(stage.laboratory.store)
        assert {row["signature"] for row in (*held["decision"], *held["withdrawn"])} == signed
        assert bool(held["withdrawn"]) == (depth > 1 and not again)
        assert all(row["cause"] == "reorg" for row in held["withdrawn"])

        stage.laboratory.decider.send_pending(stage.submit)
        load(stage, cast, "R-3")
        agree(node, stage)
        held = everything(stage.laboratory.store)
        assert {row["state"] for row in held["financing"]} == {"funded"}
        assert [event["name"] for event in held["event"]].count("FinancingFunded") == len(held["financing"])

    def test_signs_the_same_again_given_that_many_confirmations(
        self, node: Node, stage: Stage, cast: Cast, depth: int, again: bool
    ) -> None:
        laboratory = stage.laboratory
        patient = decider_on(laboratory, confirmations=FINALITY)
        for number in ("R-1", "R-2"):
            credit = credited(stage, cast, 9_000, due=START + 30, number=number)
            stage.request(cast.branch, credit, Money(4_000))
            laboratory.ledger.gateway.mine(FINALITY)
            laboratory.listener.poll()
            assert patient.decide_next() is not None
            node.reorg(depth, node.transactions(depth) if again else ())
            laboratory.listener.poll()
            while patient.decide_next() is not None:
                pass
            patient.send_pending(stage.submit)
            agree(node, stage)
        held = everything(laboratory.store)
        assert {row["state"] for row in held["financing"]} == {"funded"}
        signed = {row["signature"] for row in held["decision"]}
        assert {row["signature"] for row in held["withdrawn"]} <= signed  # the facts were read again, and are the same


def test_stands_again_given_its_transaction_comes_back(node: Node, stage: Stage, cast: Cast) -> None:
    """The new chain lacks a credit of the issuer: its line is used less, and another decision is signed."""
    laboratory = stage.laboratory
    credit = credited(stage, cast, 9_000, due=START + 30, number="R-1")
    credited(stage, cast, 500, due=START + 30, number="R-2")
    stage.request(cast.branch, credit, Money(4_000))
    stage.decide()
    [first] = everything(laboratory.store)["decision"]
    _, request, fund = node.transactions(3)

    node.reorg(3, [request])
    laboratory.listener.poll()
    assert laboratory.decider.decide_next() == 1
    [second] = everything(laboratory.store)["decision"]
    assert first["inputs"]["line_used"] - second["inputs"]["line_used"] == 500
    node.client.request("eth_sendRawTransaction", fund)
    node.client.request("evm_mine")

    assert laboratory.decider.send_pending(stage.submit) == 0
    agree(node, stage)
    held = everything(laboratory.store)
    assert [row["signature"] for row in held["decision"]] == [first["signature"]]
    assert [(row["cause"], row["signature"]) for row in held["withdrawn"]] == [("superseded", second["signature"])]
    assert [event["name"] for event in held["event"]].count("FinancingFunded") == 1
    assert laboratory.decider.send_pending(stage.submit) == 0
    assert laboratory.decider.decide_next() is None


def test_stops_given_a_reorg_that_is_deeper(node: Node, stage: Stage, cast: Cast) -> None:
    load(stage, cast, "R-1")
    store = stage.laboratory.store
    stage.laboratory.listener.poll()
    before = everything(store)
    node.reorg(FINALITY + 1)
    for listener in (stage.laboratory.listener, listener_on(stage.laboratory, store, finality_depth=FINALITY)):
        for _ in range(2):
            with pytest.raises(ChainError, match=f"reorg deeper than the finality depth of {FINALITY} blocks"):
                listener.poll()
            assert everything(store) == before
