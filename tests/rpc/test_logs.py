"""Given a chain with logs, when they are searched.

It should: find what a look at each block finds, by address, topics, range and block; count logs within their block;
refuse answers that are too large; cost as much a log on a long chain as on a short one; forget what a revert took away.
"""

import random
from threading import Thread
from typing import Any

import pytest
from eth_tester import EthereumTester

from api.rpc import logs as logs_module
from scfin_chain.chain import Contract
from scfin_chain.chain.gateway import LogEntry
from scfin_chain.chain.transaction import sign
from tests.chain.probe import ABI, BYTECODE
from tests.rpc.server import Node

BLOCKS = 2_000
NOTED, COUNTED = ABI.topic("Noted"), ABI.topic("Counted")


def fill(node: Node, probes: list[Contract], blocks: int) -> None:
    """Blocks that are empty, or hold notes of either contract by one of three accounts."""
    chance = random.Random(7)
    while node.gateway.head().number < blocks:
        if chance.random() < 0.6:
            node.gateway.mine()
            continue
        signer = node.accounts.signers[chance.randrange(3)]
        chance.choice(probes).transact(signer, "note", chance.randrange(4), "text", chance.randrange(3))


def block_by_block(node: Node, first: int, last: int) -> list[LogEntry]:
    return [entry for number in range(first, last + 1) for entry in node.gateway.logs(number)]


def told(entry: LogEntry) -> tuple[Any, ...]:
    log = entry.log
    return (entry.block.number, entry.transaction_hash, log.index, log.address.lower(), log.topics, log.data)


def heard(log: dict[str, Any]) -> tuple[Any, ...]:
    return (
        int(log["blockNumber"], 16),
        bytes.fromhex(log["transactionHash"][2:]),
        int(log["logIndex"], 16),
        log["address"],
        tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
        bytes.fromhex(log["data"][2:]),
    )


def hexed(value: bytes) -> str:
    return f"0x{value.hex()}"


def by(node: Node, index: int) -> bytes:
    return bytes(12) + bytes.fromhex(node.accounts.signers[index].address[2:])


@pytest.mark.slow
def test_finds_what_each_block_holds(node: Node, probe: Contract) -> None:
    other = Contract.deploy(node.gateway, node.accounts.signers[1], ABI, BYTECODE, 9)
    fill(node, [probe, other], BLOCKS)
    truth = block_by_block(node, 0, BLOCKS)
    assert len(truth) > 1_000
    first, second = probe.address.lower(), other.address.lower()
    someone = by(node, 2)
    cases: list[tuple[dict[str, Any], Any]] = [
        ({}, lambda entry: True),
        ({"address": probe.address}, lambda entry: entry.log.address == probe.address),
        ({"address": [first, second]}, lambda entry: True),
        ({"topics": [hexed(NOTED)]}, lambda entry: entry.log.topics[0] == NOTED),
        ({"topics": [[hexed(NOTED), hexed(COUNTED)]]}, lambda entry: True),
        ({"topics": [None, hexed((2).to_bytes(32))]}, lambda entry: entry.log.topics[1:2] == ((2).to_bytes(32),)),
        (
            {"topics": [hexed(NOTED), [hexed((1).to_bytes(32)), hexed((3).to_bytes(32))], hexed(someone)]},
            lambda entry: entry.log.topics[1:] in [((n).to_bytes(32), someone) for n in (1, 3)],
        ),
        ({"topics": [[], None, hexed(someone)]}, lambda entry: entry.log.topics[2:] == (someone,)),
        ({"topics": [None, None, None, None]}, lambda entry: False),
        (
            {"address": second, "topics": [hexed(COUNTED)]},
            lambda entry: entry.log.address == other.address and entry.log.topics[0] == COUNTED,
        ),
    ]
    for query, wanted in cases:
        found = node.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", **query})
        assert list(map(heard, found)) == [told(entry) for entry in truth if wanted(entry)], query
    for first_block, last_block in [(0, 0), (1, 1), (700, 900), (1_999, 2_000), (2_000, 9_999), (9, 3), (5_000, 6_000)]:
        query = {"fromBlock": hex(first_block), "toBlock": hex(last_block)}
        found = node.call("eth_getLogs", query)
        assert list(map(heard, found)) == [
            told(entry) for entry in truth if first_block <= entry.block.number <= last_block
        ], query


def test_searches_the_head_unless_told_otherwise(node: Node, probe: Contract) -> None:
    probe.transact(node.accounts.signers[0], "note", 1, "text", 1)
    assert [log["blockNumber"] for log in node.call("eth_getLogs", {})] == ["0x2", "0x2"]
    assert len(node.call("eth_getLogs", {"fromBlock": "earliest"})) == 3
    assert node.call("eth_getLogs", {"fromBlock": "pending"}) == []


def test_searches_one_block_by_its_hash(node: Node, probe: Contract) -> None:
    block = node.call("eth_getBlockByNumber", "latest", False)["hash"]
    assert [log["logIndex"] for log in node.call("eth_getLogs", {"blockHash": block})] == ["0x0"]
    assert node.error("eth_getLogs", {"blockHash": f"0x{1:064x}"})["code"] == -32001
    error = node.error("eth_getLogs", {"blockHash": block, "fromBlock": "0x0"})
    assert (error["code"], "filter.blockHash" in error["message"]) == (-32602, True)


