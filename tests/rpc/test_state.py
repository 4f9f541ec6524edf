"""Given a chain with a past, when states are read and called.

It should: answer for any block by height, tag or hash; run a call as a transaction would run there; name why a call
fails; estimate what suffices; prove what it says.
"""

from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from api.rpc.methods import CALL_GAS
from scfin_chain.chain import Contract
from tests.chain.probe import ABI, BYTECODE
from tests.rpc.server import Node

COUNT = f"0x{ABI.encode('count').hex()}"
PLACE = f"0x{ABI.encode('place').hex()}"


@pytest.fixture
def past(node: Node, probe: Contract) -> Contract:
    """The count is 5 in block 1, 6 in block 2, 7 in block 3."""
    for _ in range(2):
        probe.transact(node.accounts.signers[0], "note", 1, "text", 1)
    return probe


def hash_of(node: Node, number: int) -> str:
    return node.call("eth_getBlockByNumber", hex(number), False)["hash"]


def words(answer: str) -> list[int]:
    return [int(answer[start : start + 64], 16) for start in range(2, len(answer), 64)]


def calldata(name: str, *arguments: object) -> str:
    return f"0x{ABI.encode(name, *arguments).hex()}"


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("0x1", 5),
        ("0x2", 6),
        (2, 6),
        ("latest", 7),
        ("safe", 7),
        ("finalized", 7),
        ("pending", 7),
        ({"blockNumber": "0x2"}, 6),
        (None, 7),
    ],
)
def test_calls_on_the_state_after_a_block(node: Node, past: Contract, block: object, count: int) -> None:
    assert words(node.call("eth_call", {"to": past.address, "data": COUNT}, block)) == [count]
    assert int(node.call("eth_getStorageAt", past.address, "0x0", block), 16) == count
    assert int(node.call("eth_getTransactionCount", node.sender, block), 16) == count - 4


def test_calls_on_the_state_after_a_block_by_its_hash(node: Node, past: Contract) -> None:
    for number, count in ((1, 5), (3, 7)):
        block = {"blockHash": hash_of(node, number), "requireCanonical": True}
        assert words(node.call("eth_call", {"to": past.address, "data": COUNT}, block)) == [count]
    assert node.call("eth_getCode", past.address, "earliest") == "0x"


def test_calls_see_the_block_that_they_are_asked_in(node: Node, past: Contract) -> None:
    head, pending = node.gateway.head(), node.gateway.now()
    assert words(node.call("eth_call", {"to": past.address, "data": PLACE}, "latest")) == [head.timestamp, 3]
    assert words(node.call("eth_call", {"to": past.address, "data": PLACE}, "pending")) == [pending, 4]
    assert words(node.call("eth_call", {"to": past.address, "data": PLACE}, "0x1"))[1] == 1


@pytest.mark.parametrize("block", ["0x9", {"blockNumber": "0x9"}, {"blockHash": f"0x{7:064x}"}])
def test_says_that_a_block_does_not_exist(node: Node, past: Contract, block: object) -> None:
    error = node.error("eth_getBalance", past.address, block)
    assert error["code"] == -32001
    assert "not found: the head is block 3" in error["message"]


def test_reads_no_header_from_what_somebody_stored_as_code(node: Node) -> None:
    """py-evm keeps code beside headers by hash: code that spells a header must not become a block."""
    forged = rlp.encode(node.gateway.backend.head.copy(gas_limit=7, block_number=1))
    size = len(forged).to_bytes(2)
    init = bytes.fromhex("61") + size + bytes.fromhex("80600a3d393df3") + forged
    sent = node.call("eth_sendTransaction", {"from": node.sender, "data": f"0x{init.hex()}"})
    made = node.call("eth_getTransactionReceipt", sent)["contractAddress"]
    assert node.call("eth_getCode", made) == f"0x{forged.hex()}"
    assert node.call("eth_getBlockByHash", f"0x{keccak(forged).hex()}", False) is None
    root = node.call("eth_getBlockByNumber", "latest", False)["stateRoot"]
    assert node.call("eth_getBlockByHash", root, False) is None


