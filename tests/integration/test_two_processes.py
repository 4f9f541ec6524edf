"""Two that read and decide on one database at the same time, each with a node and connections of its own.

given both start on an empty database, on SQLite and on PostgreSQL
    each block is read once, each request is decided once, by one or the other; the tables are those of one alone
given one has read on, or followed a reorg, while the other looked away: the other goes on from there
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier

import pytest

from scfin_chain import artifacts
from scfin_chain.bootstrap.parts import node_of
from scfin_chain.chain.ledger import Ledger
from scfin_chain.listener import Listener
from scfin_chain.listener.replay import rebuild
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service.decider import Decider
from scfin_chain.store.failures import Conflict
from scfin_chain.store.store import Place, Store
from scfin_chain.units import FinancingId, Money
from tests.anvil import running_anvil
from tests.conftest import GENESIS_TIME
from tests.fakes.stores import some_run
from tests.integration.laboratories import (
    START,
    World,
    decider_on,
    everything,
    listener_on,
    projected,
    rebuilt,
)
from tests.integration.story import Cast, credited
from tests.postgres import running_postgres

DEPTH = 60
REQUESTS = 6


@pytest.fixture(scope="module")
def node() -> Iterator[tuple[World, str]]:
    with running_anvil(genesis_time=GENESIS_TIME) as url, World.founded(rpc_url=url, finality_depth=DEPTH) as world:
        yield world, url


@pytest.fixture(scope="module")
def server() -> Iterator[Callable[[], Place]]:
    """Fresh databases on a server."""
    with running_postgres() as postgres, ExitStack() as databases:
        yield lambda: databases.enter_context(postgres.database())


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    fresh: Place = request.getfixturevalue("server")()
    return fresh


@dataclass(frozen=True, kw_only=True)
class Process:
    """What one process has of its own."""

    store: Store
    listener: Listener
    decider: Decider

    def work(self, together: Barrier) -> list[FinancingId]:
        """Read to the head and decide what is open, whoever else does; gives what it decided."""
        decided: list[FinancingId] = []
        together.wait()
        while True:
            try:
                while self.listener.poll(at_most=1):
                    pass
                while (financing := self.decider.decide_next()) is not None:
                    decided.append(financing)
            except Conflict:
                continue
            return decided


@pytest.fixture
def processes(node: tuple[World, str], stage: Stage, place: Place) -> Iterator[tuple[Process, Process]]:
    Store.create(place, some_run()).close()
    with ExitStack() as opened:
        yield tuple(_process(opened, stage, node[1], place) for _ in range(2))  # type: ignore[misc]


def _process(opened: ExitStack, stage: Stage, url: str, place: Place) -> Process:
    gateway = node_of(url, artifacts.load_all())
    opened.callback(gateway.close)
    store = Store.existing(place)
    opened.callback(store.close)
    ledger = Ledger(gateway, stage.laboratory.ledger.deployment)
    laboratory = replace(stage.laboratory, store=store, ledger=ledger)
    return Process(
        store=store,
        listener=listener_on(laboratory, store, finality_depth=DEPTH),
        decider=decider_on(laboratory, confirmations=0),
    )


@pytest.fixture
def stage(node: tuple[World, str]) -> Stage:
    return node[0].stage()


def test_read_and_decide_once(stage: Stage, processes: tuple[Process, Process]) -> None:
    cast = Cast.enrolled(stage)
    for number in range(REQUESTS):
        credit = credited(stage, cast, 10_000, due=START + 30, number=f"R-{number}")
        stage.request(cast.branch, credit, Money(4_000))
    together = Barrier(2)

    with ThreadPoolExecutor(2) as threads:
        decided = list(threads.map(lambda process: process.work(together), processes))

    store = processes[0].store
    assert sorted([*decided[0], *decided[1]]) == list(range(1, REQUESTS + 1))
    held = everything(store)
    assert [row["financing"] for row in held["decision"]] == list(range(1, REQUESTS + 1))
    assert projected(store) == rebuilt(stage.laboratory)

    sender = processes[1]
    assert sender.decider.send_pending(stage.laboratory.ledger.submit) == REQUESTS
    sender.listener.poll()
    assert sender.decider.send_pending(stage.laboratory.ledger.submit) == 0
    assert {row["state"] for row in store.derived("financing")} == {"funded"}
    assert rebuild(store).equal
    assert rebuild(store, from_block=sender.listener.cursor.number - DEPTH + 1).equal


def test_go_on_from_where_the_other_is(stage: Stage, processes: tuple[Process, Process]) -> None:
    first, second = (process.listener for process in processes)
    cast = Cast.enrolled(stage)
    gateway = stage.laboratory.ledger.gateway
    snapshot = gateway.snapshot()
    credited(stage, cast, 500, due=START + 20, number="R-1")
    first.poll()
    assert second.poll() == 0
    assert second.cursor == first.cursor

    for follower, other in ((first, second), (second, first)):
        gateway.revert(snapshot)
        stage.mint(cast.third, Money(1 + follower.cursor.number))
        stage.mint(cast.third, Money(2))
        follower.poll()
        other.poll()
        assert other.cursor == follower.cursor == gateway.head()
        assert projected(processes[0].store) == rebuilt(stage.laboratory)
