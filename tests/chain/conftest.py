"""One gateway of each kind, and a contract that does everything a gateway must understand."""

from collections.abc import Callable, Iterator

import pytest
from eth_tester import EthereumTester

from scfin_chain.chain import DEPLOYER, Contract, ErrorCatalogue, Gateway, Signer, development_signer
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.backends.json_rpc import JsonRpcClient
from scfin_chain.chain.backends.rpc import RpcGateway
from scfin_chain.chain.transaction import SignedTransaction
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, ARTIFACT, BYTECODE

BACKENDS = ("eth_tester", "anvil")


@pytest.fixture(params=BACKENDS)
def gateway(request: pytest.FixtureRequest, genesis_time: Timestamp) -> Iterator[Gateway]:
    errors = ErrorCatalogue([ARTIFACT.abi])
    if request.param == "eth_tester":
        chain: Gateway = EthTesterGateway(genesis_time=genesis_time, errors=errors)
    else:
        chain = RpcGateway(request.getfixturevalue("anvil_url"), errors=errors)
    yield chain
    chain.close()


@pytest.fixture
def send_elsewhere(gateway: Gateway, request: pytest.FixtureRequest) -> Callable[[SignedTransaction], None]:
    """Sends a signed transaction to the same chain, but past the gateway."""

    def send(signed: SignedTransaction) -> None:
        raw = f"0x{signed.raw.hex()}"
        if isinstance(gateway, EthTesterGateway):
            EthereumTester(gateway.backend).send_raw_transaction(raw)
        else:
            JsonRpcClient(request.getfixturevalue("anvil_url"), timeout=10).request("eth_sendRawTransaction", raw)

    return send


@pytest.fixture
def deployer() -> Signer:
    return development_signer(DEPLOYER)


@pytest.fixture
def probe(gateway: Gateway, deployer: Signer) -> Contract:
    return Contract.deploy(gateway, deployer, ABI, BYTECODE, 5)
