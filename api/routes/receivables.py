"""Receivables: who owes whom what, by when, and where each part of it is. Documents stay off the ledger: their hash."""

import datetime as dt
from typing import Annotated, Literal

from eth_utils.crypto import keccak
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import RowMapping, select
from starlette.concurrency import run_in_threadpool

from api.access import sees_credit
from api.answers import called
from api.callers import Caller, TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.schemas import Amount, DayText, Hash, Number, Page, ParticipantNumber, Strict, example, iso
from api.visibility import RECEIVABLES, receivable_row, receivables_of
from api.wiring import TheService
from api.writes import Answer, TheCall
from scfin_chain.units import day_from_date

router = APIRouter(prefix="/receivables", tags=["receivables"])

DocumentType = Literal["invoice", "order", "contract"]
DOCUMENT_TYPES: tuple[DocumentType, ...] = ("invoice", "order", "contract")
"""In the order of ``IReceivableRegistry.DocumentType``."""

Milestone = Literal["none", "ordered", "shipped", "delivered", "accepted"]
MILESTONES: tuple[Milestone, ...] = ("none", "ordered", "shipped", "delivered", "accepted")
"""In the order of ``IReceivableRegistry.Milestone``."""

State = Literal["registered", "confirmed", "paid"]

STATES = {
    "registered": RECEIVABLES.c.confirmed_day.is_(None),
    "confirmed": RECEIVABLES.c.confirmed_day.is_not(None) & RECEIVABLES.c.paid_day.is_(None),
    "paid": RECEIVABLES.c.paid_day.is_not(None),
}


SHOWN_FACE, SHOWN_HASH = {"amount": "100000", "currency": "CNY"}, f"0x{'5a' * 32}"
"""In examples."""


class Parts(BaseModel):
    """Where the face is: the four add up to it."""

    free: Amount
    tokenised: Amount
    settled: Amount
    disputed: Amount


class Receivable(BaseModel):
    """What a debtor owes a creditor."""

    id: int
    debtor: int
    creditor: int
    programme: Annotated[int, Field(description="0: none")]
    document_type: DocumentType
    number: str
    documents: Annotated[str, Field(description="Hash over the documents.")]
    face: Amount
    due: Annotated[dt.date | None, Field(description="null: after the end of the calendar")]
    state: State
    milestone: Milestone
    registered: dt.date | None
    confirmed: dt.date | None
    paid: Annotated[dt.date | None, Field(description="The day on which the last of it was paid.")]
    parts: Annotated[Parts | None, Field(description="null for a carrier, whom credit does not concern")]


class Agreed(Strict):
    """What both sides agreed on: face, due day and the hash over the documents."""

    model_config = example(face=SHOWN_FACE, due="2024-06-30", documents=SHOWN_HASH)

    face: Amount
    due: DayText
    documents: Hash

    @property
    def values(self) -> tuple[int, int, bytes]:
        return self.face.units, day_from_date(self.due), bytes.fromhex(self.documents[2:])


class NewReceivable(Agreed):
    """What the caller, a supplier, is owed."""

    model_config = example(debtor=7, number="INV-1", face=SHOWN_FACE, due="2024-06-30", documents=SHOWN_HASH)

    debtor: ParticipantNumber
    programme: Annotated[int, Field(ge=0, le=2**32 - 1, description="0: none")] = 0
    document_type: DocumentType = "invoice"
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,32}$")] = Field(
        description="Of the document, in the one spelling that the ledger knows."
    )


class Attestation(Strict):
    """How far a delivery is, by the carrier."""

    model_config = example(milestone="delivered", evidence=SHOWN_HASH)

    milestone: Literal["ordered", "shipped", "delivered", "accepted"]
    evidence: Hash = Field(description="Over the transport documents.")


class Dispute(Strict):
    """A part that the debtor does not want to owe."""

    model_config = example(amount=SHOWN_FACE, reason="short by one box")

    amount: Amount
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(description="Its hash goes along.")


class Part(Strict):
    """So much of it."""

    model_config = example(amount=SHOWN_FACE)

    amount: Amount