def test_forgets_what_left_the_chain(node: Node, probe: Contract) -> None:
    everything = {"fromBlock": "0x0", "toBlock": "latest"}
    snapshot = node.call("evm_snapshot")
    probe.transact(node.accounts.signers[0], "note", 1, "text", 1)
    orphan = node.call("eth_getBlockByNumber", "latest", False)
    assert len(node.call("eth_getLogs", everything)) == 3
    node.call("evm_revert", snapshot)
    assert len(node.call("eth_getLogs", everything)) == 1
    node.call("evm_mine")
    probe.transact(node.accounts.signers[0], "note", 2, "text", 2)
    found = node.call("eth_getLogs", everything)
    assert [log["blockNumber"] for log in found] == ["0x1", *["0x3"] * 4]
    assert node.call("eth_getBlockByHash", orphan["hash"], False) is None
    assert node.call("eth_getTransactionByHash", orphan["transactions"][0]) is None
    assert node.call("eth_getTransactionReceipt", orphan["transactions"][0]) is None
    assert node.error("eth_getLogs", {"blockHash": orphan["hash"]})["code"] == -32001


def test_finds_a_transaction_that_was_mined_again(node: Node, probe: Contract) -> None:
    """py-evm notes the place of a transaction by its hash: the note must not outlive, nor hide, the real one."""
    snapshot = node.call("evm_snapshot")
    request = {"from": node.sender, "to": node.sender, "gas": "0x5208", "gasPrice": "0x64"}
    node.call("evm_mine")
    first = node.call("eth_sendTransaction", request)
    assert node.call("eth_getTransactionByHash", first)["blockNumber"] == "0x3"
    node.call("evm_revert", snapshot)
    assert node.call("eth_sendTransaction", request) == first
    assert node.call("eth_getTransactionByHash", first)["blockNumber"] == "0x2"
    node.call("eth_sendTransaction", request)
    assert node.call("eth_getTransactionReceipt", first)["blockNumber"] == "0x2"


def test_searches_while_the_chain_goes_back_and_forth(node: Node, probe: Contract) -> None:
    """Each answer is of one chain: every log of it stands where its height says, and none is missing."""
    everything, rounds = {"fromBlock": "0x0", "topics": [hexed(NOTED)]}, 40

    def move() -> None:
        for number in range(rounds):
            snapshot = node.gateway.snapshot()
            node.gateway.mine(number % 3)
            probe.transact(node.accounts.signers[0], "note", number, "text", 2)
            node.gateway.mine(2)
            node.gateway.revert(snapshot)
            probe.transact(node.accounts.signers[0], "note", 1_000 + number, "text", 1)

    mover = Thread(target=move)
    mover.start()
    while mover.is_alive():
        found = node.call("eth_getLogs", everything)
        numbers = [int(log["topics"][1], 16) for log in found]
        lasting = [number for number in numbers if number >= 1_000]
        passing = [number for number in numbers if number < 1_000]
        assert lasting == list(range(1_000, 1_000 + len(lasting)))
        assert passing in ([], [len(lasting), len(lasting) + 1])
    mover.join()
    found = node.call("eth_getLogs", everything)
    assert [int(log["blockNumber"], 16) for log in found] == list(range(2, rounds + 2))


def test_refuses_an_answer_that_is_too_large(node: Node, probe: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_module, "MAX_RESULTS", 5)
    probe.transact(node.accounts.signers[0], "note", 1, "text", 3)
    error = node.error("eth_getLogs", {"fromBlock": "0x0"})
    assert error == {"code": -32005, "message": "query returned more than 5 results: ask for fewer blocks at a time"}
    assert len(node.call("eth_getLogs", {"fromBlock": "0x0", "topics": [hexed(NOTED)]})) == 3


def test_counts_logs_within_their_block(node: Node) -> None:
    """Several transactions share a block when somebody mines with eth-tester around the same chain."""
    probe = Contract.deploy(node.gateway, node.accounts.signers[0], ABI, BYTECODE, 5)
    data = ABI.encode("note", 1, "text", 2)
    tester = EthereumTester(node.gateway.backend)
    tester.disable_auto_mine_transactions()
    for index in (1, 2):
        request = node.gateway.prepare(node.accounts.signers[index].address, probe.address, data)
        tester.send_raw_transaction(hexed(sign(request, node.accounts.signers[index]).raw))
    tester.mine_block()
    found = node.call("eth_getLogs", {"fromBlock": "0x2"})
    assert [(log["transactionIndex"], log["logIndex"]) for log in found] == [
        (transaction, hex(index)) for index, transaction in enumerate(["0x0"] * 4 + ["0x1"] * 4)
    ]
    receipts = node.call("eth_getBlockReceipts", "0x2")
    assert [log["logIndex"] for log in receipts[1]["logs"]] == ["0x4", "0x5", "0x6", "0x7"]
    used = [int(receipt["gasUsed"], 16) for receipt in receipts]
    assert int(receipts[1]["cumulativeGasUsed"], 16) == sum(used)
    assert node.call("eth_feeHistory", "0x1", "0x2", [0, 100])["reward"] == [["0x0", "0x0"]]
