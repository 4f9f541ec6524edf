"""Given HTTP, when requests, notifications and batches come, well formed or not.

It should: answer as JSON-RPC 2.0 says, keep its limits, answer nothing where nothing was asked, and go on answering.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
import requests

from api.rpc import dispatch
from api.rpc.dispatch import MAX_BATCH, MAX_BODY
from tests.rpc.server import Node, client_of

REQUEST = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}


def post(node: Node, body: bytes, content_type: str = "application/json") -> requests.Response:
    return node.session.post(node.url, data=body, headers={"content-type": content_type}, timeout=30)


@pytest.mark.parametrize("identity", [0, -7, 1.5, "seven", "", None])
def test_answers_under_the_id_of_the_request(node: Node, identity: object) -> None:
    assert node.post({**REQUEST, "id": identity}) == {"jsonrpc": "2.0", "id": identity, "result": "0x7a69"}


def test_takes_requests_without_parameters(node: Node) -> None:
    assert node.post({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"})["result"] == "0x7a69"
    assert node.post({**REQUEST, "params": None})["result"] == "0x7a69"


@pytest.mark.parametrize(
    ("body", "code", "part"),
    [
        (b"", -32700, "body is no JSON"),
        (b"{", -32700, "body is no JSON"),
        (b"\xff\xfe", -32700, "body is no JSON"),
        (b"[" * 100_000, -32700, "it is nested more than 64 deep"),
        (b'{"a":' * 100_000, -32700, "it is nested more than 64 deep"),
        (b'"' + b"[" * 100_000 + b'"', -32600, "request is '[["),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"eth_chainId"}', -32700, "NaN is no number of JSON"),
        (b"1" * 5_000, -32700, "body is no JSON"),
        (b"[]", -32600, "requests in the batch are 0: must be from 1 to 1000"),
        (b"7", -32600, "request is 7: must be an object"),
        (b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600, "jsonrpc is '1.0': must be '2.0'"),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600, "method is 7: must be a string"),
        (b'{"jsonrpc":"2.0","id":1}', -32600, "method is null: must be a string"),
        (b'{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600, "id is an object of 0"),
        (b'{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}', -32600, "id is true"),
        (b'{"jsonrpc":"2.0","id":1e999,"method":"eth_chainId"}', -32600, "must be a finite number"),
        (b'{"jsonrpc":"2.0","id":1,"method":"nope"}', -32601, "method 'nope' not found"),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602, "params is an object of 0"),
        (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', -32602, "must be of at most 0 items"),
    ],
)
def test_says_what_is_wrong_with_a_request(node: Node, body: bytes, code: int, part: str) -> None:
    answer = post(node, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (200, code)
    assert part in error["message"]


def test_reads_brackets_and_quotes_in_linear_time(node: Node) -> None:
    hostile = b"[" * 60 + b"[]," * 100 + b'"' + b'\\"' * 900_000
    started = monotonic()
    assert post(node, hostile).json()["error"]["code"] == -32700
    assert monotonic() - started < 5
    assert node.post([{**REQUEST, "method": "web3_sha3", "params": [[["]" * 99]]]}])[0]["error"]["code"] == -32602


def test_answers_a_batch_in_its_order(node: Node) -> None:
    found = node.post([{**REQUEST, "id": 3}, {**REQUEST, "id": 1, "method": "nope"}, 7, {**REQUEST, "id": "x"}])
    assert [answer["id"] for answer in found] == [3, 1, None, "x"]
    assert [answer.get("error", {}).get("code") for answer in found] == [None, -32601, -32600, None]


def test_does_the_requests_of_a_batch_one_after_the_other(node: Node) -> None:
    mine = {"jsonrpc": "2.0", "method": "evm_mine"}
    height = {**REQUEST, "method": "eth_blockNumber"}
    assert [answer["result"] for answer in node.post([height, mine, height, mine, mine, height])] == [
        "0x0",
        "0x1",
        "0x3",
    ]


def test_answers_nothing_to_notifications(node: Node) -> None:
    for body in ({"jsonrpc": "2.0", "method": "evm_mine"}, [{"jsonrpc": "2.0", "method": "nope"}] * 2):
        answer = post(node, json.dumps(body).encode())
        assert (answer.status_code, answer.content) == (204, b"")
    assert node.call("eth_blockNumber") == "0x1"


@pytest.mark.parametrize("body", [{}, {"foo": "boo"}, {"jsonrpc": "2.0", "method": 7}, {"method": "eth_chainId"}])
def test_takes_no_notification_for_one_that_is_no_request(node: Node, body: dict[str, object]) -> None:
    for posted, answer in ((body, node.post(body)), ([body], node.post([body])[0])):
        assert (answer["id"], answer["error"]["code"]) == (None, -32600), posted


def test_takes_large_batches_up_to_the_limit(node: Node) -> None:
    assert len(node.post([REQUEST] * MAX_BATCH)) == MAX_BATCH
    error = node.post([REQUEST] * (MAX_BATCH + 1))["error"]
    assert error == {"code": -32600, "message": "requests in the batch are 1001: must be from 1 to 1000"}


def test_takes_no_more_of_a_body_than_the_limit(node: Node) -> None:
    padding = b" " * (MAX_BODY - len(json.dumps(REQUEST)))
    assert post(node, json.dumps(REQUEST).encode() + padding).json()["result"] == "0x7a69"
    refused = post(node, json.dumps(REQUEST).encode() + padding + b" ")
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, -32600)
    assert f"must be at most {MAX_BODY} bytes" in refused.json()["error"]["message"]


def test_refuses_the_rest_of_a_batch_whose_answers_are_too_large(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MAX_ANSWER", 100)
    found = node.post([REQUEST] * 5)
    assert [answer.get("error", {}).get("code") for answer in found] == [None, None, None, -32005, -32005]


def test_refuses_the_rest_of_a_batch_that_takes_too_long(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MAX_SECONDS", -1.0)
    found = node.post([REQUEST, {"jsonrpc": "2.0", "method": "eth_chainId"}, {"id": []}])
    assert [answer["error"]["code"] for answer in found] == [-32002, -32002]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_takes_nothing_that_a_page_of_another_site_may_post(node: Node, content_type: str) -> None:
    answer = post(node, json.dumps({**REQUEST, "method": "evm_mine"}).encode(), content_type)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, -32600)
    assert node.call("eth_blockNumber") == "0x0"


def test_takes_json_however_it_is_declared(node: Node) -> None:
    assert post(node, json.dumps(REQUEST).encode(), "Application/JSON; charset=utf-8").json()["result"] == "0x7a69"


def test_answers_only_to_post(node: Node) -> None:
    assert node.session.get(node.url, timeout=10).status_code == 405


def test_hides_the_methods_of_development(plain_node: Node) -> None:
    for method in ("evm_mine", "evm_snapshot", "evm_revert", "evm_increaseTime", "anvil_mine", "hardhat_mine"):
        assert plain_node.error(method)["code"] == -32601
    assert plain_node.call("eth_blockNumber") == "0x0"


def test_answers_many_at_once(node: Node) -> None:
    """Reading and sending from many threads; each transaction has its nonce, each reader a whole chain."""

    def work(index: int) -> list[Any]:
        with client_of(node.url) as client:
            sender = node.accounts.signers[index % 4].address
            found = []
            for _ in range(10):
                sent = client.call("eth_sendTransaction", {"from": sender, "to": sender, "gas": "0x5208"})
                found.append(client.call("eth_getTransactionReceipt", sent)["blockNumber"])
                client.call("eth_getLogs", {"fromBlock": "0x0"})
                block = client.call("eth_getBlockByNumber", "latest", True)
                assert block["transactions"][0]["blockHash"] == block["hash"]
            return found

    with ThreadPoolExecutor(8) as pool:
        mined = [number for numbers in pool.map(work, range(8)) for number in numbers]
    assert sorted(int(number, 16) for number in mined) == list(range(1, 81))
