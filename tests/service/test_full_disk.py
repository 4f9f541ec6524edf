"""A service whose disk is full says so, and loses nothing.

given files that cannot grow, under load
    writes are answered with a problem, reads go on
    when there is room again it goes on by itself, and after a restart everything that was acknowledged is there once
"""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.bootstrap.service import DATABASE_NAME
from tests.service import audit
from tests.service.clients import Json, amount
from tests.service.serving import Served
from tests.service.town import Town

NO_LIMIT = -1
LARGEST_FILE = 64 * 1024
"""Far below what the database has by then: every write fails, but a few at the start of a log that began anew."""

PAYMENTS = "/v1/cash/payments"
FULL_SECONDS = 40.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path / "data") as started:
        yield started.started()


@pytest.mark.slow
def test_says_so_and_loses_nothing_given_a_full_disk(served: Served) -> None:
    database = served.folder / DATABASE_NAME
    with audit.opened(database) as store:
        founding = audit.transactions(store)
    town = Town.settled(served)
    tried: list[str] = []
    with town.busy(*town.acts()):
        for _ in range(2):
            sleep(1)
            served.allow_files_of(LARGEST_FILE)
            kind, problem = turned_away(town, tried)
            assert (kind, problem["type"]) == ("application/problem+json", "/problems/unavailable")
            sleep(1)
            assert served.running
            assert town.bank.get(f"/v1/cash/{town.bank.id}")
            served.allow_files_of(NO_LIMIT)
        sleep(1)
    for key in tried:
        assert town.bank.post(PAYMENTS, a_payment(town), key=key).done
    town.settle_decisions()
    served.kill()
    served.started()
    for node in (*town.payers, *town.signers):
        assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
    served.kill()
    town.close()

    assert "Traceback" not in served.said()
    with audit.opened(database) as store:
        audit.require_written_once(store, town.writes)
        audit.require_single_execution(store)
        mined, raw_sent = audit.transactions(store), len(town.raw_sent)
        audit.require_no_more_transactions(store, mined, founding=founding, raw_sent=raw_sent)
        with audit.chain_of(store) as gateway:
            audit.require_agreement(store, gateway)


def turned_away(town: Town, tried: list[str]) -> tuple[str, Json]:
    """What a new write is answered, once there is no room for it; each is brought to its end when there is."""
    deadline = monotonic() + FULL_SECONDS
    while monotonic() < deadline:
        key = f"full-{monotonic()}"
        tried.append(key)
        status, kind, document = town.bank.attempt(PAYMENTS, a_payment(town), key)
        if status == 503:
            return kind, document
    raise AssertionError("the disk is not full")


def a_payment(town: Town) -> Json:
    return {"to": town.branch.id, "amount": amount(1)}
