"""The keeper of the calendar: what falls due on a day is collected, paid out, expired or declared in default.

It only looks and says what to do; anyone may do it, and doing it twice changes nothing.
"""

from sqlalchemy import select

from scfin_chain.chain.ledger import Command
from scfin_chain.chain.signer import Signer
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Address, Day

CREDITS = DERIVED["credit"]
FINANCINGS = DERIVED["financing"]
HOLDINGS = DERIVED["holding"]
SETTLEMENTS = DERIVED["settlement"]

HOLDERS_A_CRANK = 50
"""Holders whom one crank pays: it stays well below a block's gas."""


class Keeper:
    """Says what the calendar asks for; ``default_days`` and ``desk`` are the deployment's."""

    def __init__(self, *, store: Store, signer: Signer, desk: Address, default_days: int) -> None:
        self._store = store
        self._signer = signer
        self._desk = desk
        self._default_days = default_days

    def collections(self, day: Day) -> list[Command]:
        """One attempt for each credit that matures on this day."""
        query = (
            select(CREDITS.c.id)
            .join(SETTLEMENTS, SETTLEMENTS.c.credit == CREDITS.c.id)
            .where(
                CREDITS.c.maturity_day == day,
                SETTLEMENTS.c.status == "live",
                SETTLEMENTS.c.collection_failed_day.is_(None),
            )
            .order_by(CREDITS.c.receivable)
        )
        with self._store.read() as connection:
            due = connection.execute(query).scalars().all()
        return [self._settlement("collect", int(credit)) for credit in due]

    def payouts(self) -> list[Command]:
        """Settle the financings and pay the holders of every credit whose cash is in."""
        with self._store.read() as connection:
            collected = connection.execute(
                select(CREDITS.c.id)
                .join(SETTLEMENTS, SETTLEMENTS.c.credit == CREDITS.c.id)
                .where(SETTLEMENTS.c.status == "collected")
                .order_by(CREDITS.c.receivable)
            ).scalars()
            commands: list[Command] = []
            for credit in collected.all():
                financings = connection.execute(
                    select(FINANCINGS.c.id)
                    .where(FINANCINGS.c.credit == credit, FINANCINGS.c.state == "funded")
                    .order_by(FINANCINGS.c.id)
                ).scalars()
                commands += [self._settlement("settle", financing) for financing in financings.all()]
                holders = connection.execute(
                    select(HOLDINGS.c.account)
                    .where(HOLDINGS.c.credit == credit, HOLDINGS.c.amount > 0, HOLDINGS.c.account != self._desk)
                    .order_by(HOLDINGS.c.account)
                ).scalars()
                accounts = list(holders.all())
                commands += [
                    self._settlement("crank", int(credit), accounts[first : first + HOLDERS_A_CRANK])
                    for first in range(0, len(accounts), HOLDERS_A_CRANK)
                ]
        return commands

    def expiries(self, day: Day) -> list[Command]:
        """Requests that nobody decided in time: their tokens go back."""
        query = (
            select(FINANCINGS.c.id)
            .where(FINANCINGS.c.state == "requested", FINANCINGS.c.expires_day < day)
            .order_by(FINANCINGS.c.id)
        )
        with self._store.read() as connection:
            financings = connection.execute(query).scalars().all()
        return [
            Command(step="expire", signer=self._signer, contract="FinancingDesk", function="expire", arguments=(i,))
            for i in financings
        ]

    def defaults(self, day: Day) -> list[Command]:
        """Credits that stayed unpaid for more than the days of default."""
        query = (
            select(CREDITS.c.id)
            .join(SETTLEMENTS, SETTLEMENTS.c.credit == CREDITS.c.id)
            .where(
                CREDITS.c.maturity_day < day - self._default_days,
                SETTLEMENTS.c.status == "live",
                SETTLEMENTS.c.defaulted_day.is_(None),
            )
            .order_by(CREDITS.c.receivable)
        )
        with self._store.read() as connection:
            due = connection.execute(query).scalars().all()
        return [self._settlement("declareDefault", int(credit)) for credit in due]

    def _settlement(self, function: str, *arguments: object) -> Command:
        return Command(
            step=function, signer=self._signer, contract="Settlement", function=function, arguments=arguments
        )
