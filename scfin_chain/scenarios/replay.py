"""Replays a file of invoices: each customer a core enterprise, each branch a tier-1 supplier, day by day.

A branch is the programme under which its invoices are registered. Within a day cash comes in first, then what it pays,
then new invoices, then requests, then decisions: a payment of the same day is known. Participants are enrolled on the
day of their first invoice, so that nothing on chain depends on what comes later in the file.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from scfin_chain.roles import Role
from scfin_chain.scenarios.invoices import Invoice
from scfin_chain.scenarios.stage import Actor, Document, Stage
from scfin_chain.units import BASIS, CreditId, Day, Money, ProgrammeId, ReceivableId

Progress = Callable[[int, int], None]
"""Told after each piece of work: pieces done, pieces in all."""


@dataclass(slots=True, kw_only=True)
class Traded:
    """An invoice on the stage: its receivable and, unless it was never credit, its tokens."""

    invoice: Invoice
    issuer: Actor
    receivable: ReceivableId
    credit: CreditId | None = None


@dataclass(slots=True)
class Replay:
    """The state of a replay; ``run`` plays it to the end."""

    stage: Stage
    invoices: tuple[Invoice, ...]
    seed: int
    progress: Progress = lambda done, total: None
    traded: dict[int, Traded] = field(default_factory=dict)
    _cast: dict[str, Actor] = field(default_factory=dict)
    _done: int = 0

    def run(self) -> None:
        """Play every day on which something happens, to the last day that the file names."""
        registered, settled = defaultdict(list), defaultdict(list)
        for invoice in sorted(self.invoices, key=_in_order):
            registered[invoice.invoiced].append(invoice)
            if invoice.settled is not None:
                settled[invoice.settled].append(invoice)
        for day in self._days():
            self.stage.begin_day(day)
            self._settle(settled[day])
            self.stage.close_day()
            self._trade(registered[day])
            self.stage.journal.flush()
        self.stage.laboratory.listener.poll()

    def _days(self) -> list[Day]:
        """Days with invoices, payments, maturities and defaults, in order; no longer than the file reaches."""
        last = Day(max(max(i.invoiced, i.due, i.settled or i.due) for i in self.invoices))
        default_days = self.stage.laboratory.settings.ledger.default_days
        days = {i.invoiced for i in self.invoices} | {i.due for i in self.invoices}
        days |= {i.settled for i in self.invoices if i.settled is not None}
        days |= {Day(i.due + default_days + 1) for i in self.invoices}
        return sorted(day for day in days if day <= last)

    def _settle(self, invoices: Iterable[Invoice]) -> None:
        """The debtors get the exact cash of what they pay today, and pay it."""
        for invoice in invoices:
            if invoice.settled != invoice.invoiced:  # one paid on its own day was paid when it was registered
                self._pay(self.traded[invoice.line])
            self._count()

    def _pay(self, traded: Traded) -> None:
        stage, invoice, issuer = self.stage, traded.invoice, traded.issuer
        if invoice.disputed:
            stage.resolve(issuer, traded.receivable, invoice.amount)
            stage.confirm(issuer, traded.receivable)
        if traded.credit is None:
            stage.mint(issuer, invoice.amount)
            stage.pay(issuer, traded.receivable, invoice.amount)
            return
        owed = stage.owed(traded.credit)
        stage.mint(issuer, owed)
        if stage.day == invoice.due:
            stage.collect(traded.credit)
        else:
            stage.repay(issuer, traded.credit, owed)
        stage.pay_out()

    def _trade(self, invoices: Iterable[Invoice]) -> None:
        """Register today's invoices, hand their credit down, ask for cash, and have it decided."""
        kept: list[tuple[Actor, CreditId, Money]] = []
        for invoice in invoices:
            kept += self._register(invoice)
            self._count()
        for holder, credit, amount in kept:
            self.stage.request(holder, credit, amount)
        self.stage.decide()

    def _register(self, invoice: Invoice) -> list[tuple[Actor, CreditId, Money]]:
        """Put an invoice on the ledger; gives who keeps how much of its credit."""
        stage = self.stage
        branch = self._actor(f"branch {invoice.country}", Role.SUPPLIER, tier=1)
        issuer = self._actor(f"customer {invoice.customer}", Role.CORE_ENTERPRISE)
        receivable = stage.register(
            creditor=branch,
            debtor=issuer,
            number=invoice.number,
            face=invoice.amount,
            due=invoice.due,
            programme=ProgrammeId(branch.id),
        )
        traded = self.traded[invoice.line] = Traded(invoice=invoice, issuer=issuer, receivable=receivable)
        stage.deliver(receivable)
        if invoice.disputed:
            stage.dispute(issuer, receivable, invoice.amount, reason="disputed in the file")
        else:
            stage.confirm(issuer, receivable)
        if invoice.settled == invoice.invoiced:
            self._pay(traded)
        elif not invoice.disputed and invoice.due > invoice.invoiced and stage.room(issuer) >= invoice.amount:
            traded.credit = stage.recharge(issuer, receivable, invoice.amount)
            return self._hand_down(branch, traded, traded.credit)
        return []

    def _hand_down(self, branch: Actor, traded: Traded, credit: CreditId) -> list[tuple[Actor, CreditId, Money]]:
        """Each tier pays the next with a part of the credit, against a trade of its own, and keeps the rest.

        A trade is numbered by the receivable whose credit pays it: two customers may use the same invoice number.
        """
        invoice, scenario = traded.invoice, self.stage.laboratory.settings.scenario
        chance = _chance(self.seed, invoice)
        holder, held, kept = branch, invoice.amount, []
        for tier in range(2, scenario.tiers + 1):
            passed = Money(held * scenario.passed_on_bps // BASIS)
            if passed == 0:
                break
            number = int(chance.integers(scenario.suppliers_a_tier)) + 1
            supplier = self._actor(f"supplier {invoice.country}/{tier}/{number}", Role.SUPPLIER, tier=tier)
            trade = self.stage.register(
                creditor=supplier,
                debtor=holder,
                number=f"R-{traded.receivable}",
                face=passed,
                due=invoice.due,
                document=Document.ORDER,
            )
            self.stage.confirm(holder, trade)
            self.stage.pay_with(holder, credit, trade, passed)
            kept.append((holder, credit, Money(held - passed)))
            holder, held = supplier, passed
        return [*kept, (holder, credit, held)]

    def _actor(self, name: str, role: Role, *, tier: int = 0) -> Actor:
        if name not in self._cast:
            self._cast[name] = self.stage.enrol(name, role, tier=tier)
        return self._cast[name]

    def _count(self) -> None:
        self._done += 1
        total = len(self.invoices) + sum(invoice.settled is not None for invoice in self.invoices)
        self.progress(self._done, total)


def _in_order(invoice: Invoice) -> tuple[int, str, str, str]:
    return invoice.invoiced, invoice.number, invoice.country, invoice.customer


def _chance(seed: int, invoice: Invoice) -> np.random.Generator:
    """Chance of one invoice alone: what comes before or after it in the file changes nothing."""
    name = f"{seed}/{invoice.country}/{invoice.customer}/{invoice.number}".encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()[:16]))
