"""Whom an event concerns: those who may read it without an office.

What a bank paid is not the debtor's business, nor who holds a token that of its other holders. So a financing concerns
its holder and its bank; a token id as a whole, who owes it and who has something to come from it.
"""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Connection, select, union

from scfin_chain.events import Event
from scfin_chain.events.cash_token import Approval, Burned, ForcedTransfer, Frozen, Minted, Referenced, Transfer
from scfin_chain.events.credit_line import LimitSet, LineReleased, LineUsed
from scfin_chain.events.credit_token import (
    URI,
    ApprovalForAll,
    CreditPaid,
    CreditRecharged,
    CreditSealed,
    TransferBatch,
    TransferSingle,
)
from scfin_chain.events.financing_desk import (
    FinancingCancelled,
    FinancingExpired,
    FinancingFunded,
    FinancingRefused,
    FinancingRequested,
    FinancingSettled,
)
from scfin_chain.events.openzeppelin import EIP712DomainChanged, RoleAdminChanged, RoleGranted, RoleRevoked
from scfin_chain.events.participants import (
    Enrolled,
    Extended,
    Restored,
    Suspended,
    TradingPaused,
    TradingResumed,
)
from scfin_chain.events.receivable_registry import (
    DisputeResolved,
    MilestoneAttested,
    ReceivableAmended,
    ReceivableConfirmed,
    ReceivableDisputed,
    ReceivablePaid,
    ReceivablePaidWithCredit,
    ReceivableRedeemed,
    ReceivableRegistered,
    ReceivableTokenised,
)
from scfin_chain.events.settlement import (
    Claimed,
    Closed,
    Collected,
    CollectionFailed,
    DefaultDeclared,
    PaidOut,
    Repaid,
)
from scfin_chain.roles import Role
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Address

Ids = Iterable[int]

NOBODY = (
    EIP712DomainChanged,
    RoleAdminChanged,
    RoleGranted,
    RoleRevoked,
    TradingPaused,
    TradingResumed,
    URI,
)
"""Administration: it concerns the offices, which read everything."""

PARTICIPANTS = DERIVED["participant"]
RECEIVABLES = DERIVED["receivable"]
CREDITS = DERIVED["credit"]
HOLDINGS = DERIVED["holding"]
FINANCINGS = DERIVED["financing"]
PAYOUTS = DERIVED["payout"]


class Known(Protocol):
    """What has to be known beside the event itself."""

    def owners(self, *accounts: Address) -> Ids:
        """The participants of those accounts."""

    def banks(self) -> Ids:
        """Every bank: a request is open to all of them."""

    def trade(self, receivable: int) -> Ids:
        """Debtor and creditor."""

    def financing(self, financing: int) -> Ids:
        """Holder and, once there is one, bank."""

    def stakes(self, credit: int) -> Ids:
        """The issuer of a token id, its holders, those who were paid for it, and both sides of its financings."""


def concerned(event: Event, known: Known) -> frozenset[int]:
    """The participants whom an event concerns, given what is known once it is told.

    Raises
    ------
    LookupError
        Nobody has said whom an event of this kind concerns.
    """
    for part in (_participants, _cash, _receivables, _credit, _financings, _settlements):
        found = part(event, known)
        if found is not None:
            return frozenset(found)
    if isinstance(event, NOBODY):
        return frozenset()
    raise LookupError(f"nobody has said whom {type(event).__name__} concerns")


def _participants(event: Event, known: Known) -> Ids | None:
    match event:
        case Enrolled() | Extended() | Suspended() | Restored():
            return {event.id}
        case LimitSet() | LineUsed() | LineReleased():
            return {event.issuer}
    return None


def _cash(event: Event, known: Known) -> Ids | None:
    match event:
        case Transfer() | ForcedTransfer() | Referenced():
            return known.owners(event.from_, event.to)
        case Minted() | Burned() | Frozen():
            return known.owners(event.account)
        case Approval():
            return known.owners(event.owner, event.spender)
    return None


