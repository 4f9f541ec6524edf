"""Events of the contract CreditLine; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Money, ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSet(Event):
    """``LimitSet(uint32 indexed issuer, uint128 limit, uint128 used)``."""

    issuer: ParticipantId
    limit: Money
    used: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReleased(Event):
    """``LineReleased(uint32 indexed issuer, uint128 amount, uint128 used, uint128 limit)``."""

    issuer: ParticipantId
    amount: Money
    used: Money
    limit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUsed(Event):
    """``LineUsed(uint32 indexed issuer, uint128 amount, uint128 used, uint128 limit)``."""

    issuer: ParticipantId
    amount: Money
    used: Money
    limit: Money
