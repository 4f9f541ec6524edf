"""The service as its interfaces see it: the ledger and its rows to read, the queue to write through."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, func, select

from scfin_chain.chain.ledger import Ledger
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.config import Settings
from scfin_chain.service.custody import Custody
from scfin_chain.service.queue import ADVANCE, Order, Queue
from scfin_chain.service.rules import Rules
from scfin_chain.service.worker import Worker
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, BlockRow, table_of
from scfin_chain.units import Address, Day, ParticipantId, day_of

BLOCKS = table_of(BlockRow)
PARTICIPANTS = DERIVED["participant"]

CURRENCY: Final = "CNY"
"""ISO 4217 code of the one currency, in which the papers count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A participant of the founding."""

    id: ParticipantId
    account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """Those who were there from the start; the service signs for each."""

    registrar: Address
    central_bank: Office
    bank: Office
    carrier: Office
    regulator: Office


@dataclass(frozen=True, kw_only=True)
class Service:
    """What stands together: see `scfin_chain.bootstrap.open_service`."""

    settings: Settings
    rules: Rules
    ledger: Ledger
    store: Store
    custody: Custody
    queue: Queue
    offices: Offices
    errors: ErrorCatalogue
    worker: Worker | None = field(default=None)
    """The worker of this very process; None where another process works."""

    @property
    def today(self) -> Day:
        """The day of the chain's next block."""
        return day_of(self.ledger.gateway.now())

    def order(
        self,
        step: str,
        sender: Address,
        contract: str,
        function: str,
        *arguments: Any,
        key: str | None = None,
        participant: int | None = None,
    ) -> Order:
        """An order to call a contract of the ledger."""
        return Order(
            key=key,
            step=step,
            sender=sender,
            recipient=self.ledger.address(contract),
            data=self.ledger.deployment.abis[contract].encode(function, *arguments),
            participant=participant,
        )

    def advance_order(self, day: Day, *, key: str | None = None) -> Order:
        """An order to let time go on to the start of a day."""
        clock = self.offices.registrar
        return Order(key=key, step=ADVANCE, sender=clock, recipient=clock, data=int(day).to_bytes(4))

    def put(self, connection: Connection, order: Order) -> int:
        """Queue an order in the caller's transaction; call `woken` after it."""
        return self.queue.put(connection, order)

    def woken(self) -> None:
        """Tell the worker of this process that there is work."""
        if self.worker is not None:
            self.worker.wake.set()

    @property
    def cursor(self) -> int:
        """The number of the block that was read last."""
        with self.store.read() as connection:
            return int(connection.execute(select(func.max(BLOCKS.c.number))).scalar() or 0)

    @property
    def founded(self) -> bool:
        """Whether the founding was read: the regulator is enrolled last."""
        with self.store.read() as connection:
            query = select(PARTICIPANTS.c.id).where(PARTICIPANTS.c.id == self.offices.regulator.id)
            return connection.execute(query).first() is not None

    def close(self) -> None:
        """Let go of the chain and the database."""
        self.ledger.gateway.close()
        self.store.close()
