"""The chain as the rest of the project sees it: one port, whatever node or virtual machine stands behind."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NewType

from scfin_chain.chain.envelope import open_envelope
from scfin_chain.chain.signer import Signer
from scfin_chain.chain.transaction import TransactionRequest
from scfin_chain.errors import ChainError, ContractReverted, Unsent
from scfin_chain.units import Address, Timestamp, day_of

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
    """What became of a mined transaction; ``contract_address`` is that of a deployment that succeeded, else None."""

    transaction_hash: bytes
    block: BlockRef
    gas_used: int
    logs: tuple[Log, ...]
    contract_address: Address | None
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedTransaction:
    """A transaction on the chain as it was signed; ``index`` is its place in the block."""

    hash: bytes
    block: BlockRef
    index: int
    sender: Address
    to: Address | None
    data: bytes
    value: int
    gas: int
    nonce: int


class BlockMissing(ChainError):
    """There is no block of that number. Of one that was there a moment ago it says: the chain became shorter."""

    def __init__(self, number: int, *, head: int) -> None:
        self.number = number
        super().__init__(f"block {number} does not exist: the head is block {head}")


class BlockReplaced(ChainError):
    """A block that was asked for by its hash is not on the chain any more: ask for its height again."""

    def __init__(self, block: BlockRef) -> None:
        self.block = block
        super().__init__(f"block {block.number} is no longer 0x{block.hash.hex()}: a reorg replaced it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can do beyond transactions and calls."""

    sets_time: bool
    snapshots: bool
    repeatable_hashes: bool


class Gateway(ABC):
    """A chain that mines one block a transaction.

    Every method raises `ChainError` when the node fails; `transact`, `send`, `deploy` and `call` raise
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
    def nonce(self, address: Address) -> int:
        """The nonce of the account's next transaction."""

    @abstractmethod
    def prepare(
        self, sender: Address, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> TransactionRequest:
        """What `transact` would have the sender sign now: its next nonce, at the fees of the next block."""

    @abstractmethod
    def send(self, raw: bytes) -> Receipt:
        """Send and mine one signed transaction: legacy, EIP-2930 or EIP-1559.

        The same bytes again are never executed again: while they are on the chain they get the same receipt, or
        the same `ContractReverted`.

        Raises
        ------
        TransactionRefused
            It cannot be mined as it stands: its nonce is not the next, it is for another chain, there are no funds.
        """

    def attempt(self, raw: bytes) -> Receipt:
        """`send`, but what a contract would refuse now is not mined: it costs no block, and its nonce stays free.

        On a node this is a question and then an answer: what changes in between is mined as it is.

        Raises
        ------
        Unsent
            The contract refuses it.
        """
        envelope = open_envelope(raw, chain_id=self.chain_id)
        if envelope.to is not None and not envelope.value and self.receipt(envelope.hash) is None:
            try:
                self.rehearse(envelope.to, envelope.data, sender=envelope.sender, gas=envelope.gas)
            except ContractReverted as refusal:
                if self.receipt(envelope.hash) is None:  # else somebody sent it meanwhile, and is why it is refused
                    raise Unsent(refusal.name, refusal.arguments) from refusal
        return self.send(raw)

    def rehearse(self, to: Address, data: bytes, *, sender: Address, gas: int | None = None) -> None:
        """Ask a contract what it would say in the next block; a refusal raises `ContractReverted`.

        A call is answered with the time of the newest block. On a day that has no block yet that is another day, whose
        answer is worth nothing from contracts that reckon in days: then nobody is asked.
        """
        if data and day_of(self.head().timestamp) == day_of(self.now()):
            self.call(to, data, sender=sender, gas=gas)

    @abstractmethod
    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """What became of a transaction, refused or not; None where the chain does not hold it."""

    @abstractmethod
    def transaction(self, transaction_hash: bytes) -> MinedTransaction | None:
        """The transaction itself; None where the chain does not hold it."""

    @abstractmethod
    def transactions(self, block: BlockRef) -> tuple[bytes, ...]:
        """The hashes of all transactions of one block, in their order.

        Raises
        ------
        BlockReplaced
            The block is no longer on the chain.
        """

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
        """The block of that height on the canonical chain.

        Raises
        ------
        BlockMissing
            The chain is not that high.
        """

    @abstractmethod
    def logs(self, block: int | BlockRef) -> tuple[LogEntry, ...]:
        """All logs of one block, in the order in which they were emitted.

        Asked by a `BlockRef` the answer is that of this very block, whatever happens to the chain meanwhile.

        Raises
        ------
        BlockReplaced
            The block is no longer on the chain.
        """

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
