"""What Settlement and the desk compute, in plain Python integers, written from the rules and not from the contracts."""

from collections.abc import Mapping
from dataclasses import dataclass

YEAR = 365 * 10_000
"""Days in a year times basis points in one."""


def price_down(claim: int, rate_bps: int, days: int) -> int:
    """Cash today for a claim: simple interest on actual/365, rounded down."""
    return claim * YEAR // (YEAR + rate_bps * days)


def share(amount: int, fee: int, principal: int) -> int:
    """What tokens are paid: their face, and their part of the late fee, rounded down."""
    return amount + amount * fee // principal


@dataclass
class Repayment:
    """One id's cash in. The fee runs on unpaid principal from the end of grace, each segment rounded up."""

    principal: int
    maturity: int
    grace: int
    late_fee_bps: int
    received: int = 0
    fee: int = 0
    fee_day: int = 0
    collected: bool = False

    def late_fee(self, day: int) -> int:
        """Accrued through a day; fixed once all is in."""
        start = max(self.fee_day, self.maturity + self.grace)
        if self.collected or day <= start:
            return self.fee
        unpaid = max(self.principal - self.received, 0)
        return self.fee - (-unpaid * self.late_fee_bps * (day - start) // YEAR)

    def due(self, day: int) -> int:
        """Still to come in on a day."""
        return 0 if self.collected else self.principal + self.late_fee(day) - self.received

    def repay(self, day: int, amount: int) -> None:
        """Cash comes in; the principal is served first."""
        due, fee = self.due(day), self.late_fee(day)
        if fee > self.fee:
            self.fee, self.fee_day = fee, day
        self.received += amount
        self.collected = amount == due


def payouts(
    repayment: Repayment, holders: Mapping[str, int], pledges: list[tuple[str, str, int, int]]
) -> tuple[dict[str, int], int]:
    """What each payee gets of a collected id, and the dust. A pledge is bank, holder, face and claim."""
    paid: dict[str, int] = {}

    def pay(payee: str, amount: int) -> None:
        paid[payee] = paid.get(payee, 0) + share(amount, repayment.fee, repayment.principal)

    for holder, balance in holders.items():
        pay(holder, balance)
    for bank, holder, face, claim in pledges:
        pay(bank, claim)
        pay(holder, face - claim)
    return paid, repayment.received - sum(paid.values())
