"""A node amid a reorg: what it cannot say now is asked again, and nobody waits for what it has lost.

given a node that refuses a question, or has no newest block: it is silent, which passes
given a node that has not the method: that does not pass
given a transaction that the node lost, or that lacks one before it: its sender hears of it at once
given a node that lacks a block below its head: the listener says so, and reads on when it is there
given a command that ended in a block that was replaced before it was read: it is opened again, however much is read
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic, sleep

import pytest
from sqlalchemy import insert, select

from scfin_chain.chain import DEPLOYER, development_signer, sign
from scfin_chain.chain.backends.json_rpc import METHOD_MISSING
from scfin_chain.chain.backends.rpc import RpcGateway
from scfin_chain.chain.gateway import Block, BlockMissing
from scfin_chain.errors import ChainError, NodeSilent, NotMined
from scfin_chain.store.commands import COMMANDS
from scfin_chain.units import Address
from tests.anvil import running_anvil
from tests.chain.unreliable import unreliable
from tests.conftest import GENESIS_TIME
from tests.fakes.gateways import Through
from tests.fakes.stores import empty_store
from tests.integration.laboratories import World, listener_on

PAYEE = Address("0x00000000000000000000000000000000000000AA")
SOON = 30.0
"""Seconds: far below the minute that a sender waits for a transaction to be mined."""

FINALITY_DEPTH = 2

Ask = Callable[[RpcGateway], object]


@pytest.fixture
def world() -> Iterator[World]:
    with World.founded(finality_depth=FINALITY_DEPTH) as founded:
        yield founded


@pytest.fixture
def idle_url() -> Iterator[str]:
    """A node that mines when it is told to."""
    with running_anvil("--no-mining", genesis_time=GENESIS_TIME) as url:
        yield url


class TestAQuestion:
    @pytest.mark.parametrize("error", [(-32_603, "Internal error"), (-32_000, "header not found")], ids=str)
    @pytest.mark.parametrize(
        ("method", "ask"),
        [
            ("eth_getBlockByNumber", RpcGateway.head),
            ("eth_getBlockByNumber", lambda gateway: gateway.block(0)),
            ("eth_getTransactionCount", lambda gateway: gateway.nonce(PAYEE)),
            ("eth_getTransactionReceipt", lambda gateway: gateway.receipt(bytes(32))),
            ("eth_getBlockByNumber", lambda gateway: gateway.prepare(PAYEE, PAYEE)),
        ],
        ids=["head", "block", "nonce", "receipt", "prepare"],
    )
    def test_is_not_answered_now(self, anvil_url: str, method: str, ask: Ask, error: tuple[int, str]) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            server.refused[method] = {"code": error[0], "message": error[1]}
            with pytest.raises(NodeSilent, match="cannot say now"):
                ask(gateway)
            server.refused.clear()
            ask(gateway)
            gateway.close()

    def test_is_never_answered_given_a_method_that_is_missing(self, anvil_url: str) -> None:
        with unreliable(anvil_url) as server:
            gateway = RpcGateway(server.url)
            server.refused["eth_getBalance"] = {"code": METHOD_MISSING[0], "message": "no such method"}
            with pytest.raises(ChainError, match="refused eth_getBalance") as refused:
                gateway.balance(PAYEE)
            assert not isinstance(refused.value, NodeSilent)
            gateway.close()


class TestATransaction:
    def test_is_given_up_given_the_node_lost_it(self, idle_url: str) -> None:
        gateway, signer = RpcGateway(idle_url), development_signer(DEPLOYER)
        signed = sign(gateway.prepare(signer.address, PAYEE, value=1), signer)
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(gateway.send, signed.raw)
            wait_for_pool(gateway, signed.hash)
            gateway._client.request("anvil_dropTransaction", f"0x{signed.hash.hex()}")
            with pytest.raises(NotMined, match="is not known to the node any more"):
                sent.result(SOON)
            again = pool.submit(gateway.send, signed.raw)
            wait_for_pool(gateway, signed.hash)
            gateway._client.request("evm_mine")
            assert again.result(SOON).succeeded
        gateway.close()

    def test_waits_no_more_given_the_node_lost_the_one_before(self, idle_url: str) -> None:
        gateway, signer = RpcGateway(idle_url), development_signer(DEPLOYER)
        request = gateway.prepare(signer.address, PAYEE, value=1)
        first, second = (sign(replace(request, nonce=nonce), signer) for nonce in range(2))
        with ThreadPoolExecutor(1) as pool:
            mined = pool.submit(gateway.send, first.raw)
            wait_for_pool(gateway, first.hash)
            gateway._client.request("evm_mine")
            assert mined.result(SOON).succeeded
            sent = pool.submit(gateway.send, second.raw)
            wait_for_pool(gateway, second.hash)
            gateway._client.request("anvil_reorg", 1, [])
            with pytest.raises(NotMined, match=f"waits for nonce 0 of {signer.address}$"):
                sent.result(SOON)
        gateway.close()


def wait_for_pool(gateway: RpcGateway, transaction: bytes) -> None:
    deadline = monotonic() + SOON
    while gateway._client.request("eth_getTransactionByHash", f"0x{transaction.hex()}") is None:
        assert monotonic() < deadline
        sleep(0.01)


class Holed(Through):
    """A node that lacks one block below its head."""

    hole: int | None = None

    def block(self, number: int) -> Block:
        if number == self.hole:
            raise BlockMissing(number, head=self.head().number)
        return self.inner.block(number)


class TestAListener:
    def test_says_so_given_a_block_that_is_missing_below_the_head(self, world: World) -> None:
        gateway = Holed(world.laboratory.ledger.gateway)
        with empty_store() as store:
            listener = listener_on(world.laboratory, store, finality_depth=FINALITY_DEPTH, gateway=gateway)
            gateway.hole = 3
            for _ in range(2):
                with pytest.raises(NodeSilent, match="the node cannot say now: block 3 does not exist"):
                    listener.poll()
            assert listener.cursor.number == 2
            gateway.hole = None
            listener.poll()
            assert listener.cursor == gateway.head()

    def test_opens_what_ended_in_a_block_that_was_replaced_before_it_was_read(self, world: World) -> None:
        gateway = world.laboratory.ledger.gateway
        with empty_store() as store:
            listener = listener_on(world.laboratory, store, finality_depth=FINALITY_DEPTH)
            listener.poll()
            gateway.mine(3 * FINALITY_DEPTH)
            number = listener.cursor.number + 1
            told = {"step": "pay", "sender": PAYEE, "recipient": PAYEE, "data": "", "block_number": number}
            with store.begin() as connection:
                for state, block_hash in (
                    ("done", gateway.block(number).hash.hex()),
                    ("done", "aa" * 32),
                    ("refused", "bb" * 32),
                ):
                    connection.execute(insert(COMMANDS).values(told | {"state": state, "block_hash": block_hash}))
            listener.poll()

            with store.read() as connection:
                rows = connection.execute(
                    select(COMMANDS.c.state, COMMANDS.c.block_number).order_by(COMMANDS.c.id)
                ).all()
            assert [tuple(row) for row in rows] == [("done", number), ("sent", None), ("sent", None)]
