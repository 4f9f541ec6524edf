"""Why a transaction was refused that nobody noted: it is executed again, once, beside the chain, and remembered.

What is asked for nothing, with as much gas as somebody once paid for, must hold up neither the chain nor its readers.
"""

import asyncio
from collections import OrderedDict

from eth.exceptions import OutOfGas
from starlette.concurrency import run_in_threadpool

from api.rpc.calls import CallRequest
from api.rpc.errors import RpcError
from api.rpc.execution import Executor
from api.rpc.refusals import RevertWords
from api.rpc.view import BlockPoint, ChainView
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Gateway, MinedTransaction
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import raw_address
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.service.queue import Refusal
from scfin_chain.service.service import Service

MOST_GAS = 16_777_216
"""Of a transaction: EIP-7825."""

KEPT = 10_000
"""Reasons that are remembered."""

PATIENCE_SECONDS = 10.0
"""How long one waits for the others; then the reason is not told."""


class Reasons:
    """One is asked for at a time; whoever waits holds no thread."""

    def __init__(self, service: Service) -> None:
        gateway, errors = service.ledger.gateway, service.errors
        self._asked = _InProcess(gateway, errors) if isinstance(gateway, EthTesterGateway) else _OnNode(gateway)
        self._known: OrderedDict[tuple[bytes, bytes], Refusal | None] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, transaction: MinedTransaction) -> Refusal | None:
        """What the contract said; None where that cannot be found out."""
        name = transaction.hash, transaction.block.hash
        if name not in self._known and transaction.to is not None:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._turn.acquire()
            except TimeoutError:
                return None
            try:
                if name not in self._known:
                    self._keep(name, await run_in_threadpool(self._asked.why, transaction))
            finally:
                self._turn.release()
        return self._known.get(name)

    def _keep(self, name: tuple[bytes, bytes], reason: Refusal | None) -> None:
        self._known[name] = reason
        if len(self._known) > KEPT:
            self._known.popitem(last=False)


class _InProcess:
    """The chain of this process: on the state and in the block that the transaction met."""

    def __init__(self, gateway: EthTesterGateway, errors: ErrorCatalogue) -> None:
        self._view = ChainView(gateway)
        self._executor = Executor(self._view, RevertWords(errors), gas=MOST_GAS)
        self._errors = errors

    def why(self, transaction: MinedTransaction) -> Refusal | None:
        """The reason; None as well where it takes too long."""
        mined = self._view.known(transaction.block.hash)
        before = self._view.known(mined.parent_hash)
        request = CallRequest(
            sender=raw_address(transaction.sender),
            to=None if transaction.to is None else raw_address(transaction.to),
            gas=transaction.gas,
            value=transaction.value,
            data=transaction.data,
        )
        try:
            outcome = self._executor.run(request, BlockPoint(mined.copy(state_root=before.state_root)))
        except RpcError:
            return None
        if outcome.error is None:
            return None
        if isinstance(outcome.error, OutOfGas):
            return Refusal.of(self._errors.out_of_gas(transaction.gas))
        return Refusal.of(self._errors.decode(outcome.output))


class _OnNode:
    """A node, which says what it would say to the same call after the block before."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def why(self, transaction: MinedTransaction) -> Refusal | None:
        """The reason; None as well where the node has forgotten that state."""
        assert transaction.to is not None
        before = transaction.block.number - 1
        try:
            self._gateway.call(
                transaction.to, transaction.data, sender=transaction.sender, block=before, gas=transaction.gas
            )
        except ContractReverted as refused:
            return Refusal.of(refused)
        except ChainError:
            return None
        return None
