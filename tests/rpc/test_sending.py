"""Given accounts, unlocked or not, when transactions are sent.

It should: mine each in a block of its own, failing ones too; take the same bytes twice and do them once; name why one
cannot be mined; sign only for its own accounts; move the chain through whoever it was told to send to.
"""

from typing import Any

import pytest
from eth_account import Account

from api.rpc import NodeMethods, development_accounts
from scfin_chain.chain import Contract
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Receipt
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI
from tests.rpc.server import Node

ACCOUNT = Account.from_key("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
STRANGER = Account.from_key("0x" + "11" * 32)
TRANSFER = {"to": STRANGER.address, "value": 3, "nonce": 0, "gas": 21_000, "gasPrice": 100, "chainId": 31_337}


def signed(account: Any = ACCOUNT, **changes: Any) -> str:
    request = {**TRANSFER, **changes}
    raw = account.sign_transaction({name: value for name, value in request.items() if value is not None})
    return f"0x{raw.raw_transaction.hex()}"


def test_mines_what_fails_and_answers_with_its_hash(node: Node, probe: Contract) -> None:
    raw = signed(to=probe.address, data=ABI.encode("refuse", 4), value=0, gas=200_000)
    sent = node.call("eth_sendRawTransaction", raw)
    receipt = node.call("eth_getTransactionReceipt", sent)
    assert (receipt["status"], receipt["blockNumber"], receipt["logs"]) == ("0x0", "0x2", [])
    assert int(node.call("eth_getTransactionCount", ACCOUNT.address), 16) == 1
    assert node.call("eth_sendRawTransaction", raw) == sent
    assert node.call("eth_blockNumber") == "0x2"


def test_does_the_same_bytes_once(node: Node) -> None:
    raw = signed()
    assert node.call("eth_sendRawTransaction", raw) == node.call("eth_sendRawTransaction", raw)
    assert node.call("eth_blockNumber") == "0x1"
    assert node.call("eth_getBalance", STRANGER.address) == "0x3"


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        (signed(nonce=5), -32000, "nonce too high: nonce 5"),
        (signed(value=10**24), -32000, "insufficient funds for gas * price + value: "),
        (signed(STRANGER), -32000, "insufficient funds for gas * price + value: "),
        (signed(gasPrice=1), -32000, "max fee per gas less than block base fee: "),
        (signed(chainId=1), -32000, "invalid chain id for signer: "),
        (signed(chainId=None), -32000, "only replay-protected (EIP-155) transactions allowed over RPC: "),
        (signed(gas=20_000), -32000, "transaction of"),
        ("0x", -32602, "transaction is malformed: it has no bytes"),
        ("0x1234", -32602, "transaction is malformed: its type is 18"),
        ("0x02c0", -32602, "transaction is malformed"),
        ("0x03c0", -32602, "transaction is malformed: its type is 3"),
        ("12", -32602, "transaction is '12': must be bytes"),
        ("0x123", -32602, "transaction is '0x123': must be bytes"),
        ("0x" + "00" * 131_073, -32602, "must be at most 131072 bytes"),
        (7, -32602, "transaction is 7: must be bytes"),
    ],
)
def test_names_why_a_transaction_cannot_be_mined(node: Node, raw: Any, code: int, message: str) -> None:
    error = node.error("eth_sendRawTransaction", raw)
    assert error["code"] == code
    assert message in error["message"]
    assert node.call("eth_blockNumber") == "0x0"


def test_names_a_nonce_that_is_spent(node: Node) -> None:
    node.call("eth_sendRawTransaction", signed())
    assert node.error("eth_sendRawTransaction", signed(value=4))["message"].startswith("nonce too low: nonce 0")


