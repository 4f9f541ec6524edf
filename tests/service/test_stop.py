"""How a service ends while somebody waits for a write.

given SIGTERM: the client is told where to ask again, the exit code is 0, and after a start the write is done once
given a journal that holds what the chain did not do: the service ends with one line and another exit code
"""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.bootstrap.service import DATABASE_NAME
from scfin_chain.store.commands import COMMANDS
from tests.service import audit
from tests.service.clients import Json, Node, amount
from tests.service.ground import Ground
from tests.service.serving import Served
from tests.service.town import Town

FINALITY_DEPTH = 8
ENOUGH = 10**18
WAIT_SECONDS = 60.0
PAYMENTS = "/v1/cash/payments"
FOREIGN_ENTRY = (
    "INSERT INTO chain_entry (sequence, kind, parent_hash, timestamp, sender, body) "
    "SELECT sequence + 1, kind, parent_hash, timestamp, sender, body FROM chain_entry ORDER BY sequence DESC LIMIT 1"
)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with Ground.prepared(tmp_path, finality_depth=FINALITY_DEPTH) as prepared:
        yield prepared


def a_payment(payee: Node) -> Json:
    return {"to": payee.id, "amount": amount(1), "reference": "waits"}


@pytest.mark.slow
def test_tells_where_to_ask_again_given_it_is_stopped_amid_a_write(ground: Ground) -> None:
    payer, payee = ground.town.payers[:2]
    account = payer.get(f"/v1/cash/{payer.id}")["account"]
    ground.set_balance(account, 0)  # the command waits, as long as it takes
    body, key = a_payment(payee), "waits"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(payer.answer_to, PAYMENTS, body, key)
        deadline = monotonic() + WAIT_SECONDS
        while not (open_ := [row["id"] for row in ground.rows(COMMANDS) if row["state"] == "sent"]):
            assert monotonic() < deadline
            sleep(0.05)
        ground.served.ask_to_stop()
        with asked.result(WAIT_SECONDS) as answer:
            assert answer.status_code == 202
            assert answer.headers["Location"] == f"/v1/commands/{open_[0]}"
            assert answer.json()["state"] == "sent"
    assert ground.served.ended(WAIT_SECONDS) == 0

    ground.set_balance(account, ENOUGH)
    ground.served.started()
    assert payer.post(PAYMENTS, body, key=key).answer["command"] == open_[0]
    ground.town.cash.move(payer.id, payee.id, 1)
    ground.town.paid.append("waits")
    ground.require_sound()
    assert "ERROR" not in ground.served.said()


@pytest.mark.slow
def test_ends_with_one_line_given_its_journal_holds_what_its_chain_did_not_do(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served:
        served.started()
        town = Town.settled(served, payers=2, signers=0)
        payer, payee = town.payers
        with closing(sqlite3.connect(served.folder / DATABASE_NAME)) as database, database:
            database.execute(FOREIGN_ENTRY)
        with payer.answer_to(PAYMENTS, a_payment(payee), "torn") as answer:
            assert answer.status_code in (202, 503), answer.text
        assert served.ended(WAIT_SECONDS) == 1
        town.close()

        told = served.said()
        assert told.splitlines()[-1] == "scfin: the chain stopped amid a step that is in its journal: open it again"
        assert "Traceback" not in told
        with audit.opened(served.folder / DATABASE_NAME) as store:
            assert [row["state"] for row in audit.rows(store, COMMANDS)][-1] in ("queued", "sent")