@router.get("")
def list_receivables(
    service: TheService,
    caller: TheCaller,
    state: State | None = None,
    debtor: ParticipantNumber | None = None,
    creditor: ParticipantNumber | None = None,
    due_from: Annotated[DayText | None, Query(description="Due on that day or later.")] = None,
    due_to: Annotated[DayText | None, Query(description="Due on that day or earlier.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[Receivable]:
    """The receivables that concern the caller."""
    query = select(RECEIVABLES).where(receivables_of(caller))
    if state is not None:
        query = query.where(STATES[state])
    if debtor is not None:
        query = query.where(RECEIVABLES.c.debtor == debtor)
    if creditor is not None:
        query = query.where(RECEIVABLES.c.creditor == creditor)
    if due_from is not None:
        query = query.where(RECEIVABLES.c.due_day >= day_from_date(due_from))
    if due_to is not None:
        query = query.where(RECEIVABLES.c.due_day <= day_from_date(due_to))

    def shape(row: RowMapping) -> Receivable:
        return _shape(row, caller)

    return page_of(service.store, query, [RECEIVABLES.c.id], shape, limit=limit, after=after)


@router.get("/{number}")
def get_receivable(number: Number, service: TheService, caller: TheCaller) -> Receivable:
    """One of them."""
    return _shape(receivable_row(service, caller, number), caller)


@router.post(
    "",
    **called(
        get_receivable={"number": "id"},
        amend_receivable={"number": "id"},
        attest_receivable={"number": "id"},
        confirm_receivable={"number": "id"},
        dispute_receivable={"number": "id"},
        pay_receivable={"number": "id"},
        get_command={"number": "command"},
    ),
)
async def register_receivable(body: NewReceivable, call: TheCall) -> Answer:
    """Register what a debtor owes the caller; a document can be registered once, for ever."""
    number = body.number.encode("ascii").ljust(32, b"\0")
    kind = DOCUMENT_TYPES.index(body.document_type)
    terms = (body.debtor, body.programme, kind, number, *body.values)
    return await call("ReceivableRegistry", "register", terms)


@router.post("/{number}/amend", **called())
async def amend_receivable(number: Number, body: Agreed, call: TheCall) -> Answer:
    """Correct what is not confirmed yet: the creditor's alone."""
    await _seen(call, number)
    return await call("ReceivableRegistry", "amend", number, *body.values)


@router.post("/{number}/attest", **called())
async def attest_receivable(number: Number, body: Attestation, call: TheCall) -> Answer:
    """Attest how far the delivery is: a carrier's alone."""
    await _seen(call, number)
    milestone, evidence = MILESTONES.index(body.milestone), bytes.fromhex(body.evidence[2:])
    return await call("ReceivableRegistry", "attest", number, milestone, evidence)


@router.post("/{number}/confirm", **called())
async def confirm_receivable(number: Number, body: Agreed, call: TheCall) -> Answer:
    """Confirm for ever that the caller owes, on the terms that it repeats: never on an unseen amendment."""
    await _seen(call, number)
    return await call("ReceivableRegistry", "confirm", number, *body.values)


@router.post("/{number}/dispute", **called())
async def dispute_receivable(number: Number, body: Dispute, call: TheCall) -> Answer:
    """Dispute a free part, which can then not be tokenised or paid: the debtor's alone."""
    await _seen(call, number)
    return await call("ReceivableRegistry", "dispute", number, body.amount.units, keccak(text=body.reason))


@router.post("/{number}/resolve", **called())
async def resolve_receivable(number: Number, body: Part, call: TheCall) -> Answer:
    """Take a dispute, or a part of it, back."""
    await _seen(call, number)
    return await call("ReceivableRegistry", "resolve", number, body.amount.units)


@router.post("/{number}/pay", **called())
async def pay_receivable(number: Number, body: Part, call: TheCall) -> Answer:
    """Pay a free part in cash, by the debtor's allowance to the register."""
    await _seen(call, number)
    return await call("ReceivableRegistry", "pay", number, body.amount.units)


async def _seen(call: TheCall, number: int) -> None:
    """Nobody learns from a refusal that there is what it may not see."""
    await run_in_threadpool(receivable_row, call.service, call.caller, number)


def _shape(row: RowMapping, caller: Caller) -> Receivable:
    return Receivable(
        id=row["id"],
        debtor=row["debtor"],
        creditor=row["creditor"],
        programme=row["programme"],
        document_type=DOCUMENT_TYPES[row["document_type"]],
        number=row["document_number"],
        documents=row["documents"],
        face=Amount.of(row["face"]),
        due=iso(row["due_day"]),
        state=_state(row),
        milestone=MILESTONES[row["milestone"]],
        registered=iso(row["registered_day"]),
        confirmed=iso(row["confirmed_day"]),
        paid=iso(row["paid_day"]),
        parts=_parts(row) if sees_credit(caller.roles) else None,
    )


def _state(row: RowMapping) -> State:
    if row["paid_day"] is not None:
        return "paid"
    return "registered" if row["confirmed_day"] is None else "confirmed"


def _parts(row: RowMapping) -> Parts:
    return Parts(
        free=Amount.of(row["free"]),
        tokenised=Amount.of(row["tokenised"]),
        settled=Amount.of(row["settled"]),
        disputed=Amount.of(row["disputed"]),
    )
