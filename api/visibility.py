"""Which rows concern a participant: what `api.access` calls its own, as conditions of the database.

A trade concerns its debtor and its creditor; a credit who owes it and everybody who ever held it; a financing its
holder, and a bank that may fund it, did, or had it refused. A bank sees the credits and trades behind its financings.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, false, or_, select, true

from api.access import Reach, reach_of
from api.callers import Caller
from api.event_log import EVENTS, Choice
from api.problems import Problem
from api.schemas import ToldEvent
from scfin_chain.service.service import Service
from scfin_chain.store.tables import DERIVED, DecisionRow, table_of

RECEIVABLES = DERIVED["receivable"]
CREDITS = DERIVED["credit"]
HOLDINGS = DERIVED["holding"]
FLOWS = DERIVED["flow"]
FINANCINGS = DERIVED["financing"]
SETTLEMENTS = DERIVED["settlement"]
PAYOUTS = DERIVED["payout"]
LINES = DERIVED["line"]
DECISIONS = table_of(DecisionRow)

Condition = ColumnElement[bool]


def decided_by(participant: int | None) -> Select[Any]:
    """The financings on which a bank has a decision."""
    return select(DECISIONS.c.financing).where(DECISIONS.c.signed["bank"].as_integer() == participant)


def financings_of(caller: Caller) -> Condition:
    """The financings that a caller may see."""
    if caller.sees_all:
        return true()
    own = FINANCINGS.c.holder == caller.participant
    return or_(own, _offered_to(caller)) if "bank" in caller.roles else own


def receivables_of(caller: Caller) -> Condition:
    """The receivables that a caller may see."""
    if caller.sees_all:
        return true()
    party = or_(RECEIVABLES.c.debtor == caller.participant, RECEIVABLES.c.creditor == caller.participant)
    return or_(party, _behind(caller, RECEIVABLES.c.id, FINANCINGS.c.receivable))


def credits_of(caller: Caller) -> Condition:
    """The credits that a caller may see."""
    if caller.sees_all:
        return true()
    held = select(FLOWS.c.credit).where(FLOWS.c.holder == caller.participant)
    party = or_(CREDITS.c.issuer == caller.participant, CREDITS.c.id.in_(held))
    return or_(party, _behind(caller, CREDITS.c.id, FINANCINGS.c.credit))


def holdings_of(caller: Caller) -> Condition:
    """The holdings that a caller may see: nobody's business but its own."""
    return true() if caller.sees_all else HOLDINGS.c.account == caller.account


def payouts_of(caller: Caller) -> Condition:
    """The payouts that a caller may see: to itself, or of a financing of which it is a side."""
    if caller.sees_all:
        return true()
    sides = or_(FINANCINGS.c.holder == caller.participant, FINANCINGS.c.bank == caller.participant)
    return or_(PAYOUTS.c.payee == caller.participant, PAYOUTS.c.financing.in_(select(FINANCINGS.c.id).where(sides)))


def lines_of(caller: Caller) -> Condition:
    """The credit lines that a caller may see."""
    return true() if caller.sees_all else LINES.c.issuer == caller.participant


def follows_credit(caller: Caller) -> bool:
    """Whether a credit that the caller may see is shown from its birth on: to a bank, which asks what is behind it.

    To its holders only their own steps are.
    """
    return caller.sees_all or "bank" in caller.roles


def events_of(caller: Caller, *, contract: str | None = None, name: str | None = None) -> Choice:
    """The events that a caller may see, whichever operation tells of them."""
    sees_all = reach_of("list_events", caller.roles) is Reach.ALL
    return Choice(participant=None if sees_all else caller.participant, contract=contract, name=name)


def events_in(connection: Connection, caller: Caller, transaction: str, block: str) -> list[ToldEvent]:
    """Those of a transaction in a block, by their hashes, in order."""
    here = EVENTS.c.transaction_hash == transaction, EVENTS.c.block_hash == block
    query = events_of(caller).query().where(*here).order_by(EVENTS.c.ordinal)
    return [ToldEvent.of(row) for row in connection.execute(query).mappings()]


def receivable_row(service: Service, caller: Caller, number: int) -> RowMapping:
    """A receivable that the caller may see.

    Raises
    ------
    Problem
        There is none of that number, or it does not concern the caller.
    """
    query = select(RECEIVABLES).where(RECEIVABLES.c.id == number, receivables_of(caller))
    return _one(service, query, "receivable", number)


def credit_row(service: Service, caller: Caller, number: str) -> RowMapping:
    """The same of a credit."""
    return _one(service, select(CREDITS).where(CREDITS.c.id == number, credits_of(caller)), "credit", number)


def financing_row(service: Service, caller: Caller, number: int) -> RowMapping:
    """The same of a financing."""
    query = select(FINANCINGS).where(FINANCINGS.c.id == number, financings_of(caller))
    return _one(service, query, "financing", number)


def _one(service: Service, query: Select[Any], what: str, number: object) -> RowMapping:
    with service.store.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise Problem.not_found(what, number)
    return row


def _offered_to(caller: Caller) -> Condition:
    """Financings that a bank may fund, funded, or had refused."""
    return or_(
        FINANCINGS.c.state == "requested",
        FINANCINGS.c.bank == caller.participant,
        FINANCINGS.c.id.in_(decided_by(caller.participant)),
    )


def _behind(caller: Caller, key: ColumnElement[Any], column: ColumnElement[Any]) -> Condition:
    """What stands behind the financings of a bank; behind anybody else's nothing is shown."""
    return key.in_(select(column).where(_offered_to(caller))) if "bank" in caller.roles else false()
