"""Given a durable chain behind a node, when the node is started anew.

It should: answer as before about everything that was done through it, and go on; snapshots stay good.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.rpc import NodeMethods, development_accounts
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.node.journal import DatabaseJournal
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, BYTECODE
from tests.node.chains import opened

ACCOUNTS = development_accounts()
SENDER = ACCOUNTS.signers[0].address


@contextmanager
def started(path: Path, genesis_time: Timestamp) -> Iterator[NodeMethods]:
    with opened(path) as store:
        gateway = EthTesterGateway(genesis_time=genesis_time, funds=ACCOUNTS.funds, journal=DatabaseJournal(store))
        yield NodeMethods(gateway, ACCOUNTS.signers, development=True)
        gateway.close()


def answers(methods: NodeMethods, hashes: list[Any]) -> list[Any]:
    height = int(str(methods["eth_blockNumber"]([])), 16)
    return [
        *(methods["eth_getBlockByNumber"]([hex(number), True]) for number in range(height + 1)),
        *(methods["eth_getTransactionReceipt"]([one]) for one in hashes),
        methods["eth_getLogs"]([{"fromBlock": "0x0"}]),
        methods["eth_getBlockByNumber"](["pending", True]),
        methods["eth_getProof"]([SENDER, [], "latest"]),
    ]


def test_answers_as_before_after_a_start(tmp_path: Path, genesis_time: Timestamp) -> None:
    path = tmp_path / "chain.sqlite"
    with started(path, genesis_time) as methods:
        deployment = f"0x{ABI.encode_deployment(BYTECODE, 5).hex()}"
        hashes = [methods["eth_sendTransaction"]([{"from": SENDER, "data": deployment}])]
        receipt: Any = methods["eth_getTransactionReceipt"](hashes)
        note = {"from": SENDER, "to": receipt["contractAddress"], "data": f"0x{ABI.encode('note', 1, 'x', 2).hex()}"}
        snapshot = methods["evm_snapshot"]([])
        hashes.append(methods["eth_sendTransaction"]([note]))
        methods["anvil_mine"]([3, 60])
        methods["evm_revert"]([snapshot])
        methods["evm_increaseTime"]([3_600])
        hashes += [methods["eth_sendTransaction"]([note]), methods["eth_sendTransaction"]([note])]
        methods["evm_setNextBlockTimestamp"]([genesis_time + 86_400])
        before = answers(methods, hashes)
    with started(path, genesis_time) as methods:
        assert answers(methods, hashes) == before
        assert methods["evm_revert"]([snapshot]) is True
        assert methods["eth_blockNumber"]([]) == "0x1"
        methods["eth_sendTransaction"]([note])
        assert methods["eth_blockNumber"]([]) == "0x2"
