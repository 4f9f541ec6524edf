"""What the node's answers cost: logs on a short and on a long chain, and small requests over HTTP.

Run ``python -m benchmarks.json_rpc`` from the repository's root. The figure that must hold is the first: cost per log
on a chain of eight times the length, divided by that on the short one. A search whose time grows with the square of
the chain shows eight there; one whose time grows with what it finds shows one.
"""

import argparse
import json
import sys
from statistics import median
from time import perf_counter, process_time

from api.rpc import NodeMethods, development_accounts
from api.rpc.dispatch import Dispatcher
from scfin_chain.chain import Contract
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.rpc.server import Node, running_node

GENESIS_TIME = Timestamp(1_704_067_200)
LONGER = 8
NOTED = f"0x{ABI.topic('Noted').hex()}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the node's answers cost.")
    parser.add_argument("--blocks", type=int, default=500, help="length of the short chain (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    _logs(options.blocks, options.rounds)
    _requests(options.rounds)


def _logs(blocks: int, rounds: int) -> None:
    """One block in four holds four logs; half of them are asked for."""
    costs: dict[str, list[float]] = {"first search": [], "later search": []}
    for length in (blocks, blocks * LONGER):
        gateway = _chain(length)
        for name, cost in _searches(gateway, rounds).items():
            costs[name].append(cost)
            _say(f"{name}, {length:,} blocks", f"{cost * 1e6:.1f} us a log")
    for name, (short, long) in costs.items():
        _say(f"{name}, cost per log, long to short", f"{long / short:.2f}")


def _chain(length: int) -> EthTesterGateway:
    accounts = development_accounts()
    gateway = EthTesterGateway(genesis_time=GENESIS_TIME, funds=accounts.funds)
    probe = Contract.deploy(gateway, accounts.signers[0], ABI, BYTECODE, 5)
    while gateway.head().number < length:
        if gateway.head().number % 4:
            gateway.mine()
        else:
            probe.transact(accounts.signers[0], "note", 1, "text", 2)
    return gateway


def _searches(gateway: EthTesterGateway, rounds: int) -> dict[str, float]:
    """Seconds of this process a log, when nothing was read before and when everything was."""
    first, later = [], []
    for _ in range(rounds):
        dispatcher = Dispatcher(NodeMethods(gateway))
        first.append(_search(dispatcher))
        later.append(_search(dispatcher))
    return {"first search": median(first), "later search": median(later)}


def _search(dispatcher: Dispatcher) -> float:
    query = {"fromBlock": "0x0", "toBlock": "latest", "topics": [NOTED]}
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
    body = json.dumps(request).encode()
    started = process_time()
    answer = dispatcher.answer(body)
    took = process_time() - started
    assert answer is not None
    return took / len(json.loads(answer)["result"])


def _requests(rounds: int, requests: int = 200) -> None:
    with running_node(genesis_time=GENESIS_TIME) as node:
        probe = Contract.deploy(node.gateway, node.accounts.signers[0], ABI, BYTECODE, 5)
        count = {"to": probe.address, "data": f"0x{ABI.encode('count').hex()}"}
        transfer = {"from": node.sender, "to": node.sender, "gas": "0x5208"}
        for method, params in [
            ("eth_blockNumber", []),
            ("eth_getBlockByNumber", ["latest", True]),
            ("eth_getTransactionReceipt", [node.call("eth_sendTransaction", transfer)]),
            ("eth_call", [count]),
            ("eth_estimateGas", [count]),
            ("eth_sendTransaction", [transfer]),
        ]:
            alone = median(_rate(node, method, params, requests) for _ in range(rounds))
            batched = median(_batch_rate(node, method, params, requests) for _ in range(rounds))
            _say(method, f"{alone:,.0f} a second alone, {batched:,.0f} in batches of {requests}")


def _rate(node: Node, method: str, params: list[object], requests: int) -> float:
    started = perf_counter()
    for _ in range(requests):
        node.call(method, *params)
    return requests / (perf_counter() - started)


def _batch_rate(node: Node, method: str, params: list[object], requests: int) -> float:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    started = perf_counter()
    assert len(node.post([request] * requests)) == requests
    return requests / (perf_counter() - started)


def _say(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:48}{figure}\n")


if __name__ == "__main__":
    main()
