"""The default chain: eth-tester's py-evm in this process.

Transactions go straight to py-evm: web3 and eth-tester's normalisers cost more than the virtual machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from threading import RLock
from typing import TYPE_CHECKING

from eth.abc import BlockHeaderAPI, ComputationAPI, ReceiptAPI, VirtualMachineAPI
from eth.exceptions import OutOfGas
from eth.vm.forks.london.transactions import DynamicFeeTransaction
from eth.vm.forks.prague.transactions import PragueTypedTransaction
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError

from scfin_chain.chain.backends.simulated import SimulatedBackend
from scfin_chain.chain.gateway import (
    DEFAULT_GAS,
    ZERO_ADDRESS,
    Block,
    BlockRef,
    Capabilities,
    Gateway,
    Log,
    LogEntry,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import DEPLOYER, Signer, address_of, development_signer, raw_address
from scfin_chain.chain.transaction import SignedTransaction, TransactionRequest, sign
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.units import Address, Timestamp

if TYPE_CHECKING:
    from web3.providers import BaseProvider

CHAIN_ID = 31_337
"""The chain id of development nodes, so that signatures and their calldata gas agree with anvil's."""

DEPLOYER_FUNDS = 1_000_000 * 10**18
"""Wei that the deployer holds in the genesis block."""

FEE_MARKET_TYPE = 2
"""EIP-2718 type of an EIP-1559 transaction."""


