"""Events of the contract CreditToken; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Address, CreditId, Money, ParticipantId, ReceivableId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalForAll(Event):
    """``ApprovalForAll(address indexed account, address indexed operator, bool approved)``."""

    account: Address
    operator: Address
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPaid(Event):
    """``CreditPaid(uint256 indexed id, uint64 indexed trade, uint32 indexed payer, uint32 payee, uint128 amount)``."""

    id: CreditId
    trade: ReceivableId
    payer: ParticipantId
    payee: ParticipantId
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRecharged(Event):
    """``CreditRecharged(uint256 indexed id, uint64 indexed receivable, uint32 indexed issuer, uint32 holder,
    uint128 amount, uint128 outstanding)``.
    """

    id: CreditId
    receivable: ReceivableId
    issuer: ParticipantId
    holder: ParticipantId
    amount: Money
    outstanding: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSealed(Event):
    """``CreditSealed(uint256 indexed id)``."""

    id: CreditId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBatch(Event):
    """``TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids,
    uint256[] values)``.
    """

    operator: Address
    from_: Address
    to: Address
    ids: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSingle(Event):
    """``TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id,
    uint256 value)``.
    """

    operator: Address
    from_: Address
    to: Address
    id: CreditId
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class URI(Event):
    """``URI(string value, uint256 indexed id)``."""

    value: str
    id: CreditId
