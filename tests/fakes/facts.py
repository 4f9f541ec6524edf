"""Facts of a request that nothing speaks against: a year of prompt payments and steady credit."""

from typing import Any

from scfin_chain.service.facts import RequestFacts
from scfin_chain.units import CreditId, Day, FinancingId, Money, ParticipantId, ProgrammeId

TODAY = Day(19_800)


def good_facts(**changes: Any) -> RequestFacts:
    values: dict[str, Any] = {
        "financing": FinancingId(7),
        "day": TODAY,
        "bank": ParticipantId(2),
        "holder": ParticipantId(5),
        "issuer": ParticipantId(3),
        "programme": ProgrammeId(5),
        "credit": CreditId(2**160 + 7),
        "face": Money(10_000),
        "maturity": Day(TODAY + 60),
        "confirmed": True,
        "disputed": Money(0),
        "obligations_due": 12,
        "obligations_prompt": 12,
        "obligations_paid": 12,
        "late_days": 0,
        "issuer_in_default": False,
        "programme_due": 12,
        "programme_repaid": 12,
        "last_supervised": None,
        "firms_financed": 1,
        "volumes": (Money(10_000),) * 12,
        "first_credit": Money(10_000),
        "advanced": Money(0),
        "line_limit": Money(10**9),
        "line_used": Money(0),
    }
    return RequestFacts(**(values | changes))
