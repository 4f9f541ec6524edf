"""The whole state of the ledger as its views tell it, after every step.

A view is asked again only if a storage slot that it read last time was written since: a step changes few slots, and
the virtual machine tells which.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

from eth.vm.forks.prague import PragueVM
from eth_typing import Address as RawAddress

from scfin_chain.chain.backends.fast_vm import FastState, FastVM
from tests.contracts.world import CAST, World
from tests.properties.acts import BANKS, HOLDERS, ISSUERS, SPENDERS, WALLETS
from tests.properties.book import DESK, SETTLEMENT, Book

Key: TypeAlias = tuple[Any, ...]
"""What is read, in the ledger's words: ("parts", 3) or ("cash", "core")."""

Reading: TypeAlias = Mapping[Key, Any]

Slot: TypeAlias = tuple[RawAddress, int]

OWNERS = (*HOLDERS, DESK)
"""Who may own tokens."""


class WatchedState(FastState):
    """Accounts that note which slots are read and written."""

    read: ClassVar[set[Slot]] = set()
    written: ClassVar[set[Slot]] = set()

    def get_storage(self, address: RawAddress, slot: int, from_journal: bool = True) -> int:
        self.read.add((address, slot))
        return super().get_storage(address, slot, from_journal)

    def set_storage(self, address: RawAddress, slot: int, value: int) -> None:
        self.written.add((address, slot))
        super().set_storage(address, slot, value)


class WatchedVM(FastVM):
    """The machine of the in-process chain, watched."""

    _state_class = WatchedState


def watch(world: World) -> None:
    """Have the world's chain run on the watched machine."""
    chain: Any = type(world.gateway.backend.chain)
    machines: tuple[tuple[int, type[PragueVM]], ...] = ((0, WatchedVM),)
    chain.vm_configuration = machines


