"""A service that is killed at any moment loses nothing and does nothing twice.

given a service on the chain of its process, on SQLite or PostgreSQL, killed fifty times under load and started again
    every write that was acknowledged is there once, and a write that comes again gets its first answer
    cash is right to the unit
    no decision was executed twice, no transaction is on the chain that nobody ordered
    the head of the chain is that which its journal implies
    the derived rows are what the chain says
given a first start that is killed amid the founding of the ledger: it is founded once, and as ever
given a service that is told to stop
    under load: it ends in order, and goes on at the next start
    while it moves its clock day by day: it ends in order, and the next start moves the clock on
given a service that is killed while it moves its clock over days on which credit is due
    it meets each of those days: all is collected and paid once, and the clock gets where it was sent
"""

import logging
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.bootstrap.service import DATABASE_NAME
from scfin_chain.units import date_of, day_of
from tests.postgres import running_postgres
from tests.service import audit
from tests.service.clients import PATIENCE_SECONDS, Client
from tests.service.serving import KILLED, Served
from tests.service.town import CASH, DAYS, Town

KILLS = 50

LONGEST_LIFE = 0.8
"""Seconds from one start to the next kill, once it is ready."""

SHARE_NOT_READY = 0.3
"""Of the kills that hit a service while it starts."""

ANSWERS_ASKED_AGAIN = 150

FOUNDING_KILLS = 10
STOP_SECONDS = 15.0
DAYS_ON = 600

DUE_DAYS = 10
"""Days in a row on each of which a credit is due."""

FEWEST_KILLS = 2
"""Else the clock is where it was sent before anything was tried."""


log = logging.getLogger(__name__)


