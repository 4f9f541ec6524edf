"""Decides each request once, and sends the decision through an outbox.

A decision and its outbox row are one transaction; sending comes after, and the contract executes a financing once. So a
crash between any two statements neither loses a decision nor repeats it.

An outbox row is pending until the decision is sent, then done; dead once it is given up. What was sent and is not on
the chain when its block is read is sent again, and a row without a decision is decided anew.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select, update

from scfin_chain.chain.ledger import Command, Ledger, Outcome
from scfin_chain.chain.signer import Signer
from scfin_chain.errors import ChainError, ChainStopped, ContractReverted, ModelDomainError, NodeSilent
from scfin_chain.service.book import gather
from scfin_chain.service.decision import Decision, Verdict, decision_from, sign_decision
from scfin_chain.service.policy import decide
from scfin_chain.service.rules import Rules
from scfin_chain.store.decisions import DECISIONS, FINANCINGS, OUTBOX, read_to, take_turn, withdraw
from scfin_chain.store.store import Store
from scfin_chain.units import FinancingId, ParticipantId, day_of

Submit = Callable[[Command], Outcome]
"""Puts a command on the chain; a refusal by the contract raises `ContractReverted`."""

ALREADY_ANSWERED = "FinancingWrongStatus"
"""The desk's refusal of a second answer: the listener will tell of the first."""

OUTLIVED = "FinancingDecisionExpired"
"""The desk's refusal of a decision that was sent in time and mined too late."""

HOPELESS = frozenset(
    {
        "CashPaymentCapExceeded",
        "FinancingCreditMatured",
        "FinancingCreditSealed",
        "FinancingDecisionMismatch",
        "FinancingExpiredAlready",
        "FinancingNotBank",
        "FinancingTermsOutOfOrder",
        "FinancingWrongPrice",
        "FinancingWrongVerdict",
    }
)
"""Refusals that no later state of the chain turns into a yes; any other may be, such as a bank without cash."""

MOST_ATTEMPTS = 5
"""Refused so often, a decision is given up."""

FIRST_WAIT_BLOCKS = 16
"""Blocks between the first attempt and the second; each later wait is twice as long. Only a new block can help."""

log = logging.getLogger(__name__)


