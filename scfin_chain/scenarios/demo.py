"""A told story: three tiers live on one buyer's promise, a first request is refused, a second buyer pays late."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from scfin_chain.roles import Role
from scfin_chain.scenarios.stage import Actor, Document, Stage
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import CreditId, Day, FinancingId, Money, ProgrammeId, date_of, day_from_date, shown

FIRST_DAY = day_from_date(date(2026, 1, 5))
"""The first day of the story."""

FINANCINGS = DERIVED["financing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who takes part; ``suppliers`` from tier 1 down."""

    steady: Actor
    tardy: Actor
    suppliers: tuple[Actor, Actor, Actor]


class Demo:
    """Tells itself line by line; ``financings`` can be explained afterwards."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.financings: list[FinancingId] = []

    def tell(self) -> Iterator[str]:
        """Play the story, a line a happening."""
        self.stage.begin_day(FIRST_DAY)
        cast = self._enrol()
        yield f"{self._today()}  Two buyers, three tiers of suppliers and a bank with central-bank money are enrolled."
        yield from self._first_invoice(cast)
        yield from self._second_invoice(cast)
        yield from self._late_payer(cast)
        self.stage.journal.flush()
        self.stage.laboratory.listener.poll()

    def _enrol(self) -> Cast:
        enrol = self.stage.enrol
        return Cast(
            steady=enrol("Aurora Motors", Role.CORE_ENTERPRISE),
            tardy=enrol("Ember Retail", Role.CORE_ENTERPRISE),
            suppliers=(
                enrol("Beacon Castings", Role.SUPPLIER, tier=1),
                enrol("Cobalt Alloys", Role.SUPPLIER, tier=2),
                enrol("Delta Mining", Role.SUPPLIER, tier=3),
            ),
        )

    def _first_invoice(self, cast: Cast) -> Iterator[str]:
        buyer, (first, second, third) = cast.steady, cast.suppliers
        due = Day(FIRST_DAY + 30)
        credit = yield from self._sell(buyer, first, "A-001", Money(10_000_000), due)
        yield from self._split(credit, cast, due, "A-001", (Money(4_000_000), Money(1_600_000)))
        financing = self.stage.request(third, credit, Money(1_600_000))
        self.stage.decide()
        yield from self._answer(financing, third)
        self.stage.begin_day(due)
        self.stage.mint(buyer, Money(10_000_000))
        self.stage.close_day()
        yield (
            f"{self._today()}  Maturity: the contract collects {shown(10_000_000)} from {buyer.name} by itself; "
            f"{first.name} gets {shown(6_000_000)}, {second.name} {shown(2_400_000)}, {third.name} {shown(1_600_000)}."
        )

    def _second_invoice(self, cast: Cast) -> Iterator[str]:
        buyer, (first, second, third) = cast.steady, cast.suppliers
        self.stage.begin_day(Day(FIRST_DAY + 36))
        due = Day(FIRST_DAY + 96)
        credit = yield from self._sell(buyer, first, "A-002", Money(12_000_000), due)
        yield from self._split(credit, cast, due, "A-002", (Money(4_800_000), Money(1_920_000)))
        kept = ((first, Money(7_200_000)), (second, Money(2_880_000)), (third, Money(1_920_000)))
        asked = [(self.stage.request(holder, credit, amount), holder) for holder, amount in kept]
        self.stage.decide()
        for financing, holder in asked:
            yield from self._answer(financing, holder)
        self.stage.begin_day(due)
        self.stage.mint(buyer, Money(12_000_000))
        self.stage.close_day()
        yield (
            f"{self._today()}  Maturity: {shown(12_000_000)} is collected from {buyer.name}; the bank takes its claims "
            f"first, each holder the rest."
        )

    def _late_payer(self, cast: Cast) -> Iterator[str]:
        buyer, first = cast.tardy, cast.suppliers[0]
        due = Day(FIRST_DAY + 126)
        credit = yield from self._sell(buyer, first, "E-001", Money(5_000_000), due)
        self.stage.begin_day(Day(FIRST_DAY + 110))
        self.stage.mint(buyer, Money(5_000_000))
        self.stage.repay(buyer, credit, Money(5_000_000))
        self.stage.pay_out()
        yield f"{self._today()}  {buyer.name} repays {shown(5_000_000)} early, at face."
        due = Day(FIRST_DAY + 140)
        credit = yield from self._sell(buyer, first, "E-002", Money(5_000_000), due)
        financing = self.stage.request(first, credit, Money(5_000_000))
        self.stage.decide()
        yield from self._answer(financing, first)
        self.stage.begin_day(due)
        self.stage.close_day()
        yield f"{self._today()}  Maturity: {buyer.name} has no cash, so the collection fails and the credit is overdue."
        self.stage.begin_day(Day(due + 12))
        self.stage.mint(buyer, Money(2_000_000))
        self.stage.repay(buyer, credit, Money(2_000_000))
        yield f"{self._today()}  {buyer.name} pays {shown(2_000_000)}, 12 days late: repaying is always possible."
        self.stage.begin_day(Day(due + 20))
        owed = self.stage.owed(credit)
        self.stage.mint(buyer, owed)
        self.stage.repay(buyer, credit, owed)
        self.stage.close_day()
        yield (
            f"{self._today()}  {buyer.name} pays the last {shown(owed)}, of it a late fee of "
            f"{shown(owed - 3_000_000)}; the bank and {first.name} share it by what each was owed."
        )

    def _sell(self, buyer: Actor, seller: Actor, number: str, face: Money, due: Day) -> Generator[str, None, CreditId]:
        """Trade, delivery, confirmation and recharge; the generator's value is the credit's id."""
        stage = self.stage
        receivable = stage.register(
            creditor=seller, debtor=buyer, number=number, face=face, due=due, programme=ProgrammeId(seller.id)
        )
        stage.deliver(receivable)
        stage.confirm(buyer, receivable)
        credit = stage.recharge(buyer, receivable, face)
        yield (
            f"{self._today()}  {seller.name} registers {number}: {buyer.name} owes {shown(face)} on {date_of(due)}; "
            f"delivered, confirmed, and turned into credit tokens."
        )
        return credit

    def _split(self, credit: CreditId, cast: Cast, due: Day, number: str, parts: tuple[Money, ...]) -> Iterator[str]:
        for payer, payee, part in zip(cast.suppliers, cast.suppliers[1:], parts, strict=False):
            trade = self.stage.register(
                creditor=payee, debtor=payer, number=number, face=part, due=due, document=Document.ORDER
            )
            self.stage.confirm(payer, trade)
            self.stage.pay_with(payer, credit, trade, part)
            yield f"{self._today()}  {payer.name} pays {payee.name} {shown(part)}, against a trade of their own."

    def _answer(self, financing: FinancingId, holder: Actor) -> Iterator[str]:
        self.financings.append(financing)
        self.stage.laboratory.listener.poll()
        with self.stage.laboratory.store.read() as connection:
            row = connection.execute(select(FINANCINGS).where(FINANCINGS.c.id == financing)).mappings().one()
        asked = f"{self._today()}  {holder.name} asks for cash against {shown(row['face'])}"
        if row["state"] == "refused":
            yield f"{asked}: refused (financing {financing})."
            return
        yield (
            f"{asked}: the bank advances {shown(row['price'])} for a claim of {shown(row['claim'])} at "
            f"{row['rate_bps'] / 100:.2f} % a year (financing {financing})."
        )

    def _today(self) -> str:
        return date_of(self.stage.day).isoformat()
