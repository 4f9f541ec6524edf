"""Dead letters: decisions that were given up, until somebody tries them again.

A dead letter halts its own financing alone. Nothing is lost by waiting: the holder may take the request back, and on
the day after its last it expires and gives the tokens back.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from scfin_chain.errors import InvalidInput
from scfin_chain.store.decisions import DECISIONS, FINANCINGS, OUTBOX
from scfin_chain.store.store import Store
from scfin_chain.units import Day, FinancingId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An open request whose decision was given up; without ``decided_day`` the models had no answer."""

    financing: FinancingId
    attempts: int
    error: str
    decided_day: Day | None
    expires_day: Day


def dead_letters(store: Store) -> tuple[DeadLetter, ...]:
    """All of them, oldest financing first; one whose request was taken back or has expired is none any more."""
    query = (
        select(OUTBOX.c.financing, OUTBOX.c.attempts, OUTBOX.c.error, DECISIONS.c.day, FINANCINGS.c.expires_day)
        .join(FINANCINGS, FINANCINGS.c.id == OUTBOX.c.financing)
        .outerjoin(DECISIONS, DECISIONS.c.financing == OUTBOX.c.financing)
        .where(OUTBOX.c.state == "dead", FINANCINGS.c.state == "requested")
        .order_by(OUTBOX.c.financing)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    return tuple(
        DeadLetter(
            financing=FinancingId(financing),
            attempts=attempts,
            error=error or "",
            decided_day=None if day is None else Day(day),
            expires_day=Day(expires),
        )
        for financing, attempts, error, day, expires in rows
    )


def retry(store: Store, financing: FinancingId) -> None:
    """Have one tried again, with as many attempts as the first time.

    Raises
    ------
    InvalidInput
        That financing has no dead letter.
    """
    if not _revive(store, OUTBOX.c.financing == financing):
        raise InvalidInput("financing", financing, "the number of one with a dead letter")


def retry_all(store: Store) -> int:
    """Have all of them tried again; gives how many."""
    return _revive(store)


def _revive(store: Store, *which: ColumnElement[bool]) -> int:
    waiting = select(FINANCINGS.c.id).where(FINANCINGS.c.state == "requested")
    again = (
        update(OUTBOX)
        .where(OUTBOX.c.state == "dead", OUTBOX.c.financing.in_(waiting), *which)
        .values(state="pending", attempts=0, error=None, after_block=0)
    )
    with store.begin() as connection:
        return connection.execute(again).rowcount
