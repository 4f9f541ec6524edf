"""What a debtor does with what it owes, but for tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tests.contracts.world import World
from tests.properties.acts.act import REASON, Act, Call, Draw
from tests.properties.acts.checks import in_status, is_debtor, numbers, within
from tests.properties.book import REGISTRY, Book
from tests.properties.records import Reason


@dataclass(frozen=True, slots=True)
class Dispute(Act):
    """The debtor disputes a free part."""

    who: str
    receivable: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("ReceivableRegistry", "dispute", (self.receivable, self.amount, REASON))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who)
        yield from is_debtor(book, self.receivable, self.who)
        if self.receivable in book.receivables:
            yield from within(self.amount, book.receivables[self.receivable].free)

    def apply(self, book: Book) -> None:
        record = book.receivables[self.receivable]
        record.free -= self.amount
        record.disputed += self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        found = draw.target([r for r, record in book.receivables.items() if record.free], numbers(book))
        if found is None:
            return None
        record = book.receivables[found]
        return cls(draw.sender(record.debtor), found, draw.amount(max(record.free // 2, 1)))


@dataclass(frozen=True, slots=True)
class Resolve(Act):
    """The debtor takes a dispute back."""

    who: str
    receivable: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("ReceivableRegistry", "resolve", (self.receivable, self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who)
        yield from is_debtor(book, self.receivable, self.who)
        if self.receivable in book.receivables:
            yield from within(self.amount, book.receivables[self.receivable].disputed)

    def apply(self, book: Book) -> None:
        record = book.receivables[self.receivable]
        record.free += self.amount
        record.disputed -= self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        fit = [r for r, record in book.receivables.items() if record.disputed]
        found = draw.target(fit, numbers(book) if draw.twist == 2 else ())
        if found is None:
            return None
        record = book.receivables[found]
        return cls(draw.sender(record.debtor), found, draw.amount(record.disputed))


@dataclass(frozen=True, slots=True)
class Pay(Act):
    """The debtor pays a free part in cash."""

    who: str
    receivable: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("ReceivableRegistry", "pay", (self.receivable, self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from in_status(book, self.receivable, confirmed=True)
        yield from is_debtor(book, self.receivable, self.who)
        record = book.receivables.get(self.receivable)
        if record is not None:
            yield from within(self.amount, record.free)
            yield from book.allowed(self.who, REGISTRY, self.amount)
            yield from book.movement(self.who, record.creditor, self.amount)

    def apply(self, book: Book) -> None:
        record = book.receivables[self.receivable]
        record.free -= self.amount
        record.settled += self.amount
        book.spend(self.who, REGISTRY, record.creditor, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        fit = [r for r in numbers(book, confirmed=True) if book.receivables[r].free]
        found = draw.target(fit, numbers(book))
        if found is None:
            return None
        record = book.receivables[found]
        most = min(record.free, book.cash[record.debtor], book.room(record.creditor), book.terms.payment_cap)
        return cls(draw.sender(record.debtor), found, draw.amount(most))
