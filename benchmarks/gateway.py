"""Transactions a second: the gateway on eth-tester against web3 on eth-tester, for the same transfers.

Run ``python -m benchmarks.gateway`` from the repository's root. Both sides sign in C (coincurve), give gas and
fees, send one transfer a transaction and hold its receipt before the next. They take turns, so that a busy
machine slows both; the medians count.
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter

import coincurve  # noqa: F401  (named: without it both sides sign in pure Python)
from web3 import EthereumTesterProvider, Web3

from scfin_chain.chain import DEPLOYER, development_signer
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.units import Timestamp

GENESIS_TIME = Timestamp(1_704_067_200)
TRANSFER_GAS = 21_000
MAX_FEE = 10**10
RECIPIENT = development_signer("recipient").address


def gateway_transfer() -> Callable[[], None]:
    gateway = EthTesterGateway(genesis_time=GENESIS_TIME)
    deployer = development_signer(DEPLOYER)

    def transfer() -> None:
        assert gateway.transact(deployer, RECIPIENT, gas=TRANSFER_GAS, value=1).succeeded

    return transfer


def web3_transfer() -> Callable[[], None]:
    web3 = Web3(EthereumTesterProvider())
    sender = web3.eth.accounts[0]
    request = {
        "from": sender,
        "to": RECIPIENT,
        "value": 1,
        "gas": TRANSFER_GAS,
        "maxFeePerGas": MAX_FEE,
        "maxPriorityFeePerGas": 0,
    }

    def transfer() -> None:
        transaction_hash = web3.eth.send_transaction(request)  # type: ignore[arg-type]
        assert web3.eth.get_transaction_receipt(transaction_hash)["status"] == 1

    return transfer


def rate(transfer: Callable[[], None], transfers: int) -> float:
    start = perf_counter()
    for _ in range(transfers):
        transfer()
    return transfers / (perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the gateway with web3, both on eth-tester.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--transfers", type=int, default=100, help="on each side, in each round")
    options = parser.parse_args()
    sides = {"gateway": gateway_transfer(), "web3": web3_transfer()}
    for transfer in sides.values():
        rate(transfer, options.transfers)
    rounds = [
        {side: rate(transfer, options.transfers) for side, transfer in sides.items()} for _ in range(options.rounds)
    ]
    medians = {side: median(measured[side] for measured in rounds) for side in sides}
    for side, measured in medians.items():
        print(f"{side:8} {measured:8.1f} transactions/s")  # noqa: T201
    print(f"ratio    {medians['gateway'] / medians['web3']:8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
