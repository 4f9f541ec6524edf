"""What only a node can do: be absent, be poor in methods, lose a connection, be slow.

given no node, a wrong URL, another service: one line that says so
given a node that cannot set its time: it says so when asked, and works otherwise
given a node without traces: every refusal is understood all the same
given a connection lost after the node took a transaction: it is sent once
given a node that does not mine: an end to the waiting; the same bytes again when it does: mined once
given a node that does not take what was signed: why, in the words of the node, unless the node itself fails
given a node, or a proxy before it, that is busy or answers nonsense: silence, which may end
given a node that left a block for a moment, and says that it has no logs: it is not believed
given another process that let time go on: what was announced for a block before that is forgotten
given bytes that somebody else sends while they are rehearsed: what became of them, and no refusal
"""

import socket
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import monotonic

import pytest

from scfin_chain.chain import (
    BlockReplaced,
    Contract,
    ErrorCatalogue,
    Gateway,
    Signer,
    TransactionRefused,
    development_signer,
    sign,
)
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.backends.json_rpc import NodeRefused
from scfin_chain.chain.backends.node_reverts import revert_of
from scfin_chain.chain.backends.rpc import RpcGateway
from scfin_chain.errors import ChainError, ContractReverted, InvalidInput, NodeSilent, NotMined
from scfin_chain.units import Address, Timestamp
from tests.anvil import running_anvil
from tests.chain.probe import ABI, ARTIFACT, BYTECODE
from tests.chain.test_gateway import REFUSALS, named
from tests.chain.unreliable import Unreliable, unreliable
from tests.fakes.gateways import Through

SUPPLIER = development_signer("supplier").address
ERRORS = ErrorCatalogue([ARTIFACT.abi])


class Greeter(BaseHTTPRequestHandler):
    status, content = 200, b"<html>hello</html>"

    def do_POST(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def another_service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Greeter) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def poor_node(anvil_url: str) -> Iterator[Unreliable]:
    """A node of another kind: no traces, no simulated time."""
    with unreliable(anvil_url, missing=("debug_traceTransaction", "evm_setNextBlockTimestamp", "evm_mine")) as server:
        yield server


class TestConnecting:
    @pytest.mark.parametrize(
        "url", ["", "127.0.0.1:8545", "ftp://127.0.0.1", "http://", "http://h:port", "http://[::1"]
    )
    def test_fails_given_a_url_that_is_none(self, url: str) -> None:
        with pytest.raises(InvalidInput, match=r"^--rpc-url is .*: must be a URL such as http://127\.0\.0\.1:8545$"):
            RpcGateway(url)

    def test_fails_given_no_node(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]

            with pytest.raises(ChainError) as failed:
                RpcGateway(f"http://user:secret@127.0.0.1:{port}/v1/secret")

        assert str(failed.value) == f"no node answers at http://127.0.0.1:{port}"

    def test_fails_given_a_node_that_says_nothing(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()

            with pytest.raises(ChainError, match=r"did not answer eth_chainId in 0\.2 s$"):
                RpcGateway(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)

    def test_fails_given_another_service(self, another_service: str) -> None:
        with pytest.raises(ChainError, match="does not speak JSON-RPC: HTTP status 200"):
            RpcGateway(another_service)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (429, b'{"jsonrpc": "2.0", "id": 1, "error": {"code": 429, "message": "slow down"}}'),
        (503, b"<html>try later</html>"),
        (500, b"<html>oops</html>"),
        (200, b"[]"),
        (200, b'{"jsonrpc": "2.0", "id": 1}'),
        (200, b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "limit exceeded"}}'),
    ],
    ids=["429", "503", "500", "a list", "no result", "limit exceeded"],
)
def test_is_silent_given_a_node_that_is_busy_or_answers_nonsense(
    another_service: str, monkeypatch: pytest.MonkeyPatch, status: int, content: bytes
) -> None:
    monkeypatch.setattr(Greeter, "status", status)
    monkeypatch.setattr(Greeter, "content", content)

    with pytest.raises(NodeSilent):
        RpcGateway(another_service)


class TestATransactionThatIsNotTaken:
    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            ({"code": -32_000, "message": "exceeds block gas limit"}, TransactionRefused),
            ({"code": -32_000, "message": "txpool is full"}, ChainError),
            ({"code": -32_603, "message": "Internal error"}, ChainError),
            ({"code": -32_005, "message": "limit exceeded"}, NodeSilent),
        ],
        ids=["against a rule", "full pool", "failure", "limit"],
    )
    def test_is_refused_unless_the_node_fails(
        self, anvil_url: str, deployer: Signer, error: dict[str, object], expected: type[ChainError]
    ) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            raw = sign(gateway.prepare(deployer.address, SUPPLIER, value=1), deployer).raw
            server.refused["eth_sendRawTransaction"] = error
            with pytest.raises(expected) as refused:
                gateway.send(raw)
            assert type(refused.value) is expected
            server.refused.clear()

            assert gateway.send(raw).succeeded

    @pytest.mark.parametrize(
        ("to", "data", "needed"),
        [(SUPPLIER, b"", 21_000), (SUPPLIER, b"\0\1", 21_050), (None, b"\0" * 33, 53_136)],
        ids=["money", "calldata", "creation"],
    )
    def test_is_refused_given_less_than_the_intrinsic_gas(
        self, anvil_url: str, deployer: Signer, to: Address | None, data: bytes, needed: int
    ) -> None:
        gateway = RpcGateway(anvil_url)
        request = gateway.prepare(deployer.address, to, data, gas=needed - 1)

        with pytest.raises(TransactionRefused, match=f"its gas is {needed - 1}, it takes {needed} before"):
            gateway.send(sign(request, deployer).raw)

        assert gateway.send(sign(replace(request, gas=needed), deployer).raw).succeeded