@pytest.mark.parametrize(
    ("fields", "kind", "price"),
    [
        ({}, "0x2", None),
        ({"gasPrice": "0x64"}, "0x0", "0x64"),
        ({"type": "0x0"}, "0x0", None),
        ({"gasPrice": "0x64", "accessList": []}, "0x1", "0x64"),
        ({"type": "0x1"}, "0x1", None),
        ({"accessList": [{"address": f"0x{1:040x}", "storageKeys": [f"0x{0:064x}"]}]}, "0x2", None),
        ({"maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x2"}, "0x2", "0x9"),
        ({"maxPriorityFeePerGas": "0x2"}, "0x2", "0x9"),
    ],
)
def test_signs_each_type_for_its_own_accounts(node: Node, fields: dict[str, Any], kind: str, price: str | None) -> None:
    request = {"from": node.sender, "to": STRANGER.address, "value": "0x3", **fields}
    sent = node.call("eth_sendTransaction", request)
    found = node.call("eth_getTransactionByHash", sent)
    assert (found["type"], found["from"], found["value"]) == (kind, node.sender, "0x3")
    receipt = node.call("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    assert price in (None, receipt["effectiveGasPrice"])
    assert found.get("accessList", []) == fields.get("accessList", [])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"from": STRANGER.address}, "transaction.from is '0x19e7"),
        ({"from": None}, "transaction.from is null: must be an account of this node"),
        ({"chainId": "0x1"}, "transaction.chainId is 1: must be this chain's, 31337"),
        ({"gasPrice": "0x64", "maxFeePerGas": "0x64"}, "transaction.gasPrice is 100: must be absent"),
        ({"gasPrice": "0x64", "type": "0x2"}, "transaction.type is 2: must be 0 or 1 where gasPrice is given"),
        ({"maxFeePerGas": "0x64", "type": "0x0"}, "transaction.type is 0: must be 2 where maxFeePerGas is given"),
        ({"accessList": [], "type": "0x0"}, "transaction.type is 0: must be 1 or 2 where accessList is given"),
        ({"type": "0x3"}, "transaction.type is '0x3': must be from 0 to 2"),
        ({"maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2"}, "transaction.maxPriorityFeePerGas is 2"),
        ({"data": "0x01", "input": "0x02"}, "transaction.data is '0x01': must be the same as input"),
        ({"accessList": [{}]}, "transaction.accessList[0].address is null: must be an address"),
        ({"value": "1"}, "transaction.value is '1': must be a number as 0x and hexadecimal digits"),
        ({"value": hex(2**256)}, "transaction.value is"),
        ({"to": "0x12"}, "transaction.to is '0x12': must be an address as 0x and 40 hexadecimal digits"),
        ({"blobs": ["0x"]}, "transaction.blobs is an array of 1: must be absent"),
    ],
)
def test_names_what_it_cannot_sign(node: Node, fields: dict[str, Any], message: str) -> None:
    request = {"from": node.sender, "to": STRANGER.address, **fields}
    error = node.error("eth_sendTransaction", request)
    assert error["code"] == -32602
    assert message in error["message"]


def test_sends_nothing_of_which_it_knows_that_it_fails(node: Node, probe: Contract) -> None:
    request = {"from": node.sender, "to": probe.address, "data": f"0x{ABI.encode('refuse', 4).hex()}"}
    assert node.error("eth_sendTransaction", request)["code"] == 3
    assert node.call("eth_blockNumber") == "0x1"
    sent = node.call("eth_sendTransaction", {**request, "gas": "0x30d40"})
    assert node.call("eth_getTransactionReceipt", sent)["status"] == "0x0"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_sign", (STRANGER.address, "0x12")),
        ("personal_sign", ("0x12", STRANGER.address)),
        ("personal_sign", ("0x12", STRANGER.address, "password")),
        ("eth_signTypedData_v4", (STRANGER.address, {})),
    ],
)
def test_signs_for_no_other_account(node: Node, method: str, params: tuple[Any, ...]) -> None:
    error = node.error(method, *params)
    assert error["message"].startswith(f"address is '{STRANGER.address.lower()}': must be an account of this node")


def test_a_contract_may_refuse_with_what_is_no_text(node: Node) -> None:
    """Creation code that reverts with Error(string) of bytes that are not UTF-8, mined all the same."""
    payload = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (2).to_bytes(32) + b"\xff\xfe".ljust(32, b"\0")
    code = b"".join(
        b"\x7f" + payload[start : start + 32].ljust(32, b"\0") + b"\x60" + bytes([start]) + b"\x52"
        for start in range(0, len(payload), 32)
    )
    raw = signed(to=b"", data=code + bytes.fromhex("60645ffd"), value=0, gas=200_000)
    sent = node.call("eth_sendRawTransaction", raw)
    assert node.call("eth_getTransactionReceipt", sent)["status"] == "0x0"


def test_sends_through_whom_it_was_told_to(genesis_time: Timestamp) -> None:
    accounts, seen = development_accounts(), []
    gateway = EthTesterGateway(genesis_time=genesis_time, funds=accounts.funds)

    def send(raw: bytes) -> Receipt:
        seen.append(raw)
        return gateway.send(raw)

    methods = NodeMethods(gateway, accounts.signers, send=send)
    sent = [methods["eth_sendRawTransaction"]([signed()]) for _ in range(3)]
    assert (len(set(sent)), len(seen)) == (1, 1), "what is on the chain is not sent again"
    methods["eth_sendTransaction"]([{"from": accounts.signers[0].address, "to": STRANGER.address}])
    assert (len(seen), gateway.head().number) == (2, 2)