def test_calls_leave_no_trace(node: Node, past: Contract) -> None:
    before = node.gateway.head()
    for _ in range(2):
        node.call("eth_call", {"to": past.address, "data": calldata("note", 1, "x", 3)})
        node.call("eth_estimateGas", {"to": past.address, "data": calldata("note", 1, "x", 3)})
        made = node.call("eth_call", {"data": f"0x{ABI.encode_deployment(BYTECODE, 5).hex()}"})
        assert made.startswith("0x60806040")
    assert node.gateway.head() == before
    assert words(node.call("eth_call", {"to": past.address, "data": COUNT})) == [7]


@pytest.mark.parametrize(
    ("call", "code", "message", "data"),
    [
        (("refuseWith", "no"), 3, "execution reverted: no", calldata("refuseWith", "no")[10:]),
        (("refuse", 4), 3, "execution reverted: ProbeRefused(id=4, caller=0x0000", None),
        (("divide", 1, 0), 3, "execution reverted: Panic(code=18)", f"4e487b71{18:064x}"),
        (("refuseOddly",), 3, "execution reverted: custom error 0xdeadbeef", "deadbeef01020304"),
        (("refuseSilently",), 3, "execution reverted", ""),
        (("halt",), -32000, "invalid opcode: ", None),
        (("burn",), -32000, "out of gas: the limit was 100000", None),
    ],
)
def test_names_why_a_call_fails(
    node: Node, probe: Contract, call: tuple[Any, ...], code: int, message: str, data: str | None
) -> None:
    request = {"to": probe.address, "data": calldata(*call), "gas": "0x186a0"}
    error = node.error("eth_call", request)
    assert error["code"] == code
    assert error["message"].startswith(message)
    if data is not None:
        assert error["data"].endswith(data)
    assert ("data" in error) == (code == 3)
    estimate = node.error("eth_estimateGas", request)
    assert estimate["code"] == code
    assert estimate.get("data") == error.get("data")


def test_understands_a_reason_that_is_no_text(node: Node) -> None:
    """Error(string) whose bytes are not UTF-8: PUSH32 selector.., MSTORE, REVERT."""
    payload = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (2).to_bytes(32) + b"\xff\xfe".ljust(32, b"\0")
    code = b"".join(
        b"\x7f" + payload[start : start + 32].ljust(32, b"\0") + b"\x60" + bytes([start]) + b"\x52"
        for start in range(0, len(payload), 32)
    )
    error = node.error("eth_call", {"data": f"0x{(code + bytes.fromhex('60645ffd')).hex()}"})
    assert (error["code"], error["data"]) == (3, f"0x{payload.hex()}")


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        ({"value": hex(10**30)}, "insufficient funds for gas * price + value"),
        ({"maxFeePerGas": "0x1"}, "max fee per gas less than block base fee: maxFeePerGas 1, baseFee"),
        ({"gas": "0x1"}, "intrinsic gas too low: gas 1, needed 21000"),
        ({"gas": "0x186a0", "gasPrice": hex(10**30)}, "insufficient funds for gas * price + value"),
        ({"to": None, "data": "0x" + "00" * 49_153}, "max initcode size exceeded: 49153, limit 49152"),
    ],
)
def test_names_what_a_call_cannot_pay_for(node: Node, request_: dict[str, Any], part: str) -> None:
    error = node.error("eth_call", {"from": node.sender, "to": node.sender, **request_})
    assert error["code"] == -32000
    assert part in error["message"]


def test_calls_with_value_and_price_as_a_transaction_would(node: Node, probe: Contract) -> None:
    balance_of_self = "0x4760005260206000f3"  # SELFBALANCE; return it: as creation code
    request = {"from": node.sender, "data": balance_of_self, "value": "0x7", "gas": "0x186a0", "gasPrice": "0x64"}
    assert words(node.call("eth_call", request)) == [7]
    price_and_base_fee = "0x3a6000524860205260406000f3"
    assert words(node.call("eth_call", {**request, "data": price_and_base_fee}))[0] == 100
    assert words(node.call("eth_call", {**request, "data": price_and_base_fee}))[1] == 7
    assert words(node.call("eth_call", {"data": price_and_base_fee})) == [0, 0]


