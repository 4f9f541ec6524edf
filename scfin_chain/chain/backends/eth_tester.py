"""The default chain: eth-tester's py-evm in this process.

Transactions go straight to py-evm: web3 and eth-tester's normalisers cost more than the virtual machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eth.abc import BlockHeaderAPI, ComputationAPI, ReceiptAPI, SignedTransactionAPI, VirtualMachineAPI
from eth.exceptions import OutOfGas
from eth.vm.forks.byzantium.constants import EIP658_TRANSACTION_STATUS_CODE_SUCCESS
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError

from scfin_chain.chain.backends.chronicle import DUMP_EVERY, Chronicle
from scfin_chain.chain.backends.evm_transactions import locally_signed, received
from scfin_chain.chain.backends.simulated import Placed, SimulatedBackend
from scfin_chain.chain.envelope import open_envelope
from scfin_chain.chain.gateway import (
    DEFAULT_GAS,
    ZERO_ADDRESS,
    Block,
    BlockMissing,
    BlockRef,
    BlockReplaced,
    Capabilities,
    Gateway,
    Log,
    LogEntry,
    MinedTransaction,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.journal import ChainJournal
from scfin_chain.chain.refusal import Reason, TransactionRefused, low_fee, short_of_funds, wrong_nonce
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import DEPLOYER, Signer, address_of, development_signer, raw_address
from scfin_chain.chain.transaction import TransactionRequest, created_address, sign
from scfin_chain.errors import ContractReverted, Unsent
from scfin_chain.units import Address, Timestamp

if TYPE_CHECKING:
    from web3.providers import BaseProvider

CHAIN_ID = 31_337
"""The chain id of development nodes, so that signatures and their calldata gas agree with anvil's."""

DEPLOYER_FUNDS = 1_000_000 * 10**18
"""Wei that the deployer holds in the genesis block."""


