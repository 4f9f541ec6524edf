"""Credit lines: how much credit of an issuer may be in circulation."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import RowMapping, select
from starlette.concurrency import run_in_threadpool

from api.answers import called
from api.callers import TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.routes.participants import participant_row
from api.schemas import Amount, Page, ParticipantNumber, Strict, example
from api.visibility import LINES, lines_of
from api.wiring import TheService
from api.writes import Answer, TheCall

router = APIRouter(prefix="/lines", tags=["lines"])


class Line(BaseModel):
    """An issuer's limit, and what of it is used: the principal for which no cash has come in yet."""

    issuer: int
    limit: Amount
    used: Amount


class NewLimit(Strict):
    """The limit from now on; a lower one stops new use and leaves the old."""

    model_config = example(limit={"amount": "100000000", "currency": "CNY"})

    limit: Amount


@router.get("")
def list_lines(service: TheService, caller: TheCaller, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[Line]:
    """The lines that concern the caller."""
    query = select(LINES).where(lines_of(caller))
    return page_of(service.store, query, [LINES.c.issuer], _shape, limit=limit, after=after)


@router.get("/{issuer}")
def get_line(issuer: ParticipantNumber, service: TheService, caller: TheCaller) -> Line:
    """An issuer's line."""
    with service.store.read() as connection:
        query = select(LINES).where(LINES.c.issuer == issuer, lines_of(caller))
        row = connection.execute(query).mappings().first()
    if row is None:
        raise Problem.not_found("line of participant", issuer)
    return _shape(row)


@router.post("/{issuer}", **called())
async def set_limit(issuer: ParticipantNumber, body: NewLimit, call: TheCall) -> Answer:
    """Set an issuer's limit: a bank's alone."""
    await run_in_threadpool(participant_row, call.service, issuer)
    return await call("CreditLine", "setLimit", issuer, body.limit.units)


def _shape(row: RowMapping) -> Line:
    return Line(issuer=row["issuer"], limit=Amount.of(row["limit"]), used=Amount.of(row["used"]))
