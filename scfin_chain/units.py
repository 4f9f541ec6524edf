"""Units as types: an amount is never a day and a rate is never an amount.

Money is an ``int`` in minor units of the one currency (hundredths); a ``float`` never holds it.
"""

from datetime import date, timedelta
from typing import NewType

Money = NewType("Money", int)
"""An amount of cash or credit, minor units (hundredths)."""

BasisPoints = NewType("BasisPoints", int)
"""A rate or share, ten-thousandths."""

Timestamp = NewType("Timestamp", int)
"""Unix seconds, UTC, of the chain's simulated clock."""

Day = NewType("Day", int)
"""Whole days since 1970-01-01 UTC: ``floor(seconds / 86400)``."""

Address = NewType("Address", str)
"""An account on the chain: ``0x`` and 40 hexadecimal digits, EIP-55 checksummed."""

ParticipantId = NewType("ParticipantId", int)
"""An enrolled participant, counted from 1."""

ReceivableId = NewType("ReceivableId", int)
"""A registered receivable, counted from 1."""

CreditId = NewType("CreditId", int)
"""An ERC-1155 id of credit tokens; one id is one receivable."""

ProgrammeId = NewType("ProgrammeId", int)
"""A set of issuers that a bank prices as one; 0 is none."""

FinancingId = NewType("FinancingId", int)
"""A requested financing, counted from 1."""

BASIS = 10_000
"""Basis points in one."""

DAY_SECONDS = 86_400
"""Seconds in a day; the chain knows no leap second."""

YEAR_DAYS = 365
"""Days in a year of every rate here: actual/365 (ISDA 2006 Definitions, 4.16(d))."""

_EPOCH = date(1970, 1, 1)

LAST_DAY = Day((date.max - _EPOCH).days)
"""The last that a calendar date can spell; the contracts count further."""


def day_of(at: Timestamp) -> Day:
    """The day in which a moment lies."""
    return Day(at // DAY_SECONDS)


def start_of(day: Day) -> Timestamp:
    """The first second of a day."""
    return Timestamp(day * DAY_SECONDS)


def day_from_date(value: date) -> Day:
    """The day number of a calendar date."""
    return Day((value - _EPOCH).days)


def date_of(day: Day) -> date:
    """The calendar date of a day number."""
    return _EPOCH + timedelta(days=day)


def shown(amount: int) -> str:
    """Minor units as a person writes them: ``1,234.56``."""
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"
