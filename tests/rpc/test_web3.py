"""Given a node, when web3.py uses it over HTTP and over one WebSocket.

It should: deploy, send from unlocked and local accounts, filter and subscribe, and raise web3's own errors.
"""

import asyncio
from typing import Any

import pytest
from eth_account import Account
from web3 import AsyncWeb3, HTTPProvider, Web3, WebSocketProvider
from web3.exceptions import BlockNotFound, ContractCustomError, ContractLogicError, TransactionNotFound, Web3RPCError
from web3.logs import DISCARD
from web3.utils.subscriptions import LogsSubscription, NewHeadsSubscription

from tests.chain.probe import ARTIFACT
from tests.rpc.server import Node

KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


@pytest.fixture
def web3(node: Node) -> Web3:
    provider = HTTPProvider(node.url, session=node.session)
    web3 = Web3(provider)
    web3.eth.default_account = web3.eth.accounts[0]
    return web3


def deploy(web3: Web3) -> Any:
    factory = web3.eth.contract(abi=ARTIFACT.abi, bytecode=ARTIFACT.bytecode)
    sent = factory.constructor(5).transact({"from": web3.eth.accounts[0]})
    return web3.eth.contract(web3.eth.wait_for_transaction_receipt(sent)["contractAddress"], abi=ARTIFACT.abi)


def test_deploys_sends_and_reads_over_http(web3: Web3) -> None:
    probe = deploy(web3)
    sent = web3.eth.wait_for_transaction_receipt(probe.functions.note(7, "text", 2).transact())
    assert (sent["status"], sent["blockNumber"], sent["type"]) == (1, 2, 2)
    assert [event["args"]["id"] for event in probe.events.Noted().process_receipt(sent, DISCARD)] == [7, 8]
    assert [log["logIndex"] for log in probe.events.Counted().get_logs(from_block=0)] == [0, 1, 3]
    assert probe.functions.count().call() == 7
    assert probe.functions.count().call(block_identifier=1) == 5
    assert web3.eth.get_block("latest", full_transactions=True)["transactions"][0]["hash"] == sent["transactionHash"]
    assert web3.eth.get_transaction(sent["transactionHash"])["blockNumber"] == 2
    assert web3.eth.get_block_receipts(2)[0]["gasUsed"] == sent["gasUsed"]
    assert web3.eth.fee_history(2, "latest", [50])["reward"] == [[0], [0]]
    assert web3.eth.get_storage_at(probe.address, 0)[-1] == 7
    assert web3.eth.get_proof(probe.address, [0])["storageProof"][0]["value"] == b"\x07"
    assert (web3.eth.get_block("pending")["number"], web3.eth.get_block("pending").get("hash")) == (3, None)
    assert web3.is_connected()
    assert web3.net.version == "31337"
    assert web3.eth.syncing is False


@pytest.mark.parametrize(
    "fees",
    [
        {"gasPrice": 10},
        {"gasPrice": 10, "accessList": [], "type": 1},
        {"maxFeePerGas": 10, "maxPriorityFeePerGas": 2, "type": 2},
    ],
)
def test_sends_what_a_local_account_signed(web3: Web3, fees: dict[str, Any]) -> None:
    account = Account.from_key(KEY)
    transfer = {"to": web3.eth.accounts[5], "value": 3, "nonce": 0, "gas": 30_000, "chainId": 31_337, **fees}
    sent = web3.eth.send_raw_transaction(account.sign_transaction(transfer).raw_transaction)
    receipt = web3.eth.wait_for_transaction_receipt(sent)
    assert (receipt["status"], receipt["gasUsed"], receipt["from"]) == (1, 21_000, account.address)
    assert receipt["effectiveGasPrice"] == (10 if "gasPrice" in fees else 9)
    assert web3.eth.get_transaction(sent)["type"] == fees.get("type", 0)


def test_raises_the_words_of_web3(web3: Web3) -> None:
    probe = deploy(web3)
    with pytest.raises(ContractLogicError, match="execution reverted: no"):
        probe.functions.refuseWith("no").call()
    with pytest.raises(ContractCustomError):
        probe.functions.refuse(4).call()
    with pytest.raises(ContractLogicError):
        probe.functions.refuse(4).transact()
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction(b"\1" * 32)
    with pytest.raises(BlockNotFound):
        web3.eth.get_block(99)
    with pytest.raises(Web3RPCError, match="nonce too low"):
        web3.eth.send_transaction({"from": web3.eth.accounts[0], "to": web3.eth.accounts[1], "nonce": 0, "gas": 21_000})


def test_follows_filters(web3: Web3) -> None:
    probe = deploy(web3)
    blocks, pending = web3.eth.filter("latest"), web3.eth.filter("pending")
    noted = probe.events.Noted.create_filter(from_block="latest", argument_filters={"id": 8})
    sent = probe.functions.note(7, "text", 3).transact()
    assert blocks.get_new_entries() == [web3.eth.get_block(2)["hash"]]
    assert pending.get_new_entries() == [sent]
    assert [event["args"]["id"] for event in noted.get_new_entries()] == [8]
    assert noted.get_new_entries() == []
    assert [event["logIndex"] for event in noted.get_all_entries()] == [2]
    assert web3.eth.uninstall_filter(noted.filter_id)


def test_subscribes_over_one_websocket(node: Node) -> None:
    heads: list[int] = []
    logs: list[tuple[int, int]] = []

    async def on_head(context: Any) -> None:
        heads.append(context.result["number"])

    async def on_log(context: Any) -> None:
        logs.append((int(context.result["topics"][1].hex(), 16), context.result["logIndex"]))
        if len(logs) == 3:
            await context.async_w3.subscription_manager.unsubscribe_all()

    async def follow() -> None:
        async with AsyncWeb3(WebSocketProvider(node.websocket)) as web3:
            factory = web3.eth.contract(abi=ARTIFACT.abi, bytecode=ARTIFACT.bytecode)
            sender = (await web3.eth.accounts)[0]
            made = await web3.eth.wait_for_transaction_receipt(await factory.constructor(5).transact({"from": sender}))
            probe = web3.eth.contract(made["contractAddress"], abi=ARTIFACT.abi)
            noted = web3.keccak(text="Noted(uint256,address,string)")
            await web3.subscription_manager.subscribe(
                [
                    NewHeadsSubscription(handler=on_head),
                    LogsSubscription(address=probe.address, topics=[noted], handler=on_log),
                ]
            )
            await probe.functions.note(7, "text", 3).transact({"from": sender})
            await asyncio.wait_for(web3.subscription_manager.handle_subscriptions(), 20)
            assert await probe.functions.count().call() == 8

    asyncio.run(follow())
    assert heads == [2]
    assert logs == [(7, 0), (8, 2), (9, 4)]