class EthTesterGateway(Gateway):
    """An in-process chain: two of the same arguments and transactions have the same block hashes.

    ``funds`` are wei in the genesis block beside the deployer's. With a ``journal`` the chain is durable: it stands
    where the journal says, and everything that is done to it is written there first, with a dump every so many entries.

    Raises
    ------
    ChainError
        The journal is damaged, or is that of a chain with another genesis.
    """

    def __init__(
        self,
        *,
        genesis_time: Timestamp,
        seed: int = 0,
        errors: ErrorCatalogue | None = None,
        chain_id: int = CHAIN_ID,
        funds: Mapping[Address, int] | None = None,
        journal: ChainJournal | None = None,
        dump_every: int = DUMP_EVERY,
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
        self._view: VirtualMachineAPI | None = None
        self._lock = self._backend.lock
        if journal is not None:
            Chronicle(self._backend, journal, dump_every=dump_every)

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
            request = self.prepare(signer.address, to, data, gas=gas, value=value)
            return self._mine(locally_signed(sign(request, signer)), signer.address)

    def nonce(self, address: Address) -> int:
        with self._lock:
            return self._nonce(address)

    def prepare(
        self, sender: Address, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> TransactionRequest:
        with self._lock:
            return TransactionRequest(
                chain_id=self._chain_id,
                nonce=self._nonce(sender),
                max_fee=self._backend.base_fee,
                gas=DEFAULT_GAS if gas is None else gas,
                to=to,
                value=value,
                data=data,
            )

    def send(self, raw: bytes) -> Receipt:
        return self._send(raw, refusals=True)

    def attempt(self, raw: bytes) -> Receipt:
        return self._send(raw, refusals=False)

    def _send(self, raw: bytes, *, refusals: bool) -> Receipt:
        """``refusals`` says whether one that is refused is mined all the same."""
        envelope = open_envelope(raw, chain_id=self._chain_id)
        with self._lock:
            placed = self._backend.placed(envelope.hash)
            if placed is None:
                return self._mine(received(envelope), envelope.sender, refusals=refusals)
            mined = self._receipt_at(placed)
            if mined.succeeded:
                return mined
            raise self._revert_of(self._backend.execute_again(placed), envelope.gas)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        with self._lock:
            placed = self._backend.placed(transaction_hash)
            return None if placed is None else self._receipt_at(placed)

    def transaction(self, transaction_hash: bytes) -> MinedTransaction | None:
        with self._lock:
            placed = self._backend.placed(transaction_hash)
        if placed is None:
            return None
        transaction = placed.transaction
        return MinedTransaction(
            hash=transaction.hash,
            block=BlockRef(number=placed.block.number, hash=placed.block.hash),
            index=placed.index,
            sender=address_of(transaction.sender),
            to=address_of(transaction.to) if transaction.to else None,
            data=bytes(transaction.data),
            value=transaction.value,
            gas=transaction.gas,
            nonce=transaction.nonce,
        )

    def transactions(self, block: BlockRef) -> tuple[bytes, ...]:
        with self._lock:
            mined = self._backend.chain.get_block_by_header(self._header_of(block))
        return tuple(transaction.hash for transaction in mined.transactions)

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

    def logs(self, block: int | BlockRef) -> tuple[LogEntry, ...]:
        with self._lock:
            header = self._header(block) if isinstance(block, int) else self._header_of(block)
            mined = self._backend.chain.get_block_by_header(header)
            receipts = mined.get_receipts(self._backend.chain.chaindb)
        ref = BlockRef(number=header.block_number, hash=header.hash)
        return tuple(
            LogEntry(chain_id=self._chain_id, block=ref, transaction_hash=transaction.hash, log=log)
            for transaction, receipt in zip(mined.transactions, receipts, strict=True)
            for log in _logs_of(receipt)
        )

    def now(self) -> Timestamp:
        return Timestamp(self._backend.pending.timestamp)

    def set_time(self, at: Timestamp) -> None:
        self._backend.set_time(at)

    def mine(self, blocks: int = 1) -> None:
        self._backend.mine_blocks(blocks)

    def snapshot(self) -> SnapshotId:
        return self._backend.remember()

    def revert(self, snapshot: SnapshotId) -> None:
        self._backend.recall(snapshot)

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

    def _mine(self, transaction: SignedTransactionAPI, sender: Address, *, refusals: bool = True) -> Receipt:
        def accepted(computation: ComputationAPI) -> None:
            if computation.is_error:
                refusal = self._revert_of(computation, transaction.gas)
                raise Unsent(refusal.name, refusal.arguments)

        try:
            mined = self._backend.mine_transaction(transaction, unless=None if refusals else accepted)
            block, receipt, computation = mined
        except ValidationError as error:
            raise self._refusal_of(transaction, sender, error) from error
        self._nonces[sender] = transaction.nonce + 1
        self._nonces_at = block.hash
        if computation.is_error:
            raise self._revert_of(computation, transaction.gas)
        return _receipt_of(transaction, receipt, block.header)

    def _receipt_at(self, placed: Placed) -> Receipt:
        receipts = placed.block.get_receipts(self._backend.chain.chaindb)
        gas_before = receipts[placed.index - 1].gas_used if placed.index else 0
        return _receipt_of(placed.transaction, receipts[placed.index], placed.block.header, gas_before=gas_before)

    def _refusal_of(
        self, transaction: SignedTransactionAPI, sender: Address, error: ValidationError
    ) -> TransactionRefused:
        """Which rule an invalid transaction breaks."""
        needed, following = transaction.gas * transaction.max_fee_per_gas + transaction.value, self._nonce(sender)
        if transaction.nonce != following:
            return wrong_nonce(sender, nonce=transaction.nonce, following=following)
        return (
            short_of_funds(sender, balance=self.balance(sender), needed=needed)
            or low_fee(sender, offered=transaction.max_fee_per_gas, base_fee=self._backend.base_fee)
            or TransactionRefused(Reason.INVALID, f"transaction of {sender} is invalid: {error}")
        )

    def _nonce(self, address: Address) -> int:
        """The account's next nonce, remembered as long as nobody but this gateway moves the head."""
        if self._backend.has_pending_transactions:
            return int(self._backend.state_after(self._backend.pending).state.get_nonce(raw_address(address)))
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
            raise BlockMissing(number, head=head.block_number)
        return self._backend.chain.get_canonical_block_header_by_number(BlockNumber(number))

    def _header_of(self, block: BlockRef) -> BlockHeaderAPI:
        if block.number <= self._backend.head.block_number:
            header = self._header(block.number)
            if header.hash == block.hash:
                return header
        raise BlockReplaced(block)


@contextmanager
def _reading(machine: VirtualMachineAPI) -> Iterator[VirtualMachineAPI]:
    snapshot = machine.state.snapshot()
    try:
        yield machine
    finally:
        machine.state.revert(snapshot)


def _block_of(header: BlockHeaderAPI) -> Block:
    return Block(
        number=header.block_number,
        hash=header.hash,
        parent_hash=header.parent_hash,
        timestamp=Timestamp(header.timestamp),
    )


def _receipt_of(
    transaction: SignedTransactionAPI, receipt: ReceiptAPI, header: BlockHeaderAPI, *, gas_before: int = 0
) -> Receipt:
    """``gas_before`` is what the transactions before it in the same block used."""
    succeeded = receipt.state_root == EIP658_TRANSACTION_STATUS_CODE_SUCCESS
    creates = succeeded and not transaction.to
    return Receipt(
        transaction_hash=transaction.hash,
        block=BlockRef(number=header.block_number, hash=header.hash),
        gas_used=receipt.gas_used - gas_before,
        logs=_logs_of(receipt),
        contract_address=created_address(address_of(transaction.sender), transaction.nonce) if creates else None,
        succeeded=succeeded,
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
