"""What is done with cash alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from scfin_chain.chain import ZERO_ADDRESS
from tests.contracts.world import MAX, MOST, World
from tests.properties.acts.act import BANKS, HOLDERS, ISSUERS, REASON, SYSTEMS, WALLETS, Act, Call, Draw
from tests.properties.book import DESK, REGISTRY, SETTLEMENT, Book
from tests.properties.records import Reason

NOBODY = "nobody"
"""The zero address."""

SPENDERS: tuple[tuple[str, str], ...] = (
    *((issuer, spender) for issuer in ISSUERS for spender in (SETTLEMENT, REGISTRY)),
    *((bank, DESK) for bank in BANKS),
    *((holder, REGISTRY) for holder in HOLDERS),
    ("core", "supplier"),
    ("supplier", "second"),
)
"""Whose cash may be moved by whom."""


def _address(world: World, who: str) -> str:
    return ZERO_ADDRESS if who == NOBODY else world.address(who)


@dataclass(frozen=True, slots=True)
class Mint(Act):
    """The central bank issues cash."""

    twists: ClassVar[int] = 3

    who: str
    account: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "mint", (_address(world, self.account), self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "central bank":
            yield Reason.WRONG_SENDER
        if not book.valid(self.account):
            yield Reason.NOT_VALID
        if book.supply + self.amount > MOST:
            yield Reason.OVER_CAP

    def apply(self, book: Book) -> None:
        book.cash[self.account] += self.amount
        book.supply += self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        options = (*WALLETS, *SYSTEMS, "stranger", NOBODY) if draw.twist == 2 else WALLETS
        most = MOST - book.supply if draw.twist == 3 else 1_000_000
        return cls(draw.sender("central bank"), draw.one(options), draw.amount(most, MAX))


@dataclass(frozen=True, slots=True)
class Burn(Act):
    """The central bank withdraws its own."""

    who: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "burn", (self.amount,))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "central bank":
            yield Reason.WRONG_SENDER
        if self.amount > book.cash[self.who]:
            yield Reason.SHORT

    def apply(self, book: Book) -> None:
        book.cash[self.who] -= self.amount
        book.supply -= self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        who = draw.sender("central bank")
        return cls(who, draw.amount(book.cash[who], MAX))


@dataclass(frozen=True, slots=True)
class Transfer(Act):
    """A wallet pays another."""

    who: str
    payee: str
    amount: int
    referenced: bool = False

    def call(self, world: World, book: Book) -> Call:
        address = _address(world, self.payee)
        if self.referenced:
            return Call("CashToken", "transferWithReference", (address, self.amount, REASON))
        return Call("CashToken", "transfer", (address, self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.movement(self.who, self.payee, self.amount)

    def apply(self, book: Book) -> None:
        book.move(self.who, self.payee, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        who = draw.sender(draw.one(WALLETS))
        options = (*WALLETS, "stranger", NOBODY, DESK) if draw.twist == 2 else WALLETS
        payee = draw.other(options)
        most = min(max(book.cash[who] - book.held_back(who), 0), book.room(payee), book.terms.payment_cap)
        return cls(who, payee, draw.amount(most, MAX), draw.extra % 2 == 1)


@dataclass(frozen=True, slots=True)
class Donate(Act):
    """Cash into Settlement for nothing; nobody can refuse it."""

    who: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "transfer", (world.address(SETTLEMENT), self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.movement(self.who, SETTLEMENT, self.amount)

    def apply(self, book: Book) -> None:
        book.move(self.who, SETTLEMENT, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        who = draw.one(WALLETS)
        return cls(who, draw.amount(min(book.cash[who], 1_000 + draw.extra), MAX))


@dataclass(frozen=True, slots=True)
class TransferFrom(Act):
    """Somebody moves another's cash by allowance."""

    who: str
    payer: str
    payee: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "transferFrom", (world.address(self.payer), _address(world, self.payee), self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.allowed(self.payer, self.who, self.amount)
        yield from book.movement(self.payer, self.payee, self.amount)

    def apply(self, book: Book) -> None:
        book.spend(self.payer, self.who, self.payee, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        payer, spender = draw.one(SPENDERS[-2:])
        payee = draw.other((spender, *WALLETS, SETTLEMENT))
        most = min(book.allowances.get((payer, spender), 0), book.cash[payer], book.room(payee))
        return cls(draw.sender(spender), payer, payee, draw.amount(min(most, book.terms.payment_cap), MAX))


@dataclass(frozen=True, slots=True)
class Approve(Act):
    """An allowance."""

    who: str
    spender: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "approve", (world.address(self.spender), self.amount))

    def refusals(self, book: Book) -> Iterator[Reason]:
        return iter(())

    def apply(self, book: Book) -> None:
        book.allowances[self.who, self.spender] = self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        return cls(*draw.one(SPENDERS), draw.other((MAX, MAX, 100_000, 0)))


@dataclass(frozen=True, slots=True)
class Freeze(Act):
    """A part of a balance stays, or with `MAX` the whole account, receiving included."""

    who: str
    account: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        return Call("CashToken", "freeze", (world.address(self.account), self.amount, REASON))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "compliance":
            yield Reason.WRONG_SENDER
        if book.system(self.account):
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        book.frozen[self.account] = self.amount

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        options = (*WALLETS, *SYSTEMS) if draw.twist == 2 else (*HOLDERS, *ISSUERS, "bank", "regulator")
        account = draw.one(options)
        return cls(draw.sender("compliance"), account, draw.other((MAX, 0, book.cash[account] // 2, 1)))


@dataclass(frozen=True, slots=True)
class ForceTransfer(Act):
    """A court moves cash, frozen or not."""

    twists: ClassVar[int] = 3

    who: str
    payer: str
    payee: str
    amount: int

    def call(self, world: World, book: Book) -> Call:
        parties = _address(world, self.payer), _address(world, self.payee)
        return Call("CashToken", "forceTransfer", (*parties, self.amount, REASON))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "court":
            yield Reason.WRONG_SENDER
        if self.payer == self.payee or book.system(self.payer) or book.system(self.payee):
            yield Reason.WRONG_STATUS
        if not book.valid(self.payee) or self.payer == NOBODY:
            yield Reason.NOT_VALID
        if self.amount > book.cash[self.payer]:
            yield Reason.SHORT

    def apply(self, book: Book) -> None:
        book.move(self.payer, self.payee, self.amount)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        options = (*SYSTEMS, NOBODY, "stranger", *WALLETS) if draw.twist == 2 else WALLETS
        payer, payee = NOBODY if draw.twist == 3 else draw.one(options), draw.other(options)
        return cls(draw.sender("court"), payer, payee, draw.amount(book.cash[payer] or 1, MAX))
