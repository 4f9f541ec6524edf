"""The chain's clock. On a simulated chain it stands still until somebody moves it."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import written
from api.callers import TheCaller
from api.problems import Problem
from api.schemas import DayText, Strict, Written, example
from api.wiring import TheService
from api.writes import TheWrite
from scfin_chain.service.queue import Order
from scfin_chain.units import Day, date_of, day_from_date

router = APIRouter(prefix="/clock", tags=["clock"])

LONGEST_STEP = 3_660
"""Days that the clock moves at once."""


class Clock(BaseModel):
    """Where the clock stands."""

    today: dt.date
    block: int
    movable: bool


class NewDay(Strict):
    """The day to which time shall go on."""

    model_config = example(to="2024-06-30")

    to: DayText


@router.get("")
def get_clock(service: TheService, _caller: TheCaller) -> Clock:
    """Today, by the chain."""
    gateway = service.ledger.gateway
    return Clock(today=date_of(service.today), block=gateway.head().number, movable=gateway.capabilities.sets_time)


@router.post("", **written())
async def advance_clock(body: NewDay, write: TheWrite) -> Written:
    """Let time go on, day by day: on each, what falls due is collected, paid out, expired or declared in default."""
    service, day = write.service, day_from_date(body.to)
    # not in the transaction: the chain writes its journal while nobody may ask it
    today = await run_in_threadpool(lambda: service.today)
    if not service.ledger.gateway.capabilities.sets_time:
        raise Problem(409, "clock-not-movable", "the node keeps its own time")

    def orders(_connection: Connection) -> list[Order]:
        """Of a new request: one that comes again is of a day that may have come meanwhile."""
        if not today < day <= today + LONGEST_STEP:
            limit = f"after {date_of(today)}, today, and not after {date_of(Day(today + LONGEST_STEP))}"
            raise Problem.of_field("to", body.to, limit)
        return [service.advance_order(day)]

    return await write.run_from(orders)
