"""What makes a local chain durable: everything that is done to it, written down before it is done.

A chain is its genesis and its entries in order. A dump holds what the entries up to one of them left, so that a start
need not do them all again.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scfin_chain.chain.gateway import ZERO_ADDRESS, SnapshotId
from scfin_chain.units import Address, Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionMined:
    """A signed transaction in a block of its own."""

    raw: bytes
    sender: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionPending:
    """A signed transaction that joins the pending block; the next `BlocksMined` mines it."""

    raw: bytes
    sender: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSet:
    """The pending block gets its timestamp."""

    at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksMined:
    """The pending block, then empty ones."""

    blocks: int
    coinbase: Address = ZERO_ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken:
    """The present state and time are remembered under the next number."""

    snapshot: SnapshotId


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRestored:
    """Back to a snapshot; those taken after it are forgotten."""

    snapshot: SnapshotId


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMoved:
    """Another block of this chain becomes its head, as an ``EthereumTester`` goes back."""

    block_hash: bytes


Act: TypeAlias = (
    TransactionMined | TransactionPending | TimeSet | BlocksMined | SnapshotTaken | SnapshotRestored | HeadMoved
)
"""One thing that is done to a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An act with the head to which it is done, and the timestamp that the pending block has before it."""

    sequence: int
    """Counted from 1, without a gap."""
    parent_hash: bytes
    timestamp: Timestamp
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """What a chain's key-value store gained since the dump before, and all that is not in it."""

    sequence: int
    """The last entry that is in it."""
    head_hash: bytes
    state: dict[str, object]
    body: bytes


class ChainJournal(ABC):
    """Keeps entries and dumps; each method is one transaction, and raises `StoreError` where it was not done."""

    @abstractmethod
    def append(self, entry: Entry) -> None:
        """Write the next entry; a sequence that is taken is refused."""

    @abstractmethod
    def last(self) -> int:
        """The sequence of the newest entry, 0 where there is none.

        Raises
        ------
        ChainError
            An entry before it is missing.
        """

    @abstractmethod
    def entries(self, after: int) -> Iterator[Entry]:
        """The entries with a higher sequence, in order."""

    @abstractmethod
    def save(self, dump: Dump) -> None:
        """Write a dump."""

    @abstractmethod
    def dumps(self) -> Iterator[Dump]:
        """All dumps, oldest first, one at a time."""
