"""Given a development node, when somebody mines, moves the clock or goes back.

It should: do so through the gateway, know the names that clients use, and keep within a calendar and a number.
"""

from typing import Any

import pytest

from tests.rpc.server import Node


def timestamp(node: Node, block: str = "latest") -> int:
    return int(node.call("eth_getBlockByNumber", block, False)["timestamp"], 16)


@pytest.mark.parametrize("prefix", ["evm", "anvil"])
def test_goes_back_to_a_snapshot_as_often_as_asked(node: Node, prefix: str) -> None:
    node.call("evm_mine")
    snapshot, head = node.call(f"{prefix}_snapshot"), node.gateway.head()
    for _ in range(2):
        node.call("eth_sendTransaction", {"from": node.sender, "to": node.sender})
        assert node.call(f"{prefix}_revert", snapshot) is True
        assert node.gateway.head() == head
    assert node.call(f"{prefix}_revert", "0x63") is False


@pytest.mark.parametrize("prefix", ["evm", "anvil"])
def test_moves_the_clock(node: Node, prefix: str) -> None:
    start = node.gateway.now()
    assert node.call(f"{prefix}_increaseTime", 3_600) == 3_600
    assert node.call(f"{prefix}_increaseTime", "0x3c") == 3_660
    node.call("evm_mine")
    assert timestamp(node) == start + 3_660
    assert node.call(f"{prefix}_setNextBlockTimestamp", start + 5_000) is None
    assert timestamp(node, "pending") == start + 5_000
    assert node.call(f"{prefix}_setTime", start + 6_000) == 1_000
    node.call("evm_mine")
    assert timestamp(node) == start + 6_000


def test_mines_as_many_blocks_as_asked(node: Node) -> None:
    start = node.gateway.now()
    node.call("evm_mine", start + 10)
    assert (node.gateway.head().number, timestamp(node)) == (1, start + 10)
    node.call("evm_mine", {"timestamp": start + 20, "blocks": 2})
    assert (node.gateway.head().number, timestamp(node)) == (3, start + 21)
    for method in ("anvil_mine", "hardhat_mine"):
        before = timestamp(node)
        node.call(method, "0x3", 60)
        assert timestamp(node) == before + 121
        node.call(method, 2)
        node.call(method)
    assert node.gateway.head().number == 15


@pytest.mark.parametrize(
    ("method", "params", "code", "message"),
    [
        ("evm_revert", (), -32602, "snapshot is missing: must be parameter 1"),
        ("evm_revert", ("x",), -32602, "snapshot is 'x': must be a number"),
        ("evm_mine", (-1,), -32602, "options is -1: must be from 0 to 253402300799"),
        ("evm_mine", ({"blocks": 10_001},), -32602, "options.blocks is 10001: must be from 0 to 10000"),
        ("anvil_mine", ("0x2711",), -32602, "blocks is '0x2711': must be from 0 to 10000"),
        ("evm_increaseTime", (2**60,), -32602, "seconds is 1152921504606846976: must be from 0 to 253402300799"),
        ("evm_increaseTime", (253_402_300_799,), -32602, "timestamp is"),
        ("evm_setNextBlockTimestamp", (5,), -32000, "time cannot be set to 5"),
        ("evm_setTime", (None,), -32602, "timestamp is null: must be a number"),
    ],
)
def test_names_what_it_cannot_do(node: Node, method: str, params: tuple[Any, ...], code: int, message: str) -> None:
    error = node.error(method, *params)
    assert error["code"] == code
    assert error["message"].startswith(message)
    assert node.call("eth_blockNumber") == "0x0"


@pytest.mark.parametrize("method", ["evm_setAccountBalance", "anvil_setBalance", "anvil_impersonateAccount"])
def test_does_not_pretend_to_know_what_it_cannot_do(node: Node, method: str) -> None:
    error = node.error(method, node.sender, "0x1")
    assert error == {"code": -32601, "message": f"method '{method}' not found: this node has no such method"}
