"""What must hold of a service's database and chain, whatever happened to its processes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from sqlalchemy import Table, func, select

from api.rpc.accounts import PUBLIC_MNEMONIC, development_accounts
from scfin_chain import artifacts
from scfin_chain.bootstrap import Laboratory
from scfin_chain.bootstrap.parts import decider_of, errors_of, keeper_of, node_of
from scfin_chain.chain.backends.eth_tester import DEPLOYER_FUNDS, EthTesterGateway
from scfin_chain.chain.backends.json_rpc import JsonRpcClient
from scfin_chain.chain.gateway import Block, Gateway
from scfin_chain.chain.journal import Dump
from scfin_chain.chain.keyring import Keyring
from scfin_chain.config import Settings
from scfin_chain.deploy import found
from scfin_chain.listener import Listener
from scfin_chain.listener.replay import rebuild
from scfin_chain.node.journal import DatabaseJournal
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.service.queue import ADVANCE
from scfin_chain.service.rules import Rules
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.store import Store
from scfin_chain.store.tables import (
    DERIVED,
    ChainEntryRow,
    DecisionRow,
    EventPartyRow,
    EventRow,
    IdempotencyRow,
    WithdrawnRow,
    table_of,
)
from scfin_chain.units import Money, Timestamp
from tests.service.clients import Client, Write

ENTRIES = table_of(ChainEntryRow)
EVENTS = table_of(EventRow)
PARTIES = table_of(EventPartyRow)
IDEMPOTENCY = table_of(IdempotencyRow)
DECISIONS = table_of(DecisionRow)
WITHDRAWN = table_of(WithdrawnRow)

REFERENCED = f"0x{keccak(text='Referenced(address,address,uint256,bytes32)').hex()}"

Rows = list[dict[str, Any]]


class Undumped(DatabaseJournal):
    """A journal whose dumps nobody shows: what is made of it does every entry again."""

    def dumps(self) -> Iterator[Dump]:
        return iter(())


@contextmanager
def opened(database: Path | str) -> Iterator[Store]:
    store = Store.existing(database)
    try:
        yield store
    finally:
        store.close()


def rows(store: Store, table: Table) -> Rows:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


@contextmanager
def chain_of(store: Store, *, dumped: bool = True) -> Iterator[EthTesterGateway]:
    """The chain that a database's journal implies."""
    run = store.run
    assert run is not None
    genesis_time, seed = run.chain["genesis_time"], run.chain["seed"]
    assert isinstance(genesis_time, int)
    assert isinstance(seed, int)
    gateway = EthTesterGateway(
        genesis_time=Timestamp(genesis_time),
        seed=seed,
        funds={**development_accounts(PUBLIC_MNEMONIC).funds, Keyring().deployer.address: DEPLOYER_FUNDS},
        errors=errors_of(artifacts.load_all()),
        journal=DatabaseJournal(store) if dumped else Undumped(store),
    )
    try:
        yield gateway
    finally:
        gateway.close()


def head_by_every_entry(store: Store) -> Block:
    with chain_of(store, dumped=False) as gateway:
        return gateway.head()


@contextmanager
def node_at(url: str) -> Iterator[Gateway]:
    gateway = node_of(url, artifacts.load_all())
    try:
        yield gateway
    finally:
        gateway.close()


def require_agreement(store: Store, gateway: Gateway, *, finality_depth: int = 0) -> None:
    """The derived rows are what the chain says, and what the events say."""
    settings = Settings()
    before = gateway.head()
    ledger, founders = found(
        gateway, artifacts.load_all(), terms=settings.ledger, bank_cash=Money(settings.scenario.bank_cash)
    )
    assert gateway.head() == before, "the founding was not finished"
    laboratory = Laboratory(
        settings=settings,
        ledger=ledger,
        founders=founders,
        founded_at=0,
        store=store,
        listener=Listener(gateway=gateway, deployment=ledger.deployment, store=store, finality_depth=finality_depth),
        decider=decider_of(ledger, store, Rules.from_settings(settings), founders),
        keeper=keeper_of(ledger, store, founders, settings),
    )
    found_differences = check_conservation(laboratory)
    assert found_differences.ok, found_differences.to_json()
    assert rebuild(store).differences == ()


ANSWERS = ("FinancingFunded", "FinancingRefused")


def require_single_execution(store: Store, *, same_bytes: bool = True) -> None:
    """No command has another's nonce or bytes, nothing is left undone, and no decision was executed twice.

    What was refused without a block has spent no nonce: the sender's next command has it.
    After a reorg a node may execute the bytes of a decision that was withdrawn, while the command pays nothing to
    nobody: the decision stands again then.
    """
    commands, events = rows(store, COMMANDS), rows(store, EVENTS)
    assert [row["id"] for row in commands if row["state"] in ("queued", "sent")] == []
    bound = [row for row in commands if row["raw"] is not None and row["block_number"] is not None]
    twice = repeated((row["sender"], row["nonce"]) for row in bound)
    assert not twice, [row for row in bound if (row["sender"], row["nonce"]) in twice]
    assert repeated(row["transaction_hash"] for row in bound) == []
    answered = [event["body"]["id"] for event in events if event["name"] in ANSWERS]
    assert repeated(answered) == []
    too_late = {event["body"]["id"] for event in events if event["name"] in ("FinancingCancelled", "FinancingExpired")}
    assert set(answered) == {row["financing"] for row in rows(store, DECISIONS)} - too_late
    assert not (same_bytes and came_back(store))


