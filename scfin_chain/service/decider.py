"""Decides each request once, and sends the decision through an outbox.

A decision and its outbox row are one transaction; sending comes after, and the contract executes a decision once. So a
crash between any two statements neither loses a decision nor repeats it.
"""

import logging
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from scfin_chain.chain.ledger import Command, Ledger, Outcome
from scfin_chain.chain.signer import Signer
from scfin_chain.errors import ContractReverted, ModelDomainError
from scfin_chain.service.book import gather
from scfin_chain.service.decision import Decision, Verdict, decision_from, sign_decision
from scfin_chain.service.policy import decide
from scfin_chain.service.rules import Rules
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, DecisionRow, OutboxRow, table_of
from scfin_chain.units import FinancingId, ParticipantId, day_of

FINANCINGS = DERIVED["financing"]
DECISIONS = table_of(DecisionRow)
OUTBOX = table_of(OutboxRow)

Submit = Callable[[Command], Outcome]
"""Puts a command on the chain; a refusal by the contract raises `ContractReverted`."""

ALREADY_ANSWERED = "FinancingWrongStatus"
"""The desk's refusal of a second answer: the listener will tell of the first."""

log = logging.getLogger(__name__)


class Decider:
    """The bank's decision service: ``bank`` funds, ``decider`` signs."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        store: Store,
        rules: Rules,
        bank: Signer,
        bank_id: ParticipantId,
        decider: Signer,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._rules = rules
        self._bank = bank
        self._bank_id = bank_id
        self._decider = decider

    def decide_next(self) -> FinancingId | None:
        """Decide the oldest request that is undecided; None when there is none.

        What the models cannot answer stops its own financing alone: it is marked as failed, and the request expires.
        """
        with self._store.begin() as connection:
            query = (
                select(FINANCINGS.c.id, FINANCINGS.c.requested_block)
                .outerjoin(OUTBOX, OUTBOX.c.financing == FINANCINGS.c.id)
                .where(FINANCINGS.c.state == "requested", OUTBOX.c.financing.is_(None))
                .order_by(FINANCINGS.c.id)
                .limit(1)
            )
            request = connection.execute(query).one_or_none()
            if request is None:
                return None
            financing = FinancingId(request[0])
            try:
                connection.execute(insert(DECISIONS).values(self._decided(connection, financing, request[1])))
                state = "pending"
            except ModelDomainError as error:
                log.error("decision failed financing=%d reason=%s", financing, error)
                state = "failed"
            connection.execute(insert(OUTBOX).values(financing=financing, state=state))
        return financing

    def _decided(self, connection: Connection, financing: FinancingId, requested_block: int) -> dict[str, object]:
        """The row of a decision, signed."""
        gateway = self._ledger.gateway
        day = day_of(gateway.now())
        facts = gather(connection, financing, bank=self._bank_id, day=day, graces=self._rules.graces)
        judgement = decide(facts, self._rules)
        decision = decision_from(judgement, facts, self._rules)
        desk = self._ledger.address("FinancingDesk")
        signature = sign_decision(decision, self._decider, chain_id=gateway.chain_id, desk=desk)
        return {
            "financing": financing,
            "requested_block": requested_block,
            "programme": facts.programme,
            "day": facts.day,
            "verdict": decision.verdict.name.lower(),
            "reason": judgement.reason.label,
            "supervised": decision.supervised,
            "signed": decision.to_json(),
            "signature": f"0x{signature.hex()}",
            "inputs": facts.to_json(),
            "models": self._rules.to_json(),
            "outputs": judgement.to_json(),
            "model_hash": f"0x{decision.model_hash.hex()}",
            "inputs_hash": f"0x{decision.inputs_hash.hex()}",
        }

    def send_pending(self, submit: Submit) -> int:
        """Send what the outbox holds; gives how many decisions went out.

        What the chain already executed is only marked; what outlived its day is withdrawn, to be decided anew. What the
        contract refuses stops its financing, not the others: nobody answers the request, and it expires.
        """
        sent = 0
        with self._store.read() as connection:
            query = (
                select(DECISIONS.c.financing, DECISIONS.c.signed, DECISIONS.c.signature, FINANCINGS.c.state)
                .join(OUTBOX, OUTBOX.c.financing == DECISIONS.c.financing)
                .join(FINANCINGS, FINANCINGS.c.id == DECISIONS.c.financing)
                .where(OUTBOX.c.state == "pending")
                .order_by(DECISIONS.c.financing)
            )
            pending = connection.execute(query).all()
        for financing, signed, signature, state in pending:
            decision = _decision(signed)
            if state != "requested":
                self._mark(financing, "done")
            elif self._ledger.gateway.now() > decision.deadline:
                self._withdraw(financing)
            else:
                sent += self._send(decision, bytes.fromhex(signature[2:]), submit)
        return sent

    def _send(self, decision: Decision, signature: bytes, submit: Submit) -> bool:
        try:
            submit(self._command(decision, signature))
        except ContractReverted as refusal:
            if refusal.name != ALREADY_ANSWERED:
                log.warning("decision not executed financing=%d reason=%s", decision.financing, refusal)
                self._mark(decision.financing, "failed")
            return False
        self._mark(decision.financing, "done")
        return True

    def _command(self, decision: Decision, signature: bytes) -> Command:
        function = "fund" if decision.verdict is Verdict.APPROVE else "refuse"
        return Command(
            step=function,
            signer=self._bank,
            contract="FinancingDesk",
            function=function,
            arguments=(decision.values(), signature),
        )

    def _mark(self, financing: int, state: str) -> None:
        with self._store.begin() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.financing == financing).values(state=state))

    def _withdraw(self, financing: int) -> None:
        log.warning("decision withdrawn financing=%d reason=deadline", financing)
        with self._store.begin() as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.financing == financing))
            connection.execute(delete(DECISIONS).where(DECISIONS.c.financing == financing))


def _decision(signed: dict[str, Any]) -> Decision:
    """A stored decision, read back."""
    values = {field.name: signed[field.name] for field in fields(Decision)}
    for name in ("model_hash", "inputs_hash"):
        values[name] = bytes.fromhex(values[name][2:])
    return Decision(**values | {"verdict": Verdict(values["verdict"])})
