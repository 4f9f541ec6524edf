"""The chain as the rest of the project sees it: one port, whatever node or virtual machine stands behind."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NewType

from scfin_chain.chain.signer import Signer
from scfin_chain.units import Address, Timestamp

if TYPE_CHECKING:
    from web3.providers import BaseProvider

SnapshotId = NewType("SnapshotId", int)
"""A remembered state of the chain, good for any number of reverts."""

DEFAULT_GAS = 15_000_000
"""Gas limit of a transaction or call that names none, below EIP-7825's 16,777,216."""

ZERO_ADDRESS = Address("0x0000000000000000000000000000000000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRef:
    """A block by its height and its hash; after a reorg the height is the same, the hash is not."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A mined block; ``timestamp`` is Unix seconds of the chain's clock."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: Timestamp

    @property
    def ref(self) -> BlockRef:
        """Height and hash alone."""
        return BlockRef(number=self.number, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a contract emitted; ``index`` counts from 0 within its transaction."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    index: int


class LogKey(NamedTuple):
    """The identity of a log on every backend, also across a reorg."""

    chain_id: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A log with the place where it stands on the chain."""

    chain_id: int
    block: BlockRef
    transaction_hash: bytes
    log: Log

    @property
    def key(self) -> LogKey:
        """The key by which a listener knows whether it has seen this log."""
        return LogKey(self.chain_id, self.block.hash, self.transaction_hash, self.log.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mined transaction; ``contract_address`` is that of a deployment, else None."""

    transaction_hash: bytes
    block: BlockRef
    gas_used: int
    logs: tuple[Log, ...]
    contract_address: Address | None
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can do beyond transactions and calls."""

    sets_time: bool
    snapshots: bool
    repeatable_hashes: bool


class Gateway(ABC):
    """A chain that mines one block a transaction.

    Every method raises `ChainError` when the node fails; `transact`, `deploy` and `call` raise
    `ContractReverted` when the contract refuses. A refused transaction is mined all the same: its
    nonce and a block are spent.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this backend can do."""

    @property
    @abstractmethod
    def chain_id(self) -> int:
        """The EIP-155 chain id that every signature names."""

    @abstractmethod
    def transact(
        self, signer: Signer, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> Receipt:
        """Sign, send and mine one transaction; ``gas`` is its limit, ``value`` is wei; ``to=None`` deploys."""

    @abstractmethod
    def call(
        self,
        to: Address,
        data: bytes,
        *,
        sender: Address | None = None,
        block: int | None = None,
        gas: int | None = None,
    ) -> bytes:
        """Run a call on the state after ``block``, by default the head, with that block's number and time."""

    @abstractmethod
    def head(self) -> Block:
        """The newest mined block."""

    @abstractmethod
    def block(self, number: int) -> Block:
        """The block of that height on the canonical chain."""

    @abstractmethod
    def logs(self, block_number: int) -> tuple[LogEntry, ...]:
        """All logs of one block, in the order in which they were emitted."""

    @abstractmethod
    def now(self) -> Timestamp:
        """The timestamp of the next block."""

    @abstractmethod
    def set_time(self, at: Timestamp) -> None:
        """Give the next block exactly this timestamp; each later block comes one second after its parent."""

    @abstractmethod
    def mine(self, blocks: int = 1) -> None:
        """Mine empty blocks."""

    @abstractmethod
    def snapshot(self) -> SnapshotId:
        """Remember the present state and time."""

    @abstractmethod
    def revert(self, snapshot: SnapshotId) -> None:
        """Go back to a snapshot, which stays good; those taken after it are forgotten."""

    @abstractmethod
    def balance(self, address: Address) -> int:
        """Wei held by an account."""

    @abstractmethod
    def code(self, address: Address) -> bytes:
        """The runtime bytecode at an address, empty where there is no contract."""

    @abstractmethod
    def provider(self) -> "BaseProvider":
        """The same chain for web3.py: ``Web3(gateway.provider())``. web3 is imported on the first call."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the node; the gateway is of no use afterwards."""

    def deploy(self, signer: Signer, bytecode: bytes, *, gas: int | None = None, value: int = 0) -> Receipt:
        """Create a contract from its creation code and encoded constructor arguments."""
        return self.transact(signer, None, bytecode, gas=gas, value=value)
