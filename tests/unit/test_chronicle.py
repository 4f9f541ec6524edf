"""A local chain whose journal loses the answer to what it wrote.

given an entry that was written and whose answer was lost: the chain stops, and a new start does the entry
given a dump of which the same is so: the chain stops, and a new start goes on
given an entry that was not written: the next is taken
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scfin_chain.chain import development_signer
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.journal import ChainJournal, Dump, Entry
from scfin_chain.errors import ChainStopped, StoreError
from scfin_chain.node.journal import DatabaseJournal
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.fakes.stores import empty_store

DEPLOYER = development_signer("deployer")
SHOP = development_signer("shop").address
START = Timestamp(1_700_000_000)
STOPPED = r"^the chain stopped amid a step that is in its journal: open it again$"


class Losing(DatabaseJournal):
    """Its server goes away once: ``written`` says whether before or after it has committed."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.loses: type[Entry] | type[Dump] | None = None
        self.written = True

    def append(self, entry: Entry) -> None:
        with self._losing(Entry) as done:
            if done:
                super().append(entry)

    def save(self, dump: Dump) -> None:
        with self._losing(Dump) as done:
            if done:
                super().save(dump)

    @contextmanager
    def _losing(self, what: type[Entry] | type[Dump]) -> Iterator[bool]:
        lost = self.loses is what
        yield self.written or not lost
        if lost:
            self.loses = None
            raise StoreError("the connection was lost")


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as made:
        yield made


def chain(journal: ChainJournal) -> EthTesterGateway:
    return EthTesterGateway(genesis_time=START, journal=journal, dump_every=2)


def pay(gateway: EthTesterGateway) -> None:
    gateway.transact(DEPLOYER, SHOP, value=1)


@pytest.mark.parametrize(("loses", "paid"), [(Entry, 3), (Dump, 2)])
def test_stops_given_a_lost_answer(store: Store, loses: type[Entry] | type[Dump], paid: int) -> None:
    journal = Losing(store)
    gateway = chain(journal)
    pay(gateway)
    pay(gateway)
    journal.loses = loses
    with pytest.raises(StoreError, match="was lost"):
        pay(gateway)

    for _ in range(2):
        with pytest.raises(ChainStopped, match=STOPPED):
            pay(gateway)

    again = chain(DatabaseJournal(store))
    assert again.balance(SHOP) == paid
    pay(again)
    assert again.balance(SHOP) == paid + 1


@pytest.mark.parametrize("loses", [Entry, Dump])
def test_goes_on_given_nothing_was_written(store: Store, loses: type[Entry] | type[Dump]) -> None:
    journal = Losing(store)
    gateway = chain(journal)
    pay(gateway)
    pay(gateway)
    journal.loses, journal.written = loses, False
    with pytest.raises(StoreError, match="was lost"):
        pay(gateway)

    pay(gateway)

    assert gateway.balance(SHOP) == 3 == chain(DatabaseJournal(store)).balance(SHOP)