class Decider:
    """The bank's decision service: ``bank`` funds, ``decider`` signs.

    ``confirmations`` is the number of blocks that must have been read after that of a request before anything is
    decided on it or sent for it; as many as the finality depth make a decision on an orphaned request impossible. The
    facts are those of the head: where a reorg takes one of its blocks away they are read, and it is signed, again.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        store: Store,
        rules: Rules,
        bank: Signer,
        bank_id: ParticipantId,
        decider: Signer,
        confirmations: int = 0,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._rules = rules
        self._bank = bank
        self._bank_id = bank_id
        self._decider = decider
        self._confirmations = confirmations

    def decide_next(self) -> FinancingId | None:
        """Decide the oldest request that is undecided and deep enough; None when there is none.

        What the models cannot answer stops its own financing alone: it becomes a dead letter, and the request expires.
        """
        with self._store.begin() as connection:
            take_turn(connection)
            basis = read_to(connection)
            decided = exists().where(DECISIONS.c.financing == FINANCINGS.c.id)
            given_up = exists().where(OUTBOX.c.financing == FINANCINGS.c.id, OUTBOX.c.state == "dead")
            query = (
                select(FINANCINGS.c.id, FINANCINGS.c.requested_block)
                .where(FINANCINGS.c.state == "requested", self._deep_enough(basis), ~decided, ~given_up)
                .order_by(FINANCINGS.c.id)
                .limit(1)
            )
            request = connection.execute(query).one_or_none()
            if request is None:
                return None
            financing = FinancingId(request[0])
            try:
                decision = self._decided(connection, financing)
            except ModelDomainError as error:
                log.error("decision failed financing=%d reason=%s", financing, error)
                _put(connection, financing, state="dead", error=str(error))
            else:
                blocks = {"requested_block": request[1], "basis_block": basis}
                connection.execute(insert(DECISIONS).values(decision | blocks))
                _put(connection, financing, state="pending", error=None)
        return financing

    def _deep_enough(self, read: int) -> ColumnElement[bool]:
        return FINANCINGS.c.requested_block <= read - self._confirmations

    def _decided(self, connection: Connection, financing: FinancingId) -> dict[str, object]:
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
        contract refuses is tried again while that can help, then given up: it stops its financing, not the others.
        What the chain cannot take now, as of a bank that cannot pay for gas, stays pending, and that is no attempt.

        Raises
        ------
        NodeSilent, ChainStopped
            Nothing can be sent: what is not sent by then stays pending.
        """
        sent = 0
        for financing, signed, signature, attempts in self._pending():
            decision = _decision(signed)
            if self._ledger.gateway.now() > decision.deadline:
                self._withdraw(financing)
            else:
                sent += self._send(decision, bytes.fromhex(signature[2:]), attempts, submit)
        return sent

    def _pending(self) -> Sequence[Row[int, dict[str, Any], str, int]]:
        """What is to be sent now, once the outbox agrees with the chain."""
        with self._store.begin() as connection:
            take_turn(connection)
            read = read_to(connection)
            open_ = select(FINANCINGS.c.id).where(FINANCINGS.c.state == "requested")
            answered, waited = OUTBOX.c.financing.not_in(open_), OUTBOX.c.after_block <= read
            connection.execute(update(OUTBOX).where(OUTBOX.c.state == "pending", answered).values(state="done"))
            connection.execute(
                update(OUTBOX).where(OUTBOX.c.state == "done", ~answered, waited).values(state="pending")
            )
            query = (
                select(DECISIONS.c.financing, DECISIONS.c.signed, DECISIONS.c.signature, OUTBOX.c.attempts)
                .join(OUTBOX, OUTBOX.c.financing == DECISIONS.c.financing)
                .join(FINANCINGS, FINANCINGS.c.id == DECISIONS.c.financing)
                .where(OUTBOX.c.state == "pending", waited, self._deep_enough(read))
                .order_by(DECISIONS.c.financing)
            )
            return connection.execute(query).all()

    def _send(self, decision: Decision, signature: bytes, attempts: int, submit: Submit) -> bool:
        try:
            outcome = submit(self._command(decision, signature))
        except ContractReverted as refusal:
            self._refused(decision.financing, attempts + 1, refusal)
            return False
        except (NodeSilent, ChainStopped):
            raise
        except ChainError as trouble:
            log.warning("decision waits financing=%d reason=%s", decision.financing, trouble)
            return False
        self._note(decision.financing, state="done", attempts=attempts + 1, after=outcome.receipt.block.number)
        return True

    def _refused(self, financing: FinancingId, attempts: int, refusal: ContractReverted) -> None:
        """Say when it is tried again, if ever."""
        seen = self._ledger.gateway.head().number
        if refusal.name == ALREADY_ANSWERED:
            self._note(financing, state="done", attempts=attempts, after=seen)
            return
        if refusal.name == OUTLIVED:
            self._withdraw(financing)
            return
        hopeless = refusal.name in HOPELESS or attempts >= MOST_ATTEMPTS
        log.warning("decision not executed financing=%d attempts=%d reason=%s", financing, attempts, refusal)
        self._note(
            financing,
            state="dead" if hopeless else "pending",
            attempts=attempts,
            after=seen + FIRST_WAIT_BLOCKS * 2 ** (attempts - 1),
            error=str(refusal),
        )

    def _command(self, decision: Decision, signature: bytes) -> Command:
        function = "fund" if decision.verdict is Verdict.APPROVE else "refuse"
        return Command(
            step=function,
            signer=self._bank,
            contract="FinancingDesk",
            function=function,
            arguments=(decision.values(), signature),
        )

    def _note(self, financing: int, *, state: str, attempts: int, after: int, error: str | None = None) -> None:
        values = {"state": state, "attempts": attempts, "after_block": after, "error": error}
        with self._store.begin() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.financing == financing).values(values))

    def _withdraw(self, financing: int) -> None:
        """Take back what outlived its day; the attempts stay counted."""
        log.warning("decision withdrawn financing=%d reason=deadline", financing)
        with self._store.begin() as connection:
            withdraw(connection, DECISIONS.c.financing == financing, cause="deadline")


def _put(connection: Connection, financing: int, *, state: str, error: str | None) -> None:
    """The outbox row of a request that was just decided, perhaps not for the first time."""
    values = {"state": state, "error": error}
    found = connection.execute(update(OUTBOX).where(OUTBOX.c.financing == financing).values(values)).rowcount
    if not found:
        connection.execute(insert(OUTBOX).values(financing=financing, **values))


def _decision(signed: dict[str, Any]) -> Decision:
    """A stored decision, read back."""
    values = {field.name: signed[field.name] for field in fields(Decision)}
    for name in ("model_hash", "inputs_hash"):
        values[name] = bytes.fromhex(values[name][2:])
    return Decision(**values | {"verdict": Verdict(values["verdict"])})
