"""A service on a node whose newest blocks are replaced under it.

given a request that is orphaned with its approval
    the approval is withdrawn, the same request is sent again and decided anew, and paid once
given an approval that alone is orphaned: it is sent again, and paid once
given a reorg deeper than the finality depth: the service ends with one line
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from scfin_chain.bootstrap.service import DATABASE_NAME
from scfin_chain.chain.backends.json_rpc import JsonRpcClient, NodeRefused
from scfin_chain.store.commands import COMMANDS
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.service import audit
from tests.service.serving import Served
from tests.service.town import Town

FINALITY_DEPTH = 32
REORG_ATTEMPTS = 20


@dataclass
class Ground:
    """A service on a node, its town, and the hand that replaces the node's blocks."""

    served: Served
    town: Town
    node: str
    founding: int

    def reorg(self, depth: int) -> None:
        """Replace the newest blocks by empty ones; the node fails to where it mines a block at that moment."""
        with closing(JsonRpcClient(self.node, timeout=30)) as client:
            for _ in range(REORG_ATTEMPTS):
                with suppress(NodeRefused):
                    client.request("anvil_reorg", depth, [])
                    return
                sleep(0.1)
        raise AssertionError("the node makes no reorg")

    def head(self) -> int:
        return audit.head_at(self.node).number

    def rows(self, table: Any) -> audit.Rows:
        with audit.opened(self.served.folder / DATABASE_NAME) as store:
            return audit.rows(store, table)

    def events_of(self, financing: int, name: str) -> audit.Rows:
        return [
            event for event in self.rows(audit.EVENTS) if event["name"] == name and event["body"]["id"] == financing
        ]

    def wait_for(self, financing: int, name: str, *, but: str = "") -> dict[str, Any]:
        """The event about a financing, of another block than ``but``."""
        deadline = monotonic() + 60
        while monotonic() < deadline:
            for event in self.events_of(financing, name):
                if event["block_hash"] != but:
                    return event
            sleep(0.1)
        raise AssertionError(f"no {name} of financing {financing}: {self.served.said()[-2_000:]}")

    def require_sound(self) -> None:
        town = self.town
        town.settle_decisions()
        self.wait_until_nothing_is_open()
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
        with audit.opened(self.served.folder / DATABASE_NAME) as store, audit.node_at(self.node) as gateway:
            audit.require_written_once(store, town.writes, same_bytes=False)
            audit.require_single_execution(store)
            audit.require_no_more_transactions(store, audit.transactions_on(self.node), founding=self.founding)
            audit.require_agreement(store, gateway, finality_depth=FINALITY_DEPTH)
        assert "Traceback" not in self.served.said()

    def wait_until_nothing_is_open(self) -> None:
        """A reorg is seen at the next look; then everything that it took is sent again."""
        deadline, quiet = monotonic() + 60, 0
        while quiet < 3:
            assert monotonic() < deadline, self.served.said()[-2_000:]
            open_ = [row for row in self.rows(COMMANDS) if row["state"] in ("queued", "sent")]
            quiet = 0 if open_ else quiet + 1
            sleep(0.5)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with (
        running_anvil(genesis_time=GENESIS_TIME) as node,
        Served(
            tmp_path / "data", "--rpc-url", node, environment={"SCFIN_FINALITY_DEPTH": str(FINALITY_DEPTH)}
        ) as served,
    ):
        served.started()
        founding = audit.transactions_on(node)
        town = Town.settled(served)
        yield Ground(served, town, node, founding)
        town.close()


@pytest.mark.slow
def test_withdraws_the_approval_given_its_request_is_orphaned(ground: Ground) -> None:
    town = ground.town
    town.trade()
    financing = int(town.financings[-1])
    first = ground.wait_for(financing, "FinancingFunded")
    request = ground.wait_for(financing, "FinancingRequested")

    ground.reorg(ground.head() - request["block_number"] + 1)
    second = ground.wait_for(financing, "FinancingFunded", but=first["block_hash"])
    ground.require_sound()

    withdrawn = ground.rows(audit.WITHDRAWN)
    assert [(row["financing"], row["cause"], row["verdict"]) for row in withdrawn] == [(financing, "reorg", "approve")]
    assert len(ground.events_of(financing, "FinancingFunded")) == 1
    wallet = town.branch.get(f"/v1/cash/{town.branch.id}")["balance"]["amount"]
    assert wallet == str(second["body"]["price"])


@pytest.mark.slow
def test_pays_once_given_the_approval_alone_is_orphaned(ground: Ground) -> None:
    town = ground.town
    town.trade()
    financing = int(town.financings[-1])
    first = ground.wait_for(financing, "FinancingFunded")

    ground.reorg(ground.head() - first["block_number"] + 1)
    second = ground.wait_for(financing, "FinancingFunded", but=first["block_hash"])
    ground.require_sound()

    assert ground.rows(audit.WITHDRAWN) == []
    wallet = town.branch.get(f"/v1/cash/{town.branch.id}")["balance"]["amount"]
    assert wallet == str(second["body"]["price"])


@pytest.mark.slow
def test_ends_with_one_line_given_a_reorg_deeper_than_finality(ground: Ground) -> None:
    while ground.served.is_ready() and ground.head() < FINALITY_DEPTH + 40:
        ground.town.pay_somebody(ground.town.payers[0])
    sleep(1)
    before = len(ground.served.said())
    ground.reorg(FINALITY_DEPTH + 2)
    assert ground.served.ended(30) == 1
    told = ground.served.said()[before:]
    last = told.splitlines()[-1]
    assert last.startswith("scfin: block ")
    assert f"deeper than the finality depth of {FINALITY_DEPTH} blocks" in last
    assert "Traceback" not in told
