"""Given any JSON, when it is sent as a request or as the parameters of any method.

It should: be answered with a result or an error that names what is wrong, never with an internal error.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.rpc import NodeMethods, development_accounts
from api.rpc.dispatch import Dispatcher
from api.rpc.errors import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from tests.chain.probe import ABI, BYTECODE
from tests.conftest import GENESIS_TIME
from tests.rpc.server import ERRORS

ACCOUNTS = development_accounts()
PROBE = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
SENDER = ACCOUNTS.signers[0].address

EXAMPLES = 60
"""Requests to each method, from each of the two ways to make them."""

scalars = st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats(allow_nan=False) | st.text(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)

quantities = st.sampled_from(["0x", "0x0", "0x1", "0x5208", "0x03", "0xffffffffffffffff", f"0x{2**256 - 1:x}"])
blocks = st.sampled_from(["latest", "earliest", "pending", "safe", "finalized", "0x1", "0x99", f"0x{2**64:x}"])
octets = st.binary(max_size=40).map(lambda value: f"0x{value.hex()}")
accounts = st.sampled_from([SENDER, SENDER.lower(), PROBE, f"0x{0:040x}", f"0x{1:040x}"])
hashes = st.binary(min_size=32, max_size=32).map(lambda value: f"0x{value.hex()}")
calldata = st.sampled_from(
    [
        f"0x{ABI.encode(name, *arguments).hex()}"
        for name, *arguments in [
            ("refuse", 4),
            ("refuseWith", "no"),
            ("refuseOddly",),
            ("refuseSilently",),
            ("divide", 1, 0),
            ("halt",),
            ("count",),
            ("note", 1, "text", 3),
        ]
    ]
    + [f"0x{BYTECODE.hex()}{7:064x}", f"0x{BYTECODE.hex()}{13:064x}", "0x60"]
)
leaves = quantities | blocks | octets | accounts | hashes | calldata | scalars
calls = st.fixed_dictionaries(
    {},
    optional={
        "from": accounts | leaves,
        "to": accounts | leaves,
        "gas": st.sampled_from(["0x5208", "0x30d40", "0xf4240"]) | leaves,
        "gasPrice": quantities | leaves,
        "maxFeePerGas": quantities | leaves,
        "maxPriorityFeePerGas": quantities | leaves,
        "value": quantities | leaves,
        "data": calldata | leaves,
        "input": calldata | leaves,
        "nonce": quantities | leaves,
        "type": quantities | leaves,
        "chainId": st.just("0x7a69") | leaves,
        "accessList": st.just([{"address": PROBE, "storageKeys": [f"0x{0:064x}"]}]) | leaves,
        "blobs": scalars,
    },
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "fromBlock": blocks | leaves,
        "toBlock": blocks | leaves,
        "blockHash": hashes | leaves,
        "address": accounts | st.lists(accounts | leaves, max_size=3) | leaves,
        "topics": st.lists(hashes | st.none() | st.lists(hashes | leaves, max_size=3) | leaves, max_size=5) | leaves,
        "blockNumber": quantities | leaves,
        "requireCanonical": scalars,
    },
)
plausible = st.lists(calls | queries | leaves | st.lists(leaves, max_size=3), max_size=4)


@pytest.fixture(scope="module")
def dispatcher() -> Iterator[Dispatcher]:
    gateway = EthTesterGateway(genesis_time=GENESIS_TIME, funds=ACCOUNTS.funds, errors=ERRORS)
    gateway.deploy(ACCOUNTS.signers[0], ABI.encode_deployment(BYTECODE, 5))
    yield Dispatcher(NodeMethods(gateway, ACCOUNTS.signers, development=True))
    gateway.close()


def names() -> list[str]:
    gateway = EthTesterGateway(genesis_time=GENESIS_TIME)
    return sorted(NodeMethods(gateway, development=True))


def answer(dispatcher: Dispatcher, method: str, params: object) -> dict[str, Any]:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found = dispatcher.answer(dispatcher.read(json.dumps(request).encode()))
    assert found is not None
    return json.loads(found)


@pytest.mark.parametrize("method", names())
def test_no_parameters_cause_an_internal_error(dispatcher: Dispatcher, method: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(anything, max_size=4) | plausible | anything)
    def holds(params: object) -> None:
        error = answer(dispatcher, method, params).get("error")
        if error is not None:
            assert error["code"] not in (INTERNAL_ERROR, METHOD_NOT_FOUND)
            assert "\n" not in error["message"]
            assert len(error["message"]) < 600
            if error["code"] == INVALID_PARAMS:
                assert "must be" in error["message"] or error["message"].startswith("transaction")

    holds()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_no_body_causes_an_internal_error(dispatcher: Dispatcher, body: bytes) -> None:
    found = dispatcher.answer(dispatcher.read(body))
    for one in [] if found is None else _listed(json.loads(found)):
        assert one["error"]["code"] != INTERNAL_ERROR


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "jsonrpc": st.just("2.0") | anything,
            "id": anything,
            "method": st.just("eth_chainId") | anything,
            "params": anything,
        },
    )
)
def test_no_envelope_causes_an_internal_error(dispatcher: Dispatcher, request_: dict[str, object]) -> None:
    found = dispatcher.answer(dispatcher.read(json.dumps([request_]).encode()))
    for one in [] if found is None else _listed(json.loads(found)):
        assert one.get("error", {}).get("code") != INTERNAL_ERROR


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_no_transaction_causes_an_internal_error(dispatcher: Dispatcher, raw: bytes) -> None:
    found = answer(dispatcher, "eth_sendRawTransaction", [f"0x{raw.hex()}"])
    assert found["error"]["code"] != INTERNAL_ERROR


def _listed(answers: Any) -> list[dict[str, Any]]:
    return answers if isinstance(answers, list) else [answers]
