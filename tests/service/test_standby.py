"""Of several workers on one database one acts, and another when that one is gone.

given two workers and an interface on one PostgreSQL and one node
    exactly one acts
    killed under load: the other acts within ten seconds, nothing is lost and nothing is done twice
    paused under load: it keeps the lead, and the other does not act; then it goes on
    cut from the database under load: it acts no more, one of the two leads again, nothing is done twice
given two services on one folder: the second is refused
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from operator import methodcaller
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests

from scfin_chain.bootstrap.service import DATABASE_NAME
from scfin_chain.serving import ServeSettings
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.postgres import Postgres, running_postgres
from tests.service import audit
from tests.service.serving import Served
from tests.service.town import Town

TAKEOVER_SECONDS = 10.0
PAUSE_SECONDS = 4.0
PAYMENTS = "/v1/cash/payments"
FINALITY_DEPTH: int = ServeSettings.model_fields["finality_depth"].default

HOLDERS = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
EVERYBODY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'scfin_%'"


log = logging.getLogger(__name__)


@dataclass
class Trio:
    """Two workers and an interface."""

    workers: tuple[Served, Served]
    interface: Served
    town: Town
    postgres: Postgres
    database: str
    node: str
    founding: int

    def leaders(self) -> list[Served]:
        return [worker for worker in self.workers if acts(worker)]

    def leader(self) -> Served:
        """The one that acts, once it does."""
        deadline = monotonic() + TAKEOVER_SECONDS
        while len(found := self.leaders()) != 1:
            assert monotonic() < deadline, f"{len(found)} act"
            sleep(0.05)
        return found[0]

    def other(self, worker: Served) -> Served:
        return self.workers[1] if worker is self.workers[0] else self.workers[0]

    def require_sound(self) -> None:
        """Everything that was acknowledged is there once, and the rows are what the chain says."""
        town = self.town
        town.settle_decisions()
        for node in (*town.payers, *town.signers):
            assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
        with audit.opened(self.database) as store, audit.node_at(self.node) as gateway:
            audit.require_written_once(store, town.writes)
            audit.require_single_execution(store)
            audit.require_no_more_transactions(store, audit.transactions_on(self.node), founding=self.founding)
            audit.require_agreement(store, gateway, finality_depth=FINALITY_DEPTH)


def acts(worker: Served) -> bool:
    """Whether a worker says that it has the lead; one that says nothing has not."""
    try:
        with requests.get(f"{worker.url}/ready", timeout=2) as answer:
            return answer.ok and bool(answer.json()["acts"])
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    folder = tmp_path_factory.mktemp("trio")
    with (
        running_postgres() as postgres,
        postgres.database() as database,
        running_anvil(genesis_time=GENESIS_TIME) as node,
    ):
        shared = ("--database", database, "--rpc-url", node)
        with (
            Served(folder / "one", *shared, "--role", "worker") as one,
            Served(folder / "two", *shared, "--role", "worker") as two,
            Served(folder / "interface", *shared, "--role", "api") as interface,
        ):
            everybody = (one, two, interface)
            for served in everybody:
                served.start()
            for served in everybody:
                served.wait_until_ready()
            founding = audit.transactions_on(node)
            town = Town.settled(interface)
            yield Trio((one, two), interface, town, postgres, database, node, founding)
            town.close()


@pytest.mark.slow
class TestTwoWorkers:
    def test_act_one_at_a_time(self, trio: Trio) -> None:
        leader = trio.leader()
        with trio.town.busy(*trio.town.acts(rpc=False)):
            deadline = monotonic() + 2
            while monotonic() < deadline:
                assert not acts(trio.other(leader))
                sleep(0.1)
        assert trio.leader() is leader
        trio.require_sound()

    def test_do_a_write_once_given_it_comes_several_times_at_once(self, trio: Trio) -> None:
        town = trio.town
        payer, payee = town.payers[:2]
        twins = [replace(payer, writes=[]) for _ in range(4)]
        body = {"to": payee.id, "amount": {"amount": "1", "currency": "CNY"}}
        with ThreadPoolExecutor(len(twins)) as pool:
            for number in range(10):
                key = f"at-once-{number}"
                answers = list(pool.map(methodcaller("attempt", PAYMENTS, body, key), twins))
                assert [status for status, _, _ in answers] == [201] * len(twins), answers
                assert all(answer == answers[0] for answer in answers)
                payer.post(PAYMENTS, body, key=key)
                town.cash.move(payer.id, payee.id, 1)
        for twin in twins:
            twin.close()
        trio.require_sound()

    def test_take_over_within_ten_seconds_given_the_leader_is_killed(self, trio: Trio) -> None:
        town, taken = trio.town, []
        for _ in range(2):
            leader = trio.leader()
            with town.busy(*town.acts(rpc=False)[:-1]):
                sleep(0.7)
                leader.kill()
                killed = monotonic()
                assert town.core.post(PAYMENTS, _a_payment(town)).status == 409  # it has no cash yet
                taken.append(monotonic() - killed)
                town.trade()
            assert trio.leader() is trio.other(leader)
            leader.started()
        assert max(taken) < TAKEOVER_SECONDS, taken
        log.info("seconds to the first write of the other: %s", taken)
        trio.require_sound()

    def test_keep_the_lead_given_the_leader_is_paused(self, trio: Trio) -> None:
        leader, town = trio.leader(), trio.town
        other = trio.other(leader)
        with town.busy(*town.acts(rpc=False)):
            sleep(0.5)
            leader.pause()
            try:
                sleep(0.5)  # what was on its way to the node arrives
                head = audit.head_at(trio.node)
                deadline = monotonic() + PAUSE_SECONDS
                while monotonic() < deadline:
                    assert not acts(other)
                    sleep(0.2)
                assert audit.head_at(trio.node) == head
            finally:
                leader.resume()
            sleep(0.5)
        assert trio.leader() is leader
        trio.require_sound()

    @pytest.mark.parametrize("victims", [HOLDERS, EVERYBODY], ids=["leader", "everybody"])
    def test_go_on_given_the_connection_is_cut(self, trio: Trio, victims: str) -> None:
        with trio.town.busy(*trio.town.acts(rpc=False)):
            for _ in range(3):
                sleep(0.7)
                trio.postgres.execute(victims)
            trio.leader()
            sleep(0.5)
        trio.leader()
        trio.require_sound()


def test_is_refused_given_another_serves_the_folder(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as first, Served(tmp_path / "data") as second:
        first.started()
        second.start()
        assert second.ended(30) == 1
        told = second.said().splitlines()
        assert told[-1] == f"scfin: database {tmp_path / 'data' / DATABASE_NAME} is served by another process"
        assert "Traceback" not in second.said()
        assert first.is_ready()


def _a_payment(town: Town) -> dict[str, object]:
    return {"to": town.branch.id, "amount": {"amount": "1", "currency": "CNY"}}
