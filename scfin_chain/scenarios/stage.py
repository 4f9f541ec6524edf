"""The stage of a scenario: named actors and the verbs of the trade, each put on the chain and into the journal."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from eth_utils.crypto import keccak
from sqlalchemy import insert

from scfin_chain.bootstrap import Laboratory
from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.chain.signer import Signer, development_signer
from scfin_chain.deploy.founding import FOREVER, FULL_ALLOWANCE, fund
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.events import Event
from scfin_chain.events.credit_token import CreditRecharged
from scfin_chain.events.financing_desk import FinancingRequested
from scfin_chain.events.participants import Enrolled
from scfin_chain.events.receivable_registry import ReceivableRegistered
from scfin_chain.roles import Role
from scfin_chain.scenarios.journal import Journal
from scfin_chain.store.tables import NameRow, table_of
from scfin_chain.units import (
    CreditId,
    Day,
    FinancingId,
    Money,
    ParticipantId,
    ProgrammeId,
    ReceivableId,
    date_of,
    day_of,
    start_of,
)

NAMES = table_of(NameRow)

NO_PROGRAMME = ProgrammeId(0)
"""Trades below the first tier are in no programme: their debtor is no issuer."""

E = TypeVar("E", bound=Event)


class Document(IntEnum):
    """``IReceivableRegistry.DocumentType``."""

    INVOICE = 0
    ORDER = 1
    CONTRACT = 2


class Milestone(IntEnum):
    """``IReceivableRegistry.Milestone``."""

    ORDERED = 1
    SHIPPED = 2
    DELIVERED = 3
    ACCEPTED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone on the stage."""

    name: str
    id: ParticipantId
    signer: Signer


Agreed = tuple[Money, Day, bytes]
"""Face, due day and the documents' hash, on which creditor and debtor agreed before the one registered them."""


