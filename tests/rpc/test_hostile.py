"""Given somebody who lets a node work for nothing.

given a call that never ends by itself
    it should end when its time is over, and nobody else wait for it: neither the chain, nor who reads it
    it should not begin a precompiled contract that nothing can interrupt, and that takes longer than a second or so
given more of them than run at once
    it should let each wait for its turn, and end when its time is over
given an estimate that takes long
    it should give what suffices
given a call while the chain moves, and goes back
    it should answer as the state was that it was asked of
given the gas that a call may use
    it should suffice for every call of the ledger, the keeper's largest too, and to make each of its contracts
    it should be another error than that of time where it is over
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from api.rpc import bounded, execution
from api.rpc.methods import CALL_GAS
from scfin_chain import open_laboratory
from scfin_chain.chain import Contract
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.scenarios.demo import FIRST_DAY
from scfin_chain.service.keeper import HOLDERS_A_CRANK
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI
from tests.rpc.server import Node, client_of, running_node

GAS_TABLE = Path(__file__).parents[1] / "contracts" / "gas.json"

SECONDS = 1.0
"""How long a call may take here."""

ENDLESS = {"data": "0x5b5f56"}
"""JUMPDEST PUSH0 JUMP."""


def blake2(rounds: int) -> dict[str, str]:
    """Calls the precompiled contract 9 once: a gas each round, a second or so for 100,000 in Python."""
    return {"data": f"0x63{rounds:08x}60e01b5f525f5f60d55f60095afa00"}


RECOVERED = {"data": "0x60205f60805f60015afa00"}
"""Calls the precompiled contract 1 once, as the financing desk does."""

CALLS_ITSELF_TWICE = "5f5f5f5f5f305af1" * 2
"""Runtime code without a jump: a tree, as deep as calls go."""


@pytest.fixture
def generous(genesis_time: Timestamp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """A node whose gas lasts for longer than its time."""
    for module in (bounded, execution):
        monkeypatch.setattr(module, "CALL_SECONDS", SECONDS)
    with running_node(genesis_time=genesis_time, gas=2**40) as running:
        yield running


def seconds_of(work: Callable[[], object]) -> float:
    started = monotonic()
    work()
    return monotonic() - started


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_ends_a_call_whose_time_is_over(generous: Node, method: str) -> None:
    started = monotonic()

    assert generous.error(method, ENDLESS) == {
        "code": -32002,
        "message": "request timed out: a call may take 1 seconds",
    }
    assert SECONDS <= monotonic() - started < 4 * SECONDS


def test_holds_up_neither_the_chain_nor_its_readers(generous: Node) -> None:
    with ThreadPoolExecutor(1) as pool, client_of(generous.url) as other:
        hostile = pool.submit(generous.error, "eth_call", ENDLESS)
        sleep(SECONDS / 4)
        spent = seconds_of(generous.gateway.mine) + seconds_of(lambda: other.call("eth_blockNumber"))
        assert not hostile.done()
        assert spent < SECONDS / 2
        assert hostile.result()["code"] == -32002


@pytest.mark.parametrize("rounds", [100_001, 2_000_000])
def test_begins_no_precompiled_contract_that_nothing_can_interrupt(generous: Node, rounds: int) -> None:
    started = monotonic()

    assert generous.error("eth_call", blake2(rounds))["code"] == -32002
    assert monotonic() - started < SECONDS


@pytest.mark.parametrize("brief", [RECOVERED, blake2(100)], ids=["a signature", "a short hash"])
def test_runs_a_precompiled_contract_that_is_brief(generous: Node, brief: dict[str, str]) -> None:
    assert generous.call("eth_call", brief) == "0x"


def test_ends_a_tree_of_calls_that_never_jumps(generous: Node) -> None:
    creation = f"0x6010600a5f3960105ff3{CALLS_ITSELF_TWICE}"
    sent = generous.call("eth_sendTransaction", {"from": generous.sender, "data": creation})
    address = generous.call("eth_getTransactionReceipt", sent)["contractAddress"]
    assert generous.call("eth_getCode", address) == f"0x{CALLS_ITSELF_TWICE}"

    assert generous.error("eth_call", {"to": address})["code"] == -32002


def test_lets_each_wait_for_its_turn_and_no_longer(generous: Node) -> None:
    def ask(_: int) -> int:
        with client_of(generous.url) as client:
            return int(client.error("eth_call", ENDLESS)["code"])

    started = monotonic()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(6))) == [-32002] * 6
    assert monotonic() - started < 4 * SECONDS
    assert generous.call("eth_call", {"data": "0x00"}) == "0x"


def test_gives_what_suffices_where_the_search_takes_too_long(
    node: Node, probe: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"from": node.sender, "to": probe.address, "data": f"0x{ABI.encode('stamp').hex()}"}
    least = int(node.call("eth_estimateGas", request), 16)
    run, runs = execution.Executor._run, iter(range(100))

    def slow_from_the_second_on(*given: object) -> execution.Outcome:
        if next(runs):
            raise bounded.TimedOut
        return run(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(execution.Executor, "_run", slow_from_the_second_on)
    assert least < int(node.call("eth_estimateGas", request), 16) <= CALL_GAS


def test_answers_as_the_state_was_while_the_chain_moves_and_goes_back(node: Node) -> None:
    """Each call reads one balance many times, while others send and take back."""
    receiver = f"0x{'ab' * 20}"
    once = f"73{'ab' * 20}3150"
    reading = {"data": f"0x{once * 400}73{'ab' * 20}315f5260205ff3"}
    start = node.call("evm_snapshot")

    def move() -> None:
        with client_of(node.url) as client:
            for _ in range(10):
                for _ in range(3):
                    client.call("eth_sendTransaction", {"from": node.sender, "to": receiver, "value": "0x1"})
                client.call("evm_revert", start)

    with ThreadPoolExecutor(1) as pool:
        moving = pool.submit(move)
        seen = set()
        while not moving.done():
            seen.add(int(node.call("eth_call", reading), 16))
            assert int(node.call("eth_call", reading, "0x0"), 16) == 0
        moving.result()
    assert seen <= {0, 1, 2, 3}
    assert len(seen) > 1


def test_suffices_for_every_call_of_the_ledger_and_to_make_each_contract() -> None:
    gas = json.loads(GAS_TABLE.read_text(encoding="utf-8"))
    a_holder = (gas["crank ten holders"] - gas["crank one holder"]) / 9
    largest_crank = gas["crank one holder"] + (HOLDERS_A_CRANK - 1) * a_holder
    assert 2 * max(*gas.values(), largest_crank) < CALL_GAS
    with open_laboratory(start=FIRST_DAY) as laboratory:
        gateway = laboratory.ledger.gateway
        assert isinstance(gateway, EthTesterGateway)
        chain = gateway.backend.chain
        blocks = [chain.get_canonical_block_by_number(number) for number in range(1, gateway.head().number + 1)]
        used = [block.header.gas_used for block in blocks if not block.transactions[0].to]
    assert len(used) >= 7
    assert 2 * max(used) < CALL_GAS


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_tells_gas_that_is_over_from_time(genesis_time: Timestamp, method: str) -> None:
    with running_node(genesis_time=genesis_time, gas=100_000) as frugal:
        assert frugal.error(method, ENDLESS)["code"] == -32000