def test_calls_use_no_more_gas_than_the_cap(node: Node) -> None:
    gas_left = {"data": "0x5a60005260206000f3"}
    unbounded = words(node.call("eth_call", gas_left))
    assert 0 < CALL_GAS - unbounded[0] < 60_000
    assert words(node.call("eth_call", {**gas_left, "gas": hex(2**63)})) == unbounded
    assert words(node.call("eth_call", {**gas_left, "gas": "0x186a0"}))[0] < 100_000


@pytest.mark.parametrize("times", [0, 1, 8])
def test_estimates_what_suffices_and_little_more(node: Node, probe: Contract, times: int) -> None:
    request = {"from": node.sender, "to": probe.address, "data": calldata("note", 1, "text", times)}
    estimate = int(node.call("eth_estimateGas", request), 16)
    node.call("eth_call", {**request, "gas": hex(estimate)}, "pending")
    less = node.error("eth_call", {**request, "gas": hex(estimate - estimate // 32)}, "pending")
    assert less["message"].startswith(("out of gas", "intrinsic gas too low"))


def test_estimates_a_transfer_exactly_and_within_what_the_sender_has(node: Node) -> None:
    assert node.call("eth_estimateGas", {"from": node.sender, "to": node.sender, "value": "0x1"}) == "0x5208"
    poor = f"0x{7:040x}"
    node.call("eth_sendTransaction", {"from": node.sender, "to": poor, "value": hex(21_000 * 100)})
    transfer = {"from": poor, "to": node.sender, "gasPrice": "0x64"}
    assert node.call("eth_estimateGas", transfer) == "0x5208"
    assert node.error("eth_estimateGas", {**transfer, "gasPrice": "0x65"})["message"].startswith(
        "intrinsic gas too low"
    )
    assert "exceeds allowance" in node.error("eth_estimateGas", {"data": "0x5b5f56", "gas": "0x186a0"})["message"]


def test_refuses_overrides_clearly(node: Node, probe: Contract) -> None:
    request = {"to": probe.address, "data": COUNT}
    assert words(node.call("eth_call", request, "latest", {}, None)) == [5]
    error = node.error("eth_call", request, "latest", {probe.address: {"balance": "0x1"}})
    assert error["code"] == -32602
    assert error["message"] == "stateOverride is an object of 1: must be absent: this node calls on the state as it is"
    assert "blockOverrides" in node.error("eth_call", request, "latest", None, {"number": "0x1"})["message"]
    blob = node.error("eth_call", {**request, "blobVersionedHashes": []})
    assert "transaction.blobVersionedHashes is an array of 0: must be absent" in blob["message"]


def test_proves_accounts_and_storage(node: Node, past: Contract) -> None:
    for block, count in (("0x1", 5), ("latest", 7)):
        proof = node.call("eth_getProof", past.address, ["0x0", "0x1"], block)
        root = bytes.fromhex(node.call("eth_getBlockByNumber", block, False)["stateRoot"][2:])
        nonce, balance, storage_root, code_hash = rlp.decode(
            proven(root, proof["accountProof"], bytes.fromhex(past.address[2:]))
        )
        assert (f"0x{storage_root.hex()}", f"0x{code_hash.hex()}") == (proof["storageHash"], proof["codeHash"])
        assert (int.from_bytes(nonce), int.from_bytes(balance)) == (1, 0)
        first, second = proof["storageProof"]
        assert (first["key"], first["value"], second["value"]) == ("0x0", hex(count), "0x0")
        assert rlp.decode(proven(storage_root, first["proof"], bytes(32))) == bytes([count])
    nobody = node.call("eth_getProof", f"0x{99:040x}", ["0x0"], "latest")
    assert (nobody["balance"], nobody["nonce"], nobody["storageProof"][0]["proof"]) == ("0x0", "0x0", [])


def proven(root: bytes, nodes: list[str], key: bytes) -> bytes:
    path = [rlp.decode(bytes.fromhex(one[2:])) for one in nodes]
    return HexaryTrie.get_from_proof(root, keccak(key), path)
