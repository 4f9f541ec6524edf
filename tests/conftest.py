"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from scfin_chain.units import Timestamp
from tests.anvil import running_anvil

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
providers._get_local_constants = lambda: providers._local_constants
"""What is drawn is drawn alike in every run: who breaks a test sees it break, and nobody else does. Left alone,
Hypothesis also draws constants of the modules that are loaded by then, which the tests before decide."""

GENESIS_TIME = Timestamp(1_704_067_200)
"""2024-01-01T00:00:00Z, the first second of every chain under test."""


@pytest.fixture
def genesis_time() -> Timestamp:
    return GENESIS_TIME


@pytest.fixture
def anvil_url(genesis_time: Timestamp) -> Iterator[str]:
    """A fresh development node."""
    with running_anvil(genesis_time=genesis_time) as url:
        yield url
