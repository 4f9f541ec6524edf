"""The line, and what is done with credit tokens outside the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from tests.contracts.world import CORE_ENTERPRISE, MOST, World
from tests.properties.acts.act import HOLDERS, ISSUERS, SYSTEMS, WALLETS, Act, Call, Draw
from tests.properties.book import Book
from tests.properties.records import Lot, Reason


def issuable(book: Book) -> list[int]:
    """Receivables on which an issuer may recharge."""
    return [
        r
        for r, record in book.receivables.items()
        if record.confirmed and record.free and record.debtor in ISSUERS and not any(book.tradable(r))
    ]


@dataclass(frozen=True, slots=True)
class SetLimit(Act):
    """The bank says how much of an issuer's credit may circulate."""

    who: str
    issuer: str
    limit: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CreditLine", "setLimit", (world.id(self.issuer), self.limit))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "bank":
            yield Reason.WRONG_SENDER
        if self.limit > MOST:
            yield Reason.OUT_OF_RANGE

    def apply(self, book: Book) -> None:
        book.limits[self.issuer] = self.limit

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        issuer = draw.one(ISSUERS)
        return cls(draw.sender("bank"), issuer, draw.other((2_000_000, book.used[issuer], MOST, 50_000, 0, MOST + 1)))


@dataclass(frozen=True, slots=True)
class Recharge(Act):
    """An issuer makes tokens of a free part of what it owes."""

    twists: ClassVar[int] = 3

    who: str
    receivable: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CreditToken", "recharge", (self.receivable, self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.trades(self.who, CORE_ENTERPRISE)
        yield from book.tradable(self.receivable)
        record = book.receivables.get(self.receivable)
        if record is None or record.debtor != self.who:
            yield Reason.WRONG_SENDER
        if record is None:
            return
        if not book.valid(record.creditor):
            yield Reason.NOT_VALID
        if not record.confirmed:
            yield Reason.WRONG_STATUS
        if self.amount == 0:
            yield Reason.OUT_OF_RANGE
        if self.amount > record.free:
            yield Reason.TOO_MUCH
        if book.used[self.who] + self.amount > book.limits[self.who]:
            yield Reason.OVER_LIMIT

    def apply(self, book: Book) -> None:
        record = book.receivables[self.receivable]
        record.free -= self.amount
        record.tokenised += self.amount
        book.lots.setdefault(self.receivable, Lot()).balances[record.creditor] += self.amount
        book.used[self.who] += self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        found = draw.target(issuable(book), [*book.receivables])
        if found is None:
            return None
        record = book.receivables[found]
        room = book.limits[record.debtor] - book.used[record.debtor]
        most = record.free if draw.twist == 3 else min(record.free, max(room, 0))
        return cls(draw.sender(record.debtor), found, draw.amount(most))


@dataclass(frozen=True, slots=True)
class PayWith(Act):
    """A holder pays a trade with tokens."""

    twists: ClassVar[int] = 3

    who: str
    lot: int
    trade: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CreditToken", "payWith", (book.credit(self.lot), self.trade, self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.trades(self.who)
        yield from book.tradable(self.lot)
        record = book.receivables.get(self.trade)
        if record is None or record.debtor != self.who:
            yield Reason.WRONG_SENDER
        if record is None:
            return
        if not book.valid(record.creditor):
            yield Reason.NOT_VALID
        if not record.confirmed:
            yield Reason.WRONG_STATUS
        if self.amount == 0:
            yield Reason.OUT_OF_RANGE
        if self.amount > min(record.free, book.holds(self.who, self.lot)):
            yield Reason.TOO_MUCH

    def apply(self, book: Book) -> None:
        record = book.receivables[self.trade]
        record.free -= self.amount
        record.settled += self.amount
        book.lots[self.lot].balances[self.who] -= self.amount
        book.lots[self.lot].balances[record.creditor] += self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        owed = {t: r for t, r in book.receivables.items() if r.debtor in HOLDERS and r.confirmed and r.free}
        fit = [(lot, t) for t, r in owed.items() for lot in book.lots if book.holds(r.debtor, lot)]
        tradable = [(lot, t) for lot, t in fit if not any(book.tradable(lot))]
        found = draw.target(tradable or fit, [(lot, t) for lot in book.lots for t in book.receivables])
        if found is None:
            return None
        lot, trade = found
        payer = book.receivables[trade].debtor
        most = min(book.receivables[trade].free, book.holds(payer, lot))
        if draw.twist == 3:
            most = book.holds(payer, lot)
        return cls(draw.sender(payer), lot, trade, draw.amount(most))


@dataclass(frozen=True, slots=True)
class BareTransfer(Act):
    """A transfer of ERC-1155, with nothing against it: never possible."""

    always_refused: ClassVar[bool] = True

    who: str
    lot: int
    payee: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        parties = world.address(self.who), world.address(self.payee)
        return Call("CreditToken", "safeTransferFrom", (*parties, book.credit(self.lot), self.amount, b""))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield Reason.WRONG_SENDER

    def apply(self, book: Book) -> None:
        if self.lot in book.lots:
            book.lots[self.lot].balances[self.who] -= self.amount
            book.lots[self.lot].balances[self.payee] += self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        fit = [(lot, who) for lot in book.lots for who in book.having(HOLDERS, lot)]
        found = draw.target(fit, ())
        if found is None:
            return None
        return cls(found[1], found[0], draw.other((*SYSTEMS, *WALLETS)), draw.amount(book.holds(found[1], found[0])))
