"""Events of the contract ReceivableRegistry; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Day, Money, ParticipantId, ProgrammeId, ReceivableId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolved(Event):
    """``DisputeResolved(uint64 indexed id, uint128 amount, uint128 free, uint128 disputed)``."""

    id: ReceivableId
    amount: Money
    free: Money
    disputed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneAttested(Event):
    """``MilestoneAttested(uint64 indexed id, uint32 indexed carrier, uint8 milestone, bytes32 evidence)``."""

    id: ReceivableId
    carrier: ParticipantId
    milestone: int
    evidence: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableAmended(Event):
    """``ReceivableAmended(uint64 indexed id, uint128 face, uint32 dueDay, bytes32 documents, uint128 free)``."""

    id: ReceivableId
    face: Money
    due_day: Day
    documents: bytes
    free: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableConfirmed(Event):
    """``ReceivableConfirmed(uint64 indexed id, uint32 indexed debtor, uint128 face)``."""

    id: ReceivableId
    debtor: ParticipantId
    face: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableDisputed(Event):
    """``ReceivableDisputed(uint64 indexed id, uint128 amount, uint128 free, uint128 disputed, bytes32 reason)``."""

    id: ReceivableId
    amount: Money
    free: Money
    disputed: Money
    reason: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablePaid(Event):
    """``ReceivablePaid(uint64 indexed id, uint128 amount, uint128 free, uint128 settled)``."""

    id: ReceivableId
    amount: Money
    free: Money
    settled: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablePaidWithCredit(Event):
    """``ReceivablePaidWithCredit(uint64 indexed id, uint128 amount, uint128 free, uint128 settled)``."""

    id: ReceivableId
    amount: Money
    free: Money
    settled: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableRedeemed(Event):
    """``ReceivableRedeemed(uint64 indexed id, uint128 amount, uint128 tokenised, uint128 settled)``."""

    id: ReceivableId
    amount: Money
    tokenised: Money
    settled: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableRegistered(Event):
    """``ReceivableRegistered(uint64 indexed id, uint32 indexed debtor, uint32 indexed creditor, bytes32 key,
    uint32 programme, uint8 documentType, bytes32 documentNumber, uint128 face, uint32 dueDay,
    bytes32 documents)``.
    """

    id: ReceivableId
    debtor: ParticipantId
    creditor: ParticipantId
    key: bytes
    programme: ProgrammeId
    document_type: int
    document_number: bytes
    face: Money
    due_day: Day
    documents: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableTokenised(Event):
    """``ReceivableTokenised(uint64 indexed id, uint128 amount, uint128 free, uint128 tokenised)``."""

    id: ReceivableId
    amount: Money
    free: Money
    tokenised: Money
