"""A py-evm chain whose blocks depend on nothing but its arguments and its transactions.

eth-tester's own takes the machine's clock and random bytes; this one is repeatable, and mines faster.
"""

from collections.abc import Mapping
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
from eth.constants import BLANK_ROOT_HASH, GENESIS_PARENT_HASH, POST_MERGE_DIFFICULTY, POST_MERGE_NONCE
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
        """Make an earlier block of this chain its head again; its state needs no second execution."""
        header = self.chain.get_block_header_by_hash(Hash32(snapshot))
        chaindb: Any = self.chain.chaindb
        chaindb._set_as_canonical_chain_head(chaindb.db, header, GENESIS_PARENT_HASH)
        self._follow(header)

    def time_travel(self, to_timestamp: int) -> None:
        """Mine a block at exactly that time; the base class stops a second short of it."""
        self.set_time(to_timestamp)
        self.mine_blocks()

    def state_after(self, header: BlockHeaderAPI) -> VirtualMachineAPI:
        """A machine that reads, and calls, on the state that a mined block left."""
        return self.chain.get_vm(header)

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