def came_back(store: Store) -> set[str]:
    """Transactions that executed a decision, and are no command's any more."""
    done = {row["transaction_hash"] for row in rows(store, COMMANDS) if row["state"] == "done"}
    return {event["transaction_hash"] for event in rows(store, EVENTS) if event["name"] in ANSWERS} - done


def require_written_once(store: Store, writes: Iterable[Write], *, same_bytes: bool = True) -> None:
    """Each write that was acknowledged is one command, and its events that concern the caller are those it was told.

    After a reorg a command may have other bytes: its nonce went to another that was orphaned too.
    """
    commands = {row["id"]: row for row in rows(store, COMMANDS)}
    parties = {(row["block_number"], row["ordinal"], row["participant"]) for row in rows(store, PARTIES)}
    events: dict[str, Rows] = {}
    for event in rows(store, EVENTS):
        events.setdefault(event["transaction_hash"], []).append(event)
    kept = {(row["caller"], row["key"]): row for row in rows(store, IDEMPOTENCY)}
    writes = list(writes)
    assert len(kept) == len({(write.token, write.key) for write in writes}) == len(writes)
    told = [write for write in writes if write.done and "command" in write.answer]
    numbers = [write.answer["command"] for write in told]
    assert repeated(numbers) == []
    assert set(numbers) <= {row["command"] for row in kept.values()}
    for write in told:
        command = commands[write.answer["command"]]
        assert command["state"] == "done", (write, command)
        if command["step"] != ADVANCE:
            assert not same_bytes or f"0x{command['transaction_hash']}" == write.answer["transaction"]
            whose = command["participant"]  # None: the registrar, who is told everything
            names = sorted(
                event["name"]
                for event in events.get(command["transaction_hash"], [])
                if whose is None or (event["block_number"], event["ordinal"], whose) in parties
            )
            assert names == sorted(event["name"] for event in write.answer["events"]), write


def require_no_more_transactions(store: Store, mined: int, *, founding: int, raw_sent: int = 0) -> None:
    """On the chain are the transactions of the founding, of the commands, and those that were sent past the queue."""
    commands = [row for row in rows(store, COMMANDS) if row["block_number"] is not None and row["step"] != ADVANCE]
    assert mined == founding + len(commands) + raw_sent + len(came_back(store))


def transactions(store: Store) -> int:
    """How many the journal of the chain in the process has."""
    query = select(func.count()).where(ENTRIES.c.kind.in_(("transaction", "pending")))
    with store.read() as connection:
        return int(connection.execute(query).scalar_one())


def transactions_on(node: str) -> int:
    """How many a node has, block by block."""
    with closing(JsonRpcClient(node, timeout=30)) as client:
        numbers = range(int(client.request("eth_blockNumber"), 16) + 1)
        counts = (client.request("eth_getBlockTransactionCountByNumber", hex(number)) for number in numbers)
        return sum(int(count, 16) for count in counts)


def references_on(node: str) -> Counter[str]:
    """The references of all payments that a node's chain holds, as it holds them: hashed."""
    with closing(JsonRpcClient(node, timeout=30)) as client:
        logs = client.request("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": [REFERENCED]})
    return Counter(log["topics"][-1] for log in logs)


def require_paid_once(node: str, references: Iterable[str]) -> None:
    """A node's chain holds each of these payments once, and no other."""
    assert references_on(node) == Counter(f"0x{keccak(text=reference).hex()}" for reference in references)


def transactions_of(node: str) -> dict[str, str]:
    """All transactions of a node's chain: their calldata by their hash."""
    with closing(JsonRpcClient(node, timeout=30)) as client:
        numbers = range(int(client.request("eth_blockNumber"), 16) + 1)
        blocks = (client.request("eth_getBlockByNumber", hex(number), True) for number in numbers)
        return {each["hash"]: each["input"] for block in blocks for each in block["transactions"]}


def require_transactions_of_commands(store: Store, node: str, founding: Iterable[str]) -> None:
    """A node's chain holds the transactions of the founding, those of the commands, and no other.

    A decision that a reorg took back may be mined all the same: its command pays nothing to nobody by then.
    """
    mined = transactions_of(node)
    ended = [row for row in rows(store, COMMANDS) if row["block_number"] is not None and row["step"] != ADVANCE]
    commanded = {f"0x{row['transaction_hash']}" for row in ended}
    assert commanded <= mined.keys()
    signed = [row["signature"].removeprefix("0x") for table in (DECISIONS, WITHDRAWN) for row in rows(store, table)]
    others = [mined[name] for name in mined.keys() - commanded - set(founding)]
    assert [data for data in others if not any(signature in data for signature in signed)] == []


def head_at(node: str) -> Block:
    with node_at(node) as gateway:
        return gateway.head()


def require_same_answers(client_of: dict[str, Client], writes: Iterable[Write]) -> None:
    """A key that comes again gets the first answer; the secret part of a key alone is never told again."""
    for write in writes:
        status, answer, repeated_ = client_of[write.token].again(write)
        first = {name: value for name, value in write.answer.items() if name != "token"}
        assert (status, {name: value for name, value in answer.items() if name != "token"}) == (write.status, first)
        assert repeated_ or status >= 400, write


def derived(store: Store) -> dict[str, Rows]:
    return {name: [dict(row) for row in store.derived(name)] for name in DERIVED}


def repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, number in Counter(values).items() if number > 1]
