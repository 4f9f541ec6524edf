"""Nodes that misbehave as real ones do: one that lags behind, one whose chain is replaced between two questions."""

from collections.abc import Callable

from web3.providers import BaseProvider

from scfin_chain.chain.gateway import (
    Block,
    BlockMissing,
    BlockRef,
    Capabilities,
    Gateway,
    LogEntry,
    MinedTransaction,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.signer import Signer
from scfin_chain.chain.transaction import TransactionRequest
from scfin_chain.units import Address, Timestamp


class Through(Gateway):
    """Another gateway, seen through this one."""

    def __init__(self, inner: Gateway) -> None:
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    @property
    def chain_id(self) -> int:
        return self.inner.chain_id

    def transact(
        self, signer: Signer, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> Receipt:
        return self.inner.transact(signer, to, data, gas=gas, value=value)

    def nonce(self, address: Address) -> int:
        return self.inner.nonce(address)

    def prepare(
        self, sender: Address, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> TransactionRequest:
        return self.inner.prepare(sender, to, data, gas=gas, value=value)

    def send(self, raw: bytes) -> Receipt:
        return self.inner.send(raw)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        return self.inner.receipt(transaction_hash)

    def transaction(self, transaction_hash: bytes) -> MinedTransaction | None:
        return self.inner.transaction(transaction_hash)

    def transactions(self, block: BlockRef) -> tuple[bytes, ...]:
        return self.inner.transactions(block)

    def call(
        self,
        to: Address,
        data: bytes,
        *,
        sender: Address | None = None,
        block: int | None = None,
        gas: int | None = None,
    ) -> bytes:
        return self.inner.call(to, data, sender=sender, block=block, gas=gas)

    def head(self) -> Block:
        return self.inner.head()

    def block(self, number: int) -> Block:
        return self.inner.block(number)

    def logs(self, block: int | BlockRef) -> tuple[LogEntry, ...]:
        return self.inner.logs(block)

    def now(self) -> Timestamp:
        return self.inner.now()

    def set_time(self, at: Timestamp) -> None:
        self.inner.set_time(at)

    def mine(self, blocks: int = 1) -> None:
        self.inner.mine(blocks)

    def snapshot(self) -> SnapshotId:
        return self.inner.snapshot()

    def revert(self, snapshot: SnapshotId) -> None:
        self.inner.revert(snapshot)

    def balance(self, address: Address) -> int:
        return self.inner.balance(address)

    def code(self, address: Address) -> bytes:
        return self.inner.code(address)

    def provider(self) -> BaseProvider:
        return self.inner.provider()

    def close(self) -> None:
        self.inner.close()


class Lagging(Through):
    """A node that has not heard of the newest ``behind`` blocks."""

    behind = 0

    def head(self) -> Block:
        return self.inner.block(self.inner.head().number - self.behind)

    def block(self, number: int) -> Block:
        if number > self.head().number:
            raise BlockMissing(number, head=self.head().number)
        return self.inner.block(number)


class Interrupted(Through):
    """A node to which something happens just before it answers the question of that name for a block."""

    def __init__(self, inner: Gateway, question: str, number: int, happens: Callable[[], None]) -> None:
        super().__init__(inner)
        self._question = question
        self._number = number
        self._happens: Callable[[], None] | None = happens

    def block(self, number: int) -> Block:
        self._asked("block", number)
        return self.inner.block(number)

    def logs(self, block: int | BlockRef) -> tuple[LogEntry, ...]:
        self._asked("logs", block.number if isinstance(block, BlockRef) else block)
        return self.inner.logs(block)

    @property
    def happened(self) -> bool:
        return self._happens is None

    def _asked(self, question: str, number: int) -> None:
        if self._happens is not None and (question, number) == (self._question, self._number):
            happens, self._happens = self._happens, None
            happens()


class Remembering(Through):
    """A chain that can go back to any of its blocks."""

    def __init__(self, inner: Gateway) -> None:
        super().__init__(inner)
        self._states = [inner.snapshot()]

    def transact(
        self, signer: Signer, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> Receipt:
        receipt = self.inner.transact(signer, to, data, gas=gas, value=value)
        self._states.append(self.inner.snapshot())
        return receipt

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.inner.mine()
            self._states.append(self.inner.snapshot())

    def go_back_to(self, number: int) -> None:
        """Make the block of that height the head again."""
        self.inner.revert(self._states[number])
        del self._states[number + 1 :]
