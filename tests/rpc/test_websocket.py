"""Given a WebSocket, when requests come over it, or the chain moves.

It should: answer as over HTTP, tell each subscription what happened after the caller has its id, tell removed logs
after a revert, stop when told to, keep limits, and turn away pages of other sites.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.rpc import subscriptions
from api.rpc.dispatch import MAX_BODY
from scfin_chain.chain import Contract
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI
from tests.rpc.server import Node, running_node

NOTED = f"0x{ABI.topic('Noted').hex()}"


@pytest.fixture
def socket(node: Node) -> Iterator[ClientConnection]:
    with connect(node.websocket, proxy=None) as connection:
        yield connection


def call(socket: ClientConnection, method: str, *params: Any) -> Any:
    socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
    answer = receive(socket)
    assert answer["id"] == method
    return answer.get("result", answer.get("error"))


def receive(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=10))


def told(socket: ClientConnection, subscription: str) -> Any:
    message = receive(socket)
    assert message["method"] == "eth_subscription"
    assert message["params"]["subscription"] == subscription
    return message["params"]["result"]


def silent(socket: ClientConnection) -> bool:
    """Whether nothing comes before the answer to another request."""
    call(socket, "eth_chainId")
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.2)
    return True


def test_answers_as_over_http(node: Node, socket: ClientConnection) -> None:
    assert call(socket, "eth_chainId") == "0x7a69"
    assert call(socket, "nope")["code"] == -32601
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"}
    socket.send(json.dumps([request, {**request, "id": 2}]))
    assert [answer["id"] for answer in receive(socket)] == [1, 2]
    socket.send(json.dumps(request).encode())
    assert receive(socket)["result"] == "0x0"
    socket.send("nonsense")
    assert receive(socket)["error"]["code"] == -32700
    assert node.error("eth_subscribe", "newHeads")["message"].endswith("subscriptions need a WebSocket")


def test_is_on_both_paths(node: Node) -> None:
    with connect(f"{node.websocket}/rpc", proxy=None) as socket:
        assert call(socket, "eth_chainId") == "0x7a69"
    assert node.session.post(f"{node.url}/rpc", json={"jsonrpc": "2.0", "id": 1, "method": "net_version"}).json() == {
        "jsonrpc": "2.0",
        "id": 1,
        "result": "31337",
    }


def test_tells_heads_as_they_are_mined_by_anybody(node: Node, socket: ClientConnection) -> None:
    heads = call(socket, "eth_subscribe", "newHeads")
    node.gateway.mine(3)
    for number in (1, 2, 3):
        whole = node.call("eth_getBlockByNumber", hex(number), False)
        head = told(socket, heads)
        assert head == {name: whole[name] for name in head}
        assert {"hash", "parentHash", "number", "timestamp", "logsBloom", "baseFeePerGas"} <= set(head)
        assert "transactions" not in head


def test_tells_logs_and_transactions(node: Node, socket: ClientConnection, probe: Contract) -> None:
    logs = call(socket, "eth_subscribe", "logs", {"address": probe.address, "topics": [NOTED]})
    sent = probe.transact(node.accounts.signers[0], "note", 7, "text", 2)
    first, second = told(socket, logs), told(socket, logs)
    assert [first["logIndex"], second["logIndex"]] == ["0x0", "0x2"]
    assert first in node.call("eth_getLogs", {"topics": [NOTED]})
    pending = call(socket, "eth_subscribe", "newPendingTransactions")
    assert call(socket, "eth_unsubscribe", logs) is True
    again = probe.transact(node.accounts.signers[0], "note", 9, "text", 1)
    assert told(socket, pending) == f"0x{again.transaction_hash.hex()}" != f"0x{sent.transaction_hash.hex()}"


def test_tells_what_a_revert_removed(node: Node, socket: ClientConnection, probe: Contract) -> None:
    logs = call(socket, "eth_subscribe", "logs", {"topics": [NOTED]})
    snapshot = node.gateway.snapshot()
    probe.transact(node.accounts.signers[0], "note", 1, "text", 2)
    shown = [told(socket, logs), told(socket, logs)]
    node.gateway.revert(snapshot)
    assert [told(socket, logs), told(socket, logs)] == [{**log, "removed": True} for log in reversed(shown)]


def test_begins_with_what_happens_after_it_was_asked(node: Node, socket: ClientConnection) -> None:
    node.gateway.mine()
    heads = call(socket, "eth_subscribe", "newHeads")
    assert silent(socket)
    node.gateway.mine()
    assert told(socket, heads)["number"] == "0x2"


def test_stops_when_told_to(node: Node, socket: ClientConnection) -> None:
    heads = call(socket, "eth_subscribe", "newHeads")
    assert call(socket, "eth_unsubscribe", heads) is True
    assert call(socket, "eth_unsubscribe", heads) is False
    node.gateway.mine()
    assert silent(socket)


def test_keeps_connections_apart(node: Node, socket: ClientConnection) -> None:
    heads = call(socket, "eth_subscribe", "newHeads")
    with connect(node.websocket, proxy=None) as other:
        assert call(other, "eth_unsubscribe", heads) is False
        node.gateway.mine()
        assert silent(other)
    assert told(socket, heads)["number"] == "0x1"


@pytest.mark.parametrize(
    ("params", "part"),
    [
        (("nothing",), "subscription is 'nothing': must be one of newHeads, logs, newPendingTransactions"),
        ((7,), "subscription is 7: must be a string"),
        ((), "subscription is missing"),
        (("newHeads", {"x": 1}), "options is an object of 1: must be absent"),
        (("newPendingTransactions", True), "options is true: must be absent"),
        (("logs", []), "options is an array of 0: must be an object"),
        (("logs", {"address": "0x12"}), "options.address is '0x12': must be an address"),
    ],
)
def test_refuses_what_it_cannot_tell(socket: ClientConnection, params: tuple[Any, ...], part: str) -> None:
    error = call(socket, "eth_subscribe", *params)
    assert (error["code"], part in error["message"]) == (-32602, True)


def test_keeps_a_limited_number(socket: ClientConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 2)
    for _ in range(2):
        call(socket, "eth_subscribe", "newHeads")
    assert call(socket, "eth_subscribe", "newHeads")["code"] == -32005


def test_closes_on_a_message_that_is_too_large(socket: ClientConnection) -> None:
    socket.send("1" * (MAX_BODY + 1))
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_turns_away_pages_of_other_sites(node: Node, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(node.websocket, proxy=None, origin=origin)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403


def test_ends_with_the_node(genesis_time: Timestamp) -> None:
    with ExitStack() as stack:
        node = stack.enter_context(running_node(genesis_time=genesis_time))
        with connect(node.websocket, proxy=None) as socket:
            heads = call(socket, "eth_subscribe", "newHeads")
            node.gateway.mine()
            assert told(socket, heads)["number"] == "0x1"
            started = monotonic()
            stack.close()
            assert monotonic() - started < 4
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=10)


def test_lets_in_pages_that_it_was_told_of(genesis_time: Timestamp) -> None:
    page = "http://wallet.example"
    with running_node(genesis_time=genesis_time, origins=[page]) as node:
        with connect(node.websocket, proxy=None, origin=page) as socket:  # type: ignore[arg-type]
            assert call(socket, "eth_chainId") == "0x7a69"
        asked = {
            "origin": page,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        }
        allowed = node.session.options(node.url, headers=asked, timeout=10)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, page)
        asked["origin"] = "http://elsewhere.example"
        assert node.session.options(node.url, headers=asked, timeout=10).status_code == 400


def test_lets_in_pages_of_its_own_host(node: Node) -> None:
    with connect(node.websocket, proxy=None, origin=node.url) as socket:  # type: ignore[arg-type]
        assert call(socket, "eth_chainId") == "0x7a69"