class Reader:
    """Remembers what the views said; `at` gives the same memory again after a revert."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._names = {0: ""} | {world.id(who): who for who in (*CAST, DESK, SETTLEMENT)}
        self.values: dict[Key, Any] = {}
        self._readers: dict[Slot, frozenset[Key]] = {}

    def memory(self) -> tuple[dict[Key, Any], dict[Slot, frozenset[Key]]]:
        return dict(self.values), dict(self._readers)

    def recall(self, memory: tuple[dict[Key, Any], dict[Slot, frozenset[Key]]]) -> None:
        self.values, self._readers = dict(memory[0]), dict(memory[1])

    @contextmanager
    def following(self) -> Iterator[None]:
        """Forget what the transactions inside overwrite."""
        WatchedState.written.clear()
        yield
        for slot in WatchedState.written & self._readers.keys():
            for key in self._readers.pop(slot):
                self.values.pop(key, None)

    def new_day(self) -> None:
        """Forget what depends on the day."""
        self.values = {key: value for key, value in self.values.items() if key[0] not in ("due", "late fee")}

    def read(self, book: Book) -> Reading:
        """Everything."""
        return {key: self._value(key, book) for key in keys(book)}

    def _value(self, key: Key, book: Book) -> Any:
        if key not in self.values:
            WatchedState.read.clear()
            self.values[key] = self.ask(key, book)
            for slot in WatchedState.read:
                self._readers[slot] = self._readers.get(slot, frozenset()) | {key}
        return self.values[key]

    def ask(self, key: Key, book: Book) -> Any:
        """What the views say now."""
        word, *rest = key
        return _VIEWS[word](self, book, *rest)

    # ------------------------------------------------------------------ in the ledger's words

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        return self._world.view(contract, function, *arguments)

    def address(self, who: str) -> str:
        return self._world.address(who)

    def name(self, participant: int) -> str:
        return self._names[participant]

    def receivable(self, number: int) -> tuple[Any, ...]:
        """Creditor, debtor, due day, confirmed, milestone. Of them the last two only grow."""
        told = self.view("ReceivableRegistry", "receivable", number)
        parties = self._names[told.creditor], self._names[told.debtor]
        return (*parties, told.dueDay, told.status == 2, told.milestone)

    def financing(self, number: int) -> tuple[Any, ...]:
        """Credit id, holder, bank, face, claim, last day, status."""
        told = self.view("FinancingDesk", "financing", number)
        parties = self._names[told.holder], self._names[told.bank]
        return (told.creditId, *parties, told.face, told.claim, told.expiresDay, told.status)


def keys(book: Book) -> Iterator[Key]:
    """All that there is to read."""
    yield from (("supply",), ("reserved",), ("total claimable",), ("paused",), ("receivables",), ("financings",))
    yield from (("cash", who) for who in (*WALLETS, DESK, SETTLEMENT))
    yield from (("claimable", who) for who in (*HOLDERS, *BANKS, "regulator"))
    yield from (("frozen", who) for who in (*HOLDERS, *ISSUERS, "bank", "regulator"))
    yield from (("line", who) for who in ISSUERS)
    yield from (("allowance", *pair) for pair in SPENDERS)
    for number in book.receivables:
        yield from ((word, number) for word in ("receivable", "parts", "face", "documents", "credit", "registered"))
    for lot in book.lots:
        yield from (("balance", who, lot) for who in OWNERS)
        yield from ((word, lot) for word in ("outstanding", "sealed", "account", "due", "late fee"))
    yield from (("financing", number) for number in book.financings)


def expected(book: Book) -> Reading:
    """The same, as the book has it."""
    return {key: _EXPECTED[key[0]](book, *key[1:]) for key in keys(book)}


def key_of(book: Book, number: int) -> tuple[int, int, int, bytes]:
    """What is unique of a receivable."""
    record = book.receivables[number]
    return book.ids[record.debtor], book.ids[record.creditor], record.document_type, record.number.ljust(32, b"\0")


_VIEWS: Mapping[str, Callable[..., Any]] = {
    "supply": lambda r, b: r.view("CashToken", "totalSupply"),
    "cash": lambda r, b, who: r.view("CashToken", "balanceOf", r.address(who)),
    "frozen": lambda r, b, who: r.view("CashToken", "frozen", r.address(who)),
    "allowance": lambda r, b, owner, who: r.view("CashToken", "allowance", r.address(owner), r.address(who)),
    "paused": lambda r, b: r.view("Participants", "tradingPaused"),
    "line": lambda r, b, who: tuple(r.view("CreditLine", "line", b.ids[who])),
    "receivables": lambda r, b: r.view("ReceivableRegistry", "count"),
    "receivable": lambda r, b, n: r.receivable(n),
    "parts": lambda r, b, n: tuple(r.view("ReceivableRegistry", "parts", n)),
    "face": lambda r, b, n: r.view("ReceivableRegistry", "face", n),
    "documents": lambda r, b, n: int.from_bytes(r.view("ReceivableRegistry", "documents", n)),
    "registered": lambda r, b, n: r.view(
        "ReceivableRegistry", "registered", r.view("ReceivableRegistry", "keyOf", *key_of(b, n))
    ),
    "credit": lambda r, b, n: r.view("CreditToken", "idOf", n),
    "balance": lambda r, b, who, n: r.view("CreditToken", "balanceOf", r.address(who), b.credit(n)),
    "outstanding": lambda r, b, n: r.view("CreditToken", "outstanding", b.credit(n)),
    "sealed": lambda r, b, n: r.view("CreditToken", "isSealed", b.credit(n)),
    "account": lambda r, b, n: tuple(r.view("Settlement", "accountOf", b.credit(n))),
    "due": lambda r, b, n: r.view("Settlement", "due", b.credit(n), b.day),
    "late fee": lambda r, b, n: r.view("Settlement", "lateFee", b.credit(n), b.day),
    "financings": lambda r, b: r.view("FinancingDesk", "count"),
    "financing": lambda r, b, n: r.financing(n),
    "reserved": lambda r, b: r.view("Settlement", "reserved"),
    "claimable": lambda r, b, who: r.view("Settlement", "claimable", r.address(who)),
    "total claimable": lambda r, b: r.view("Settlement", "totalClaimable"),
}


def _account(book: Book, lot: int) -> tuple[Any, ...]:
    found = book.lots[lot]
    received = found.held if found.status == 0 else found.principal + found.fee
    told = found.status, found.tried, found.defaulted, book.principal(lot), received
    return (*told, found.fee, found.fee_day, received - found.held)


def _receivable(book: Book, number: int) -> tuple[Any, ...]:
    found = book.receivables[number]
    return found.creditor, found.debtor, found.due, found.confirmed, found.milestone


def _parts(book: Book, number: int) -> tuple[int, int, int, int]:
    found = book.receivables[number]
    return found.free, found.tokenised, found.settled, found.disputed


def _financing(book: Book, number: int) -> tuple[Any, ...]:
    found = book.financings[number]
    told = book.credit(found.lot), found.holder, found.bank, found.face, found.claim
    return (*told, found.expires, found.status)


_EXPECTED: Mapping[str, Callable[..., Any]] = {
    "supply": lambda b: b.supply,
    "cash": lambda b, who: b.cash[who],
    "frozen": lambda b, who: b.held_back(who),
    "allowance": lambda b, owner, who: b.allowances.get((owner, who), 0),
    "paused": lambda b: b.paused,
    "line": lambda b, who: (b.limits[who], b.used[who]),
    "receivables": lambda b: len(b.receivables),
    "receivable": _receivable,
    "parts": _parts,
    "face": lambda b, n: sum(_parts(b, n)),
    "documents": lambda b, n: b.receivables[n].documents,
    "registered": lambda b, n: n,
    "credit": lambda b, n: b.credit(n),
    "balance": lambda b, who, n: b.holds(who, n),
    "outstanding": lambda b, n: b.receivables[n].tokenised,
    "sealed": lambda b, n: b.lots[n].sealed,
    "account": _account,
    "due": lambda b, n: b.owed(n, b.day),
    "late fee": lambda b, n: b.late_fee(n, b.day),
    "financings": lambda b: len(b.financings),
    "financing": _financing,
    "reserved": lambda b: b.reserved,
    "claimable": lambda b, who: b.claimable[who],
    "total claimable": lambda b: sum(b.claimable.values()),
}
