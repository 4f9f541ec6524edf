"""The decisions on a file of invoices without a chain, in seconds: the same policy on a book that is kept in lists.

A plain second implementation of what contracts, listener and book come to; it approves and refuses what ``scfin run``
does. Its variants show what a convention is worth.

    python scripts/decide_off_chain.py --invoices invoices.csv --forget-disputes --firms-of-the-bank
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from scfin_chain import (
    CreditId,
    Day,
    FinancingId,
    InvalidInput,
    Invoice,
    Money,
    ProgrammeId,
    ScfinError,
    Settings,
    load_settings,
    read_invoices,
)
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.policy import Judgement, decide
from scfin_chain.service.rules import Rules
from scfin_chain.units import BASIS, ParticipantId

EXAMPLE = Path(__file__).parent.parent / "examples" / "invoices.csv"
NEVER = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Conventions that may be changed."""

    forget_disputes: bool
    firms_of_the_bank: bool
    declare_faces: bool


class Book:
    """What the bank knows; a firm is (country, tier), a pair is (customer, firm)."""

    def __init__(self, settings: Settings, variant: Variant) -> None:
        if settings.scenario.suppliers_a_tier > 1:
            raise InvalidInput("scenario.suppliers_a_tier", settings.scenario.suppliers_a_tier, "1 off the chain")
        self.settings, self.rules, self.variant = settings, Rules.from_settings(settings), variant
        self.owed: defaultdict[str, list[Invoice]] = defaultdict(list)
        self.flows: defaultdict[object, list[tuple[Day, int]]] = defaultdict(list)
        self.declared: dict[object, int] = {}
        self.advances: defaultdict[object, list[tuple[int, int]]] = defaultdict(list)
        self.firms: defaultdict[str, set[object]] = defaultdict(set)
        self.supervised: dict[str, bool] = {}

    def trade(self, invoice: Invoice) -> Iterator[tuple[Invoice, int, Money]]:
        """Note an invoice; gives the tiers that hold its credit, and how much each keeps."""
        self.owed[f"customer {invoice.customer}"].append(invoice)
        self.owed[f"branch {invoice.country}"].append(invoice)
        if invoice.disputed or invoice.due == invoice.invoiced or invoice.settled == invoice.invoiced:
            return
        held = int(invoice.amount)
        for tier in range(1, self.settings.scenario.tiers + 1):
            last = tier == self.settings.scenario.tiers
            passed = 0 if last else held * self.settings.scenario.passed_on_bps // BASIS
            pair = (invoice.customer, invoice.country, tier)
            self.flows[pair] += [(invoice.invoiced, held), (invoice.invoiced, -passed)]
            self.declared.setdefault(pair, int(invoice.amount) if self.variant.declare_faces else held)
            yield invoice, tier, Money(held - passed)
            held = passed
            if not held:
                return

    def decide(self, invoice: Invoice, tier: int, face: Money) -> Judgement:
        """The bank's answer, which changes the book."""
        day, country, pair = invoice.invoiced, invoice.country, (invoice.customer, invoice.country, tier)
        due, prompt, paid, late, default = self._kept(f"customer {invoice.customer}", day, self.rules.graces.score_days)
        programme = self._kept(f"branch {country}", day, self.rules.graces.programme_days)
        firms = self.firms["bank" if self.variant.firms_of_the_bank else country]
        facts = RequestFacts(
            financing=FinancingId(0),
            day=day,
            bank=ParticipantId(0),
            holder=ParticipantId(tier),
            issuer=ParticipantId(0),
            programme=ProgrammeId(0),
            credit=CreditId(0),
            face=face,
            maturity=invoice.due,
            confirmed=True,
            disputed=Money(0),
            obligations_due=due,
            obligations_prompt=prompt,
            obligations_paid=paid,
            late_days=late,
            issuer_in_default=default,
            programme_due=programme[0],
            programme_repaid=programme[1],
            last_supervised=self.supervised.get(country),
            firms_financed=len(firms | {(country, tier)}),
            volumes=self._volumes(pair, day),
            first_credit=Money(self.declared[pair]),
            advanced=Money(sum(advance for until, advance in self.advances[pair] if until > day)),
            line_limit=Money(NEVER),
            line_used=Money(0),
        )
        judgement = decide(facts, self.rules)
        self.supervised[country] = judgement.supervised
        if judgement.approved:
            firms.add((country, tier))
            self.advances[pair].append((invoice.settled or NEVER, judgement.advance))
        return judgement

    def _kept(self, whose: str, day: Day, grace: int) -> tuple[int, int, int, int, bool]:
        """Obligations that count, of them kept, paid, the days late of all, and whether one is in default."""
        due = kept = paid = late = 0
        default = False
        for invoice in self.owed[whose]:
            until = invoice.settled or NEVER
            if invoice.disputed and (until > day or self.variant.forget_disputes):
                continue
            counts = until <= day or day > invoice.due + grace
            due += counts
            kept += counts and min(until, day) <= invoice.due + grace
            paid += until <= day
            late += max(0, min(until, day) - invoice.due)
            default = default or (until > day > invoice.due + self.rules.graces.default_days)
        return due, kept, paid, late, default

    def _volumes(self, pair: object, day: Day) -> tuple[Money, ...]:
        first = self.flows[pair][0][0]
        months = [0] * ((day - first) * 12 // 365)
        for flowed, amount in self.flows[pair]:
            if (month := (flowed - first) * 12 // 365) < len(months):
                months[month] += amount
        return tuple(Money(max(0, volume)) for volume in months[-12:])


def main() -> None:
    """Print what was decided."""
    parser = argparse.ArgumentParser(description="Decide on a file of invoices without a chain.")
    parser.add_argument("--invoices", type=Path, default=EXAMPLE, help="CSV file (default: the example)")
    parser.add_argument("--limit", type=int, help="only the first rows")
    parser.add_argument("--settings", type=Path, help="TOML file of settings")
    parser.add_argument("--forget-disputes", action="store_true", help="resolved disputes are no payment history")
    parser.add_argument("--firms-of-the-bank", action="store_true", help="N counts the firms of all programmes")
    parser.add_argument("--declare-faces", action="store_true", help="a pair's month is its first invoice, not credit")
    options = parser.parse_args()
    settings = load_settings(options.settings)
    variant = Variant(
        forget_disputes=options.forget_disputes,
        firms_of_the_bank=options.firms_of_the_bank,
        declare_faces=options.declare_faces,
    )
    rows = read_invoices(options.invoices, amount_unit=settings.scenario.amount_unit, limit=options.limit)
    print_decided(decisions(rows, Book(settings, variant)), count=len(rows))


def decisions(rows: Iterable[Invoice], book: Book) -> list[tuple[Invoice, int, Judgement]]:
    """Every request in its order: a day's invoices are all traded before the first of them is decided."""
    in_order = sorted(rows, key=lambda row: (row.invoiced, row.number, row.country, row.customer))
    decided = []
    for _, today in groupby(in_order, key=lambda row: row.invoiced):
        asked = [request for invoice in today for request in book.trade(invoice)]
        decided += [(invoice, tier, book.decide(invoice, tier, face)) for invoice, tier, face in asked]
    return decided


def print_decided(decided: list[tuple[Invoice, int, Judgement]], *, count: int) -> None:
    """Requests by answer, their share of all invoices, and rates; a request is its part of its invoice's face."""
    claims: Counter[int] = Counter()
    requests: Counter[str] = Counter()
    shares: defaultdict[str, float] = defaultdict(float)
    for invoice, _, judgement in decided:
        claims[invoice.line] += judgement.claim
    for invoice, _, judgement in decided:
        answer = "financed" if judgement.approved else f"refused for the {judgement.reason.label}"
        requests[answer] += 1
        shares[answer] += judgement.claim / claims[invoice.line] / count
    for answer, number in requests.most_common():
        print(f"{answer} {number:,} of {len(decided):,} requests, {shares[answer]:.1%} of all invoices")
    approved = [judgement for _, _, judgement in decided if judgement.approved]
    if approved:
        rates, advances = [j.rate / 100 for j in approved], [j.advance for j in approved]
        mean = np.average(rates, weights=advances)
        print(f"rate {min(rates):.2f} to {max(rates):.2f} %, mean by advance {mean:.2f} %")
        print(f"N at most {max(judgement.firms for judgement in approved)}")


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"decide_off_chain: {refusal}")
