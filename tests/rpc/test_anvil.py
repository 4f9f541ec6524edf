"""Given the same transactions on this node and on anvil, when both are asked the same.

It should: answer in the same shape, and with the same values wherever neither genesis, time nor chance enters. Where
the two differ on purpose, `ANVIL_ONLY` and the tests of errors say so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.anvil import running_anvil
from tests.chain.probe import ABI, BYTECODE
from tests.conftest import GENESIS_TIME
from tests.rpc.server import Client, Node, client_of, running_node

ANVIL_ONLY = {"receipt": {"blobGasPrice", "blockTimestamp"}}
"""Fields of anvil that this node leaves out: blobs do not exist here, and no specification knows the timestamp."""

INCIDENTAL = {
    "hash",
    "parentHash",
    "stateRoot",
    "mixHash",
    "parentBeaconBlockRoot",
    "size",
    "timestamp",
    "blockTimestamp",
    "blockHash",
    "transactions",
}
"""What follows from genesis, time or chance, and the beacon chain that neither has."""

DEPLOYMENT = f"0x{ABI.encode_deployment(BYTECODE, 5).hex()}"
PROBE = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
NOTE = f"0x{ABI.encode('note', 7, 'text', 2).hex()}"
REFUSE = f"0x{ABI.encode('refuse', 4).hex()}"
REFUSE_WITH = f"0x{ABI.encode('refuseWith', 'no').hex()}"
DIVIDE = f"0x{ABI.encode('divide', 1, 0).hex()}"
HALT = f"0x{ABI.encode('halt').hex()}"

FEES = {"maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x2"}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Node, Client]]:
    """Both nodes, for tests that only read."""
    with both_nodes() as running:
        yield running


@contextmanager
def both_nodes() -> Iterator[tuple[Node, Client]]:
    """Both with the same five transactions: a deployment, one of each type, and one that fails."""
    with (
        running_node(genesis_time=GENESIS_TIME) as node,
        running_anvil("--base-fee", "7", genesis_time=GENESIS_TIME) as url,
        client_of(url) as anvil,
    ):
        _send_to_both(node, anvil)
        yield node, anvil


def _send_to_both(node: Node, anvil: Client) -> None:
    requests: list[dict[str, Any]] = [
        {"data": DEPLOYMENT, "gas": "0x100000", **FEES},
        {"to": PROBE, "data": NOTE, "gas": "0x100000", "gasPrice": "0x64"},
        {"to": PROBE, "data": NOTE, "gas": "0x100000", **FEES},
        {
            "to": PROBE,
            "value": "0x5",
            "gas": "0x100000",
            "gasPrice": "0x64",
            "accessList": [{"address": PROBE, "storageKeys": [f"0x{0:064x}"]}],
        },
        {"to": PROBE, "data": REFUSE, "gas": "0x100000", **FEES},
    ]
    for request in requests:
        hashes = [client.call("eth_sendTransaction", {"from": node.sender, **request}) for client in (node, anvil)]
        assert hashes[0] == hashes[1]  # signed by the same key, and spelled the same


def answers(both: tuple[Node, Client], method: str, *params: Any) -> tuple[Any, Any]:
    ours, theirs = (client.call(method, *params) for client in both)
    return ours, theirs


def agree(ours: dict[str, Any], theirs: dict[str, Any], *, but: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    assert set(ours) == set(theirs) - but
    for name in set(ours) - INCIDENTAL - {"logs"}:
        assert ours[name] == theirs[name], name


def hashes_of(both: tuple[Node, Client]) -> list[str]:
    return [both[0].call("eth_getBlockByNumber", hex(number))["transactions"][0] for number in range(1, 6)]


def test_blocks_agree(both: tuple[Node, Client]) -> None:
    for number in range(6):
        ours, theirs = answers(both, "eth_getBlockByNumber", hex(number), False)
        agree(ours, theirs)
        assert ours["transactions"] == theirs["transactions"]


def test_transactions_agree(both: tuple[Node, Client]) -> None:
    for sent in hashes_of(both):
        agree(*answers(both, "eth_getTransactionByHash", sent))
    agree(*answers(both, "eth_getTransactionByBlockNumberAndIndex", "0x1", "0x0"))
    full, _ = answers(both, "eth_getBlockByNumber", "0x2", True)
    agree(full["transactions"][0], answers(both, "eth_getTransactionByHash", hashes_of(both)[1])[1])


def test_receipts_and_their_logs_agree(both: tuple[Node, Client]) -> None:
    for sent in hashes_of(both):
        ours, theirs = answers(both, "eth_getTransactionReceipt", sent)
        agree(ours, theirs, but=ANVIL_ONLY["receipt"])
        for our_log, their_log in zip(ours["logs"], theirs["logs"], strict=True):
            agree(our_log, their_log)
    ours, theirs = answers(both, "eth_getBlockReceipts", "0x2")
    agree(ours[0], theirs[0], but=ANVIL_ONLY["receipt"])


def test_logs_agree(both: tuple[Node, Client]) -> None:
    noted = f"0x{ABI.topic('Noted').hex()}"
    for query in (
        {},
        {"address": PROBE},
        {"topics": [noted]},
        {"address": [PROBE], "topics": [[noted], f"0x{8:064x}"]},
    ):
        ours, theirs = answers(both, "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", **query})
        for our_log, their_log in zip(ours, theirs, strict=True):
            agree(our_log, their_log)


@pytest.mark.parametrize("method", ["eth_getBalance", "eth_getTransactionCount", "eth_getCode"])
def test_accounts_agree(both: tuple[Node, Client], method: str) -> None:
    ours, theirs = answers(both, method, PROBE, "0x5")
    assert ours == theirs
    ours, theirs = answers(both, method, PROBE, "earliest")
    assert ours == theirs


def test_storage_and_calls_agree(both: tuple[Node, Client]) -> None:
    count = f"0x{ABI.encode('count').hex()}"
    for number in range(1, 6):
        ours, theirs = answers(both, "eth_call", {"to": PROBE, "data": count}, hex(number))
        assert ours == theirs
        ours, theirs = answers(both, "eth_getStorageAt", PROBE, "0x0", hex(number))
        assert ours == theirs


def test_fee_histories_agree(both: tuple[Node, Client]) -> None:
    ours, theirs = answers(both, "eth_feeHistory", "0x4", "latest", [10, 50, 90])
    agree(ours, theirs)
    ours, theirs = answers(both, "eth_feeHistory", "0x400", "latest", [])
    agree(ours, theirs)


@pytest.mark.parametrize("call", [{"to": PROBE, "data": NOTE}, {"data": DEPLOYMENT}, {"to": PROBE, "value": "0x1"}])
def test_estimates_agree_within_the_tolerance(both: tuple[Node, Client], call: dict[str, str]) -> None:
    ours, theirs = (int(gas, 16) for gas in answers(both, "eth_estimateGas", {"from": both[0].sender, **call}))
    assert theirs <= ours <= theirs + theirs // 64


@pytest.mark.parametrize("data", [REFUSE, REFUSE_WITH, DIVIDE])
@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_reverts_agree(both: tuple[Node, Client], method: str, data: str) -> None:
    ours, theirs = (client.error(method, {"from": both[0].sender, "to": PROBE, "data": data}) for client in both)
    assert (ours["code"], ours["data"]) == (theirs["code"], theirs["data"])
    assert ours["message"].startswith("execution reverted")


def test_signatures_agree(both: tuple[Node, Client]) -> None:
    sender = both[0].sender
    typed = {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
            "Order": [{"name": "amount", "type": "uint256"}, {"name": "to", "type": "address"}],
        },
        "primaryType": "Order",
        "domain": {"name": "t", "chainId": 31_337},
        "message": {"amount": 7, "to": PROBE},
    }
    for method, params in [
        ("eth_sign", (sender, "0xdeadbeef")),
        ("personal_sign", ("0xdeadbeef", sender)),
        ("eth_signTypedData_v4", (sender, typed)),
    ]:
        ours, theirs = answers(both, method, *params)
        assert ours == theirs, method


def test_proofs_agree_in_shape(both: tuple[Node, Client]) -> None:
    ours, theirs = answers(both, "eth_getProof", PROBE, [f"0x{0:064x}"], "latest")
    assert set(ours) == set(theirs)
    for name in ("address", "balance", "nonce", "codeHash", "storageHash"):
        assert ours[name] == theirs[name], name
    assert int(ours["storageProof"][0]["value"], 16) == int(theirs["storageProof"][0]["value"], 16)
    assert ours["storageProof"][0]["proof"] == theirs["storageProof"][0]["proof"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", ("0x99", False)),
        ("eth_getBlockByHash", (f"0x{1:064x}", False)),
        ("eth_getTransactionByHash", (f"0x{1:064x}",)),
        ("eth_getTransactionReceipt", (f"0x{1:064x}",)),
        ("eth_getTransactionByBlockNumberAndIndex", ("0x1", "0x9")),
        ("eth_getBlockTransactionCountByNumber", ("0x1",)),
        ("eth_getUncleCountByBlockNumber", ("0x1",)),
        ("eth_accounts", ()),
        ("eth_chainId", ()),
        ("net_version", ()),
        ("net_listening", ()),
        ("eth_syncing", ()),
        ("eth_blobBaseFee", ()),
        ("eth_coinbase", ()),
        ("web3_sha3", ("0x1234",)),
        ("eth_getLogs", ({"fromBlock": "0x5", "toBlock": "0x1"},)),
        ("eth_uninstallFilter", ("0x1",)),
    ],
)
def test_small_answers_agree(both: tuple[Node, Client], method: str, params: tuple[Any, ...]) -> None:
    ours, theirs = answers(both, method, *params)
    assert ours == theirs


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("nope", ()),
        ("eth_getBalance", ("latest",)),
        ("eth_getBalance", (PROBE, "foo")),
        ("eth_call", ({"to": "0x12"}, "latest")),
        ("eth_sendRawTransaction", ("0x1234",)),
        ("eth_chainId", (1,)),
        ("eth_getFilterChanges", ("0x1",)),
    ],
)
def test_codes_of_errors_agree(both: tuple[Node, Client], method: str, params: tuple[Any, ...]) -> None:
    ours, theirs = (client.error(method, *params) for client in both)
    assert ours["code"] == theirs["code"]


def test_the_development_methods_agree() -> None:
    with both_nodes() as both:
        _move(both)


def _move(both: tuple[Node, Client]) -> None:
    moves: list[tuple[str, tuple[Any, ...]]] = [
        ("evm_setNextBlockTimestamp", (1_800_000_000,)),
        ("evm_mine", ()),
        ("anvil_mine", ("0x3", "0x10")),
        ("evm_mine", ({"timestamp": 1_800_001_000},)),
        ("hardhat_mine", ("0x2",)),
    ]
    for method, params in moves:
        ours, theirs = answers(both, method, *params)
        assert ours == theirs, method
    for client in both:
        snapshot = client.call("evm_snapshot")
        client.call("evm_mine")
        assert client.call("evm_revert", snapshot) is True
        assert client.call("evm_revert", "0x999") is False
    ours, theirs = answers(both, "eth_getBlockByNumber", "0xa", False)
    assert ours["timestamp"] == theirs["timestamp"]
    assert answers(both, "eth_blockNumber") == ("0xc", "0xc")
