"""The book: reads from the derived rows what is known of a request at this moment.

The rows end at the head of the chain, so nothing that enters a decision can be later than its request.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, distinct, func, or_, select

from scfin_chain.models.repayment import MONTHS_A_YEAR
from scfin_chain.service.facts import RequestFacts
from scfin_chain.store.tables import DERIVED, DecisionRow, table_of
from scfin_chain.units import YEAR_DAYS, CreditId, Day, FinancingId, Money, ParticipantId, ProgrammeId

RECEIVABLES = DERIVED["receivable"]
FINANCINGS = DERIVED["financing"]
FLOWS = DERIVED["flow"]
LINES = DERIVED["line"]
DECISIONS = table_of(DecisionRow)

VOLUME_MONTHS = 12
"""Whole months of a pair's history that its line looks back on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graces:
    """Days after which an unpaid obligation counts: against the score, against the programme, as a default."""

    score_days: int
    programme_days: int
    default_days: int


def gather(
    connection: Connection, financing: FinancingId, *, bank: ParticipantId, day: Day, graces: Graces
) -> RequestFacts:
    """The facts of one requested financing as they stand on ``day``."""
    request = connection.execute(select(FINANCINGS).where(FINANCINGS.c.id == financing)).mappings().one()
    return gather_for(connection, dict(request), bank=bank, day=day, graces=graces)


def gather_for(
    connection: Connection, request: Mapping[str, Any], *, bank: ParticipantId, day: Day, graces: Graces
) -> RequestFacts:
    """The same of a request that is, or could be, in the table of financings."""
    receivable = (
        connection.execute(select(RECEIVABLES).where(RECEIVABLES.c.id == request["receivable"])).mappings().one()
    )
    line = connection.execute(select(LINES).where(LINES.c.issuer == request["issuer"])).mappings().one()
    obligations = _obligations(connection, request["issuer"])
    due, prompt = _kept(obligations, day, graces.score_days)
    programme_due, programme_repaid = _programme(connection, request["programme"], day, graces.programme_days)
    volumes, first_credit = _volumes(connection, request["issuer"], request["holder"], day)
    return RequestFacts(
        financing=FinancingId(request["id"]),
        day=day,
        bank=bank,
        holder=ParticipantId(request["holder"]),
        issuer=ParticipantId(request["issuer"]),
        programme=ProgrammeId(request["programme"]),
        credit=CreditId(int(request["credit"])),
        face=Money(request["face"]),
        maturity=Day(request["maturity_day"]),
        confirmed=receivable["confirmed_day"] is not None,
        disputed=Money(receivable["disputed"]),
        obligations_due=due,
        obligations_prompt=prompt,
        obligations_paid=sum(row["paid_day"] is not None for row in obligations),
        late_days=sum(max(0, _paid_or(row, day) - row["due_day"]) for row in obligations),
        issuer_in_default=any(
            row["paid_day"] is None and day > row["due_day"] + graces.default_days for row in obligations
        ),
        programme_due=programme_due,
        programme_repaid=programme_repaid,
        last_supervised=_last_supervised(connection, request["programme"]),
        firms_financed=_firms(connection, request["programme"], request["holder"]),
        volumes=volumes,
        first_credit=first_credit,
        advanced=_advanced(connection, request["issuer"], request["holder"]),
        line_limit=Money(line["limit"]),
        line_used=Money(line["used"]),
    )


def _obligations(connection: Connection, issuer: int) -> list[RowMapping]:
    """Confirmed receivables of a debtor, each counted once however its token is split; not while disputed."""
    table = RECEIVABLES
    query = select(table.c.due_day, table.c.paid_day).where(
        table.c.debtor == issuer, table.c.confirmed_day.is_not(None), table.c.disputed == 0
    )
    return list(connection.execute(query).mappings())


def _paid_or(row: RowMapping, day: Day) -> int:
    return day if row["paid_day"] is None else int(row["paid_day"])


def _kept(obligations: Iterable[RowMapping], day: Day, grace: int) -> tuple[int, int]:
    """How many are paid, or unpaid past their days of grace; and how many of them were paid within these."""
    counted = [row for row in obligations if row["paid_day"] is not None or day > row["due_day"] + grace]
    return len(counted), sum(_paid_or(row, day) <= row["due_day"] + grace for row in counted)


def _programme(connection: Connection, programme: int, day: Day, grace: int) -> tuple[int, int]:
    """The same over every obligation of the programme, counted by the database; 0 is no programme and has none."""
    table = RECEIVABLES
    repaid = and_(table.c.paid_day.is_not(None), table.c.paid_day <= table.c.due_day + grace)
    query = select(func.count(), func.coalesce(func.sum(case((repaid, 1), else_=0)), 0)).where(
        table.c.programme == programme,
        table.c.programme > 0,
        table.c.confirmed_day.is_not(None),
        table.c.disputed == 0,
        or_(table.c.paid_day.is_not(None), table.c.due_day + grace < day),
    )
    due, kept = connection.execute(query).one()
    return int(due), int(kept)


def _last_supervised(connection: Connection, programme: int) -> bool | None:
    query = (
        select(DECISIONS.c.supervised)
        .where(DECISIONS.c.programme == programme, DECISIONS.c.programme > 0)
        .order_by(DECISIONS.c.financing.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def _firms(connection: Connection, programme: int, holder: int) -> int:
    """Firms that were financed in the programme, this holder included."""
    query = select(func.count(distinct(FINANCINGS.c.holder))).where(
        FINANCINGS.c.programme == programme,
        FINANCINGS.c.programme > 0,
        FINANCINGS.c.price.is_not(None),
        FINANCINGS.c.holder != holder,
    )
    return 1 + int(connection.execute(query).scalar_one())


def _volumes(connection: Connection, issuer: int, holder: int, day: Day) -> tuple[tuple[Money, ...], Money]:
    """Credit received less credit paid on by whole months since the pair's first, and that first credit."""
    query = (
        select(FLOWS.c.day, FLOWS.c.amount)
        .where(FLOWS.c.issuer == issuer, FLOWS.c.holder == holder)
        .order_by(FLOWS.c.block_number, FLOWS.c.ordinal)
    )
    flows = connection.execute(query).all()
    if not flows:
        return (), Money(0)
    first_day, first_credit = flows[0]
    months = [0] * month_of(Day(day - first_day))
    for flow_day, amount in flows:
        month = month_of(Day(flow_day - first_day))
        if month < len(months):
            months[month] += amount
    return tuple(Money(max(0, volume)) for volume in months[-VOLUME_MONTHS:]), Money(first_credit)


def month_of(days: Day) -> int:
    """The month, of 365/12 days each, in which a number of days ends; 0 is the first."""
    return int(days) * MONTHS_A_YEAR // YEAR_DAYS


def _advanced(connection: Connection, issuer: int, holder: int) -> Money:
    """Advances of the pair that are still out."""
    query = select(func.coalesce(func.sum(FINANCINGS.c.price), 0)).where(
        FINANCINGS.c.issuer == issuer, FINANCINGS.c.holder == holder, FINANCINGS.c.state == "funded"
    )
    return Money(int(connection.execute(query).scalar_one()))
