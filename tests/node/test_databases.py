"""The journal on both databases, and on a server that goes away."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scfin_chain.chain import Contract
from scfin_chain.chain.journal import (
    Act,
    BlocksMined,
    Dump,
    Entry,
    HeadMoved,
    SnapshotRestored,
    SnapshotTaken,
    TimeSet,
    TransactionMined,
    TransactionPending,
)
from scfin_chain.errors import StoreError
from scfin_chain.node.journal import ROWS_A_READ, DatabaseJournal
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.fakes.stores import some_run
from tests.node.chains import DEPLOYER_ACCOUNT, GENESIS_TIME, SUPPLIER, chain, observed
from tests.postgres import Postgres, running_postgres

RAW = bytes(range(256))
ACTS: list[Act] = [
    TransactionMined(raw=RAW, sender=SUPPLIER.address),
    TransactionPending(raw=b"\0", sender=SUPPLIER.address),
    TimeSet(at=Timestamp(4_102_444_800)),
    BlocksMined(blocks=3),
    BlocksMined(blocks=1, coinbase=SUPPLIER.address),
    SnapshotTaken(snapshot=7),  # type: ignore[arg-type]
    SnapshotRestored(snapshot=7),  # type: ignore[arg-type]
    HeadMoved(block_hash=bytes(range(32))),
]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with ExitStack() as opened:
        place: Path | str = tmp_path / "ledger.sqlite"
        if request.param == "postgresql":
            place = opened.enter_context(request.getfixturevalue("postgres").database())
        held = Store.follow(place, some_run())
        opened.callback(held.close)
        yield held


def entry(sequence: int, act: Act) -> Entry:
    return Entry(sequence=sequence, parent_hash=bytes(32), timestamp=GENESIS_TIME, act=act)


def test_gives_back_what_was_written(store: Store) -> None:
    journal = DatabaseJournal(store)
    written = [entry(sequence, act) for sequence, act in enumerate(ACTS, start=1)]
    dumps = [
        Dump(sequence=sequence, head_hash=bytes(32), state={"snapshots": [[1, "00", 5]], "x": "y"}, body=RAW * sequence)
        for sequence in (2, 5)
    ]
    assert (journal.last(), list(journal.entries(0)), list(journal.dumps())) == (0, [], [])

    for each in written:
        journal.append(each)
    for dump in dumps:
        journal.save(dump)

    assert journal.last() == len(ACTS)
    assert list(journal.entries(0)) == written
    assert list(journal.entries(5)) == written[5:]
    assert list(journal.dumps()) == dumps


def test_reads_more_entries_than_are_in_memory_at_once(store: Store) -> None:
    journal = DatabaseJournal(store)
    for sequence in range(1, ROWS_A_READ + 3):
        journal.append(entry(sequence, BlocksMined(blocks=sequence)))

    assert [each.sequence for each in journal.entries(1)] == list(range(2, ROWS_A_READ + 3))


def test_restores_a_chain(store: Store) -> None:
    first = chain(DatabaseJournal(store), dump_every=3)
    probe = Contract.deploy(first, DEPLOYER_ACCOUNT, ABI, BYTECODE, 5)
    for number in range(7):
        probe.transact(SUPPLIER, "note", number, "x", 2)
    first.revert(first.snapshot())

    assert observed(chain(DatabaseJournal(store), dump_every=3)) == observed(first)


def test_does_nothing_given_the_server_is_lost(postgres: Postgres) -> None:
    with postgres.database() as url:
        store = Store.follow(url, some_run())
        gateway = chain(DatabaseJournal(store))
        gateway.mine()
        before = observed(gateway)
        postgres.kill()
        try:
            with pytest.raises(StoreError):
                gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)
            assert observed(gateway) == before
        finally:
            postgres.start()

        gateway.transact(DEPLOYER_ACCOUNT, SUPPLIER.address, value=1)
        assert observed(chain(DatabaseJournal(store))) == observed(gateway)
        store.close()
