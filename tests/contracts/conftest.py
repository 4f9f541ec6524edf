"""One world a session, as it was for every test; a test that needs other terms makes its own."""

from collections.abc import Iterator, Mapping

import pytest

from scfin_chain.artifacts import Artifact, load_all
from tests.contracts.scenes import stocked
from tests.contracts.world import World


@pytest.fixture(scope="session")
def artifacts() -> Mapping[str, Artifact]:
    """The contracts as built."""
    return load_all()


@pytest.fixture(scope="session")
def shared_world(artifacts: Mapping[str, Artifact]) -> World:
    return stocked(World(artifacts))


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """A world whose cast has cash, allowances and a credit line, and no receivable yet."""
    with shared_world.meanwhile():
        yield shared_world
