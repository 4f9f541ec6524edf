"""Events of the contract FinancingDesk; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import BasisPoints, CreditId, Day, FinancingId, Money, ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingCancelled(Event):
    """``FinancingCancelled(uint64 indexed id)``."""

    id: FinancingId


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingExpired(Event):
    """``FinancingExpired(uint64 indexed id)``."""

    id: FinancingId


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingFunded(Event):
    """``FinancingFunded(uint64 indexed id, uint32 indexed bank, uint32 indexed holder, uint128 price,
    uint128 claim, uint32 rateBps, bool supervised, bytes32 modelHash, bytes32 inputsHash)``.
    """

    id: FinancingId
    bank: ParticipantId
    holder: ParticipantId
    price: Money
    claim: Money
    rate_bps: BasisPoints
    supervised: bool
    model_hash: bytes
    inputs_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingRefused(Event):
    """``FinancingRefused(uint64 indexed id, uint8 reason, bytes32 modelHash, bytes32 inputsHash)``."""

    id: FinancingId
    reason: int
    model_hash: bytes
    inputs_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingRequested(Event):
    """``FinancingRequested(uint64 indexed id, uint256 indexed creditId, uint32 indexed holder, uint128 face,
    uint32 expiresDay)``.
    """

    id: FinancingId
    credit_id: CreditId
    holder: ParticipantId
    face: Money
    expires_day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingSettled(Event):
    """``FinancingSettled(uint64 indexed id)``."""

    id: FinancingId
