"""Given a node that grants each address so many requests a second, and so many connections.

given a batch
    it should count for as many requests as it holds, and be refused whole where they are not left
given a WebSocket
    it should count each message, and each of a batch; refuse those beyond, each under its id; and stay open
given many requests under way, many WebSockets, or many subscriptions, of one address
    it should refuse those beyond, and take others when some have ended
given a node that limits nothing
    it should answer batches as large as they may be
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import sleep
from typing import Any

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.rpc import bounded, execution, router
from scfin_chain.units import Timestamp
from tests.rpc.server import Node, running_node

LIMIT = 20

WINDOW_SECONDS = 1.1

HEIGHT = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"}
MINE = {"jsonrpc": "2.0", "id": 2, "method": "evm_mine"}


@pytest.fixture
def limited(genesis_time: Timestamp) -> Iterator[Node]:
    with running_node(genesis_time=genesis_time, requests_a_second=LIMIT) as running:
        yield running


def post(node: Node, body: object) -> tuple[int, Any]:
    answer = node.session.post(node.url, json=body, timeout=30)
    if answer.status_code == 429:
        assert answer.headers["Retry-After"] == "1"
    return answer.status_code, answer.json() if answer.content else None


def codes(answers: list[Any]) -> list[int | None]:
    return [answer.get("error", {}).get("code") for answer in answers]


def ask(socket: ClientConnection, body: object) -> Any:
    socket.send(json.dumps(body))
    return json.loads(socket.recv(timeout=10))


class TestBatch:
    def test_counts_for_as_many_requests_as_it_holds(self, limited: Node) -> None:
        assert post(limited, [HEIGHT] * LIMIT)[0] == 200
        assert post(limited, HEIGHT)[0] == 429
        sleep(WINDOW_SECONDS)
        assert post(limited, HEIGHT)[0] == 200

    def test_is_refused_whole_where_they_are_not_left(self, limited: Node) -> None:
        assert post(limited, [HEIGHT] * (LIMIT // 2))[0] == 200
        status, told = post(limited, [MINE, {**MINE, "id": "x"}, {"jsonrpc": "2.0", "method": "evm_mine"}] * LIMIT)

        assert (status, codes(told)) == (429, [-32005] * 2 * LIMIT)
        assert [answer["id"] for answer in told[:2]] == [2, "x"]
        assert (
            told[0]["error"]["message"] == f"limit exceeded: requests are {3 * LIMIT}, and {LIMIT} a second are granted"
        )
        assert limited.gateway.head().number == 0

    def test_is_refused_without_a_word_where_nobody_wants_one(self, limited: Node) -> None:
        assert post(limited, [{"jsonrpc": "2.0", "method": "evm_mine"}] * (LIMIT + 1)) == (429, None)
        assert limited.gateway.head().number == 0

    def test_is_as_large_as_it_may_be_where_nothing_is_limited(self, node: Node) -> None:
        assert len(post(node, [HEIGHT] * 10 * LIMIT)[1]) == 10 * LIMIT


class TestSocket:
    def test_counts_each_message_and_stays_open(self, limited: Node) -> None:
        with connect(limited.websocket, proxy=None) as socket:
            told = [ask(socket, {**HEIGHT, "id": number}) for number in range(LIMIT + 2)]
            assert [answer["id"] for answer in told] == list(range(LIMIT + 2))
            assert codes(told) == [None] * (LIMIT - 1) + [-32005] * 3
            sleep(WINDOW_SECONDS)
            assert "result" in ask(socket, HEIGHT)

    def test_counts_each_request_of_a_batch(self, limited: Node) -> None:
        with connect(limited.websocket, proxy=None) as socket:
            assert codes(ask(socket, [HEIGHT] * (LIMIT - 2))) == [None] * (LIMIT - 2)
            assert codes(ask(socket, [MINE] * 2)) == [-32005] * 2
            assert "result" in ask(socket, HEIGHT)
        assert limited.gateway.head().number == 0

    def test_counts_what_is_no_request(self, limited: Node) -> None:
        with connect(limited.websocket, proxy=None) as socket:
            told = [ask(socket, []) for _ in range(LIMIT)]
        assert codes(told) == [-32600] * (LIMIT - 1) + [-32005]

    def test_shares_the_window_with_http(self, limited: Node) -> None:
        with connect(limited.websocket, proxy=None) as socket:
            assert post(limited, [HEIGHT] * (LIMIT - 1))[0] == 200
            assert codes([ask(socket, HEIGHT)]) == [-32005]

    def test_is_not_opened_beyond_the_rate(self, limited: Node) -> None:
        assert post(limited, [HEIGHT] * LIMIT)[0] == 200
        with pytest.raises(InvalidStatus) as refused:
            connect(limited.websocket, proxy=None)
        assert refused.value.response.status_code == 429


class TestPlaces:
    def test_has_so_many_requests_of_an_address_under_way(
        self, genesis_time: Timestamp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(router, "REQUESTS_AN_ADDRESS", 2)
        for module in (bounded, execution):
            monkeypatch.setattr(module, "CALL_SECONDS", 2.0)
        endless = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"data": "0x5b5f56"}]}
        with running_node(genesis_time=genesis_time, gas=2**40) as node:

            def ask(_: int) -> tuple[int, int]:
                answer = requests.post(node.url, json=endless, timeout=30)
                return answer.status_code, answer.json()["error"]["code"]

            with ThreadPoolExecutor(6) as pool:
                assert sorted(pool.map(ask, range(6))) == [(200, -32002)] * 2 + [(429, -32005)] * 4
            assert post(node, HEIGHT)[0] == 200

    def test_opens_so_many_for_an_address(self, genesis_time: Timestamp, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(router, "CONNECTIONS_AN_ADDRESS", 3)
        with running_node(genesis_time=genesis_time) as node, ExitStack() as opened:
            sockets = [opened.enter_context(connect(node.websocket, proxy=None)) for _ in range(3)]
            with pytest.raises(InvalidStatus) as refused:
                connect(node.websocket, proxy=None)
            assert refused.value.response.status_code == 429
            assert b"must be at most 3" in (refused.value.response.body or b"")
            sockets[0].close()
            sleep(0.2)
            assert "result" in ask(opened.enter_context(connect(node.websocket, proxy=None)), HEIGHT)

    def test_grants_so_many_subscriptions_to_an_address(
        self, genesis_time: Timestamp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(router, "SUBSCRIPTIONS_AN_ADDRESS", 4)
        subscribe = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
        with running_node(genesis_time=genesis_time) as node, connect(node.websocket, proxy=None) as first:
            with connect(node.websocket, proxy=None) as second:
                assert codes([ask(second, subscribe) for _ in range(3)]) == [None] * 3
                kept = ask(first, subscribe)["result"]
                refused = ask(first, subscribe)["error"]
                assert refused == {"code": -32005, "message": "subscriptions of one address must be at most 4"}
                ended = {"jsonrpc": "2.0", "id": 1, "method": "eth_unsubscribe", "params": [kept]}
                assert [ask(first, ended)["result"] for _ in range(2)] == [True, False]
                assert codes([ask(first, subscribe) for _ in range(2)]) == [None, -32005]
            sleep(0.2)
            assert codes([ask(first, subscribe) for _ in range(4)]) == [None] * 3 + [-32005]
