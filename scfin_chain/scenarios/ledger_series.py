"""What a ledger's events say, by month or by week, of paper 000's two series: carriers' revenue and bank lending.

Carriers' revenue: the ledger moves no cash to a carrier, it only has them attest. What a carrier earns is therefore
taken to be a freight rate, which the caller states, on the face of each receivable whose delivery it attested, on the
day on which it did so; each freight is rounded down to minor units. The rate scales the series and changes no test.

Bank lending: the cash that banks advanced on the day on which a financing was funded, whatever was repaid since. Those
who hold credit are suppliers: only they can register what the credit is paid on.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select

from scfin_chain.errors import InvalidInput
from scfin_chain.scenarios.stage import Milestone
from scfin_chain.store.store import Store
from scfin_chain.store.tables import EventRow, table_of
from scfin_chain.units import BASIS, BasisPoints, Money, date_of

EVENTS = table_of(EventRow)

Period = Literal["month", "week"]

NAMES = ("ReceivableRegistered", "ReceivableAmended", "MilestoneAttested", "FinancingFunded")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSeries:
    """A value for each calendar month or week (UTC), from the first to the last with a delivery or an advance; money in
    minor units. The first and the last are as whole as the run makes them.
    """

    periods: tuple[date, ...]
    """The first day of each; a week's is Monday."""
    delivered: tuple[Money, ...]
    """Face of the receivables whose delivery was attested."""
    revenue: tuple[Money, ...]
    """The carriers', at the stated freight rate."""
    lending: tuple[Money, ...]
    """What the banks advanced."""

    def between(self, first: date | None, last: date | None) -> "LedgerSeries":
        """What begins from one month to another, both included: leave out those of which the run holds only a part."""
        chosen = [
            place
            for place, month in enumerate(day.replace(day=1) for day in self.periods)
            if (first is None or month >= first) and (last is None or month <= last)
        ]
        return LedgerSeries(
            periods=tuple(self.periods[place] for place in chosen),
            delivered=tuple(self.delivered[place] for place in chosen),
            revenue=tuple(self.revenue[place] for place in chosen),
            lending=tuple(self.lending[place] for place in chosen),
        )


def ledger_series(store: Store, *, freight: BasisPoints, period: Period = "month") -> LedgerSeries:
    """Read the series of a run, or of a service, from its events.

    Raises
    ------
    InvalidInput
        The freight rate is not from 1 to 10,000 basis points.
    """
    if not 1 <= freight <= BASIS:
        raise InvalidInput("freight", freight, f"from 1 to {BASIS} basis points of the goods' value")
    faces: dict[int, int] = {}
    delivered: Counter[date] = Counter()
    revenue: Counter[date] = Counter()
    lending: Counter[date] = Counter()
    arrived: set[int] = set()
    query = select(EVENTS.c.name, EVENTS.c.body, EVENTS.c.day).where(EVENTS.c.name.in_(NAMES))
    with store.read() as connection:
        for name, body, day in connection.execute(query.order_by(EVENTS.c.block_number, EVENTS.c.ordinal)):
            first = _first(date_of(day), period)
            match name:
                case "ReceivableRegistered" | "ReceivableAmended":
                    faces[body["id"]] = body["face"]
                case "MilestoneAttested" if body["milestone"] >= Milestone.DELIVERED and body["id"] not in arrived:
                    arrived.add(body["id"])  # accepted later, they are not delivered a second time
                    delivered[first] += faces[body["id"]]
                    revenue[first] += faces[body["id"]] * freight // BASIS
                case "FinancingFunded":
                    lending[first] += body["price"]
    periods = _from_first_to_last(delivered.keys() | lending.keys(), period)
    return LedgerSeries(
        periods=periods,
        delivered=tuple(Money(delivered[first]) for first in periods),
        revenue=tuple(Money(revenue[first]) for first in periods),
        lending=tuple(Money(lending[first]) for first in periods),
    )


def _first(day: date, period: Period) -> date:
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def _from_first_to_last(periods: set[date], period: Period) -> tuple[date, ...]:
    """Every period between, also those in which nothing happened."""
    if not periods:
        return ()
    first, last = min(periods), max(periods)
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return tuple(day for day in days if day == _first(day, period))
