"""A chain that outlives its process.

restarting
    given any history: it answers everything as before, however often it was dumped, wherever its journal ends
    given no journal: a chain is what it always was, and has the same hashes as one with a journal
writing down
    given an invalid transaction: nothing is written; given one that a contract refuses: it is written and mined
    given a full disk, or another writer: nothing is done
    given a step that broke off: nothing more until the chain is opened again
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_tester import EthereumTester
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from web3 import Web3

from scfin_chain.chain import Contract, SnapshotId, TransactionRefused, TransactionRequest, sign
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.backends.simulated import BLOCKS_AN_ACT
from scfin_chain.errors import ChainError, ContractReverted, StoreError
from scfin_chain.node.journal import DUMPS, ENTRIES, DatabaseJournal
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.fakes.stores import empty_store
from tests.node.chains import DEPLOYER_ACCOUNT, SUPPLIER, Watched, chain, cut, hashes_in, observed

SECONDS = st.integers(1, 90 * 86_400)
ACTS = st.one_of(
    st.tuples(st.just("note"), st.integers(0, 3)),
    st.tuples(st.just("refuse"), st.just(0)),
    st.tuples(st.just("pay"), st.integers(0, 5)),
    st.tuples(st.just("pay past the gateway"), st.integers(0, 5)),
    st.tuples(st.just("time"), SECONDS),
    st.tuples(st.just("mine"), st.integers(1, 3)),
    st.tuples(st.just("travel"), SECONDS),
    st.tuples(st.just("snapshot"), st.just(0)),
    st.tuples(st.just("revert"), st.integers(0, 7)),
    st.tuples(st.just("move head"), st.integers(0, 7)),
)


class Player:
    """Does the acts of a history on a chain."""

    def __init__(self, gateway: EthTesterGateway) -> None:
        self.gateway = gateway
        self.tester = EthereumTester(gateway.backend)
        self.probe = Contract.deploy(gateway, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
        self.snapshots: list[SnapshotId] = []
        self.heads = [gateway.head().hash]

    def do(self, act: str, number: int) -> None:
        gateway = self.gateway
        match act:
            case "note":
                self.probe.transact(SUPPLIER, "note", number, "x", number)
            case "refuse":
                with pytest.raises(ContractReverted):
                    self.probe.transact(SUPPLIER, "refuse", 1)
            case "pay":
                gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=number)
            case "pay past the gateway":
                request = gateway.prepare(DEPLOYER_ACCOUNT.address, SUPPLIER.address, value=number)
                self.tester.send_raw_transaction(f"0x{sign(request, DEPLOYER_ACCOUNT).raw.hex()}")
            case "time":
                gateway.set_time(Timestamp(gateway.head().timestamp + number))
            case "mine":
                gateway.mine(number)
            case "travel":
                self.tester.time_travel(max(gateway.now(), gateway.head().timestamp + 1) + number)
            case "snapshot":
                self.snapshots.append(gateway.snapshot())
            case "revert" if self.snapshots:
                kept = number % len(self.snapshots)
                gateway.revert(self.snapshots[kept])
                del self.snapshots[kept + 1 :]
            case "move head":
                gateway.backend.revert_to_snapshot(self.heads[number % len(self.heads)])
        self.heads.append(gateway.head().hash)


@given(st.lists(ACTS, max_size=14), st.sampled_from([1, 2, 3, 5, 8, 1_000]), st.data())
@settings(max_examples=60, deadline=None)
def test_answers_as_before_wherever_its_journal_ends(
    acts: list[tuple[str, int]], dump_every: int, data: st.DataObject
) -> None:
    with empty_store() as store:
        journal, plain = Watched(store), Player(chain())
        journal.gateway = durable = chain(journal, dump_every=dump_every)
        player = Player(durable)
        for act in acts:
            player.do(*act)
            plain.do(*act)
        journal.seen.append(observed(durable))

        assert journal.seen[-1] == observed(plain.gateway)
        restored = chain(DatabaseJournal(store), dump_every=dump_every)
        assert observed(restored) == journal.seen[-1]

        end = data.draw(st.integers(0, journal.last()), label="the journal's end")
        cut(store, end)
        restored = chain(DatabaseJournal(store), dump_every=dump_every)
        assert observed(restored) == journal.seen[end]
        restored.mine()
        again = chain(DatabaseJournal(store), dump_every=dump_every)
        assert observed(again) == observed(restored)


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as opened:
        yield opened


def entries(store: Store) -> list[tuple[str, str | None]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(ENTRIES.c.kind, ENTRIES.c.sender))]


def dumped(store: Store) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(select(DUMPS.c.sequence).order_by(DUMPS.c.sequence)).scalars())


class TestRestarting:
    def test_goes_on_where_it_stopped(self, store: Store) -> None:
        first = chain(DatabaseJournal(store), dump_every=3)
        probe = Contract.deploy(first, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
        snapshot = first.snapshot()
        receipts = [probe.transact(SUPPLIER, "note", number, "x", 2) for number in range(8)]
        first.set_time(Timestamp(first.head().timestamp + 86_400))

        second = chain(DatabaseJournal(store), dump_every=3)

        assert dumped(store) == [3, 6, 9]
        assert observed(second) == observed(first)
        assert [second.receipt(receipt.transaction_hash) for receipt in receipts] == receipts
        assert second.transact(SUPPLIER, probe.address).block.number == first.head().number + 1
        assert second.snapshot() == SnapshotId(2)
        second.revert(snapshot)
        assert second.call(probe.address, ABI.encode("count")) == (5).to_bytes(32)

    def test_has_the_hashes_of_a_chain_without_journal(self, store: Store) -> None:
        kept, plain = Player(chain(DatabaseJournal(store), dump_every=2)), Player(chain())
        for act in [("note", 2), ("time", 500), ("refuse", 0), ("mine", 2), ("pay past the gateway", 1)]:
            kept.do(*act)
            plain.do(*act)

        assert observed(kept.gateway) == observed(plain.gateway)

    def test_keeps_what_waits_in_the_pending_block(self, store: Store) -> None:
        first = chain(DatabaseJournal(store), dump_every=1)
        backend = first.backend
        for _ in range(2):
            request = first.prepare(DEPLOYER_ACCOUNT.address, SUPPLIER.address, value=1)
            backend.send_raw_transaction(sign(request, DEPLOYER_ACCOUNT).raw)
        second = chain(DatabaseJournal(store), dump_every=1)
        assert second.backend.pending == backend.pending

        third = second.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)

        assert dumped(store) == [3]
        assert [len(hashes_in(second, number)) for number in range(3)] == [0, 2, 1]
        assert (third.block.number, second.balance(SUPPLIER.address)) == (2, 10**18 + 3)
        assert [kind for kind, _ in entries(store)] == ["pending", "pending", "mine", "transaction"]
        assert observed(chain(DatabaseJournal(store))) == observed(second)

    def test_sees_the_same_through_web3(self, store: Store) -> None:
        first = chain(DatabaseJournal(store), dump_every=2)
        receipts = [first.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1) for _ in range(5)]

        web3 = Web3(chain(DatabaseJournal(store), dump_every=2).provider())

        assert web3.eth.block_number == 5
        seen = web3.eth.get_transaction_receipt(receipts[0].transaction_hash)
        assert bytes(seen["blockHash"]) == receipts[0].block.hash


def sign_next(request: TransactionRequest) -> bytes:
    return sign(replace(request, nonce=request.nonce + 1), DEPLOYER_ACCOUNT).raw


class TestWritingDown:
    def test_writes_nothing_given_an_invalid_transaction(self, store: Store) -> None:
        gateway = chain(DatabaseJournal(store))
        good = gateway.prepare(DEPLOYER_ACCOUNT.address, SUPPLIER.address, value=1)
        raws = [
            sign_next(good),
            sign(gateway.prepare(SUPPLIER.address, None, value=10**20), SUPPLIER).raw,
            sign(gateway.prepare(SUPPLIER.address, None, gas=100), SUPPLIER).raw,
            sign(gateway.prepare(SUPPLIER.address, None, gas=10**9), SUPPLIER).raw,
            b"nonsense",
        ]

        for raw in raws:
            with pytest.raises(TransactionRefused):
                gateway.send(raw)
        with pytest.raises(ChainError, match="time cannot be set"):
            gateway.set_time(gateway.head().timestamp)
        with pytest.raises(ChainError, match="does not exist"):
            gateway.revert(SnapshotId(1))
        gateway.mine(0)

        assert entries(store) == []
        assert gateway.send(sign(good, DEPLOYER_ACCOUNT).raw).succeeded

    def test_writes_what_a_contract_refuses(self, store: Store) -> None:
        gateway = chain(DatabaseJournal(store))
        probe = Contract.deploy(gateway, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
        with pytest.raises(ContractReverted):
            probe.transact(SUPPLIER, "refuse", 1)

        restored = chain(DatabaseJournal(store))

        assert entries(store)[-1] == ("transaction", SUPPLIER.address)
        assert (restored.head(), restored.nonce(SUPPLIER.address)) == (gateway.head(), 1)

    def test_writes_every_kind(self, store: Store) -> None:
        gateway = chain(DatabaseJournal(store))
        gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address)
        gateway.set_time(Timestamp(gateway.head().timestamp + 5))
        gateway.mine(2)
        snapshot = gateway.snapshot()
        gateway.revert(snapshot)
        tester = EthereumTester(gateway.backend)
        tester.revert_to_snapshot(tester.take_snapshot())
        tester.mine_blocks(1, coinbase=SUPPLIER.address)

        kinds = [kind for kind, _ in entries(store)]

        assert kinds == ["transaction", "time", "mine", "snapshot", "revert", "revert", "mine"]
        assert observed(chain(DatabaseJournal(store))) == observed(gateway)

    def test_does_nothing_given_a_full_disk(self, store: Store) -> None:
        gateway = chain(DatabaseJournal(store), dump_every=20)
        probe = Contract.deploy(gateway, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
        with store.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")

        before = until_full(lambda: probe.transact(SUPPLIER, "note", 1, "x" * 100, 1), gateway)

        assert observed(gateway) == before
        with pytest.raises(StoreError, match="full"):
            probe.transact(SUPPLIER, "note", 1, "x" * 100, 1)
        assert observed(gateway) == before == observed(chain(DatabaseJournal(store), dump_every=20))
        with store.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        probe.transact(SUPPLIER, "note", 1, "x", 1)
        assert observed(gateway) == observed(chain(DatabaseJournal(store), dump_every=20))

    def test_does_nothing_given_another_writer(self, store: Store) -> None:
        first, second = chain(DatabaseJournal(store)), chain(DatabaseJournal(store))
        first.mine()
        before = observed(second)

        with pytest.raises(StoreError, match=r"^entry 1 of the chain's journal is taken: another process wrote it$"):
            second.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)

        assert observed(second) == before

    def test_stops_given_a_step_that_broke_off(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        gateway = chain(DatabaseJournal(store))
        with monkeypatch.context() as broken:
            broken.setattr(gateway.backend.chain.chaindb, "persist_block", interrupted)
            with pytest.raises(KeyboardInterrupt):
                gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)

        with pytest.raises(ChainError, match=r"^the chain stopped amid a step that is in its journal: open it again$"):
            gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)

        assert chain(DatabaseJournal(store)).head().number == 1

    def test_writes_many_blocks_in_parts(self, store: Store) -> None:
        gateway = chain(DatabaseJournal(store))

        gateway.mine(BLOCKS_AN_ACT + 1)

        assert len(entries(store)) == 2
        assert chain(DatabaseJournal(store)).head() == gateway.head()

    def test_refuses_what_cannot_be_written(self, store: Store) -> None:
        backend = chain(DatabaseJournal(store)).backend

        with pytest.raises(ChainError, match="cannot have withdrawals"):
            backend.apply_withdrawals([])
        with pytest.raises(ChainError, match="cannot go back to another genesis"):
            backend.reset_to_genesis()


def until_full(act: Callable[[], object], gateway: EthTesterGateway) -> dict[str, Any]:
    """What the chain answers before the first act for which the disk has no room."""
    for _ in range(100):
        before = observed(gateway)
        try:
            act()
        except StoreError as error:
            assert "full" in str(error)  # noqa: PT017
            return before
    raise AssertionError("the disk has room for everything")


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt
