"""What a ledger's events say month by month of the two series of paper 000: carriers' revenue and bank lending.

Carriers' revenue: the ledger moves no cash to a carrier, it only has them attest. What a carrier earns is therefore
taken to be a freight rate, which the caller states, on the face of each receivable whose delivery it attested, on the
day on which it did so; each freight is rounded down to minor units. The rate scales the series and changes no test.

Bank lending: the cash that banks advanced on the day on which a financing was funded, whatever was repaid since. Those
who hold credit are suppliers: only they can register what the credit is paid on.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from scfin_chain.errors import InvalidInput
from scfin_chain.scenarios.stage import Milestone
from scfin_chain.store.store import Store
from scfin_chain.store.tables import EventRow, table_of
from scfin_chain.units import BASIS, BasisPoints, Day, Money, date_of

EVENTS = table_of(EventRow)

NAMES = ("ReceivableRegistered", "ReceivableAmended", "MilestoneAttested", "FinancingFunded")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSeries:
    """A value for each calendar month (UTC), from the first to the last with a delivery or an advance; money in minor
    units. The first and the last month are as whole as the run makes them.
    """

    months: tuple[date, ...]
    """The first day of each."""
    delivered: tuple[Money, ...]
    """Face of the receivables whose delivery was attested."""
    revenue: tuple[Money, ...]
    """The carriers', at the stated freight rate."""
    lending: tuple[Money, ...]
    """What the banks advanced."""

    def between(self, first: date | None, last: date | None) -> "LedgerSeries":
        """The months from one to another, both included: leave out those of which the run holds only a part."""
        chosen = [
            place
            for place, month in enumerate(self.months)
            if (first is None or month >= first) and (last is None or month <= last)
        ]
        return LedgerSeries(
            months=tuple(self.months[place] for place in chosen),
            delivered=tuple(self.delivered[place] for place in chosen),
            revenue=tuple(self.revenue[place] for place in chosen),
            lending=tuple(self.lending[place] for place in chosen),
        )


def ledger_series(store: Store, *, freight: BasisPoints) -> LedgerSeries:
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
            month = _month(day)
            match name:
                case "ReceivableRegistered" | "ReceivableAmended":
                    faces[body["id"]] = body["face"]
                case "MilestoneAttested" if body["milestone"] >= Milestone.DELIVERED and body["id"] not in arrived:
                    arrived.add(body["id"])  # accepted later, they are not delivered a second time
                    delivered[month] += faces[body["id"]]
                    revenue[month] += faces[body["id"]] * freight // BASIS
                case "FinancingFunded":
                    lending[month] += body["price"]
    months = _from_first_to_last(delivered.keys() | lending.keys())
    return LedgerSeries(
        months=months,
        delivered=tuple(Money(delivered[month]) for month in months),
        revenue=tuple(Money(revenue[month]) for month in months),
        lending=tuple(Money(lending[month]) for month in months),
    )


def _month(day: Day) -> date:
    return date_of(day).replace(day=1)


def _from_first_to_last(months: set[date]) -> tuple[date, ...]:
    """Every calendar month between, also those in which nothing happened."""
    if not months:
        return ()
    first, last = min(months), max(months)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(
        date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1) for step in range(count)
    )