class TestAPoorNode:
    def test_says_what_it_cannot_do(self, poor_node: Unreliable, deployer: Signer) -> None:
        gateway = RpcGateway(poor_node.url)

        assert (gateway.capabilities.sets_time, gateway.capabilities.snapshots) == (False, True)
        with pytest.raises(ChainError, match=r"cannot set its time: use anvil, or the in-process chain$"):
            gateway.set_time(Timestamp(gateway.head().timestamp + 10))
        with pytest.raises(ChainError, match="refused evm_mine"):
            gateway.mine()
        assert gateway.transact(deployer, SUPPLIER, value=1).succeeded

    @pytest.mark.parametrize(("function", "arguments", "name", "shown"), REFUSALS)
    def test_reverts_given_a_refusal(
        self,
        poor_node: Unreliable,
        deployer: Signer,
        function: str,
        arguments: tuple[object, ...],
        name: str,
        shown: dict[str, object],
    ) -> None:
        probe = Contract.deploy(RpcGateway(poor_node.url, errors=ERRORS), deployer, ABI, BYTECODE, 5)

        with pytest.raises(ContractReverted) as refused:
            probe.transact(deployer, function, *arguments, gas=200_000)

        assert (refused.value.name, refused.value.arguments) == (name, named(shown, deployer.address))

    def test_reverts_given_a_constructor_that_refuses(self, poor_node: Unreliable, deployer: Signer) -> None:
        with pytest.raises(ContractReverted, match="ProbeRefused"):
            Contract.deploy(RpcGateway(poor_node.url, errors=ERRORS), deployer, ABI, BYTECODE, 13)


class TestALostConnection:
    def test_sends_once_given_a_lost_answer(self, anvil_url: str, deployer: Signer) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            server.lost["eth_sendRawTransaction"] = 1

            receipts = [gateway.transact(deployer, SUPPLIER, value=1) for _ in range(2)]

        assert server.asked.count("eth_sendRawTransaction") == 3
        assert [receipt.block.number for receipt in receipts] == [1, 2]
        assert RpcGateway(anvil_url).balance(SUPPLIER) == 2

    def test_sends_once_given_the_same_bytes_after_a_lost_answer(self, anvil_url: str, deployer: Signer) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            raw = sign(gateway.prepare(deployer.address, SUPPLIER, value=1), deployer).raw
            server.lost["eth_sendRawTransaction"] = 3
            with pytest.raises(NodeSilent):
                gateway.send(raw)

            receipts = [gateway.send(raw) for _ in range(2)]

        assert receipts[0] == receipts[1]
        assert (RpcGateway(anvil_url).head().number, RpcGateway(anvil_url).balance(SUPPLIER)) == (1, 1)

    def test_gives_up_and_recovers(self, anvil_url: str, deployer: Signer) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            server.lost["eth_sendRawTransaction"] = 3

            with pytest.raises(ChainError, match=f"^no node answers at {server.url}$"):
                gateway.transact(deployer, SUPPLIER, value=1)

            assert gateway.transact(deployer, SUPPLIER, value=1).succeeded

    def test_mines_no_second_block_given_a_lost_answer(self, anvil_url: str) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            server.lost["evm_mine"] = 1

            with pytest.raises(ChainError, match="no node answers"):
                gateway.mine()

        assert RpcGateway(anvil_url).head().number == 1

    def test_fails_given_a_node_that_went_away(self, genesis_time: Timestamp, deployer: Signer) -> None:
        with running_anvil(genesis_time=genesis_time) as url:
            gateway = RpcGateway(url)

        with pytest.raises(ChainError, match="no node answers"):
            gateway.transact(deployer, SUPPLIER, value=1)


def test_forgets_a_time_that_another_process_went_past(
    anvil_url: str, genesis_time: Timestamp, deployer: Signer
) -> None:
    first, second = RpcGateway(anvil_url), RpcGateway(anvil_url)
    first.set_time(Timestamp(genesis_time + 86_400))
    second.set_time(Timestamp(genesis_time + 3 * 86_400))
    second.mine()

    assert first.now() == genesis_time + 3 * 86_400 + 1
    assert first.transact(deployer, SUPPLIER, value=1).succeeded


