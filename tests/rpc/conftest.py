"""A node, and a contract on it that emits and refuses in every way."""

from collections.abc import Iterator

import pytest

from scfin_chain.chain import Contract
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.rpc.server import Node, running_node


@pytest.fixture
def node(genesis_time: Timestamp) -> Iterator[Node]:
    with running_node(genesis_time=genesis_time) as running:
        yield running


@pytest.fixture
def plain_node(genesis_time: Timestamp) -> Iterator[Node]:
    """A node that lets nobody move its clock."""
    with running_node(genesis_time=genesis_time, development=False) as running:
        yield running


@pytest.fixture
def probe(node: Node) -> Contract:
    return Contract.deploy(node.gateway, node.accounts.signers[0], ABI, BYTECODE, 5)
