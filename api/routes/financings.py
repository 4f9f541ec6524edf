"""Financings: cash against pledged credit, on a decision that is signed, executed once, and explained.

What a bank pays, or would pay, is shown to the holder who gets it, to that very bank, and to the regulator. On what it
decided, the issuer's line and record among it, is shown to that bank and to the regulator: to a holder these are
another's affairs, and so are they to another bank.
"""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping, select
from starlette.concurrency import run_in_threadpool

from api.answers import called
from api.callers import Caller, TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.schemas import (
    Amount,
    CreditNumber,
    DayText,
    Number,
    Page,
    ParticipantNumber,
    Strict,
    example,
    iso,
)
from api.visibility import (
    DECISIONS,
    FINANCINGS,
    HOLDINGS,
    credit_row,
    decided_by,
    financing_row,
    financings_of,
)
from api.wiring import TheService
from api.writes import Answer, TheCall
from scfin_chain.service.canonical import canonical
from scfin_chain.service.decision import Verdict
from scfin_chain.service.explanation import explain
from scfin_chain.service.policy import Reason
from scfin_chain.service.quote import Quote, quote
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import CreditId, Day, Money, ParticipantId, day_from_date

router = APIRouter(prefix="/financings", tags=["financings"])

PARTICIPANTS = DERIVED["participant"]

State = Literal["requested", "funded", "refused", "cancelled", "expired", "settled"]

REASONS: dict[int, str] = {reason.value: reason.label for reason in Reason}


WITHHELD = {"inputs": None, "inputs_text": None, "outputs": None}
"""Of a decision, from who is neither its bank nor the regulator."""

SHOWN_CREDIT = "96008965559544056480769825266024056945637223097696257"
"""In examples."""


class Financing(BaseModel):
    """A financing from its request to its end; what was not decided, or not yet, is null."""

    id: int
    state: State
    credit: str
    receivable: int
    issuer: int
    holder: int
    face: Annotated[Amount, Field(description="Tokens pledged.")]
    maturity: dt.date | None
    requested: dt.date | None
    expires: Annotated[dt.date | None, Field(description="The last day on which it may be funded.")]
    bank: int | None
    price: Annotated[Amount | None, Field(description="Cash paid to the holder.")]
    claim: Annotated[Amount | None, Field(description="What the bank gets of the face at repayment, first.")]
    rate_bps: int | None
    supervised: bool | None
    reason: Annotated[str | None, Field(description="Why it was refused.")]
    decided: dt.date | None
    closed: dt.date | None


class Asked(Strict):
    """What is pledged: so many tokens of a lot."""

    credit: CreditNumber
    face: Amount


class NewFinancing(Asked):
    """A request for cash."""

    model_config = example(credit=SHOWN_CREDIT, face={"amount": "40000", "currency": "CNY"}, expires="2024-06-30")

    expires: DayText | None = Field(default=None, description="The last day on which it may be funded.")


class QuotedFinancing(Asked):
    """A request that is not made."""

    model_config = example(credit=SHOWN_CREDIT, face={"amount": "40000", "currency": "CNY"})

    holder: ParticipantNumber | None = Field(default=None, description="Who would ask; the caller where left out.")


class Terms(BaseModel):
    """A decision: to its bank and the regulator with every number; to its holder what tells of issuers is null."""

    verdict: Literal["approve", "refuse"]
    reason: Annotated[str, Field(description="The first reason that binds; none of an approval.")]
    binding: Annotated[list[str], Field(description="Every reason that binds, in the order in which it is asked.")]
    day: dt.date
    face: Amount
    price: Amount
    claim: Amount
    rate_bps: int
    pd_bps: Annotated[int, Field(description="Probability of default within a year, rounded up.")]
    lgd_bps: int
    supervised: bool
    line: Annotated[Amount | None, Field(description="The pair's line; null where there is no price.")]
    inputs: Annotated[dict[str, Any] | None, Field(description="Everything that entered.")]
    inputs_text: Annotated[
        str | None, Field(description="The inputs in their one spelling: its SHA-256 is `inputs_hash`.")
    ]
    outputs: Annotated[dict[str, Any] | None, Field(description="Every number that left the models.")]
    model_hash: str
    inputs_hash: str


