"""The in-process chain as the front reads it: the one place that holds the gateway's lock and knows py-evm's chain.

Everything here only reads. What moves the chain goes through the gateway's own methods.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, assert_never

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI, DatabaseAPI, ReceiptAPI, SignedTransactionAPI
from eth.vm.forks.prague import PragueVM
from eth_typing import BlockNumber, Hash32

from api.rpc.errors import NotFound
from api.rpc.hexadecimal import data
from api.rpc.parameters import BlockHashed, BlockId, BlockNumbered
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.backends.simulated import SimulatedBackend

V = TypeVar("V")

BLOCKS_KEPT = 4_096
"""Decoded blocks that stay in memory."""

_BLOOM = 6
"""Position in a header's RLP: Yellow Paper, section 4.4."""


@dataclass(frozen=True, slots=True)
class MinedBlock:
    """A block with all that happened in it."""

    header: BlockHeaderAPI
    transactions: tuple[SignedTransactionAPI, ...]
    receipts: tuple[ReceiptAPI, ...]
    size: int


@dataclass(frozen=True, slots=True)
class BlockPoint:
    """A place on the chain: after a mined block, or in the block to be mined next."""

    header: BlockHeaderAPI
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What a search must know of a block before it opens it."""

    hash: bytes
    bloom: int


class ChainView:
    """Headers, blocks and states of a gateway's chain; each method holds the chain still while it reads."""

    def __init__(self, gateway: EthTesterGateway) -> None:
        self._gateway = gateway
        self._blocks: Kept[MinedBlock] = Kept(BLOCKS_KEPT)
        self._summaries: dict[int, Summary] = {}
        self._seen = gateway.backend.head

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nobody moves the chain meanwhile: the gateway holds the same lock for whatever it does."""
        with self._backend.lock:
            yield

    @property
    def chain_id(self) -> int:
        """The EIP-155 chain id."""
        return self._gateway.chain_id

    @property
    def head(self) -> BlockHeaderAPI:
        """The header of the newest mined block; needs no lock."""
        return self._backend.head

    @property
    def pending(self) -> BlockHeaderAPI:
        """The header of the block to be mined next."""
        return self._backend.pending

    def header(self, number: int) -> BlockHeaderAPI | None:
        """The header of that height on the canonical chain."""
        with self.reading():
            head = self.head
            if number >= head.block_number:
                return head if number == head.block_number else None
            return self._backend.chain.get_canonical_block_header_by_number(BlockNumber(number))

    def header_of(self, block_hash: bytes) -> BlockHeaderAPI | None:
        """The header of that hash on the canonical chain.

        py-evm keeps trie nodes and code beside headers, under their hashes as well: a caller could make
        it read any bytes as a header, so the answer must stand at its height.
        """
        with self.reading():
            try:
                header = self._backend.chain.get_block_header_by_hash(Hash32(block_hash))
            except Exception:  # whatever decoding foreign bytes raises means: not a header
                return None
            standing = self.header(header.block_number)
            return standing if standing is not None and standing.hash == block_hash else None

    def known(self, block_hash: bytes) -> BlockHeaderAPI:
        """The header of a hash that came from this chain; its block may have left it since."""
        with self.reading():
            return self._backend.chain.get_block_header_by_hash(Hash32(block_hash))

    def at(self, block: BlockId) -> BlockPoint | None:
        """The place that a caller named, None when the chain has no such block."""
        with self.reading():
            match block:
                case "pending":
                    return BlockPoint(self.pending, pending=True)
                case "latest" | "safe" | "finalized":
                    header: BlockHeaderAPI | None = self.head
                case "earliest":
                    header = self.header(0)
                case BlockNumbered(number):
                    header = self.header(number)
                case BlockHashed(block_hash):
                    header = self.header_of(block_hash)
                case _:
                    assert_never(block)
            return None if header is None else BlockPoint(header)

    def demand(self, block: BlockId) -> BlockPoint:
        """The same, but a block that does not exist is an error, as where a state is asked for."""
        point = self.at(block)
        if point is None:
            named = data(block.hash) if isinstance(block, BlockHashed) else getattr(block, "number", block)
            raise NotFound(f"block {named} not found: the head is block {self.head.block_number}")
        return point

    def block(self, header: BlockHeaderAPI) -> MinedBlock:
        """The block of a header that is, or was, on the chain."""
        with self.reading():
            return self._blocks.fetch(header.hash, lambda: self._read(header))

    def place_of(self, transaction_hash: bytes) -> tuple[MinedBlock, int] | None:
        """The canonical block of a transaction and its index there."""
        with self.reading():
            placed = self._backend.placed(transaction_hash)
            return None if placed is None else (self.block(placed.block.header), placed.index)

    def machine(self, point: BlockPoint, *, header: BlockHeaderAPI | None = None) -> PragueVM:
        """A machine of its own on the state there; ``header`` may replace what its code sees of the block.

        It may run while the chain moves on. What it reads are trie nodes, code and headers by their hashes, which are
        added and never changed nor removed, not by a revert either; what it writes it keeps for itself.
        """
        with self.reading():
            machine = self._backend.chain.get_vm(header or point.header)
            assert isinstance(machine, PragueVM)
            return machine

    @property
    def nodes(self) -> DatabaseAPI:
        """The trie nodes by hash."""
        return self._backend.chain.chaindb.db

    def summaries(self, first: int, last: int) -> list[Summary]:
        """Hash and bloom of each block from ``first`` to ``last`` or the head; read once and remembered."""
        with self.reading():
            self._forget_orphans()
            known, last = self._summaries, min(last, self.head.block_number)
            for number in range(first, last + 1):
                if number not in known:
                    known[number] = self._summary(number)
            return [known[number] for number in range(first, last + 1)]

    def _forget_orphans(self) -> None:
        """Drop what a revert took off the chain since the last look."""
        seen, self._seen = self._seen, self.head
        while seen.block_number > self.head.block_number or seen.hash != self._hash(seen.block_number):
            self._summaries.pop(seen.block_number, None)
            seen = self.known(seen.parent_hash)

    def _summary(self, number: int) -> Summary:
        block_hash = self._hash(number)
        fields = rlp.decode(self._backend.chain.chaindb.db[block_hash])
        return Summary(block_hash, int.from_bytes(fields[_BLOOM]))

    def _hash(self, number: int) -> bytes:
        return bytes(self._backend.chain.chaindb.get_canonical_block_hash(BlockNumber(number)))

    def _read(self, header: BlockHeaderAPI) -> MinedBlock:
        chain = self._backend.chain
        block = chain.get_block_by_header(header)
        return MinedBlock(
            header=header,
            transactions=tuple(block.transactions),
            receipts=tuple(block.get_receipts(chain.chaindb)),
            size=len(rlp.encode(block)),
        )

    @property
    def _backend(self) -> SimulatedBackend:
        return self._gateway.backend


class Kept(OrderedDict[bytes, V]):
    """The values asked for last, by hash; what has a hash never changes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def fetch(self, key: bytes, make: Callable[[], V]) -> V:
        """The value of that hash, made when it is not here."""
        try:
            self.move_to_end(key)
        except KeyError:
            self[key] = make()
            if len(self) > self._most:
                self.popitem(last=False)
        return self[key]