class Place:
    """Where a service keeps its database: its options, and how a test opens it."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.database: Path | str = url or folder / DATABASE_NAME
        self.options = () if url is None else ("--database", url)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            url = stack.enter_context(stack.enter_context(running_postgres()).database())
        yield Place(tmp_path / "data", url)


def head_of(served: Served) -> tuple[str, str]:
    client = Client(served.url, served.token, "reader")
    head = client.rpc("eth_getBlockByNumber", "latest", False)["result"]
    client.close()
    return head["number"], head["hash"]


@pytest.mark.slow
def test_keeps_its_word_given_fifty_kills_under_load(place: Place) -> None:
    chance = random.Random(50)
    starts: list[float] = []
    with Served(place.folder, *place.options) as served:
        served.started()
        with audit.opened(place.database) as store:
            founding = audit.transactions(store)
        town = Town.settled(served)
        with town.busy(*town.acts()):
            for _ in range(KILLS):
                sleep(chance.uniform(0.05, LONGEST_LIFE))
                served.kill()
                assert served.exit_code == KILLED
                began = monotonic()
                served.start()
                if chance.random() < SHARE_NOT_READY:
                    sleep(chance.uniform(0, starts[-1] if starts else 1))
                else:
                    served.wait_until_ready()
                    starts.append(monotonic() - began)
            served.wait_until_ready()
        decided = town.settle_decisions()
        assert decided

        owners = {client.token: client for client in town.clients}
        sample = chance.sample(town.writes, min(ANSWERS_ASKED_AGAIN, len(town.writes)))
        audit.require_same_answers(owners, sample)
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])

        before = head_of(served)
        served.kill()
        served.started()
        assert head_of(served) == before
        served.kill()
        town.close()

    with audit.opened(place.database) as store:
        audit.require_written_once(store, town.writes)
        audit.require_single_execution(store)
        mined, raw_sent = audit.transactions(store), len(town.raw_sent)
        audit.require_no_more_transactions(store, mined, founding=founding, raw_sent=raw_sent)
        assert audit.rows(store, audit.WITHDRAWN) == []
        with audit.chain_of(store) as gateway:
            audit.require_agreement(store, gateway)
            head = gateway.head()
        assert (hex(head.number), f"0x{head.hash.hex()}") == before
        assert audit.head_by_every_entry(store) == head
    sent_again = sum(write.sent > 1 for write in town.writes)
    assert sent_again
    figures = {"kills": KILLS, "writes": len(town.writes), "sent again": sent_again, "decisions": decided}
    log.info("%s", figures | {"seconds to start": sorted(starts)[len(starts) // 2]})


@pytest.mark.slow
def test_founds_its_ledger_once_given_kills_amid_the_founding(tmp_path: Path) -> None:
    chance = random.Random(10)
    with Served(tmp_path / "once") as served:
        served.started()
        once = head_of(served)
    with audit.opened(tmp_path / "once" / DATABASE_NAME) as store:
        expected, founders = audit.transactions(store), audit.derived(store)

    database = tmp_path / "killed" / DATABASE_NAME
    with Served(tmp_path / "killed") as served:
        for moment in sorted(chance.sample(range(expected - 2), FOUNDING_KILLS)):
            served.start()
            deadline = monotonic() + 60
            while entries_in(database) < moment:
                assert served.running, served.said()
                assert monotonic() < deadline
            sleep(chance.uniform(0, 0.02))
            served.kill()
            assert entries_in(database) < expected
        served.started()
        assert head_of(served) == once
    with audit.opened(database) as store:
        assert audit.transactions(store) == expected
        assert audit.derived(store) == founders


def entries_in(database: Path) -> int:
    """Entries of the chain's journal in a database that is being made."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
            return int(connection.execute("SELECT count(*) FROM chain_entry").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.slow
def test_ends_in_order_given_it_is_told_to_stop_under_load(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served:
        served.started()
        town = Town.settled(served)
        with town.busy(*town.acts()):
            for _ in range(2):
                sleep(1)
                began = monotonic()
                served.ask_to_stop()
                assert served.ended(STOP_SECONDS) == 0
                assert monotonic() - began < STOP_SECONDS
                served.started()
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
        town.settle_decisions()
        served.kill()
        town.close()
        assert "Traceback" not in served.said()
    with audit.opened(tmp_path / "data" / DATABASE_NAME) as store:
        audit.require_written_once(store, town.writes)
        audit.require_single_execution(store)


@pytest.mark.slow
def test_goes_on_with_the_clock_given_it_is_told_to_stop_on_the_way(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served:
        served.started()
        client = Client(served.url, served.token, "registrar")
        begun = date.fromisoformat(client.get("/v1/clock")["today"])
        target = begun + timedelta(DAYS_ON)
        with ThreadPoolExecutor(1) as pool:
            moved = pool.submit(client.done, "/v1/clock", {"to": str(target)})
            sleep(0.5)
            served.ask_to_stop()
            assert served.ended(STOP_SECONDS) == 0
            served.started()
            on_the_way = date.fromisoformat(client.get("/v1/clock")["today"])
            assert moved.result(PATIENCE_SECONDS)["state"] == "done"
        assert begun < on_the_way
        assert client.get("/v1/clock")["today"] == str(target)
        client.close()
    with audit.opened(tmp_path / "data" / DATABASE_NAME) as store, audit.chain_of(store) as gateway:
        assert date_of(day_of(gateway.head().timestamp)) == target


@pytest.mark.slow
def test_meets_each_due_day_once_given_it_is_killed_on_the_way(tmp_path: Path) -> None:
    chance = random.Random(11)
    database = tmp_path / "data" / DATABASE_NAME
    with Served(tmp_path / "data") as served:
        served.started()
        town = Town.settled(served, payers=1, signers=0)
        town.mint(town.core, CASH)
        for _ in range(DUE_DAYS):
            town.trade()
            town.govern()  # and the next trade is due a day later
        last = date.fromisoformat(town.branch.get("/v1/clock")["today"]) + timedelta(DAYS)
        town.registrar.done("/v1/clock", {"to": str(last - timedelta(DUE_DAYS + 1))})
        with ThreadPoolExecutor(1) as pool:
            moved = pool.submit(town.registrar.done, "/v1/clock", {"to": str(last)})
            kills = 0
            while not moved.done():
                entries, more = entries_in(database), chance.randrange(1, 9)
                while entries_in(database) < entries + more and not moved.done():
                    assert served.running, served.said()
                served.kill()
                kills += 1
                served.start()
            served.wait_until_ready()
            assert moved.result(PATIENCE_SECONDS)["state"] == "done"
        log.info("%s kills", kills)
        assert kills >= FEWEST_KILLS
        assert town.registrar.get("/v1/clock")["today"] == str(last)
        town.close()
        served.kill()
    with audit.opened(database) as store:
        audit.require_written_once(store, town.writes)
        audit.require_single_execution(store)
        with audit.chain_of(store) as gateway:
            audit.require_agreement(store, gateway)
        names = [event["name"] for event in audit.rows(store, audit.EVENTS)]
    assert names.count("Collected") == names.count("Closed") == DUE_DAYS
    assert names.count("CollectionFailed") == 0
