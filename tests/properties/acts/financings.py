"""What is done at the financing desk."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from eth_utils.crypto import keccak

from scfin_chain.units import DAY_SECONDS
from tests.contracts.world import APPROVE, BANK, REFUSE, Decision, World, price_down
from tests.properties.acts.act import BANKS, EVERYONE, HOLDERS, UINT128, Act, Call, Draw
from tests.properties.book import DESK, Book
from tests.properties.records import Financing, Reason, Stand

FIELDS = tuple(field.name for field in fields(Decision))


@dataclass(frozen=True, slots=True)
class Request(Act):
    """A holder pledges tokens and asks for cash."""

    who: str
    lot: int
    face: int
    expires: int

    def call(self, world: World, book: Book) -> Call:
        return Call("FinancingDesk", "request", (book.credit(self.lot), self.face, self.expires))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.trades(self.who)
        yield from book.tradable(self.lot)
        if self.face == 0:
            yield Reason.OUT_OF_RANGE
        if self.expires < book.day:
            yield Reason.PAST
        if self.face > book.holds(self.who, self.lot):
            yield Reason.TOO_MUCH

    def apply(self, book: Book) -> None:
        book.financings[len(book.financings) + 1] = Financing(self.lot, self.who, self.face, self.expires)
        book.lots[self.lot].balances[self.who] -= self.face
        book.lots[self.lot].balances[DESK] += self.face

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        held = [(lot, who) for lot in book.lots for who in book.having(HOLDERS, lot)]
        fit = [(lot, who) for lot, who in held if not any(book.tradable(lot))]
        found = draw.target(fit, held)
        if found is None:
            return None
        lot, holder = found
        expires = book.day + draw.other((30, 3, 0, 60, -1))
        return cls(draw.sender(holder), lot, draw.amount(book.holds(holder, lot)), expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Act):
    """A decision and who signed it; `altered` names a field changed after the signature."""

    twists: ClassVar[int] = 10

    who: str
    financing: int
    bank: str = "bank"
    claim: int
    rate_bps: int = 600
    price: int
    as_of: int
    deadline: int
    verdict: int = APPROVE
    holder: str = ""
    altered: str = ""
    signed_by: str = "decider"

    def signed(self, book: Book) -> Decision:
        """What was decided: on the financing as it was requested, unless another holder is named."""
        record = book.financings.get(self.financing, Financing(0, "", 0, 0))
        return Decision(
            verdict=self.verdict,
            financing=self.financing,
            bank=book.ids[self.bank],
            holder=book.ids.get(self.holder or record.holder, 0),
            credit_id=book.credit(record.lot),
            face=record.face,
            price=self.price,
            claim=self.claim,
            rate_bps=self.rate_bps,
            pd_bps=120,
            lgd_bps=4_500,
            recourse=False,
            supervised=True,
            reason=0,
            model_hash=keccak(text="model"),
            inputs_hash=keccak(text="inputs"),
            as_of_day=self.as_of,
            deadline=self.deadline,
        )

    def decision(self, book: Book) -> Decision:
        """What is sent."""
        signed = self.signed(book)
        return replace(signed, **{self.altered: _other(self.altered, signed)}) if self.altered else signed

    def signature(self, world: World, book: Book) -> bytes:
        return world.sign(self.signed(book), self.signed_by)

    def _decided(self, book: Book, wanted: int) -> Iterator[Reason]:
        """What both verdicts ask."""
        sent, record = self.decision(book), book.financings.get(self.financing)
        if self.altered == "financing" or record is None or record.status != Stand.REQUESTED:
            yield Reason.WRONG_STATUS
        if self.altered or self.signed_by != "decider":
            yield Reason.FORGED
        if sent.verdict != wanted or (self.holder and self.holder != (record.holder if record else "")):
            yield Reason.MISMATCH
        if sent.as_of_day > book.day:
            yield Reason.TOO_EARLY
        if sent.deadline < book.now:
            yield Reason.LATE

    @classmethod
    def _drawn(cls, book: Book, draw: Draw, verdict: int, who: str) -> Self | None:
        requested = book.financings_in(Stand.REQUESTED)
        if draw.twist == 10 and book.executed:
            return replace(draw.one(book.executed), who=who)
        fit = [f for f in requested if not any(book.tradable(book.financings[f].lot))]
        found = draw.target(fit or requested, [*book.financings])
        if found is None:
            return None
        record = book.financings[found]
        due = book.receivables[record.lot].due
        as_of = book.day - (0, 0, 1, 7)[draw.extra % 4] if draw.twist != 5 else book.day + 1
        claim, rate = draw.amount(record.face), (600, 0, 2_400)[draw.pick % 3]
        price = price_down(claim, rate, max(due - as_of, 0))
        return cls(
            who=who,
            financing=found,
            bank=BANKS[draw.pick % 2],
            claim=claim,
            rate_bps=rate,
            price=min(price + (draw.twist == 6), UINT128),
            as_of=as_of,
            deadline=book.now - 1 if draw.twist == 4 else book.now + (0, DAY_SECONDS)[draw.extra % 2],
            verdict=verdict if draw.twist != 7 else APPROVE + REFUSE - verdict,
            holder="third" if draw.twist == 8 else "",
            altered=draw.other(FIELDS) if draw.twist == 3 else "",
            signed_by=draw.other(EVERYONE) if draw.twist == 9 else "decider",
        )


class Fund(Decided):
    """A bank funds on an approval."""

    __slots__ = ()

    def call(self, world: World, book: Book) -> Call:
        decision = self.decision(book)
        return Call("FinancingDesk", "fund", (decision.values(), self.signature(world, book)))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.trades(self.who, BANK)
        yield from self._decided(book, APPROVE)
        sent, record = self.decision(book), book.financings.get(self.financing)
        if book.ids.get(self.who) != sent.bank:
            yield Reason.WRONG_SENDER
        if record is None:
            return
        yield from book.tradable(record.lot)
        if record.expires < book.day:
            yield Reason.EXPIRED
        if not 0 < sent.price <= sent.claim <= sent.face:
            yield Reason.OUT_OF_RANGE
        days = book.receivables[record.lot].due - sent.as_of_day
        if days >= 0 and sent.price != price_down(sent.claim, sent.rate_bps, days):
            yield Reason.WRONG_PRICE
        yield from book.allowed(self.who, DESK, sent.price)
        yield from book.movement(self.who, record.holder, sent.price)

    def apply(self, book: Book) -> None:
        record = book.financings[self.financing]
        record.status, record.bank, record.claim = Stand.FUNDED, self.who, self.claim
        book.executed.append(self)
        book.spend(self.who, DESK, record.holder, self.price)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        drawn = cls._drawn(book, draw, APPROVE, "")
        return None if drawn is None else replace(drawn, who=draw.sender(drawn.bank))


class Refuse(Decided):
    """Anybody executes a signed refusal."""

    __slots__ = ()

    def call(self, world: World, book: Book) -> Call:
        decision = self.decision(book)
        return Call("FinancingDesk", "refuse", (decision.values(), self.signature(world, book)))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from self._decided(book, REFUSE)

    def apply(self, book: Book) -> None:
        book.executed.append(self)
        _give_back(book, self.financing, Stand.REFUSED)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        return cls._drawn(book, draw, REFUSE, draw.other(("keeper", *EVERYONE)))


@dataclass(frozen=True, slots=True)
class Cancel(Act):
    """The holder takes its tokens back."""

    who: str
    financing: int

    def call(self, world: World, book: Book) -> Call:
        return Call("FinancingDesk", "cancel", (self.financing,))

    def refusals(self, book: Book) -> Iterator[Reason]:
        record = book.financings.get(self.financing)
        if record is None or record.status != Stand.REQUESTED:
            yield Reason.WRONG_STATUS
        if record is None or record.holder != self.who:
            yield Reason.WRONG_SENDER

    def apply(self, book: Book) -> None:
        _give_back(book, self.financing, Stand.CANCELLED)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        found = draw.target(book.financings_in(Stand.REQUESTED), [*book.financings])
        return None if found is None else cls(draw.sender(book.financings[found].holder), found)


@dataclass(frozen=True, slots=True)
class Expire(Act):
    """Anybody gives the tokens back after the last day."""

    who: str
    financing: int

    def call(self, world: World, book: Book) -> Call:
        return Call("FinancingDesk", "expire", (self.financing,))

    def refusals(self, book: Book) -> Iterator[Reason]:
        record = book.financings.get(self.financing)
        if record is None or record.status != Stand.REQUESTED:
            yield Reason.WRONG_STATUS
        if record is not None and book.day <= record.expires:
            yield Reason.TOO_EARLY

    def apply(self, book: Book) -> None:
        _give_back(book, self.financing, Stand.EXPIRED)

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        lapsed = [f for f in book.financings_in(Stand.REQUESTED) if book.financings[f].expires < book.day]
        found = draw.target(lapsed, [*book.financings])
        return None if found is None else cls(draw.other(("keeper", *EVERYONE)), found)


def _give_back(book: Book, financing: int, status: Stand) -> None:
    record = book.financings[financing]
    record.status = status
    book.lots[record.lot].balances[DESK] -= record.face
    book.lots[record.lot].balances[record.holder] += record.face


def _other(name: str, decision: Decision) -> Any:
    """Another value of a field."""
    value = getattr(decision, name)
    if isinstance(value, bytes):
        return keccak(value)
    if isinstance(value, bool):
        return not value
    if name == "verdict":
        return APPROVE + REFUSE - value
    return value - 1 if value else 1
