"""Cash in from the issuer, cash out to who holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from tests.contracts.world import World
from tests.properties.acts.act import BANKS, EVERYONE, HOLDERS, Act, Call, Draw
from tests.properties.book import DESK, SETTLEMENT, Book
from tests.properties.records import Reason, Settling, Stand


@dataclass(frozen=True, slots=True)
class Collect(Act):
    """Anybody has Settlement take what is due, or find that it cannot."""

    who: str
    lot: int

    def call(self, world: World, book: Book) -> Call:
        return Call("Settlement", "collect", (book.credit(self.lot),))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.live(self.lot)
        if self.lot not in book.lots:
            return
        if book.day != book.receivables[self.lot].due:
            yield Reason.TOO_EARLY
        if book.lots[self.lot].tried:
            yield Reason.DUPLICATE

    def apply(self, book: Book) -> None:
        ledger, issuer = book.lots[self.lot], book.receivables[self.lot].debtor
        ledger.tried = True
        owed = book.owed(self.lot, book.day)
        if owed <= min(book.cash[issuer], book.allowances.get((issuer, SETTLEMENT), 0)):
            book.receive(self.lot, owed)
        else:
            ledger.principal = book.principal(self.lot)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        fit = [lot for lot in book.lots_in(Settling.LIVE) if book.receivables[lot].due == book.day]
        found = draw.target(fit, [*book.lots])
        return None if found is None else cls(draw.other(("keeper", *EVERYONE)), found)


@dataclass(frozen=True, slots=True)
class Repay(Act):
    """The issuer pays: early, late or in parts."""

    who: str
    lot: int
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("Settlement", "repay", (book.credit(self.lot), self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.live(self.lot)
        if self.lot not in book.lots:
            return
        if self.who != book.receivables[self.lot].debtor:
            yield Reason.WRONG_SENDER
        if self.amount == 0:
            yield Reason.OUT_OF_RANGE
        if self.amount > book.owed(self.lot, book.day):
            yield Reason.TOO_MUCH
        yield from book.allowed(self.who, SETTLEMENT, self.amount)
        yield from book.movement(self.who, SETTLEMENT, self.amount)

    def apply(self, book: Book) -> None:
        ledger, fee = book.lots[self.lot], book.late_fee(self.lot, book.day)
        if fee > ledger.fee:
            ledger.fee, ledger.fee_day = fee, book.day
        book.receive(self.lot, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        found = draw.target(book.lots_in(Settling.LIVE), [*book.lots])
        if found is None:
            return None
        return cls(draw.sender(book.receivables[found].debtor), found, draw.amount(book.owed(found, book.day)))


@dataclass(frozen=True, slots=True)
class Crank(Act):
    """Anybody has holders paid."""

    twists: ClassVar[int] = 3

    who: str
    lot: int
    holders: tuple[str, ...]

    def call(self, world: World, book: Book) -> Call:
        holders = [world.address(holder) for holder in self.holders]
        return Call("Settlement", "crank", (book.credit(self.lot), holders))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.lot not in book.lots or book.lots[self.lot].status != Settling.COLLECTED:
            yield Reason.WRONG_STATUS
        if DESK in self.holders:
            yield Reason.OUT_OF_RANGE

    def apply(self, book: Book) -> None:
        for holder in self.holders:
            balance = book.holds(holder, self.lot)
            if balance:
                book.redeem(self.lot, holder, balance)
                book.pay_out(self.lot, holder, book.with_fee(self.lot, balance))
        book.close_if_empty(self.lot)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        collected = book.lots_in(Settling.COLLECTED)
        found = draw.target([lot for lot in collected if book.having(HOLDERS, lot)], collected or [*book.lots])
        if found is None:
            return None
        held = tuple(book.having(HOLDERS, found))
        lists = (HOLDERS, held[:1], HOLDERS[::-1] * 2, (), (*BANKS, "stranger", *held), ("third", "second", "third"))
        holders = (*held, DESK) if draw.twist == 3 else draw.other(lists)
        return cls(draw.one(("keeper", *EVERYONE)), found, holders)


@dataclass(frozen=True, slots=True)
class Settle(Act):
    """Anybody has a financing paid out: the bank its claim, the holder the rest."""

    who: str
    financing: int

    def call(self, world: World, book: Book) -> Call:
        return Call("Settlement", "settle", (self.financing,))

    def refusals(self, book: Book) -> Iterator[Reason]:
        record = book.financings.get(self.financing)
        if record is None or record.status != Stand.FUNDED or book.lots[record.lot].status != Settling.COLLECTED:
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        record = book.financings[self.financing]
        record.status = Stand.SETTLED
        book.redeem(record.lot, DESK, record.face)
        for payee, amount in ((record.bank, record.claim), (record.holder, record.face - record.claim)):
            if amount:
                book.pay_out(record.lot, payee, book.with_fee(record.lot, amount))
        book.close_if_empty(record.lot)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        funded = book.financings_in(Stand.FUNDED)
        fit = [f for f in funded if book.lots[book.financings[f].lot].status == Settling.COLLECTED]
        found = draw.target(fit, [*book.financings])
        return None if found is None else cls(draw.other(("keeper", *EVERYONE)), found)


@dataclass(frozen=True, slots=True)
class DeclareDefault(Act):
    """Anybody flags what is long overdue."""

    who: str
    lot: int

    def call(self, world: World, book: Book) -> Call:
        return Call("Settlement", "declareDefault", (book.credit(self.lot),))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.live(self.lot)
        if self.lot not in book.lots:
            return
        if book.day <= book.receivables[self.lot].due + book.terms.default_days:
            yield Reason.TOO_EARLY
        if book.lots[self.lot].defaulted:
            yield Reason.DUPLICATE

    def apply(self, book: Book) -> None:
        book.lots[self.lot].defaulted = True

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        last = book.day - book.terms.default_days
        late = [lot for lot in book.lots_in(Settling.LIVE) if book.receivables[lot].due < last]
        found = draw.target([lot for lot in late if not book.lots[lot].defaulted], [*book.lots])
        return None if found is None else cls(draw.other(("keeper", *EVERYONE)), found)


@dataclass(frozen=True, slots=True)
class Claim(Act):
    """A payee takes what waited for it, or as much of it as its wallet may hold."""

    who: str

    def call(self, world: World, book: Book) -> Call:
        return Call("Settlement", "claim", ())

    def amount(self, book: Book) -> int:
        return min(book.claimable[self.who], book.room(self.who))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if book.claimable[self.who] == 0:
            yield Reason.OUT_OF_RANGE
        if book.room(self.who) == 0:
            yield Reason.OVER_CAP
        yield from book.movement(SETTLEMENT, self.who, self.amount(book))

    def apply(self, book: Book) -> None:
        amount = self.amount(book)
        book.claimable[self.who] -= amount
        book.move(SETTLEMENT, self.who, amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        waiting = [who for who, amount in book.claimable.items() if amount]
        fit = [who for who in waiting if book.accepts(who, min(1, book.claimable[who]))]
        found = draw.target(fit, waiting if draw.twist != 2 else HOLDERS)
        return None if found is None else cls(found)