def _receivables(event: Event, known: Known) -> Ids | None:
    match event:
        case ReceivableRegistered():
            return {event.debtor, event.creditor}
        case MilestoneAttested():
            return {event.carrier, *known.trade(event.id)}
        case (
            ReceivableAmended()
            | ReceivableConfirmed()
            | ReceivableDisputed()
            | DisputeResolved()
            | ReceivableTokenised()
            | ReceivablePaid()
            | ReceivablePaidWithCredit()
            | ReceivableRedeemed()
        ):
            return known.trade(event.id)
    return None


def _credit(event: Event, known: Known) -> Ids | None:
    match event:
        case CreditRecharged():
            return {event.issuer, event.holder}
        case CreditPaid():
            return {event.payer, event.payee}
        case TransferSingle() | TransferBatch():
            return known.owners(event.from_, event.to)
        case ApprovalForAll():
            return known.owners(event.account, event.operator)
        case CreditSealed():
            return known.stakes(event.id)
    return None


def _financings(event: Event, known: Known) -> Ids | None:
    match event:
        case FinancingRequested():
            return {event.holder, *known.banks()}
        case FinancingFunded():
            return {event.holder, event.bank}
        case FinancingCancelled() | FinancingExpired():
            return {*known.financing(event.id), *known.banks()}
        case FinancingRefused() | FinancingSettled():
            return known.financing(event.id)
    return None


def _settlements(event: Event, known: Known) -> Ids | None:
    match event:
        case Repaid() | CollectionFailed() | DefaultDeclared() | Collected() | Closed():
            return known.stakes(event.id)
        case PaidOut():
            return {event.payee, *known.financing(event.financing)}
        case Claimed():
            return {event.payee}
    return None


class KnownRows:
    """What the derived rows know, of whichever database the connection leads to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def owners(self, *accounts: Address) -> Ids:
        """The participants of those accounts; one that is nobody's has none."""
        query = select(PARTICIPANTS.c.id).where(PARTICIPANTS.c.account.in_(accounts))
        return self._connection.execute(query).scalars().all()

    def banks(self) -> Ids:
        """Every bank."""
        query = select(PARTICIPANTS.c.id).where(PARTICIPANTS.c.roles.bitwise_and(Role.BANK) != 0)
        return self._connection.execute(query).scalars().all()

    def trade(self, receivable: int) -> Ids:
        """Debtor and creditor."""
        query = select(RECEIVABLES.c.debtor, RECEIVABLES.c.creditor).where(RECEIVABLES.c.id == receivable)
        return tuple(self._connection.execute(query).one())

    def financing(self, financing: int) -> Ids:
        """Holder and bank; of number 0, which stands for none, nobody."""
        query = select(FINANCINGS.c.holder, FINANCINGS.c.bank).where(FINANCINGS.c.id == financing)
        return [party for row in self._connection.execute(query) for party in row if party is not None]

    def stakes(self, credit: int) -> Ids:
        """The issuer, and whoever has something to come from the id, or had it at the end."""
        name = str(credit)
        mine = FINANCINGS.c.credit == name, FINANCINGS.c.state.in_(("requested", "funded", "settled"))
        holders = (
            select(PARTICIPANTS.c.id)
            .join(HOLDINGS, HOLDINGS.c.account == PARTICIPANTS.c.account)
            .where(HOLDINGS.c.credit == name, HOLDINGS.c.amount > 0)
        )
        query = union(
            select(CREDITS.c.issuer).where(CREDITS.c.id == name),
            holders,
            select(PAYOUTS.c.payee).where(PAYOUTS.c.credit == name),
            select(FINANCINGS.c.holder).where(*mine),
            select(FINANCINGS.c.bank).where(*mine, FINANCINGS.c.bank.is_not(None)),
        )
        return self._connection.execute(query).scalars().all()
