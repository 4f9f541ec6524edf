"""One ledger a process: histories begin at its marks, and leave it as it was."""

from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact, load_all
from tests.properties.run import Run


@pytest.fixture(scope="session")
def artifacts() -> Mapping[str, Artifact]:
    """The contracts as built."""
    return load_all()


@pytest.fixture(scope="session")
def run(artifacts: Mapping[str, Artifact]) -> Run:
    """The ledger in which everything must hold."""
    return Run(artifacts)
