"""A journal that is not what was written is refused by one line, and the chain does not start.

given an entry that was altered, in any column, or is missing
given a dump that was altered or is missing, or whose entry is
given the journal of a chain with another genesis
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from scfin_chain.chain import Contract, sign
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.errors import ChainError
from scfin_chain.node.journal import DUMPS, ENTRIES, DatabaseJournal
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.fakes.stores import empty_store
from tests.node.chains import DEPLOYER_ACCOUNT, FUNDS, GENESIS_TIME, SUPPLIER, chain, cut

NO_DUMPS = 1_000


def history(store: Store, *, dump_every: int) -> None:
    """Twelve entries: the third sets the time, the sixth mines, the seventh and ninth are of a snapshot."""
    gateway = chain(DatabaseJournal(store), dump_every=dump_every)
    probe = Contract.deploy(gateway, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
    probe.transact(SUPPLIER, "note", 1, "x", 1)
    gateway.set_time(Timestamp(gateway.now() + 1_000))
    for number in range(2):
        probe.transact(SUPPLIER, "note", number, "x", 1)
    gateway.mine(2)
    snapshot = gateway.snapshot()
    probe.transact(SUPPLIER, "note", 9, "x", 1)
    gateway.revert(snapshot)
    for number in range(3):
        probe.transact(SUPPLIER, "note", number, "y", 1)


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as opened:
        history(opened, dump_every=NO_DUMPS)
        yield opened


@pytest.fixture
def dumped() -> Iterator[Store]:
    """With dumps of entries 3, 6 and 9."""
    with empty_store() as opened:
        history(opened, dump_every=3)
        yield opened


def alter(store: Store, sequence: int, **values: Any) -> None:
    with store.begin() as connection:
        connection.execute(update(ENTRIES).where(ENTRIES.c.sequence == sequence).values(**values))


def alter_dump(store: Store, sequence: int, **values: Any) -> None:
    with store.begin() as connection:
        connection.execute(update(DUMPS).where(DUMPS.c.sequence == sequence).values(**values))


def refusal(store: Store) -> str:
    with pytest.raises(ChainError) as refused:
        chain(DatabaseJournal(store))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def body_of(store: Store, sequence: int) -> bytes:
    with store.read() as connection:
        return bytes(connection.execute(select(ENTRIES.c.body).where(ENTRIES.c.sequence == sequence)).scalar_one())


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def another_transaction(nonce: int) -> bytes:
    """Valid, and signed by the same account, but not what was done."""
    request = chain().prepare(SUPPLIER.address, SUPPLIER.address, value=1)
    return sign(replace(request, nonce=nonce), SUPPLIER).raw


class TestAnEntry:
    @pytest.mark.parametrize(
        ("sequence", "values", "expected"),
        [
            (2, {"parent_hash": "00" * 32}, "entry 2 of the chain's journal was done to block 0x00"),
            (2, {"parent_hash": "zz"}, "entry 2 of the chain's journal is damaged: 'zz' is no hash"),
            (2, {"timestamp": 5}, "entry 2 of the chain's journal was done to block 0x"),
            (2, {"sender": DEPLOYER_ACCOUNT.address}, "entry 2 of the chain's journal is damaged: it cannot be done"),
            (2, {"sender": None}, "entry 2 of the chain's journal is damaged: it cannot be done"),
            (2, {"kind": "time"}, "entry 2 of the chain's journal is damaged: time cannot be read"),
            (2, {"kind": "gift"}, "entry 2 of the chain's journal is damaged: gift cannot be read"),
            (2, {"body": b""}, "entry 2 of the chain's journal is damaged: it cannot be done"),
            (2, {"body": b"\x02nonsense"}, "entry 2 of the chain's journal is damaged: it cannot be done"),
            (2, {"body": another_transaction(0)}, "entry 3 of the chain's journal was done to block 0x"),
            (2, {"body": another_transaction(7)}, "entry 2 of the chain's journal is damaged: it cannot be done"),
            (3, {"body": str(GENESIS_TIME + 5).encode()}, "entry 4 of the chain's journal was done to block 0x"),
            (3, {"body": b"soon"}, "entry 3 of the chain's journal is damaged: time cannot be read"),
            (3, {"body": b"\xff"}, "entry 3 of the chain's journal is damaged: time cannot be read"),
            (6, {"body": b"3"}, "entry 7 of the chain's journal was done to block 0x"),
            (6, {"body": b"2 0xnobody"}, "entry 6 of the chain's journal is damaged: it cannot be done"),
            (7, {"body": b"2"}, "entry 7 of the chain's journal is damaged: it cannot be done"),
            (9, {"body": b"4"}, "entry 9 of the chain's journal is damaged: it cannot be done"),
            (9, {"body": b"0x" + b"00" * 32}, "entry 9 of the chain's journal is damaged: it cannot be done"),
        ],
    )
    def test_is_refused_given_it_was_altered(
        self, store: Store, sequence: int, values: dict[str, object], expected: str
    ) -> None:
        alter(store, sequence, **values)

        assert refusal(store).startswith(expected)

    def test_is_refused_given_any_byte_of_a_transaction_was_altered(self, store: Store) -> None:
        raw = body_of(store, 4)
        for at in range(0, len(raw), 11):
            alter(store, 4, body=flipped(raw, at))
            assert refusal(store).startswith("entry ")

    @pytest.mark.parametrize("sequence", [1, 5, 11])
    def test_is_refused_given_one_before_it_is_missing(self, store: Store, sequence: int) -> None:
        with store.begin() as connection:
            connection.execute(delete(ENTRIES).where(ENTRIES.c.sequence == sequence))

        assert refusal(store) == "the chain's journal has 11 entries of 12: some are missing"

    def test_is_refused_given_one_took_the_number_of_another(self, store: Store) -> None:
        with store.begin() as connection:
            connection.execute(update(ENTRIES).where(ENTRIES.c.sequence == 1).values(sequence=0))

        assert refusal(store) == "the chain's journal lacks entry 1"


class TestADump:
    def test_is_needed_for_nothing(self, dumped: Store) -> None:
        head = chain(DatabaseJournal(dumped)).head()
        with dumped.begin() as connection:
            connection.execute(delete(DUMPS))

        assert chain(DatabaseJournal(dumped)).head() == head

    @pytest.mark.parametrize(
        "values",
        [{"body": b""}, {"head_hash": "11" * 32}, {"state": {}}, {"state": {"digest": "00"}}, {"body": bytes(2_000)}],
    )
    @pytest.mark.parametrize("sequence", [3, 9])
    def test_is_refused_given_it_was_altered(self, dumped: Store, sequence: int, values: dict[str, object]) -> None:
        alter_dump(dumped, sequence, **values)

        assert refusal(dumped) == f"the chain's dump of entry {sequence} is damaged"

    @pytest.mark.parametrize("key", ["time", "snapshots", "next_snapshot", "since", "since_hash"])
    def test_is_refused_given_any_part_of_its_state_was_altered(self, dumped: Store, key: str) -> None:
        *_, newest = DatabaseJournal(dumped).dumps()
        alter_dump(dumped, 9, state=newest.state | {key: 0})

        assert refusal(dumped) == "the chain's dump of entry 9 is damaged"

    def test_is_refused_given_any_byte_was_altered(self, dumped: Store) -> None:
        *_, newest = DatabaseJournal(dumped).dumps()
        for at in range(0, len(newest.body), 997):
            alter_dump(dumped, 9, body=flipped(newest.body, at))
            assert refusal(dumped) == "the chain's dump of entry 9 is damaged"

    @pytest.mark.parametrize("sequence", [3, 6])
    def test_is_refused_given_the_one_before_it_is_missing(self, dumped: Store, sequence: int) -> None:
        with dumped.begin() as connection:
            connection.execute(delete(DUMPS).where(DUMPS.c.sequence == sequence))

        assert refusal(dumped).startswith(
            f"the chain's dump of entry {sequence + 3} does not follow its last: it needs that of entry {sequence} at "
        )

    def test_is_refused_given_its_entry_is_missing(self, dumped: Store) -> None:
        with dumped.begin() as connection:
            connection.execute(delete(ENTRIES).where(ENTRIES.c.sequence > 7))

        assert refusal(dumped) == "the chain's journal ends at entry 7: it has a dump of entry 9"


class TestAnotherGenesis:
    @pytest.mark.parametrize(
        "options",
        [{"seed": 1}, {"genesis_time": Timestamp(GENESIS_TIME + 1)}, {"funds": {}}, {"chain_id": 1}],
        ids=["seed", "time", "funds", "chain id"],
    )
    @pytest.mark.parametrize("kind", ["store", "dumped"])
    def test_is_refused(self, request: pytest.FixtureRequest, kind: str, options: dict[str, Any]) -> None:
        held: Store = request.getfixturevalue(kind)
        cut(held, 9)
        arguments: dict[str, Any] = {"genesis_time": GENESIS_TIME, "funds": FUNDS, **options}

        with pytest.raises(ChainError, match=r"^(entry [12] of the chain's journal|the chain's dump of entry [39]) "):
            EthTesterGateway(journal=DatabaseJournal(held), **arguments)