class EthTesterGateway(Gateway):
    """An in-process chain: two of the same arguments and transactions have the same block hashes.

    ``funds`` are wei in the genesis block beside the deployer's.
    """

    def __init__(
        self,
        *,
        genesis_time: Timestamp,
        seed: int = 0,
        errors: ErrorCatalogue | None = None,
        chain_id: int = CHAIN_ID,
        funds: Mapping[Address, int] | None = None,
    ) -> None:
        deployer = development_signer(DEPLOYER).address
        self._backend = SimulatedBackend(
            genesis_time=genesis_time,
            seed=seed,
            chain_id=chain_id,
            funds={deployer: DEPLOYER_FUNDS, **(funds or {})},
        )
        self._chain_id = chain_id
        self._errors = errors or ErrorCatalogue()
        self._nonces: dict[Address, int] = {}
        self._nonces_at: bytes | None = None
        self._snapshots: dict[SnapshotId, tuple[bytes, int]] = {}
        self._snapshot_ids = map(SnapshotId, count(1))
        self._view: VirtualMachineAPI | None = None
        self._lock = RLock()

    @property
    def backend(self) -> SimulatedBackend:
        """The eth-tester backend itself, for an ``EthereumTester`` around the same chain."""
        return self._backend

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(sets_time=True, snapshots=True, repeatable_hashes=True)

    @property
    def chain_id(self) -> int:
        return self._chain_id

    def transact(
        self, signer: Signer, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> Receipt:
        with self._lock:
            request = TransactionRequest(
                chain_id=self._chain_id,
                nonce=self._nonce(signer.address),
                max_fee=self._backend.base_fee,
                gas=DEFAULT_GAS if gas is None else gas,
                to=to,
                value=value,
                data=data,
            )
            return self._mine(sign(request, signer))

    def call(
        self,
        to: Address,
        data: bytes,
        *,
        sender: Address | None = None,
        block: int | None = None,
        gas: int | None = None,
    ) -> bytes:
        limit = DEFAULT_GAS if gas is None else gas
        origin = raw_address(sender or ZERO_ADDRESS)
        with self._lock, _reading(self._machine(block)) as machine:
            target = raw_address(to)
            code = machine.state.get_code(target)
            computation = machine.execute_bytecode(origin, 0, limit, target, origin, 0, data, code)
        if computation.is_error:
            raise self._revert_of(computation, limit)
        return bytes(computation.output)

    def head(self) -> Block:
        return _block_of(self._backend.head)

    def block(self, number: int) -> Block:
        return _block_of(self._header(number))

    def logs(self, block_number: int) -> tuple[LogEntry, ...]:
        with self._lock:
            header = self._header(block_number)
            block = self._backend.chain.get_block_by_header(header)
            receipts = block.get_receipts(self._backend.chain.chaindb)
        ref = BlockRef(number=header.block_number, hash=header.hash)
        return tuple(
            LogEntry(chain_id=self._chain_id, block=ref, transaction_hash=transaction.hash, log=log)
            for transaction, receipt in zip(block.transactions, receipts, strict=True)
            for log in _logs_of(receipt)
        )

    def now(self) -> Timestamp:
        return Timestamp(self._backend.pending.timestamp)

    def set_time(self, at: Timestamp) -> None:
        with self._lock:
            latest = self._backend.head.timestamp
            if at <= latest:
                raise ChainError(f"time cannot be set to {at}: the newest block is of {latest}")
            self._backend.set_time(at)

    def mine(self, blocks: int = 1) -> None:
        with self._lock:
            self._backend.mine_blocks(blocks)

    def snapshot(self) -> SnapshotId:
        with self._lock:
            taken = next(self._snapshot_ids)
            self._snapshots[taken] = (self._backend.head.hash, self._backend.pending.timestamp)
            return taken

    def revert(self, snapshot: SnapshotId) -> None:
        with self._lock:
            if snapshot not in self._snapshots:
                raise ChainError(f"snapshot {snapshot} does not exist, or was taken after one since reverted to")
            block_hash, pending_time = self._snapshots[snapshot]
            self._backend.revert_to_snapshot(block_hash)
            self._backend.set_time(pending_time)
            self._snapshots = {taken: kept for taken, kept in self._snapshots.items() if taken <= snapshot}

    def balance(self, address: Address) -> int:
        with self._lock:
            return int(self._machine(None).state.get_balance(raw_address(address)))

    def code(self, address: Address) -> bytes:
        with self._lock:
            return bytes(self._machine(None).state.get_code(raw_address(address)))

    def provider(self) -> "BaseProvider":
        from eth_tester import EthereumTester  # type: ignore[import-untyped]
        from web3.providers.eth_tester import EthereumTesterProvider

        return EthereumTesterProvider(EthereumTester(self._backend))

    def close(self) -> None:
        """Nothing is held outside this process."""

    def _mine(self, signed: SignedTransaction) -> Receipt:
        try:
            block, receipt, computation = self._backend.mine_transaction(_evm_transaction(signed))
        except ValidationError as error:
            raise ChainError(f"transaction of {signed.sender} is invalid: {error}") from error
        self._nonces[signed.sender] = signed.request.nonce + 1
        self._nonces_at = block.hash
        if computation.is_error:
            raise self._revert_of(computation, signed.request.gas)
        creates = signed.request.to is None
        return Receipt(
            transaction_hash=signed.hash,
            block=BlockRef(number=block.number, hash=block.hash),
            gas_used=receipt.gas_used,
            logs=_logs_of(receipt),
            contract_address=address_of(computation.msg.storage_address) if creates else None,
            succeeded=True,
        )

    def _nonce(self, address: Address) -> int:
        """The account's next nonce, remembered as long as nobody but this gateway moves the head."""
        if self._nonces_at != self._backend.head.hash:
            self._nonces, self._nonces_at = {}, self._backend.head.hash
        if address not in self._nonces:
            self._nonces[address] = self._machine(None).state.get_nonce(raw_address(address))
        return self._nonces[address]

    def _revert_of(self, computation: ComputationAPI, limit: int) -> ContractReverted:
        if isinstance(computation.error, OutOfGas):
            return self._errors.out_of_gas(limit)
        return self._errors.decode(bytes(computation.output))

    def _machine(self, number: int | None) -> VirtualMachineAPI:
        """A machine on the state after a block; the head's stays warm between calls."""
        head = self._backend.head
        if number not in (None, head.block_number):
            return self._backend.state_after(self._header(number))
        if self._view is None or self._view.get_header().hash != head.hash:
            self._view = self._backend.state_after(head)
        return self._view

    def _header(self, number: int | None) -> BlockHeaderAPI:
        head = self._backend.head
        if number is None or number == head.block_number:
            return head
        if not 0 <= number < head.block_number:
            raise ChainError(f"block {number} does not exist: the head is block {head.block_number}")
        return self._backend.chain.get_canonical_block_header_by_number(BlockNumber(number))


class _LocallySigned(PragueTypedTransaction):
    """A transaction signed a moment ago: its sender, hash and bytes are known and not worked out again."""

    def __init__(self, inner: DynamicFeeTransaction, signed: SignedTransaction) -> None:
        super().__init__(FEE_MARKET_TYPE, inner)
        self.__dict__.update(sender=raw_address(signed.sender), hash=signed.hash)
        self._raw = signed.raw

    def encode(self) -> bytes:
        return self._raw


@contextmanager
def _reading(machine: VirtualMachineAPI) -> Iterator[VirtualMachineAPI]:
    snapshot = machine.state.snapshot()
    try:
        yield machine
    finally:
        machine.state.revert(snapshot)


def _evm_transaction(signed: SignedTransaction) -> PragueTypedTransaction:
    request = signed.request
    inner = DynamicFeeTransaction(
        request.chain_id,
        request.nonce,
        0,
        request.max_fee,
        request.gas,
        b"" if request.to is None else raw_address(request.to),
        request.value,
        request.data,
        (),
        signed.y_parity,
        signed.r,
        signed.s,
    )
    return _LocallySigned(inner, signed)


def _block_of(header: BlockHeaderAPI) -> Block:
    return Block(
        number=header.block_number,
        hash=header.hash,
        parent_hash=header.parent_hash,
        timestamp=Timestamp(header.timestamp),
    )


def _logs_of(receipt: ReceiptAPI) -> tuple[Log, ...]:
    return tuple(
        Log(
            address=address_of(log.address),
            topics=tuple(topic.to_bytes(32) for topic in log.topics),
            data=log.data,
            index=index,
        )
        for index, log in enumerate(receipt.logs)
    )
