"""Events of the contract Settlement; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import CreditId, FinancingId, Money, ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Event):
    """``Claimed(uint32 indexed payee, uint128 amount)``."""

    payee: ParticipantId
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """``Closed(uint256 indexed id, uint128 dust)``."""

    id: CreditId
    dust: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected(Event):
    """``Collected(uint256 indexed id, uint128 principal, uint128 fee)``."""

    id: CreditId
    principal: Money
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFailed(Event):
    """``CollectionFailed(uint256 indexed id, uint32 indexed issuer, uint128 due, uint256 available)``."""

    id: CreditId
    issuer: ParticipantId
    due: Money
    available: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultDeclared(Event):
    """``DefaultDeclared(uint256 indexed id, uint32 indexed issuer, uint128 unpaid)``."""

    id: CreditId
    issuer: ParticipantId
    unpaid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut(Event):
    """``PaidOut(uint256 indexed id, uint32 indexed payee, uint64 indexed financing, uint128 amount,
    bool claimable)``.
    """

    id: CreditId
    payee: ParticipantId
    financing: FinancingId
    amount: Money
    claimable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid(Event):
    """``Repaid(uint256 indexed id, uint32 indexed issuer, uint128 amount, uint128 received, uint128 remaining)``."""

    id: CreditId
    issuer: ParticipantId
    amount: Money
    received: Money
    remaining: Money
