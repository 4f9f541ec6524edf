"""Credits: divisible claims on an issuer, each lot born of one receivable and handed down the tiers."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping, and_, func, select
from starlette.concurrency import run_in_threadpool

from api.answers import called
from api.callers import TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.schemas import Amount, CreditNumber, Number, Page, ParticipantNumber, Strict, example, iso
from api.visibility import (
    CREDITS,
    FINANCINGS,
    FLOWS,
    HOLDINGS,
    credit_row,
    credits_of,
    follows_credit,
    holdings_of,
    receivable_row,
)
from api.wiring import TheService
from api.writes import Answer, TheCall
from scfin_chain.store.tables import DERIVED, EventRow, table_of

router = APIRouter(tags=["credits"])

EVENTS = table_of(EventRow)
PARTICIPANTS = DERIVED["participant"]


class Credit(BaseModel):
    """A lot: the credit tokens that were born of one receivable."""

    id: str
    receivable: int
    issuer: int
    programme: Annotated[int, Field(description="0: none")]
    maturity: Annotated[dt.date | None, Field(description="null: after the end of the calendar")]
    outstanding: Annotated[Amount, Field(description="What is not redeemed yet.")]
    is_sealed: Annotated[bool, Field(description="Whether cash came in for it, which ended its trading.")]


class Holding(BaseModel):
    """Tokens of a lot that an account holds."""

    credit: str
    participant: int | None
    account: str
    amount: Amount


class Recharge(Strict):
    """Tokens to be born of a receivable that the caller owes, for its creditor."""

    model_config = example(receivable=1, amount={"amount": "100000", "currency": "CNY"})

    receivable: Number
    amount: Amount


class Handover(Strict):
    """Tokens for what the caller owes on a trade."""

    model_config = example(trade=2, amount={"amount": "40000", "currency": "CNY"})

    trade: Number
    amount: Amount


class Step(BaseModel):
    """One movement of a lot: its birth, or a part handed down."""

    kind: Literal["recharge", "payment"]
    day: dt.date | None
    block: int
    payer: Annotated[int | None, Field(description="null: the tokens were born")]
    payee: int
    amount: Amount
    trade: Annotated[int, Field(description="The receivable of which they were born, or that they paid.")]


class Position(BaseModel):
    """What a participant received of a lot, and what became of it: the other amounts add up to it."""

    participant: int
    depth: Annotated[int, Field(description="Hands between the issuer and it, by the shortest way.")]
    received: Amount
    paid_on: Amount
    held: Amount
    pledged: Annotated[Amount, Field(description="For requests that are not answered.")]
    financed: Annotated[Amount, Field(description="Of which a bank has the claim.")]
    redeemed: Amount


class Trace(BaseModel):
    """The way of a lot, step by step, and where each unit of it is now. A holder sees its own steps and position."""

    credit: Credit
    whole: Annotated[bool, Field(description="Whether it is all of the way, or the caller's part of it.")]
    steps: list[Step]
    positions: list[Position]


@router.get("/credits")
def list_credits(
    service: TheService,
    caller: TheCaller,
    issuer: ParticipantNumber | None = None,
    receivable: Number | None = None,
    outstanding: Annotated[bool | None, Query(description="Whether tokens of it are left.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[Credit]:
    """The credits that concern the caller, in the order of their receivables."""
    query = select(CREDITS).where(credits_of(caller))
    if issuer is not None:
        query = query.where(CREDITS.c.issuer == issuer)
    if receivable is not None:
        query = query.where(CREDITS.c.receivable == receivable)
    if outstanding is not None:
        query = query.where(CREDITS.c.outstanding > 0 if outstanding else CREDITS.c.outstanding == 0)
    return page_of(service.store, query, [CREDITS.c.receivable], _shape, limit=limit, after=after)


@router.get("/credits/{credit}")
def get_credit(credit: CreditNumber, service: TheService, caller: TheCaller) -> Credit:
    """One of them."""
    return _shape(credit_row(service, caller, credit))


@router.get("/credits/{credit}/trace")
def trace_credit(credit: CreditNumber, service: TheService, caller: TheCaller) -> Trace:
    """The way of a lot: born, split down the tiers, and where each unit is now."""
    row, whole = credit_row(service, caller, credit), follows_credit(caller)
    with service.store.read() as connection:
        steps = _steps(connection, row)
        positions = _positions(connection, row, steps)
    mine = caller.participant
    return Trace(
        credit=_shape(row),
        whole=whole,
        steps=[step for step in steps if whole or mine in (step.payer, step.payee)],
        positions=[position for position in positions if whole or position.participant == mine],
    )


@router.get("/holdings")
def list_holdings(
    service: TheService,
    caller: TheCaller,
    credit: CreditNumber | None = None,
    participant: ParticipantNumber | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[Holding]:
    """The tokens that the caller holds; what is pledged lies with the desk."""
    query = (
        select(HOLDINGS, PARTICIPANTS.c.id.label("participant"))
        .outerjoin(PARTICIPANTS, PARTICIPANTS.c.account == HOLDINGS.c.account)
        .where(HOLDINGS.c.amount > 0, holdings_of(caller))
    )
    if credit is not None:
        query = query.where(HOLDINGS.c.credit == credit)
    if participant is not None:
        query = query.where(PARTICIPANTS.c.id == participant)
    keys = [HOLDINGS.c.credit, HOLDINGS.c.account]
    return page_of(service.store, query, keys, _holding, limit=limit, after=after)


@router.post(
    "/credits",
    **called(
        get_credit={"credit": "id"},
        trace_credit={"credit": "id"},
        pay_with_credit={"credit": "id"},
        get_settlement={"credit": "id"},
        repay_credit={"credit": "id"},
    ),
)
async def recharge_credit(body: Recharge, call: TheCall) -> Answer:
    """Turn a free part of what the caller owes into tokens of its creditor, within the caller's line."""
    await run_in_threadpool(receivable_row, call.service, call.caller, body.receivable)
    return await call("CreditToken", "recharge", body.receivable, body.amount.units)


