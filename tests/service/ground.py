"""A service on a node, and the hand that replaces the node's newest blocks."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from scfin_chain.bootstrap import open_listener
from scfin_chain.bootstrap.service import DATABASE_NAME
from scfin_chain.chain.backends.json_rpc import JsonRpcClient
from scfin_chain.store.commands import COMMANDS
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.service import audit
from tests.service.serving import Served
from tests.service.town import Town

MINED_SECONDS = 0.1
"""Until the node has mined what it had begun."""

SETTLE_SECONDS = 120.0
"""Until what a reorg took is done again: far above what it takes on a machine that does something else beside."""


@dataclass
class Ground:
    """A service on a node, and its town."""

    served: Served
    town: Town
    node: str
    founding: frozenset[str]
    """Transactions that were there before the first command."""
    finality_depth: int

    @classmethod
    @contextmanager
    def prepared(cls, folder: Path, *, finality_depth: int) -> Iterator["Ground"]:
        environment = {"SCFIN_FINALITY_DEPTH": str(finality_depth)}
        with (
            running_anvil(genesis_time=GENESIS_TIME) as node,
            Served(folder / "data", "--rpc-url", node, environment=environment) as served,
        ):
            served.started()
            founding = frozenset(audit.transactions_of(node))
            town = Town.settled(served)
            yield cls(served, town, node, founding, finality_depth)
            town.close()

    def reorg(self, depth: int) -> None:
        """Replace the newest blocks by empty ones, while the node takes transactions and mines none.

        It goes back first and mines then; what it mines by itself meanwhile may stand where a block is taken away, and
        leave a hole in the chain for good.
        """
        with closing(JsonRpcClient(self.node, timeout=60)) as client:
            client.request("evm_setAutomine", False)
            sleep(MINED_SECONDS)
            client.request("anvil_reorg", depth, [])
            client.request("evm_setAutomine", True)
            client.request("evm_mine")  # what was sent meanwhile

    def set_balance(self, account: str, wei: int) -> None:
        with closing(JsonRpcClient(self.node, timeout=60)) as client:
            client.request("anvil_setBalance", account, hex(wei))

    def mine(self) -> None:
        with closing(JsonRpcClient(self.node, timeout=60)) as client:
            client.request("evm_mine")

    def approved(self) -> int:
        """A new financing whose approval the chain has executed, while nobody else trades."""
        self.town.trade()
        financing = int(self.town.financings[-1])
        self.wait_for(financing, "FinancingFunded")
        return financing

    def orphan_request(self, financing: int) -> None:
        """Replace all blocks from that of a request on."""
        depth = self.head() - self.wait_for(financing, "FinancingRequested")["block_number"] + 1
        assert depth <= self.finality_depth
        self.reorg(depth)

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
        deadline = monotonic() + SETTLE_SECONDS
        while monotonic() < deadline:
            for event in self.events_of(financing, name):
                if event["block_hash"] != but:
                    return event
            sleep(0.1)
        raise AssertionError(f"no {name} of financing {financing}: {self.served.said()[-2_000:]}")

    def require_sound(self) -> None:
        """Everything that was acknowledged is on the chain that is left, once, and the rows are what it says."""
        town, database = self.town, self.served.folder / DATABASE_NAME
        self.wait_until_nothing_is_open()
        town.settle_decisions()
        assert self.served.is_ready()
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
        audit.require_paid_once(self.node, town.paid)
        with audit.opened(database) as store, audit.node_at(self.node) as gateway:
            audit.require_written_once(store, town.writes, same_bytes=False)
            audit.require_single_execution(store, same_bytes=False)
            audit.require_transactions_of_commands(store, self.node, self.founding)
            audit.require_agreement(store, gateway, finality_depth=self.finality_depth)
            self._require_rows_of_the_first_reader(store)
        assert "Traceback" not in self.served.said()

    def _require_rows_of_the_first_reader(self, store: audit.Store) -> None:
        """The rows are those of a listener that never saw a reorg."""
        anew = self.served.folder.with_name("anew.sqlite")
        listener, reread, gateway = open_listener(rpc_url=self.node, database=anew)
        try:
            listener.poll()
            assert audit.derived(store) == audit.derived(reread)
            assert audit.rows(store, audit.EVENTS) == audit.rows(reread, audit.EVENTS)
        finally:
            reread.close()
            gateway.close()

    def wait_until_nothing_is_open(self) -> None:
        """A reorg is seen at the next look; then everything that it took is sent again.

        Blocks go by, as on a node that others use: what lost its nonce is signed anew once that is final.
        """
        deadline, quiet = monotonic() + SETTLE_SECONDS, 0
        while quiet < 3:
            assert self.served.running, self.served.said()[-2_000:]
            assert monotonic() < deadline, self.served.said()[-2_000:]
            open_ = [row for row in self.rows(COMMANDS) if row["state"] in ("queued", "sent")]
            quiet = 0 if open_ else quiet + 1
            self.mine()
            sleep(0.5)
