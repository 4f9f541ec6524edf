"""What the bank would answer to a request that nobody has made: the same facts, the same rules, and nothing kept."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from scfin_chain.errors import InvalidInput
from scfin_chain.service.book import gather_for
from scfin_chain.service.decision import Decision, decision_from
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.policy import Judgement, decide
from scfin_chain.service.rules import Rules
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import CreditId, Day, FinancingId, Money, ParticipantId

CREDITS = DERIVED["credit"]

NEVER_ASKED = FinancingId(0)
"""The number of a request that is not on the ledger; there they are counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An answer that binds nobody: it is good for the rows as they are now."""

    facts: RequestFacts
    judgement: Judgement
    decision: Decision
    """What would be signed, for a financing of number 0."""


def quote(
    connection: Connection,
    rules: Rules,
    *,
    credit: CreditId,
    holder: ParticipantId,
    face: Money,
    bank: ParticipantId,
    day: Day,
) -> Quote:
    """What would be decided today if ``holder`` asked for cash against ``face`` of a credit.

    Raises
    ------
    InvalidInput
        There is no such credit.
    """
    row = connection.execute(select(CREDITS).where(CREDITS.c.id == str(credit))).mappings().first()
    if row is None:
        raise InvalidInput("credit", str(credit), "a credit that was recharged")
    request = {
        "id": NEVER_ASKED,
        "credit": row["id"],
        "receivable": row["receivable"],
        "issuer": row["issuer"],
        "programme": row["programme"],
        "maturity_day": row["maturity_day"],
        "holder": holder,
        "face": face,
    }
    facts = gather_for(connection, request, bank=bank, day=day, graces=rules.graces)
    judgement = decide(facts, rules)
    return Quote(facts=facts, judgement=judgement, decision=decision_from(judgement, facts, rules))
