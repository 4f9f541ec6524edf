"""Settlements: cash in from the issuer, cash out to whoever holds, and what waits for those who could not be paid."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping, Select, select
from starlette.concurrency import run_in_threadpool

from api.answers import called
from api.callers import TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.routes.participants import participant_row
from api.schemas import Amount, CreditNumber, Page, ParticipantNumber, Strict, example, iso
from api.visibility import CREDITS, PAYOUTS, SETTLEMENTS, credit_row, credits_of, payouts_of
from api.wiring import TheService
from api.writes import Answer, TheCall
from scfin_chain.store.tables import DERIVED

router = APIRouter(tags=["settlements"])

CLAIMS = DERIVED["claim"]

Status = Literal["live", "collected", "closed"]


class Settlement(BaseModel):
    """The repayment of a lot. Live: cash comes in; collected: all is in; closed: all is paid out or claimable."""

    credit: str
    issuer: int
    maturity: Annotated[dt.date | None, Field(description="null: after the end of the calendar")]
    status: Status
    received: Amount
    principal: Annotated[Amount, Field(description="Fixed when all is in; 0 before.")]
    fee: Annotated[Amount, Field(description="The late fee, fixed when all is in; 0 before.")]
    collected: dt.date | None
    collection_failed: Annotated[dt.date | None, Field(description="The day on which too little was there.")]
    defaulted: Annotated[dt.date | None, Field(description="The day on which the default was declared.")]
    paid_out: Amount
    dust: Annotated[Amount, Field(description="What rounding left.")]


class OwedSettlement(Settlement):
    """The same with what is owed today."""

    owed: Annotated[Amount, Field(description="Still to come in today, the late fee included.")]
    late_fee: Annotated[Amount, Field(description="The late fee through today.")]


class Payout(BaseModel):
    """Cash that went out for a lot, or waits for its payee's claim."""

    credit: str
    payee: int
    financing: Annotated[
        int | None, Field(description="Of a pledged part; null of a holder's own tokens, and of dust.")
    ]
    amount: Amount
    claimable: Annotated[bool, Field(description="Whether it was made claimable, since it could not be paid.")]
    day: dt.date | None
    block_number: int
    ordinal: int


class Claim(BaseModel):
    """What waits for a participant."""

    participant: int
    amount: Amount


class Repayment(Strict):
    """Cash of the issuer for a lot, early, late or in parts."""

    model_config = example(amount={"amount": "100000", "currency": "CNY"})

    amount: Amount


@router.get("/settlements")
def list_settlements(
    service: TheService,
    caller: TheCaller,
    status: Status | None = None,
    issuer: ParticipantNumber | None = None,
    defaulted: Annotated[bool | None, Query(description="Whether a default was declared.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[Settlement]:
    """The repayments of the credits that concern the caller, in the order of their receivables."""
    query = _settlements().where(credits_of(caller))
    if status is not None:
        query = query.where(SETTLEMENTS.c.status == status)
    if issuer is not None:
        query = query.where(CREDITS.c.issuer == issuer)
    if defaulted is not None:
        declared = SETTLEMENTS.c.defaulted_day
        query = query.where(declared.is_not(None) if defaulted else declared.is_(None))
    return page_of(service.store, query, [CREDITS.c.receivable], _shape, limit=limit, after=after)


@router.get("/settlements/{credit}")
def get_settlement(credit: CreditNumber, service: TheService, caller: TheCaller) -> OwedSettlement:
    """The repayment of a credit, with what is owed today."""
    credit_row(service, caller, credit)
    with service.store.read() as connection:
        row = connection.execute(_settlements().where(CREDITS.c.id == credit)).mappings().one()
    ledger, today = service.ledger, service.today
    return OwedSettlement(
        **_shape(row).model_dump(),
        owed=Amount.of(ledger.view("Settlement", "due", int(credit), today)),
        late_fee=Amount.of(ledger.view("Settlement", "lateFee", int(credit), today)),
    )


@router.get("/settlements/{credit}/payouts")
def list_payouts(
    credit: CreditNumber, service: TheService, caller: TheCaller, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[Payout]:
    """What went out for a credit, to the caller or of its financings."""
    credit_row(service, caller, credit)
    query = select(PAYOUTS).where(PAYOUTS.c.credit == credit, payouts_of(caller))
    keys = [PAYOUTS.c.block_number, PAYOUTS.c.ordinal]
    return page_of(service.store, query, keys, _payout, limit=limit, after=after)


@router.post("/settlements/{credit}/repay", **called())
async def repay_credit(credit: CreditNumber, body: Repayment, call: TheCall) -> Answer:
    """Repay, early, late or in parts: the issuer's alone."""
    await run_in_threadpool(credit_row, call.service, call.caller, credit)
    return await call("Settlement", "repay", int(credit), body.amount.units)


@router.get("/claims/{participant}")
def get_claim(participant: ParticipantNumber, service: TheService, caller: TheCaller) -> Claim:
    """What waits for a participant since it could not be paid."""
    if not caller.sees_all and participant != caller.participant:
        raise Problem.not_found("claim of participant", participant)
    participant_row(service, participant)
    with service.store.read() as connection:
        amount = connection.execute(select(CLAIMS.c.amount).where(CLAIMS.c.payee == participant)).scalar()
    return Claim(participant=participant, amount=Amount.of(amount or 0))


@router.post("/claims", **called())
async def claim_cash(call: TheCall) -> Answer:
    """Take what waits for the caller, or as much of it as its wallet may hold."""
    return await call("Settlement", "claim")


def _settlements() -> Select[tuple[object, ...]]:
    query = select(SETTLEMENTS, CREDITS.c.issuer, CREDITS.c.maturity_day, CREDITS.c.receivable)
    return query.join(CREDITS, CREDITS.c.id == SETTLEMENTS.c.credit)


def _shape(row: RowMapping) -> Settlement:
    return Settlement(
        credit=row["credit"],
        issuer=row["issuer"],
        maturity=iso(row["maturity_day"]),
        status=row["status"],
        received=Amount.of(row["received"]),
        principal=Amount.of(row["principal"]),
        fee=Amount.of(row["fee"]),
        collected=iso(row["collected_day"]),
        collection_failed=iso(row["collection_failed_day"]),
        defaulted=iso(row["defaulted_day"]),
        paid_out=Amount.of(row["paid_out"]),
        dust=Amount.of(row["dust"]),
    )


def _payout(row: RowMapping) -> Payout:
    return Payout(
        credit=row["credit"],
        payee=row["payee"],
        financing=row["financing"] or None,
        amount=Amount.of(row["amount"]),
        claimable=row["claimable"],
        day=iso(row["day"]),
        block_number=row["block_number"],
        ordinal=row["ordinal"],
    )
