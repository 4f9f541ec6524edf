"""A py-evm chain whose blocks depend on nothing but its arguments and its transactions.

eth-tester's own takes the machine's clock and random bytes; this one is repeatable, and mines faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from eth.constants import BLANK_ROOT_HASH, POST_MERGE_DIFFICULTY, POST_MERGE_NONCE
from eth.db.schema import SchemaV1
from eth.exceptions import TransactionNotFound
from eth.vm.forks.london.headers import calculate_expected_base_fee_per_gas
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth_tester.backends.pyevm import PyEVMBackend  # type: ignore[import-untyped]
from eth_typing import BlockNumber, Hash32
from eth_utils.crypto import keccak

from scfin_chain.chain.backends.fast_vm import FastVM
from scfin_chain.chain.gateway import ZERO_ADDRESS
from scfin_chain.chain.signer import raw_address
from scfin_chain.units import Address, Timestamp

BLOCK_GAS_LIMIT = 30_000_000
"""Gas limit of every block."""

BASE_FEE = 7
"""Genesis base fee, wei a unit of gas: the value below which EIP-1559 does not lower it."""


_LEAF_OF_INDEX_0 = b"\x20\x80"
"""Hex-prefix path of a leaf whose whole key is the RLP of 0: Yellow Paper, appendices C and D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A transaction with its place on the canonical chain."""

    transaction: SignedTransactionAPI
    block: BlockAPI
    index: int


class SimulatedBackend(PyEVMBackend):  # type: ignore[misc]
    """The pending block's time and randomness are known before any transaction meets it."""

    chain: MiningChainAPI
    _head: BlockHeaderAPI

    def __init__(self, *, genesis_time: Timestamp, seed: int, chain_id: int, funds: Mapping[Address, int]) -> None:
        self._seed = seed
        self._chain_id = chain_id
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
    def base_fee(self) -> int:
        """What a unit of gas costs in the pending block, wei."""
        return self.chain.header.base_fee_per_gas or 0

    def reset_to_genesis(self, *arguments: Any, **options: Any) -> None:
        """Start anew under this chain's id; the base class makes a chain class of its own each time."""
        super().reset_to_genesis(*arguments, **options)
        chain_class: Any = type(self.chain)
        chain_class.chain_id = self._chain_id
        chain_class.vm_configuration = ((BlockNumber(0), FastVM),)
        self._follow(self.chain.get_block_header_by_hash(self.chain.header.parent_hash))

    def set_time(self, at: int) -> None:
        """Give the pending block its timestamp and its randomness."""
        self.chain.header = _header_after(self._head, timestamp=at, seed=self._seed)

    def mine_transaction(self, transaction: SignedTransactionAPI) -> tuple[BlockAPI, ReceiptAPI, ComputationAPI]:
        """Run one transaction in a block of its own; an invalid one raises and leaves the chain as it was."""
        vm = self.chain.get_vm(self.pending)
        receipt, computation = vm.apply_transaction(self.pending, transaction)
        vm.state.persist()
        header = self.pending.copy(
            bloom=int(receipt.bloom),
            gas_used=receipt.gas_used,
            state_root=vm.state.state_root,
            transaction_root=self._keep_alone(transaction.encode()),
            receipt_root=self._keep_alone(receipt.encode()),
        )
        block = vm.get_block_class()(header, transactions=(transaction,), uncles=())
        self.chain.chaindb.persist_block(block)
        self._follow(header)
        return block, receipt, computation

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = raw_address(ZERO_ADDRESS)) -> tuple[bytes, ...]:
        """Mine what is pending, then empty blocks; returns their hashes."""
        return tuple(self._mine_pending(coinbase) for _ in range(num_blocks))

    def revert_to_snapshot(self, snapshot: bytes) -> None:
        """Make another block of this chain its head; its state needs no second execution.

        What py-evm remembers of the heights above the head is stale after it, and is never read.
        """
        header = self.chain.get_block_header_by_hash(Hash32(snapshot))
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

    def time_travel(self, to_timestamp: int) -> None:
        """Mine a block at exactly that time; the base class stops a second short of it."""
        self.set_time(to_timestamp)
        self.mine_blocks()

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
        self.set_time(head.timestamp + 1)


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