class SentMeanwhile(Through):
    """Somebody sends the same bytes while a contract is asked about them, which refuses them from then on."""

    raw = b""

    def call(
        self,
        to: Address,
        data: bytes,
        *,
        sender: Address | None = None,
        block: int | None = None,
        gas: int | None = None,
    ) -> bytes:
        self.inner.send(self.raw)
        raise ContractReverted("AlreadySo", {})


def test_tells_what_became_of_bytes_that_somebody_else_sent(
    anvil_url: str, genesis_time: Timestamp, deployer: Signer
) -> None:
    node = RpcGateway(anvil_url)
    probe = Contract.deploy(node, deployer, ABI, BYTECODE, 5)
    gateway = SentMeanwhile(node)
    gateway.raw = sign(node.prepare(deployer.address, probe.address, ABI.encode("note", 1, "once", 2)), deployer).raw

    receipt = gateway.attempt(gateway.raw)

    assert (receipt.succeeded, receipt) == (True, node.send(gateway.raw))
    assert probe.call("count") == 7


def test_stops_waiting_given_a_node_that_does_not_mine(genesis_time: Timestamp, deployer: Signer) -> None:
    with running_anvil("--no-mining", genesis_time=genesis_time) as url:
        gateway = RpcGateway(url, receipt_timeout=0.2)

        with pytest.raises(ChainError, match=r"was not mined in 0\.2 s$"):
            gateway.transact(deployer, SUPPLIER, value=1)


def test_waits_for_what_is_in_the_pool_given_the_same_bytes(genesis_time: Timestamp, deployer: Signer) -> None:
    with running_anvil("--no-mining", genesis_time=genesis_time) as url:
        gateway = RpcGateway(url, receipt_timeout=0.2)
        raws = [
            sign(replace(gateway.prepare(deployer.address, SUPPLIER, value=1), nonce=nonce), deployer).raw
            for nonce in range(2)
        ]
        for raw in raws:
            with pytest.raises(NotMined, match=r"was not mined in 0\.2 s$"):
                gateway.send(raw)
        before = monotonic()
        for raw in raws:
            with pytest.raises(NotMined, match=r"was not mined in 0\.2 s$"):
                gateway.send(raw)
        assert monotonic() - before < 0.4, "it waits once for each"
        assert gateway.nonce(deployer.address) == 2
        gateway.mine()

        receipts = [gateway.send(raw) for raw in raws * 2]

        assert receipts[:2] == receipts[2:]
        assert {receipt.block.number for receipt in receipts} == {1}
        assert gateway.balance(SUPPLIER) == 2


def test_does_not_believe_a_node_that_left_the_block(anvil_url: str, deployer: Signer) -> None:
    with unreliable(anvil_url) as server:
        gateway = RpcGateway(server.url)
        block = gateway.deploy(deployer, ABI.encode_deployment(BYTECODE, 5)).block
        for place in (block, block.number):
            server.forgotten["eth_getLogs"] = 1
            with pytest.raises(BlockReplaced):
                gateway.logs(place)

        assert len(gateway.logs(block)) == 1


def test_uses_the_same_gas_on_both_backends(anvil_url: str, genesis_time: Timestamp, deployer: Signer) -> None:
    def gas_of(gateway: Gateway) -> list[int]:
        deployment = gateway.deploy(deployer, ABI.encode_deployment(BYTECODE, 5))
        assert deployment.contract_address is not None
        probe = Contract(gateway, deployment.contract_address, ABI)
        calls = [probe.transact(deployer, "note", 1, "a trade", times) for times in (0, 1, 7)]
        moved = gateway.transact(deployer, probe.address, value=1)
        return [receipt.gas_used for receipt in (deployment, *calls, moved)]

    assert gas_of(EthTesterGateway(genesis_time=genesis_time)) == gas_of(RpcGateway(anvil_url))


@pytest.mark.parametrize(
    ("code", "message", "data", "expected"),
    [
        (3, "execution reverted: 12", "0x4e487b71" + f"{0x12:064x}", "Panic(code=18)"),
        (-32_000, "execution reverted", None, "Unknown(data=0x)"),
        (-32_015, "VM execution error.", "Reverted 0xdeadbeef", "Unknown(data=0xdeadbeef)"),
        (-32_603, "Error: reverted", {"message": "reverted", "data": "0xdeadbeef"}, "Unknown(data=0xdeadbeef)"),
        (-32_000, "out of gas", None, "OutOfGas(limit=100)"),
        (-32_603, "EVM error InvalidFEOpcode", None, "Unknown(data=0x)"),
        (-32_000, "header not found", None, None),
    ],
    ids=["anvil", "geth without data", "OpenEthereum", "Hardhat", "geth out of gas", "anvil halted", "no revert"],
)
def test_understands_each_kind_of_node(code: int, message: str, data: object, expected: str | None) -> None:
    found = revert_of(NodeRefused("eth_call", code, message, data), errors=ERRORS, gas=100)

    assert (found if found is None else str(found)) == expected
