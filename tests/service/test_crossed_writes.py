"""Writes that cross in PostgreSQL: a client never hears of it.

given another transaction that puts the same key at the same moment: the write is what that one put
given another transaction that changes the same command at the same moment: it is done again, on what is there then
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import requests
from sqlalchemy import insert, literal, select, text, update
from sqlalchemy.sql.dml import UpdateBase

from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.store import Store
from tests.postgres import running_postgres
from tests.service import audit
from tests.service.clients import amount
from tests.service.serving import Served
from tests.service.town import Town

PAYMENTS, TRANSACTIONS = "/v1/cash/payments", "/v1/transactions"
WAIT_SECONDS = 60.0
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@dataclass
class Place:
    """A service on PostgreSQL, its town, and a way past it into the database."""

    town: Town
    store: Store

    def crossed(
        self, statement: UpdateBase, write: Callable[[], requests.Response]
    ) -> tuple[int, Mapping[str, str], Any]:
        """The answer to a write that meets a statement which is not committed yet, and then is."""
        with ThreadPoolExecutor(1) as pool, self.store.engine.connect() as connection:
            with connection.begin():
                connection.execute(statement)
                asked = pool.submit(write)
                self._wait_until_somebody_waits()
            with asked.result(WAIT_SECONDS) as answer:
                return answer.status_code, answer.headers, answer.json()

    def _wait_until_somebody_waits(self) -> None:
        deadline, waits = monotonic() + WAIT_SECONDS, False
        while not waits:
            assert monotonic() < deadline, "the writes do not cross"
            sleep(0.02)
            with self.store.engine.connect() as connection:
                waits = bool(connection.execute(WAITING).scalar_one())

    def require_sound(self) -> None:
        town = self.town
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
        audit.require_single_execution(self.store)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with (
        running_postgres() as postgres,
        postgres.database() as url,
        Served(tmp_path / "data", "--database", url) as served,
    ):
        served.started()
        town = Town.settled(served, payers=2, signers=1)
        with audit.opened(url) as store:
            yield Place(town, store)
        town.close()


@pytest.mark.slow
def test_is_what_the_other_put_given_the_same_key(place: Place) -> None:
    payer, payee = place.town.payers
    body = {"to": payee.id, "amount": amount(1)}
    first = payer.post(PAYMENTS, body, key="first")
    place.town.cash.move(payer.id, payee.id, 1)
    kept = audit.IDEMPOTENCY.c
    copied = select(kept.caller, literal("second"), kept.request_hash, kept.command).where(kept.key == "first")
    columns = ["caller", "key", "request_hash", "command"]

    status, headers, answer = place.crossed(
        insert(audit.IDEMPOTENCY).from_select(columns, copied), lambda: payer.answer_to(PAYMENTS, body, "second")
    )

    assert (status, headers.get("Idempotent-Replayed"), answer) == (201, "true", first.answer)
    place.require_sound()


@pytest.mark.slow
def test_is_done_again_given_the_same_command(place: Place) -> None:
    signer, payee = place.town.signers[0], place.town.payers[0]
    signer.nonce += 1  # before which another is missing: refused, and may be put again
    raw = f"0x{signer.signed({'to': payee.id, 'amount': amount(1)}).hex()}"
    first = signer.post(TRANSACTIONS, {"raw": raw}, key="first")
    assert first.status == 409
    touched = update(COMMANDS).where(COMMANDS.c.raw == raw.removeprefix("0x")).values(refusal=COMMANDS.c.refusal)

    status, _, answer = place.crossed(touched, lambda: signer.answer_to(TRANSACTIONS, {"raw": raw}, "second"))

    assert (status, answer) == (409, first.answer)
    signer.nonce -= 2
    assert signer.pay(payee, 2).done
    signer.nonce += 1
    assert signer.post(TRANSACTIONS, {"raw": raw}, key="third").done
    place.town.cash.move(signer.id, payee.id, 3)
    place.require_sound()
