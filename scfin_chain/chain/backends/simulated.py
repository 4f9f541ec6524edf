"""A py-evm chain whose blocks depend on nothing but its arguments and its transactions.

eth-tester's own takes the machine's clock and random bytes; this one is repeatable, and mines faster.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from threading import RLock
from typing import Any, TypeAlias

import rlp  # type: ignore[import-untyped]
from eth.abc import (
    BlockAPI,
    BlockHeaderAPI,
    ComputationAPI,
    MiningChainAPI,
    ReceiptAPI,
    SignedTransactionAPI,
    VirtualMachineAPI,
)
from eth.chains.base import MiningChain
from eth.constants import BLANK_ROOT_HASH, POST_MERGE_DIFFICULTY, POST_MERGE_NONCE
from eth.db.schema import SchemaV1
from eth.exceptions import TransactionNotFound
from eth.vm.forks.london.headers import calculate_expected_base_fee_per_gas
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth_tester.backends.pyevm import PyEVMBackend  # type: ignore[import-untyped]
from eth_typing import BlockNumber, Hash32
from eth_utils.crypto import keccak

from scfin_chain.chain.backends.fast_vm import FastVM
from scfin_chain.chain.backends.recorded_db import RecordedDB
from scfin_chain.chain.gateway import ZERO_ADDRESS, SnapshotId
from scfin_chain.chain.journal import (
    Act,
    BlocksMined,
    HeadMoved,
    SnapshotRestored,
    SnapshotTaken,
    TimeSet,
    TransactionMined,
    TransactionPending,
)
from scfin_chain.chain.signer import address_of, raw_address
from scfin_chain.errors import ChainError
from scfin_chain.units import Address, Timestamp

BLOCK_GAS_LIMIT = 30_000_000
"""Gas limit of every block."""

BASE_FEE = 7
"""Genesis base fee, wei a unit of gas: the value below which EIP-1559 does not lower it."""

BLOCKS_AN_ACT = 1_000
"""Blocks that are mined as one act, at most: so many are mined anew after a stop amid them."""

Doing: TypeAlias = Callable[[Act], AbstractContextManager[None]]
"""What stands around every act: it may refuse it, and learns whether it came to its end."""


_LEAF_OF_INDEX_0 = b"\x20\x80"
"""Hex-prefix path of a leaf whose whole key is the RLP of 0: Yellow Paper, appendices C and D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A transaction with its place on the canonical chain."""

    transaction: SignedTransactionAPI
    block: BlockAPI
    index: int


class SimulatedBackend(PyEVMBackend):  # type: ignore[misc]
    """The pending block's time and randomness are known before any transaction meets it.

    Whatever is done to the chain, by whomever, is an act that `watch` hears of before it is done; what is not valid
    is refused before.
    """

    chain: MiningChainAPI
    _head: BlockHeaderAPI
    _doing: Doing | None = None

    def __init__(self, *, genesis_time: Timestamp, seed: int, chain_id: int, funds: Mapping[Address, int]) -> None:
        self.lock = RLock()
        self._seed = seed
        self._chain_id = chain_id
        self._snapshots: dict[SnapshotId, tuple[bytes, int]] = {}
        self._next_snapshot = SnapshotId(1)
        genesis = self.generate_genesis_params({"timestamp": genesis_time, "gas_limit": BLOCK_GAS_LIMIT})
        accounts = {
            raw_address(address): {"balance": wei, "nonce": 0, "code": b"", "storage": {}}
            for address, wei in funds.items()
        }
        super().__init__(genesis_parameters={**genesis, "base_fee_per_gas": BASE_FEE}, genesis_state=accounts)
        self.account_keys = ()

    @property
    def head(self) -> BlockHeaderAPI:
        """The header of the newest mined block."""
        return self._head

    @property
    def pending(self) -> BlockHeaderAPI:
        """The header of the block to be mined next."""
        return self.chain.header

    @property
    def chain_id(self) -> int:
        """The EIP-155 chain id."""
        return self._chain_id

    @property
    def base_fee(self) -> int:
        """What a unit of gas costs in the pending block, wei."""
        return self.chain.header.base_fee_per_gas or 0

    @property
    def has_pending_transactions(self) -> bool:
        """Whether transactions wait in the pending block; only an ``EthereumTester`` leaves them there."""
        return self.pending.transaction_root != BLANK_ROOT_HASH

    def watch(self, doing: Doing) -> None:
        """From now on ``doing`` stands around every act."""
        self._doing = doing

    def record_writes(self) -> RecordedDB:
        """The key-value store, which from now on remembers the keys that are written."""
        database: Any = self.chain.chaindb.db
        database.wrapped_db = recorded = RecordedDB(database.wrapped_db.kv_store)
        return recorded

    def identity(self) -> str:
        """What of the chain's beginning no block before the next tells: its id, and the randomness to come."""
        return f"{self._chain_id}/{self.pending.mix_hash.hex()}"

    def memory(self) -> dict[str, object]:
        """What of the chain is not in the key-value store, as JSON takes it."""
        return {
            "time": self.pending.timestamp,
            "snapshots": [[taken, head.hex(), time] for taken, (head, time) in self._snapshots.items()],
            "next_snapshot": self._next_snapshot,
        }

    def resume(self, head_hash: bytes, memory: Mapping[str, Any]) -> None:
        """Stand where the key-value store and this `memory` were taken."""
        self._follow(self.chain.get_block_header_by_hash(Hash32(head_hash)))
        self._set_time(memory["time"])
        self._snapshots = {SnapshotId(taken): (bytes.fromhex(head), time) for taken, head, time in memory["snapshots"]}
        self._next_snapshot = SnapshotId(memory["next_snapshot"])

    def reset_to_genesis(self, *arguments: Any, **options: Any) -> None:
        """Start anew under this chain's id; the base class makes a chain class of its own each time."""
        self._require_no_watch("go back to another genesis")
        super().reset_to_genesis(*arguments, **options)
        chain_class: Any = type(self.chain)
        chain_class.chain_id = self._chain_id
        chain_class.vm_configuration = ((BlockNumber(0), FastVM),)
        chain: Any = self.chain
        chain.apply_transaction = self.join_pending
        self._follow(self.chain.get_block_header_by_hash(self.chain.header.parent_hash))

    def apply_withdrawals(self, withdrawals_list: list[dict[str, int | str]]) -> None:
        """As the base class does it; a chain that is written down has none."""
        self._require_no_watch("have withdrawals")
        super().apply_withdrawals(withdrawals_list)

    def set_time(self, at: int) -> None:
        """Give the pending block its timestamp."""
        with self.lock:
            latest = self._head.timestamp
            if at <= latest:
                raise ChainError(f"time cannot be set to {at}: the newest block is of {latest}")
            with self._act(TimeSet(at=Timestamp(at))):
                self._set_time(at)

    def mine_transaction(
        self, transaction: SignedTransactionAPI, *, unless: Callable[[ComputationAPI], None] | None = None
    ) -> tuple[BlockAPI, ReceiptAPI, ComputationAPI]:
        """Run one transaction in a block of its own; an invalid one raises and leaves the chain as it was.

        So does one of which ``unless`` raises, when it has run.
        """
        with self.lock:
            if self.has_pending_transactions:
                self.mine_blocks()
            vm = self.chain.get_vm(self.pending)
            receipt, computation = vm.apply_transaction(self.pending, transaction)
            if unless is not None:
                unless(computation)
            raw = transaction.encode()
            with self._act(TransactionMined(raw=raw, sender=address_of(transaction.sender))):
                vm.state.persist()
                header = self.pending.copy(
                    bloom=int(receipt.bloom),
                    gas_used=receipt.gas_used,
                    state_root=vm.state.state_root,
                    transaction_root=self._keep_alone(raw),
                    receipt_root=self._keep_alone(receipt.encode()),
                )
                block = vm.get_block_class()(header, transactions=(transaction,), uncles=())
                self.chain.chaindb.persist_block(block)
                self._follow(header)
            return block, receipt, computation

    def join_pending(self, transaction: SignedTransactionAPI) -> tuple[BlockAPI, ReceiptAPI, ComputationAPI]:
        """Run one transaction in the pending block, as an ``EthereumTester`` does before it mines."""
        with self.lock:
            if self._doing is not None:
                self.chain.get_vm(self.pending).apply_transaction(self.pending, transaction)  # refused before told
            with self._act(TransactionPending(raw=transaction.encode(), sender=address_of(transaction.sender))):
                chain: Any = self.chain
                return MiningChain.apply_transaction(chain, transaction)

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = raw_address(ZERO_ADDRESS)) -> tuple[bytes, ...]:
        """Mine what is pending, then empty blocks; returns their hashes."""
        mined: list[bytes] = []
        with self.lock:
            while len(mined) < num_blocks:
                blocks = min(num_blocks - len(mined), BLOCKS_AN_ACT)
                with self._act(BlocksMined(blocks=blocks, coinbase=address_of(coinbase))):
                    mined += [self._mine_pending(coinbase) for _ in range(blocks)]
        return tuple(mined)

    def remember(self) -> SnapshotId:
        """Take a snapshot of state and time."""
        with self.lock:
            taken = self._next_snapshot
            with self._act(SnapshotTaken(snapshot=taken)):
                self._snapshots[taken] = (self._head.hash, self.pending.timestamp)
                self._next_snapshot = SnapshotId(taken + 1)
            return taken

    def recall(self, snapshot: SnapshotId) -> None:
        """Go back to a snapshot, which stays good; those taken after it are forgotten."""
        with self.lock:
            if snapshot not in self._snapshots:
                raise ChainError(f"snapshot {snapshot} does not exist, or was taken after one since reverted to")
            head, time = self._snapshots[snapshot]
            with self._act(SnapshotRestored(snapshot=snapshot)):
                self._move_head(head)
                self._set_time(time)
                self._snapshots = {taken: kept for taken, kept in self._snapshots.items() if taken <= snapshot}

    def revert_to_snapshot(self, snapshot: bytes) -> None:
        """Make another block of this chain its head, as an ``EthereumTester`` goes back."""
        with self.lock:
            self.chain.get_block_header_by_hash(Hash32(snapshot))  # refused before told
            with self._act(HeadMoved(block_hash=snapshot)):
                self._move_head(snapshot)

    def time_travel(self, to_timestamp: int) -> None:
        """Mine a block at exactly that time; the base class stops a second short of it."""
        self.set_time(to_timestamp)
        self.mine_blocks()

    def _act(self, act: Act) -> AbstractContextManager[None]:
        return nullcontext() if self._doing is None else self._doing(act)

    def _require_no_watch(self, what: str) -> None:
        if self._doing is not None:
            raise ChainError(f"a chain that is written down cannot {what}")

    def _set_time(self, at: int) -> None:
        self.chain.header = _header_after(self._head, timestamp=at, seed=self._seed)

    def _move_head(self, block_hash: bytes) -> None:
        """The state needs no second execution; what py-evm remembers of heights above the head is never read."""
        header = self.chain.get_block_header_by_hash(Hash32(block_hash))
        chaindb: Any = self.chain.chaindb
        for ancestor in self._newly_canonical(header):
            chaindb._add_block_number_to_hash_lookup(chaindb.db, ancestor)
            for index, transaction_hash in enumerate(chaindb.get_block_transaction_hashes(ancestor)):
                chaindb._add_transaction_to_canonical_chain(chaindb.db, transaction_hash, ancestor, index)
        chaindb.db[SchemaV1.make_canonical_head_hash_lookup_key()] = header.hash
        self._follow(header)

    def _newly_canonical(self, header: BlockHeaderAPI) -> list[BlockHeaderAPI]:
        """The blocks from this one down to the last that is on the canonical chain already, highest first."""
        found = []
        while not self._is_canonical(header):
            found.append(header)
            header = self.chain.get_block_header_by_hash(header.parent_hash)
        return found

    def _is_canonical(self, header: BlockHeaderAPI) -> bool:
        number = header.block_number
        return number <= self.head.block_number and self.chain.get_canonical_block_hash(number) == header.hash

    def state_after(self, header: BlockHeaderAPI) -> VirtualMachineAPI:
        """A machine that reads, and calls, on the state that a mined block left."""
        return self.chain.get_vm(header)

    def placed(self, transaction_hash: bytes) -> Placed | None:
        """Where a transaction stands; py-evm's index also remembers branches that were left, so it is checked."""
        try:
            number, index = self.chain.chaindb.get_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        if number > self.head.block_number:
            return None
        block = self.chain.get_canonical_block_by_number(number)
        if index >= len(block.transactions) or block.transactions[index].hash != transaction_hash:
            return None
        return Placed(transaction=block.transactions[index], block=block, index=index)

    def execute_again(self, placed: Placed) -> ComputationAPI:
        """Run a mined transaction once more on the state that it met; the chain stays as it is."""
        mined = placed.block.header
        header = mined.copy(
            state_root=self.chain.get_block_header_by_hash(mined.parent_hash).state_root,
            gas_used=0,
            bloom=0,
            transaction_root=BLANK_ROOT_HASH,
            receipt_root=BLANK_ROOT_HASH,
        )
        vm = self.chain.get_vm(header)
        for before in placed.block.transactions[: placed.index]:
            receipt, _ = vm.apply_transaction(header, before)
            header = header.copy(gas_used=receipt.gas_used)
        return vm.apply_transaction(header, placed.transaction)[1]

    def _mine_pending(self, coinbase: bytes) -> bytes:
        block = self.chain.mine_block(coinbase=coinbase)
        self._follow(block.header)
        return bytes(block.hash)

    def _keep_alone(self, item: bytes) -> bytes:
        """Store the trie of a list of one item; returns its root."""
        leaf = rlp.encode([_LEAF_OF_INDEX_0, item])
        root = keccak(leaf)
        self.chain.chaindb.db[root] = leaf
        return root

    def _follow(self, head: BlockHeaderAPI) -> None:
        self._head = head
        self._set_time(head.timestamp + 1)


def _header_after(head: BlockHeaderAPI, *, timestamp: int, seed: int) -> BlockHeaderAPI:
    """The header of a block that is still empty, as py-evm makes it, with our time and randomness."""
    number = head.block_number + 1
    return PragueBlockHeader(
        difficulty=POST_MERGE_DIFFICULTY,
        block_number=BlockNumber(number),
        gas_limit=head.gas_limit,
        timestamp=timestamp,
        parent_hash=head.hash,
        state_root=head.state_root,
        mix_hash=Hash32(keccak(seed.to_bytes(32) + number.to_bytes(32))),
        nonce=POST_MERGE_NONCE,
        base_fee_per_gas=calculate_expected_base_fee_per_gas(head),
        parent_beacon_block_root=BLANK_ROOT_HASH,
    )
