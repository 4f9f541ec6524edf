"""The keeper of the calendar: what falls due on a day is collected, paid out, expired or declared in default.

It only looks and says what to do; anyone may do it, and doing it twice changes nothing.
"""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select

from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.chain.signer import Signer
from scfin_chain.errors import ChainError, ChainStopped, ContractReverted, NodeSilent
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Address, Day

CREDITS = DERIVED["credit"]
FINANCINGS = DERIVED["financing"]
HOLDINGS = DERIVED["holding"]
SETTLEMENTS = DERIVED["settlement"]

HOLDERS_A_CRANK = 50
"""Holders whom one crank pays: it stays well below a block's gas."""

ALREADY_SO = {
    "collect": frozenset({"SettlementWrongStatus", "SettlementCollectionTried"}),
    "crank": frozenset({"SettlementWrongStatus"}),
    "settle": frozenset({"SettlementWrongStatus", "FinancingWrongStatus"}),
    "expire": frozenset({"FinancingWrongStatus"}),
    "declareDefault": frozenset({"SettlementWrongStatus", "SettlementAlreadyDefaulted"}),
}
"""Refusals by function that say: somebody was faster. The rows will show it once the block is read."""

Submit = Callable[[Command], Outcome]
"""Puts a command on the chain; a refusal by the contract raises `ContractReverted`."""

Act = tuple[str, str]

log = logging.getLogger(__name__)


def already_so(command: Command, refusal: ContractReverted) -> bool:
    """Whether a refusal means that what was wanted is the case."""
    return refusal.name in ALREADY_SO.get(command.function, ())


class Keeper:
    """Says what the calendar asks for; ``default_days`` and ``desk`` are the deployment's."""

    def __init__(self, *, store: Store, signer: Signer, desk: Address, default_days: int) -> None:
        self._store = store
        self._signer = signer
        self._desk = desk
        self._default_days = default_days
        self._refused: dict[Act, Day] = {}

    def tasks(self, day: Day) -> list[Command]:
        """Everything that this day asks for, by the rows as they are, in the order in which it is to be done.

        To be asked again after each block that was read: what one task does may ask for another. What the contract
        refused for a reason of its own is left out for the rest of the day.
        """
        self._refused = {act: refused for act, refused in self._refused.items() if refused == day}
        return self._open([*self.collections(day), *self.expiries(day), *self.defaults(day), *self.payouts()])

    def untried(self, day: Day) -> int:
        """How many collections this day still asks for: no later day takes them."""
        return len(self._open(self.collections(day)))

    def _open(self, commands: list[Command]) -> list[Command]:
        return [command for command in commands if _act(command) not in self._refused]

    def perform(self, day: Day, submit: Submit) -> int:
        """Do what the day asks for; gives how much was done. A task that is refused keeps no other from being done,
        nor does one that the chain cannot take now: it is asked for again after the next block.

        Raises
        ------
        NodeSilent, ChainStopped
            Nothing can be done: what is not done by then is asked for again.
        """
        done = 0
        for command in self.tasks(day):
            try:
                submit(command)
            except ContractReverted as refusal:
                self.note_refusal(command, refusal, day)
            except (NodeSilent, ChainStopped):
                raise
            except ChainError as trouble:
                log.warning("task waits task=%s reason=%s", command.function, trouble)
            else:
                done += 1
        return done

    def note_refusal(self, command: Command, refusal: ContractReverted, day: Day) -> None:
        """Leave a task out until the next day, unless it was refused because somebody was faster."""
        if already_so(command, refusal):
            log.info("already done task=%s reason=%s", command.function, refusal)
        else:
            log.warning("task refused task=%s reason=%s", command.function, refusal)
            self._refused[_act(command)] = day

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
            return [command for credit in collected.all() for command in self._payout(connection, credit)]

    def _payout(self, connection: Connection, credit: str) -> Iterable[Command]:
        financings = connection.execute(
            select(FINANCINGS.c.id)
            .where(FINANCINGS.c.credit == credit, FINANCINGS.c.state == "funded")
            .order_by(FINANCINGS.c.id)
        ).scalars()
        for financing in financings.all():
            yield self._settlement("settle", financing)
        holders = connection.execute(
            select(HOLDINGS.c.account)
            .where(HOLDINGS.c.credit == credit, HOLDINGS.c.amount > 0, HOLDINGS.c.account != self._desk)
            .order_by(HOLDINGS.c.account)
        ).scalars()
        accounts = list(holders.all())
        for first in range(0, len(accounts), HOLDERS_A_CRANK):
            yield self._settlement("crank", int(credit), accounts[first : first + HOLDERS_A_CRANK])

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


def _act(command: Command) -> Act:
    """What a command does to whom, as a name."""
    return command.function, repr(command.arguments)