class Stage:
    """Puts the actors' commands on the chain; it alone submits, and it alone writes the journal."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.journal = Journal(laboratory.store, laboratory.ledger.deployment)
        self.transactions = 0
        self.gas_used = 0
        self._agreed: dict[ReceivableId, Agreed] = {}
        founders = laboratory.founders
        self.journal.know(founders.registrar.address, "registrar")
        self.journal.know(founders.keeper.address, "keeper")
        self.central_bank = self._present("central bank", founders.central_bank.id, founders.central_bank.signer)
        self.bank = self._present("bank", founders.bank.id, founders.bank.signer)
        self.carrier = self._present("carrier", founders.carrier.id, founders.carrier.signer)
        self.regulator = self._present("regulator", founders.regulator.id, founders.regulator.signer)
        laboratory.listener.poll()

    # the calendar

    @property
    def day(self) -> Day:
        """Today, by the chain's clock."""
        return day_of(self.laboratory.ledger.gateway.now())

    def begin_day(self, day: Day) -> None:
        """Let the chain's clock go on to the start of a later day; on the same day nothing changes.

        Raises
        ------
        ChainError
            The clock is past that day: a day has room for 86,400 transactions, one a second.
        """
        if day < self.day:
            raise ChainError(f"the chain's clock is on {date_of(self.day)}: it cannot go back to {date_of(day)}")
        if day > self.day:
            self.laboratory.ledger.gateway.set_time(start_of(day))

    def pay_out(self) -> None:
        """Settle and pay whatever is collected."""
        self.laboratory.listener.poll()
        for command in self.laboratory.keeper.payouts():
            self.submit(command)

    def close_day(self) -> None:
        """Collect what matures today, pay out, give back expired requests, declare defaults."""
        keeper, today = self.laboratory.keeper, self.day
        for task in (keeper.collections, keeper.expiries, keeper.defaults):
            self.laboratory.listener.poll()
            for command in task(today):
                self.submit(command)
        self.pay_out()

    def decide(self) -> int:
        """Have every open request decided, one after the other; gives how many decisions went out."""
        laboratory, sent = self.laboratory, 0
        laboratory.listener.poll()
        while laboratory.decider.decide_next() is not None:
            sent += laboratory.decider.send_pending(self.submit)
            laboratory.listener.poll()
        return sent

    # the actors

    def enrol(self, name: str, roles: Role, *, tier: int = 0) -> Actor:
        """A new participant with an account of its own; a core enterprise gets a credit line and a standing order."""
        laboratory = self.laboratory
        signer = fund(laboratory.ledger.gateway, development_signer(f"participant {name}"))
        enrolled = self._told(
            Enrolled,
            laboratory.founders.registrar,
            "Participants",
            "enrol",
            signer.address,
            int(roles),
            tier,
            FOREVER,
            keccak(text=name),
        )
        actor = self._present(name, enrolled.id, signer)
        if Role.CORE_ENTERPRISE in roles:
            limit = laboratory.settings.scenario.issuer_limit
            self._do(self.bank.signer, "CreditLine", "setLimit", actor.id, limit)
            for spender in ("Settlement", "ReceivableRegistry"):
                self._do(signer, "CashToken", "approve", laboratory.ledger.address(spender), FULL_ALLOWANCE)
        return actor

    def mint(self, actor: Actor, amount: Money) -> None:
        """Central-bank money for an actor."""
        self._do(self.central_bank.signer, "CashToken", "mint", actor.signer.address, amount)

    # the trade

    def register(
        self,
        *,
        creditor: Actor,
        debtor: Actor,
        number: str,
        face: Money,
        due: Day,
        programme: ProgrammeId = NO_PROGRAMME,
        document: Document = Document.INVOICE,
    ) -> ReceivableId:
        """What the debtor owes the creditor; the documents' hash is that of their number."""
        agreed = (face, due, keccak(text=f"{creditor.name}/{debtor.name}/{number}"))
        terms = (debtor.id, programme, int(document), number.encode("ascii").ljust(32, b"\0"), *agreed)
        receivable = self._told(ReceivableRegistered, creditor.signer, "ReceivableRegistry", "register", terms).id
        self._agreed[receivable] = agreed
        return receivable

    def deliver(self, receivable: ReceivableId) -> None:
        """The carrier attests delivery."""
        evidence = keccak(text=f"delivery of {receivable}")
        self._do(self.carrier.signer, "ReceivableRegistry", "attest", receivable, int(Milestone.DELIVERED), evidence)

    def confirm(self, debtor: Actor, receivable: ReceivableId) -> None:
        """The debtor confirms for ever what was agreed; the contract refuses it if something else is registered."""
        self._do(debtor.signer, "ReceivableRegistry", "confirm", receivable, *self._agreed[receivable])

    def dispute(self, debtor: Actor, receivable: ReceivableId, amount: Money, *, reason: str) -> None:
        """The debtor disputes an amount."""
        self._do(debtor.signer, "ReceivableRegistry", "dispute", receivable, amount, keccak(text=reason))

    def resolve(self, debtor: Actor, receivable: ReceivableId, amount: Money) -> None:
        """The debtor takes a dispute back."""
        self._do(debtor.signer, "ReceivableRegistry", "resolve", receivable, amount)

    def pay(self, debtor: Actor, receivable: ReceivableId, amount: Money) -> None:
        """The debtor pays the creditor in cash."""
        self._do(debtor.signer, "ReceivableRegistry", "pay", receivable, amount)

    # the credit

    def room(self, issuer: Actor) -> Money:
        """What is left of the issuer's credit line."""
        line = self.laboratory.ledger.view("CreditLine", "line", issuer.id)
        return Money(line.limit - line.used)

    def recharge(self, issuer: Actor, receivable: ReceivableId, amount: Money) -> CreditId:
        """The issuer turns what it owes into credit tokens of the creditor."""
        return self._told(CreditRecharged, issuer.signer, "CreditToken", "recharge", receivable, amount).id

    def pay_with(self, payer: Actor, credit: CreditId, trade: ReceivableId, amount: Money) -> None:
        """The payer hands credit down against a trade that it owes on."""
        self._do(payer.signer, "CreditToken", "payWith", credit, trade, amount)

    def request(self, holder: Actor, credit: CreditId, face: Money) -> FinancingId:
        """The holder asks for cash against its credit."""
        until = self.day + self.laboratory.settings.scenario.request_open_days
        return self._told(FinancingRequested, holder.signer, "FinancingDesk", "request", credit, face, until).id

    def cancel(self, holder: Actor, financing: FinancingId) -> None:
        """The holder takes its request back."""
        self._do(holder.signer, "FinancingDesk", "cancel", financing)

    def owed(self, credit: CreditId) -> Money:
        """What the issuer still has to bring in for a credit today, late fee included."""
        return Money(self.laboratory.ledger.view("Settlement", "due", credit, self.day))

    def repay(self, issuer: Actor, credit: CreditId, amount: Money) -> None:
        """The issuer pays, early, late or in parts."""
        self._do(issuer.signer, "Settlement", "repay", credit, amount)

    def collect(self, credit: CreditId) -> None:
        """On the maturity day the contract takes the issuer's cash by itself."""
        self._do(self.laboratory.founders.keeper, "Settlement", "collect", credit)

    # how it gets on the chain

    def submit(self, command: Command) -> Outcome:
        """Send a command and write it down; a refusal is written down too, and raised."""
        laboratory = self.laboratory
        day = self.day
        self.transactions += 1
        try:
            outcome = laboratory.ledger.submit(command)
        except ContractReverted as refusal:
            block = laboratory.ledger.gateway.head().number - laboratory.founded_at
            self.journal.note(
                command.step, command.signer.address, day=day, block=block, outcome=f"refused {refusal.name}"
            )
            raise
        self.gas_used += outcome.receipt.gas_used
        self.journal.note(
            command.step,
            command.signer.address,
            day=day,
            block=outcome.receipt.block.number - laboratory.founded_at,
            outcome="done",
            events=outcome.events,
        )
        return outcome

    def _do(self, signer: Signer, contract: str, function: str, *arguments: object) -> Outcome:
        command = Command(step=function, signer=signer, contract=contract, function=function, arguments=arguments)
        return self.submit(command)

    def _told(self, kind: type[E], signer: Signer, contract: str, function: str, *arguments: object) -> E:
        """Do it, and give back the event of that kind."""
        outcome = self._do(signer, contract, function, *arguments)
        return next(told.event for told in outcome.events if isinstance(told.event, kind))

    def _present(self, name: str, participant: ParticipantId, signer: Signer) -> Actor:
        self.journal.know(signer.address, f"#{participant}")
        with self.laboratory.store.begin() as connection:
            connection.execute(insert(NAMES).values(participant=participant, name=name))
        return Actor(name=name, id=participant, signer=signer)
