"""Events of the contract Participants; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Address, Day, ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """``Enrolled(uint32 indexed id, address indexed account, uint16 roles, uint8 tier, uint32 validUntilDay,
    bytes32 identity)``.
    """

    id: ParticipantId
    account: Address
    roles: int
    tier: int
    valid_until_day: Day
    identity: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Event):
    """``Extended(uint32 indexed id, address indexed account, uint32 validUntilDay)``."""

    id: ParticipantId
    account: Address
    valid_until_day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Event):
    """``Restored(uint32 indexed id, address indexed account)``."""

    id: ParticipantId
    account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(Event):
    """``Suspended(uint32 indexed id, address indexed account, bytes32 reason)``."""

    id: ParticipantId
    account: Address
    reason: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPaused(Event):
    """``TradingPaused(address indexed guardian)``."""

    guardian: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingResumed(Event):
    """``TradingResumed(address indexed guardian)``."""

    guardian: Address
