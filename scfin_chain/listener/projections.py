"""What each event changes in the derived rows. Nothing here reads the chain: events carry the new state."""

from dataclasses import dataclass

from scfin_chain.chain.gateway import ZERO_ADDRESS
from scfin_chain.events import Event
from scfin_chain.events.cash_token import Frozen, Transfer
from scfin_chain.events.credit_line import LimitSet, LineReleased, LineUsed
from scfin_chain.events.credit_token import CreditPaid, CreditRecharged, CreditSealed, TransferSingle
from scfin_chain.events.financing_desk import (
    FinancingCancelled,
    FinancingExpired,
    FinancingFunded,
    FinancingRefused,
    FinancingRequested,
    FinancingSettled,
)
from scfin_chain.events.participants import Enrolled, Extended, Restored, Suspended
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
from scfin_chain.store.rows import DerivedRows
from scfin_chain.units import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event stands: its block, its ordinal within the block, and the block's day."""

    block_number: int
    ordinal: int
    day: Day


def project(event: Event, place: Place, rows: DerivedRows) -> None:
    """Apply one event; events of administration change no derived row."""
    for part in (_participants, _cash, _receivables, _credit, _financings, _settlements):
        if part(event, place, rows):
            return


def _participants(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case Enrolled():
            rows.insert(
                "participant",
                id=event.id,
                account=event.account,
                roles=event.roles,
                tier=event.tier,
                valid_until_day=event.valid_until_day,
                suspended=False,
                identity=f"0x{event.identity.hex()}",
            )
        case Suspended() | Restored():
            rows.update("participant", {"id": event.id}, suspended=isinstance(event, Suspended))
        case Extended():
            rows.update("participant", {"id": event.id}, valid_until_day=event.valid_until_day)
        case LimitSet():
            key = {"issuer": event.issuer}
            if rows.get("line", **key) is None:
                rows.insert("line", **key, limit=event.limit, used=event.used)
            else:
                rows.update("line", key, limit=event.limit, used=event.used)
        case LineUsed() | LineReleased():
            rows.update("line", {"issuer": event.issuer}, limit=event.limit, used=event.used)
        case _:
            return False
    return True


def _cash(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case Transfer():
            for account, amount in ((event.from_, -event.value), (event.to, event.value)):
                if account != ZERO_ADDRESS and amount:
                    rows.add("wallet", {"account": account}, "cash", amount)
        case Frozen():
            rows.add("wallet", {"account": event.account}, "cash", 0)
            rows.update("wallet", {"account": event.account}, frozen=str(event.frozen))
        case _:
            return False
    return True


def _receivables(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case ReceivableRegistered():
            rows.insert(
                "receivable",
                id=event.id,
                debtor=event.debtor,
                creditor=event.creditor,
                programme=event.programme,
                key=f"0x{event.key.hex()}",
                document_type=event.document_type,
                document_number=event.document_number.rstrip(b"\0").decode("ascii"),
                documents=f"0x{event.documents.hex()}",
                face=event.face,
                due_day=event.due_day,
                registered_day=place.day,
                free=event.face,
            )
        case ReceivableAmended():
            rows.update(
                "receivable",
                {"id": event.id},
                face=event.face,
                due_day=event.due_day,
                documents=f"0x{event.documents.hex()}",
                free=event.free,
            )
        case MilestoneAttested():
            rows.update("receivable", {"id": event.id}, milestone=event.milestone)
        case ReceivableConfirmed():
            rows.update("receivable", {"id": event.id}, confirmed_day=place.day)
        case ReceivableDisputed() | DisputeResolved():
            rows.update("receivable", {"id": event.id}, free=event.free, disputed=event.disputed)
        case ReceivableTokenised():
            rows.update("receivable", {"id": event.id}, free=event.free, tokenised=event.tokenised)
        case ReceivablePaid() | ReceivablePaidWithCredit():
            rows.update("receivable", {"id": event.id}, free=event.free, settled=event.settled)
            _note_payment(event.id, place, rows)
        case ReceivableRedeemed():
            rows.update("receivable", {"id": event.id}, tokenised=event.tokenised, settled=event.settled)
        case _:
            return False
    return True


def _note_payment(receivable: int, place: Place, rows: DerivedRows) -> None:
    """A receivable is paid once nothing of it is free or disputed and its tokens' cash is in."""
    row = rows.get("receivable", id=receivable)
    if row is None or row["paid_day"] is not None:
        return
    if row["free"] == 0 and row["disputed"] == 0 and (row["tokenised"] == 0 or row["collected"]):
        rows.update("receivable", {"id": receivable}, paid_day=place.day)


def _credit(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case CreditRecharged():
            _recharge(event, place, rows)
        case CreditPaid():
            issuer = _credit_row(rows, event.id)["issuer"]
            for holder, amount in ((event.payer, -event.amount), (event.payee, event.amount)):
                _flow(rows, place, holder=holder, issuer=issuer, credit=str(event.id), amount=amount)
        case TransferSingle():
            for account, amount in ((event.from_, -event.value), (event.to, event.value)):
                if account != ZERO_ADDRESS and amount:
                    rows.add("holding", {"credit": str(event.id), "account": account}, "amount", amount)
            if event.to == ZERO_ADDRESS:
                rows.add("credit", {"id": str(event.id)}, "outstanding", -event.value)
        case CreditSealed():
            rows.update("credit", {"id": str(event.id)}, is_sealed=True)
        case _:
            return False
    return True


def _recharge(event: CreditRecharged, place: Place, rows: DerivedRows) -> None:
    credit = str(event.id)
    if rows.get("credit", id=credit) is None:
        receivable = rows.get("receivable", id=event.receivable)
        if receivable is None:
            raise KeyError(f"credit {credit} names receivable {event.receivable}, which is not there")
        rows.insert(
            "credit",
            id=credit,
            receivable=event.receivable,
            issuer=event.issuer,
            programme=receivable["programme"],
            maturity_day=receivable["due_day"],
            outstanding=event.outstanding,
        )
        rows.insert("settlement", credit=credit)
    else:
        rows.update("credit", {"id": credit}, outstanding=event.outstanding)
    _flow(rows, place, holder=event.holder, issuer=event.issuer, credit=credit, amount=event.amount)


def _flow(rows: DerivedRows, place: Place, *, holder: int, issuer: int, credit: str, amount: int) -> None:
    rows.insert(
        "flow",
        block_number=place.block_number,
        ordinal=place.ordinal,
        holder=holder,
        issuer=issuer,
        credit=credit,
        day=place.day,
        amount=amount,
    )


def _credit_row(rows: DerivedRows, credit: int) -> dict[str, int]:
    row = rows.get("credit", id=str(credit))
    if row is None:
        raise KeyError(f"credit {credit} was never recharged")
    return row


def _financings(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case FinancingRequested():
            credit = _credit_row(rows, event.credit_id)
            rows.insert(
                "financing",
                id=event.id,
                credit=str(event.credit_id),
                receivable=credit["receivable"],
                issuer=credit["issuer"],
                programme=credit["programme"],
                maturity_day=credit["maturity_day"],
                holder=event.holder,
                face=event.face,
                expires_day=event.expires_day,
                requested_day=place.day,
                requested_block=place.block_number,
            )
        case FinancingFunded():
            rows.update(
                "financing",
                {"id": event.id},
                state="funded",
                bank=event.bank,
                price=event.price,
                claim=event.claim,
                rate_bps=event.rate_bps,
                supervised=event.supervised,
                model_hash=f"0x{event.model_hash.hex()}",
                inputs_hash=f"0x{event.inputs_hash.hex()}",
                decided_day=place.day,
            )
        case FinancingRefused():
            rows.update(
                "financing",
                {"id": event.id},
                state="refused",
                reason=event.reason,
                model_hash=f"0x{event.model_hash.hex()}",
                inputs_hash=f"0x{event.inputs_hash.hex()}",
                decided_day=place.day,
                closed_day=place.day,
            )
        case FinancingCancelled():
            rows.update("financing", {"id": event.id}, state="cancelled", closed_day=place.day)
        case FinancingExpired():
            rows.update("financing", {"id": event.id}, state="expired", closed_day=place.day)
        case FinancingSettled():
            rows.update("financing", {"id": event.id}, state="settled", closed_day=place.day)
        case _:
            return False
    return True


def _settlements(event: Event, place: Place, rows: DerivedRows) -> bool:
    match event:
        case CollectionFailed():
            rows.update("settlement", {"credit": str(event.id)}, collection_failed_day=place.day)
        case Repaid():
            rows.update("settlement", {"credit": str(event.id)}, received=event.received)
        case Collected():
            _collected(event, place, rows)
        case PaidOut():
            _paid_out(event, place, rows)
        case Claimed():
            rows.add("claim", {"payee": event.payee}, "amount", -event.amount)
        case DefaultDeclared():
            rows.update("settlement", {"credit": str(event.id)}, defaulted_day=place.day)
        case Closed():
            rows.update("settlement", {"credit": str(event.id)}, status="closed", dust=event.dust)
        case _:
            return False
    return True


def _collected(event: Collected, place: Place, rows: DerivedRows) -> None:
    rows.update(
        "settlement",
        {"credit": str(event.id)},
        status="collected",
        received=event.principal + event.fee,
        principal=event.principal,
        fee=event.fee,
        collected_day=place.day,
    )
    receivable = _credit_row(rows, event.id)["receivable"]
    rows.update("receivable", {"id": receivable}, collected=True)
    _note_payment(receivable, place, rows)


def _paid_out(event: PaidOut, place: Place, rows: DerivedRows) -> None:
    rows.add("settlement", {"credit": str(event.id)}, "paid_out", event.amount)
    rows.insert(
        "payout",
        block_number=place.block_number,
        ordinal=place.ordinal,
        credit=str(event.id),
        payee=event.payee,
        financing=event.financing,
        amount=event.amount,
        claimable=event.claimable,
        day=place.day,
    )
    if event.claimable:
        rows.add("claim", {"payee": event.payee}, "amount", event.amount)