@router.post("/credits/{credit}/payments", **called())
async def pay_with_credit(credit: CreditNumber, body: Handover, call: TheCall) -> Answer:
    """Pay what the caller owes on a trade with tokens that it holds."""
    await run_in_threadpool(credit_row, call.service, call.caller, credit)
    await run_in_threadpool(receivable_row, call.service, call.caller, body.trade)
    return await call("CreditToken", "payWith", int(credit), body.trade, body.amount.units)


def _shape(row: RowMapping) -> Credit:
    return Credit(
        id=row["id"],
        receivable=row["receivable"],
        issuer=row["issuer"],
        programme=row["programme"],
        maturity=iso(row["maturity_day"]),
        outstanding=Amount.of(row["outstanding"]),
        is_sealed=row["is_sealed"],
    )


def _holding(row: RowMapping) -> Holding:
    return Holding(
        credit=row["credit"],
        participant=row["participant"],
        account=row["account"],
        amount=Amount.of(row["amount"]),
    )


def _steps(connection: Connection, credit: RowMapping) -> list[Step]:
    """The flows of a lot, the two sides of a payment put together, with the events that told them."""
    query = (
        select(FLOWS, EVENTS.c.body)
        .join(EVENTS, and_(EVENTS.c.block_number == FLOWS.c.block_number, EVENTS.c.ordinal == FLOWS.c.ordinal))
        .where(FLOWS.c.issuer == credit["issuer"], FLOWS.c.credit == credit["id"])
        .order_by(FLOWS.c.block_number, FLOWS.c.ordinal, FLOWS.c.amount)
    )
    sides: dict[tuple[int, int], list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        sides[row["block_number"], row["ordinal"]].append(row)
    return [_step(rows) for rows in sides.values()]


def _step(rows: list[RowMapping]) -> Step:
    """One side is a birth; of two, the payer's comes first, being negative."""
    payee, is_payment = rows[-1], len(rows) > 1
    return Step(
        kind="payment" if is_payment else "recharge",
        day=iso(payee["day"]),
        block=payee["block_number"],
        payer=rows[0]["holder"] if is_payment else None,
        payee=payee["holder"],
        amount=Amount.of(payee["amount"]),
        trade=int(payee["body"]["trade" if is_payment else "receivable"]),
    )


def _positions(connection: Connection, credit: RowMapping, steps: Iterable[Step]) -> list[Position]:
    received: dict[int, int] = defaultdict(int)
    paid_on: dict[int, int] = defaultdict(int)
    depths: dict[int, int] = {}
    for step in steps:
        received[step.payee] += step.amount.units
        depth = 1
        if step.payer is not None:
            paid_on[step.payer] += step.amount.units
            depth = depths[step.payer] + 1
        depths[step.payee] = min(depth, depths.get(step.payee, depth))
    held = _held(connection, credit)
    pledged = _with_the_desk(connection, credit, "requested")
    financed = _with_the_desk(connection, credit, "funded")
    positions = []
    for participant, total in received.items():
        there = held.get(participant, 0), pledged.get(participant, 0), financed.get(participant, 0)
        positions.append(
            Position(
                participant=participant,
                depth=depths[participant],
                received=Amount.of(total),
                paid_on=Amount.of(paid_on[participant]),
                held=Amount.of(there[0]),
                pledged=Amount.of(there[1]),
                financed=Amount.of(there[2]),
                redeemed=Amount.of(total - paid_on[participant] - sum(there)),
            )
        )
    return sorted(positions, key=lambda position: (position.depth, position.participant))


def _held(connection: Connection, credit: RowMapping) -> dict[int, int]:
    query = (
        select(PARTICIPANTS.c.id, HOLDINGS.c.amount)
        .join(HOLDINGS, HOLDINGS.c.account == PARTICIPANTS.c.account)
        .where(HOLDINGS.c.credit == credit["id"])
    )
    return {row.id: row.amount for row in connection.execute(query)}


def _with_the_desk(connection: Connection, credit: RowMapping, state: str) -> dict[int, int]:
    query = (
        select(FINANCINGS.c.holder, func.sum(FINANCINGS.c.face))
        .where(FINANCINGS.c.credit == credit["id"], FINANCINGS.c.state == state)
        .group_by(FINANCINGS.c.holder)
    )
    return {holder: int(face) for holder, face in connection.execute(query)}
