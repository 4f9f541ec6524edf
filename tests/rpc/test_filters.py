"""Given a filter, when the chain moves on, or back.

It should: tell what came since it was asked last and no more; tell logs of blocks that left the chain as removed,
newest first; be forgotten when nobody asks; be one of a limited number.
"""

from typing import Any

import pytest

from api.rpc import NodeMethods, filters, watches
from api.rpc.errors import RpcError
from scfin_chain.chain import Contract
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI
from tests.rpc.server import Node

NOTED = f"0x{ABI.topic('Noted').hex()}"


def note(node: Node, probe: Contract, first: int, times: int = 1) -> str:
    sent = probe.transact(node.accounts.signers[0], "note", first, "text", times)
    return f"0x{sent.transaction_hash.hex()}"


def seen(logs: list[dict[str, Any]]) -> list[tuple[int, bool]]:
    return [(int(log["topics"][1], 16), log["removed"]) for log in logs]


def test_tells_blocks_and_transactions_once(node: Node, probe: Contract) -> None:
    blocks, pending = node.call("eth_newBlockFilter"), node.call("eth_newPendingTransactionFilter")
    assert node.call("eth_getFilterChanges", blocks) == []
    first, second = note(node, probe, 1), note(node, probe, 2)
    node.call("evm_mine")
    heads = [node.call("eth_getBlockByNumber", hex(number), False)["hash"] for number in (2, 3, 4)]
    assert node.call("eth_getFilterChanges", blocks) == heads
    assert node.call("eth_getFilterChanges", pending) == [first, second]
    assert node.call("eth_getFilterChanges", blocks) == node.call("eth_getFilterChanges", pending) == []


def test_tells_logs_that_meet_the_criteria(node: Node, probe: Contract) -> None:
    note(node, probe, 1)
    some = node.call("eth_newFilter", {"topics": [NOTED], "fromBlock": "0x0", "toBlock": "0x4"})
    note(node, probe, 2, times=2)
    assert seen(node.call("eth_getFilterChanges", some)) == [(2, False), (3, False)]
    note(node, probe, 4)
    note(node, probe, 5)
    assert seen(node.call("eth_getFilterChanges", some)) == [(4, False)]
    assert seen(node.call("eth_getFilterLogs", some)) == [(1, False), (2, False), (3, False), (4, False)]


def test_tells_what_left_the_chain_and_what_came_instead(node: Node, probe: Contract) -> None:
    logs, blocks = node.call("eth_newFilter", {"topics": [NOTED]}), node.call("eth_newBlockFilter")
    note(node, probe, 1)
    snapshot = node.call("evm_snapshot")
    note(node, probe, 2, times=2)
    note(node, probe, 4)
    assert seen(node.call("eth_getFilterChanges", logs)) == [(number, False) for number in (1, 2, 3, 4)]
    node.call("eth_getFilterChanges", blocks)
    node.call("evm_revert", snapshot)
    note(node, probe, 5)
    assert seen(node.call("eth_getFilterChanges", logs)) == [(4, True), (3, True), (2, True), (5, False)]
    assert len(node.call("eth_getFilterChanges", blocks)) == 1


def test_says_nothing_of_what_it_never_told(node: Node, probe: Contract) -> None:
    logs, snapshot = node.call("eth_newFilter", {"topics": [NOTED]}), node.call("evm_snapshot")
    note(node, probe, 1)
    node.call("evm_revert", snapshot)
    assert node.call("eth_getFilterChanges", logs) == []
    note(node, probe, 2)
    assert seen(node.call("eth_getFilterChanges", logs)) == [(2, False)]


def test_tells_a_long_story_in_parts(node: Node, probe: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "MOST_AT_ONCE", 3)
    logs, snapshot = node.call("eth_newFilter", {"topics": [NOTED]}), node.call("evm_snapshot")
    for number in range(5):
        note(node, probe, number * 2, times=2)
    parts = [seen(node.call("eth_getFilterChanges", logs)) for _ in range(4)]
    assert [len(part) for part in parts] == [4, 4, 2, 0]
    assert [number for part in parts for number, _ in part] == list(range(10))
    node.call("evm_revert", snapshot)
    node.call("evm_mine")
    parts = [seen(node.call("eth_getFilterChanges", logs)) for _ in range(4)]
    assert [(number, gone) for part in parts for number, gone in part] == [(n, True) for n in reversed(range(10))]


def test_is_gone_once_uninstalled(node: Node) -> None:
    named = node.call("eth_newBlockFilter")
    assert node.error("eth_getFilterLogs", named)["code"] == -32000
    assert node.call("eth_uninstallFilter", named) is True
    assert node.call("eth_uninstallFilter", named) is False
    assert "filter not found" in node.error("eth_getFilterChanges", named)["message"]


def test_is_forgotten_when_nobody_asks(genesis_time: Timestamp) -> None:
    seconds = 0.0
    methods = NodeMethods(EthTesterGateway(genesis_time=genesis_time), clock=lambda: seconds)
    asked, forgotten = methods["eth_newBlockFilter"]([]), methods["eth_newBlockFilter"]([])
    seconds = filters.EXPIRY
    assert methods["eth_getFilterChanges"]([asked]) == []
    seconds += 1
    assert methods["eth_getFilterChanges"]([asked]) == []
    with pytest.raises(RpcError, match="filter not found"):
        methods["eth_getFilterChanges"]([forgotten])


def test_is_one_of_a_limited_number(genesis_time: Timestamp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MAX_FILTERS", 2)
    methods = NodeMethods(EthTesterGateway(genesis_time=genesis_time))
    first = methods["eth_newBlockFilter"]([])
    methods["eth_newBlockFilter"]([])
    with pytest.raises(RpcError, match="filters are 2: must be at most 2"):
        methods["eth_newFilter"]([{}])
    methods["eth_uninstallFilter"]([first])
    methods["eth_newFilter"]([{}])
