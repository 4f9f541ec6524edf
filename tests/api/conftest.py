"""One world for all tests that only look, and services of their own for those that do."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.api.client import Client
from tests.api.server import Running, running_service
from tests.api.world import Trade, World, world_of


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two of each role, with trades at every stage; tests may add to it and must not take away."""
    with running_service(tmp_path_factory.mktemp("world")) as running, world_of(running) as made:
        yield made


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A service of the test's own, with nobody but the founders."""
    with running_service(tmp_path) as started:
        yield started


@pytest.fixture
def trade(running: Running) -> Iterator[Trade]:
    """The founders at work on that service."""
    with founders_of(running) as started:
        yield started


@contextmanager
def founders_of(running: Running) -> Iterator[Trade]:
    with ExitStack() as opened:
        registrar = opened.enter_context(Client(running.url, running.registrar))

        def client(participant: int) -> Client:
            key = registrar.done("/v1/keys", {"participant": participant})
            return opened.enter_context(Client(running.url, key["token"], participant=participant))

        offices = running.service.offices
        yield Trade(registrar, client(offices.bank.id), client(offices.carrier.id), client(offices.central_bank.id))