class Explained(Terms):
    """The decision on a financing as it was signed."""

    financing: int
    signature: Annotated[str, Field(description="EIP-712, by the decider.")]
    models: Annotated[dict[str, Any], Field(description="The rules, as they are hashed.")]
    text: Annotated[str, Field(description="The same for a reader.")]

    def for_holder(self) -> "Explained":
        """Without what tells of the issuer; the text keeps its head, who and what, and the hashes at its end."""
        parts = self.text.split("\n\n")
        return self.model_copy(update={**WITHHELD, "text": "\n\n".join([*parts[:2], parts[-1]])})


@router.get("")
def list_financings(
    service: TheService,
    caller: TheCaller,
    state: State | None = None,
    holder: ParticipantNumber | None = None,
    credit: CreditNumber | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[Financing]:
    """The financings that concern the caller: its own, or those that it may fund, funded, or had refused."""
    query = select(FINANCINGS).where(financings_of(caller))
    if state is not None:
        query = query.where(FINANCINGS.c.state == state)
    if holder is not None:
        query = query.where(FINANCINGS.c.holder == holder)
    if credit is not None:
        query = query.where(FINANCINGS.c.credit == credit)
    return page_of(service.store, query, [FINANCINGS.c.id], _shape, limit=limit, after=after)


@router.get("/{number}")
def get_financing(number: Number, service: TheService, caller: TheCaller) -> Financing:
    """One of them."""
    return _shape(financing_row(service, caller, number))


@router.get("/{number}/decision")
def explain_financing(number: Number, service: TheService, caller: TheCaller) -> Explained:
    """Why it was approved or refused; to the bank that decided and the regulator, to the last number."""
    financing_row(service, caller, number)
    query = select(DECISIONS).where(DECISIONS.c.financing == number)
    if not caller.sees_all:
        holders = select(FINANCINGS.c.id).where(FINANCINGS.c.holder == caller.participant)
        mine = DECISIONS.c.financing.in_(holders) | DECISIONS.c.financing.in_(decided_by(caller.participant))
        query = query.where(mine)
    with service.store.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise Problem.not_found("decision on financing", number)
    explained = _explained(row, explain(service.store, number))
    return explained if _reads_all(caller, row["signed"]["bank"]) else explained.for_holder()


@router.post(
    "",
    **called(
        get_financing={"number": "id"},
        explain_financing={"number": "id"},
        cancel_financing={"number": "id"},
    ),
)
async def request_financing(body: NewFinancing, call: TheCall) -> Answer:
    """Pledge tokens and ask for cash; the bank's service answers at its next round."""
    service = call.service
    await run_in_threadpool(credit_row, service, call.caller, body.credit)
    last = await run_in_threadpool(lambda: service.today) + service.settings.scenario.request_open_days
    expires = last if body.expires is None else day_from_date(body.expires)
    return await call("FinancingDesk", "request", int(body.credit), body.face.units, expires)


@router.post("/quote", status_code=200)
def quote_financing(body: QuotedFinancing, service: TheService, caller: TheCaller) -> Terms:
    """What the bank would answer today: to a holder, to that bank, and to the regulator.

    Nothing is written, nobody is bound: no Idempotency-Key is asked for.
    """
    bank = service.offices.bank.id
    holder = _holder(caller, body, bank)
    credit = credit_row(service, caller, body.credit)
    with service.store.read() as connection:
        query = (
            select(HOLDINGS.c.amount)
            .join(PARTICIPANTS, PARTICIPANTS.c.account == HOLDINGS.c.account)
            .where(HOLDINGS.c.credit == credit["id"], PARTICIPANTS.c.id == holder)
        )
        held = connection.execute(query).scalar() or 0
        if not 0 < body.face.units <= held:
            most = f"{held}, " if caller.sees_all or caller.participant == holder else ""  # its holdings are its own
            raise Problem.of_field("face", body.face.amount, f"from 1 to {most}what participant {holder} holds")
        quoted = quote(
            connection,
            service.rules,
            credit=CreditId(int(body.credit)),
            holder=ParticipantId(holder),
            face=Money(body.face.units),
            bank=bank,
            day=Day(service.today),
        )
    terms = _quoted(quoted)
    return terms if _reads_all(caller, bank) else terms.model_copy(update=WITHHELD)


@router.post("/{number}/cancel", **called())
async def cancel_financing(number: Number, call: TheCall) -> Answer:
    """Take a request back: the holder's alone."""
    await run_in_threadpool(financing_row, call.service, call.caller, number)
    return await call("FinancingDesk", "cancel", number)


def _reads_all(caller: Caller, bank: int) -> bool:
    """Whether a decision of a bank is shown to the caller with what tells of others."""
    return caller.sees_all or caller.participant == bank


def _holder(caller: Caller, body: QuotedFinancing, bank: int) -> int:
    assert caller.participant is not None  # no reach for the registrar, who is none
    if body.holder in (None, caller.participant):
        return caller.participant
    if not _reads_all(caller, bank):
        raise Problem.not_found("participant", body.holder)
    return body.holder


def _shape(row: RowMapping) -> Financing:
    return Financing(
        id=row["id"],
        state=row["state"],
        credit=row["credit"],
        receivable=row["receivable"],
        issuer=row["issuer"],
        holder=row["holder"],
        face=Amount.of(row["face"]),
        maturity=iso(row["maturity_day"]),
        requested=iso(row["requested_day"]),
        expires=iso(row["expires_day"]),
        bank=row["bank"],
        price=_amount(row["price"]),
        claim=_amount(row["claim"]),
        rate_bps=row["rate_bps"],
        supervised=row["supervised"],
        reason=None if row["reason"] is None else REASONS.get(row["reason"], str(row["reason"])),
        decided=iso(row["decided_day"]),
        closed=iso(row["closed_day"]),
    )


def _amount(units: int | None) -> Amount | None:
    return None if units is None else Amount.of(units)


def _explained(row: RowMapping, text: str) -> Explained:
    return Explained(
        **_terms(
            signed=row["signed"],
            inputs=row["inputs"],
            outputs=row["outputs"],
            verdict=row["verdict"],
            reason=row["reason"],
        ),
        financing=row["financing"],
        signature=row["signature"],
        models=row["models"],
        text=text,
    )


def _quoted(quoted: Quote) -> Terms:
    approved = quoted.decision.verdict is Verdict.APPROVE
    return Terms(
        **_terms(
            signed=quoted.decision.to_json(),
            inputs=quoted.facts.to_json(),
            outputs=quoted.judgement.to_json(),
            verdict="approve" if approved else "refuse",
            reason=quoted.judgement.reason.label,
        )
    )


def _terms(
    *, signed: dict[str, Any], inputs: dict[str, Any], outputs: dict[str, Any], verdict: str, reason: str
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "reason": reason,
        "binding": outputs["binding"],
        "day": inputs["day"],
        "face": Amount.of(signed["face"]),
        "price": Amount.of(signed["price"]),
        "claim": Amount.of(signed["claim"]),
        "rate_bps": signed["rate_bps"],
        "pd_bps": signed["pd_bps"],
        "lgd_bps": signed["lgd_bps"],
        "supervised": signed["supervised"],
        "line": _amount(outputs["line_limit"]),
        "inputs": inputs,
        "inputs_text": canonical(inputs),
        "outputs": outputs,
        "model_hash": signed["model_hash"],
        "inputs_hash": signed["inputs_hash"],
    }
