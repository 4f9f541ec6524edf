"""Any JSON-RPC node as the chain: anvil and its like with simulated time, others at their own pace."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, groupby
from threading import RLock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from scfin_chain.chain.backends.json_rpc import METHOD_MISSING, JsonRpcClient, NodeRefused
from scfin_chain.chain.backends.node_answers import (
    block_of,
    bytes_of,
    has_logs,
    hex_of,
    integer_of,
    logs_of,
    receipt_of,
    transaction_of,
)
from scfin_chain.chain.backends.node_reverts import is_out_of_gas, revert_of
from scfin_chain.chain.envelope import Envelope, open_envelope, seal
from scfin_chain.chain.gateway import (
    DEFAULT_GAS,
    Block,
    BlockMissing,
    BlockRef,
    BlockReplaced,
    Capabilities,
    Gateway,
    LogEntry,
    MinedTransaction,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.refusal import Reason, TransactionRefused, low_fee, low_gas, short_of_funds, wrong_nonce
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import Signer
from scfin_chain.chain.transaction import TransactionRequest, sign
from scfin_chain.errors import ChainError, ContractReverted, NodeSilent, NotMined
from scfin_chain.units import Address, Timestamp

if TYPE_CHECKING:
    from web3.providers import BaseProvider

REQUEST_TIMEOUT = 30.0
"""Seconds that a node may take to answer one request."""

RECEIPT_TIMEOUT = 60.0
"""Seconds that a node may take to mine a transaction."""

FEE_HEADROOM = 2
"""How many times the base fee a transaction offers: EIP-1559 needs six full blocks to double it."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.25
_SECONDS_TO_BE_KNOWN = 2.0
"""Until a node that has a transaction shows it, also where others answer in its name."""
_LATEST = "latest"
_NODE_FAILS = (-32_603, -32_700)
"""Codes of an internal error, and of a request that was not understood (JSON-RPC 2.0)."""
_NODE_IS_FULL = ("pool is full", "pool full", "rate limit", "syncing")
_KNOWN = re.compile(r"already ?known|\bknown transaction|already imported", re.IGNORECASE)
"""How geth, Nethermind, Besu and anvil say that they have a transaction."""
_CALL_TRACER = {"tracer": "callTracer"}


class RpcGateway(Gateway):
    """A node behind a URL; transactions are signed here, so the node needs no keys."""

    def __init__(
        self,
        url: str,
        *,
        errors: ErrorCatalogue | None = None,
        timeout: float = REQUEST_TIMEOUT,
        receipt_timeout: float = RECEIPT_TIMEOUT,
    ) -> None:
        self._client = JsonRpcClient(url, timeout=timeout)
        self._url = url
        self._errors = errors or ErrorCatalogue()
        self._receipt_timeout = receipt_timeout
        self._chain_id = integer_of(self._ask("eth_chainId"))
        self._capabilities = Capabilities(
            sets_time=self._offers("evm_setNextBlockTimestamp"),
            snapshots=self._offers("evm_revert"),
            repeatable_hashes=False,
        )
        self._traces = self._offers("debug_traceTransaction")
        self._max_fee = self._offered_fee()
        self._next_time: int | None = None
        self._nonces: dict[Address, int] = {}
        self._late: set[bytes] = set()
        """Transactions that were waited for in vain: each later look at them is short."""
        self._snapshots: dict[SnapshotId, tuple[str, int | None]] = {}
        self._snapshot_ids = map(SnapshotId, count(1))
        self._lock = RLock()

    @property
    def node(self) -> str:
        """The node's address without path or credentials, fit for a message."""
        return self._client.node

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def chain_id(self) -> int:
        return self._chain_id

    def transact(
        self, signer: Signer, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> Receipt:
        with self._lock:
            self._announce_time()
            signed, mined = self._send(signer, self._request(signer.address, to, data, gas=gas, value=value))
            self._next_time = None
        return self._receipt_or_refusal(mined, signed)

    def nonce(self, address: Address) -> int:
        with self._lock:
            self._nonces.pop(address, None)
            return self._nonce(address)

    def prepare(
        self, sender: Address, to: Address | None, data: bytes = b"", *, gas: int | None = None, value: int = 0
    ) -> TransactionRequest:
        with self._lock:
            self._forget(sender)
            return self._request(sender, to, data, gas=gas, value=value)

    def send(self, raw: bytes) -> Receipt:
        envelope = open_envelope(raw, chain_id=self._chain_id)
        with self._lock:
            mined = self._ask("eth_getTransactionReceipt", hex_of(envelope.hash))
            if mined is None:
                mined = self._send_envelope(envelope)
            self._late.discard(envelope.hash)
        return self._receipt_or_refusal(mined, envelope)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        mined = self._ask("eth_getTransactionReceipt", hex_of(transaction_hash))
        return receipt_of(mined) if mined else None

    def transaction(self, transaction_hash: bytes) -> MinedTransaction | None:
        found = self._ask("eth_getTransactionByHash", hex_of(transaction_hash))
        return transaction_of(found) if found and found.get("blockHash") else None

    def transactions(self, block: BlockRef) -> tuple[bytes, ...]:
        found = self._block_of_hash(block)
        if found is None:
            raise BlockReplaced(block)
        return tuple(map(bytes_of, found["transactions"]))

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
        request = {"to": to, "data": hex_of(data), "gas": hex(limit)} | ({"from": sender} if sender else {})
        try:
            return bytes_of(self._client.request("eth_call", request, _LATEST if block is None else hex(block)))
        except NodeRefused as refused:
            raise revert_of(refused, errors=self._errors, gas=limit) or self._failure(refused) from refused

    def head(self) -> Block:
        return block_of(self._newest())

    def block(self, number: int) -> Block:
        found = self._ask("eth_getBlockByNumber", hex(number), False) if number >= 0 else None
        if found is None:
            raise BlockMissing(number, head=self.head().number)
        return block_of(found)

    def logs(self, block: int | BlockRef) -> tuple[LogEntry, ...]:
        ref = self.block(block).ref if isinstance(block, int) else block
        found = self._logs_in(ref)
        return tuple(
            LogEntry(chain_id=self._chain_id, block=ref, transaction_hash=bytes_of(transaction_hash), log=log)
            for transaction_hash, emitted in groupby(found, key=lambda entry: str(entry["transactionHash"]))
            for log in logs_of(emitted)
        )

    def now(self) -> Timestamp:
        with self._lock:
            following = Timestamp(self.head().timestamp + 1)
            if self._next_time is not None and self._next_time < following:
                self._next_time = None  # another process let time go on meanwhile
            return following if self._next_time is None else Timestamp(self._next_time)

    def set_time(self, at: Timestamp) -> None:
        if not self._capabilities.sets_time:
            raise ChainError(f"the node at {self._client.node} cannot set its time: use anvil, or the in-process chain")
        with self._lock:
            latest = self.head()
            if at <= latest.timestamp:
                if latest.number != 0:
                    raise ChainError(f"time cannot be set to {at}: the newest block is of {latest.timestamp}")
                self._leave_genesis_time(at)
            self._next_time = at

    def _leave_genesis_time(self, at: Timestamp) -> None:
        """A node started plainly has the machine's time in its genesis block, and only there may it go back."""
        try:
            self._client.request("evm_setTime", at)
        except NodeRefused as refusal:
            raise ChainError(
                f"the node at {self._client.node} cannot go back to {at}, before its genesis block: start it with "
                f"--timestamp {at - 1}"
            ) from refusal

    def mine(self, blocks: int = 1) -> None:
        with self._lock:
            for _ in range(blocks):
                self._announce_time()
                self._ask("evm_mine", repeatable=False)
                self._next_time = None

    def snapshot(self) -> SnapshotId:
        with self._lock:
            taken = next(self._snapshot_ids)
            self._snapshots[taken] = (self._take_snapshot(), self._next_time)
            return taken

    def revert(self, snapshot: SnapshotId) -> None:
        with self._lock:
            if snapshot not in self._snapshots:
                raise ChainError(f"snapshot {snapshot} does not exist, or was taken after one since reverted to")
            node_id, self._next_time = self._snapshots[snapshot]
            if not self._ask("evm_revert", node_id, repeatable=False):
                raise ChainError(f"the node at {self._client.node} no longer knows snapshot {snapshot}")
            self._snapshots = {taken: kept for taken, kept in self._snapshots.items() if taken < snapshot}
            self._snapshots[snapshot] = (self._take_snapshot(), self._next_time)
            self._nonces.clear()

    def balance(self, address: Address) -> int:
        return integer_of(self._ask("eth_getBalance", address, _LATEST))

    def code(self, address: Address) -> bytes:
        return bytes_of(self._ask("eth_getCode", address, _LATEST))

    def provider(self) -> "BaseProvider":
        from web3.providers import HTTPProvider

        return HTTPProvider(self._url)

    def close(self) -> None:
        self._client.close()

    def _logs_in(self, block: BlockRef) -> list[dict[str, Any]]:
        """A node that left the block may answer that it has no logs: then its bloom tells."""
        try:
            found: list[dict[str, Any]] = self._client.request("eth_getLogs", {"blockHash": hex_of(block.hash)})
        except NodeRefused as refused:
            if self._block_of_hash(block) is None:
                raise BlockReplaced(block) from refused
            raise self._failure(refused) from refused
        if not found:
            told = self._block_of_hash(block)
            if told is None or has_logs(told):
                raise BlockReplaced(block)
        return found

    def _block_of_hash(self, block: BlockRef) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._ask("eth_getBlockByHash", hex_of(block.hash), False)
        return found

    def _request(
        self, sender: Address, to: Address | None, data: bytes, *, gas: int | None, value: int
    ) -> TransactionRequest:
        return TransactionRequest(
            chain_id=self._chain_id,
            nonce=self._nonce(sender),
            max_fee=self._max_fee,
            gas=DEFAULT_GAS if gas is None else gas,
            to=to,
            value=value,
            data=data,
        )

    def _send(
        self, signer: Signer, request: TransactionRequest, *, last: bool = False
    ) -> tuple[Envelope, dict[str, Any]]:
        """Send until mined; a refusal is worth one more try if the node knows of another nonce or fee."""
        signed = seal(sign(request, signer))
        try:
            mined = self._send_signed(signed)
        except NodeRefused as refused:
            self._forget(signer.address)
            renewed = replace(request, nonce=self._nonce(signer.address), max_fee=self._max_fee)
            if last or renewed == request:
                raise self._failure(refused) from refused
            return self._send(signer, renewed, last=True)
        self._nonces[signer.address] = request.nonce + 1
        return signed, mined

    def _send_envelope(self, sent: Envelope) -> dict[str, Any]:
        """Send what somebody else signed; a gap is refused here, where a node would leave it in its pool."""
        known = self._ask("eth_getTransactionByHash", hex_of(sent.hash)) is not None
        following = self.nonce(sent.sender)
        if not known and sent.nonce > following:
            raise wrong_nonce(sent.sender, nonce=sent.nonce, following=following)
        if refusal := low_gas(sent.sender, gas=sent.gas, data=sent.data, creates=sent.to is None):
            raise refusal
        self._announce_time()
        try:
            mined = self._mined(sent) if known else self._send_signed(sent)
        except NodeRefused as refused:
            raise self._refusal_of(sent, refused) from refused
        self._next_time = None
        self._nonces.pop(sent.sender, None)
        return mined

    def _refusal_of(self, sent: Envelope, refused: NodeRefused) -> ChainError:
        """Which rule a transaction breaks that the node did not take; a failure of the node itself is none."""
        following = self._mined_nonce(sent.sender)
        base_fee = self._offered_fee() // FEE_HEADROOM
        if sent.nonce < following:
            return wrong_nonce(sent.sender, nonce=sent.nonce, following=following)
        return (
            short_of_funds(sent.sender, balance=self.balance(sent.sender), needed=sent.needed)
            or low_fee(sent.sender, offered=sent.max_fee, base_fee=base_fee)
            or (self._failure(refused) if _is_of_the_node(refused) else self._invalid(sent, refused))
        )

    def _invalid(self, sent: Envelope, refused: NodeRefused) -> TransactionRefused:
        return TransactionRefused(Reason.INVALID, f"transaction of {sent.sender} is invalid: {refused.message}")

    def _receipt_or_refusal(self, mined: dict[str, Any], sent: Envelope) -> Receipt:
        receipt = receipt_of(mined)
        if not receipt.succeeded:
            raise self._why(sent, mined)
        return receipt

    def _forget(self, address: Address) -> None:
        self._nonces.pop(address, None)
        self._max_fee = self._offered_fee()

    def _send_signed(self, sent: Envelope) -> dict[str, Any]:
        """The mined transaction; a node that already has it refuses the second copy, which is no failure."""
        try:
            self._client.request("eth_sendRawTransaction", hex_of(sent.raw))
        except NodeRefused as refused:
            if not _has_it(refused) and self._ask("eth_getTransactionByHash", hex_of(sent.hash)) is None:
                raise
        except ChainError:
            self._nonces.pop(sent.sender, None)
            raise
        self._late.discard(sent.hash)
        return self._mined(sent)

    def _mined(self, sent: Envelope) -> dict[str, Any]:
        look_again = monotonic() + _SECONDS_TO_BE_KNOWN
        for pause in _pauses(0 if sent.hash in self._late else self._receipt_timeout):
            if found := self._ask("eth_getTransactionReceipt", hex_of(sent.hash)):
                self._late.discard(sent.hash)
                return dict(found)
            if monotonic() > look_again:
                self._require_to_be_next(sent)
                look_again = monotonic() + _SECONDS_TO_BE_KNOWN
            sleep(pause)
        self._nonces.pop(sent.sender, None)
        self._late.add(sent.hash)
        raise NotMined(f"transaction {hex_of(sent.hash)} was not mined in {self._receipt_timeout:g} s")

    def _require_to_be_next(self, sent: Envelope) -> None:
        """Nobody waits for what cannot be mined as things stand: a reorg took it away, or what comes before it.

        Raises
        ------
        NotMined
            The node has not got it, or lacks a nonce before it.
        """
        following = self._mined_nonce(sent.sender)
        if following < sent.nonce:
            self._late.add(sent.hash)
            raise NotMined(f"transaction {hex_of(sent.hash)} waits for nonce {following} of {sent.sender}")
        if following == sent.nonce and self._ask("eth_getTransactionByHash", hex_of(sent.hash)) is None:
            raise NotMined(f"transaction {hex_of(sent.hash)} is not known to the node any more")

    def _why(self, sent: Envelope, mined: dict[str, Any]) -> ContractReverted | ChainError:
        """The error of a mined, failed transaction: nodes do not put it into the receipt."""
        if self._traces:
            return self._why_by_trace(sent)
        return self._why_by_replay(sent, mined)

    def _why_by_trace(self, sent: Envelope) -> ContractReverted | ChainError:
        try:
            trace = self._client.request("debug_traceTransaction", hex_of(sent.hash), _CALL_TRACER)
        except NodeRefused as refused:
            return self._failure(refused)
        if trace is None:
            return self._taken_back(sent)
        data = bytes_of(trace.get("output") or "0x")
        if not data and is_out_of_gas(trace.get("error") or ""):
            return self._errors.out_of_gas(sent.gas)
        return self._errors.decode(data)

    def _why_by_replay(self, sent: Envelope, mined: dict[str, Any]) -> ContractReverted | ChainError:
        block = self.block(integer_of(mined["blockNumber"]))
        if block.hash != bytes_of(mined["blockHash"]):
            return self._taken_back(sent)
        call = {
            "from": sent.sender,
            "data": hex_of(sent.data),
            "gas": hex(sent.gas),
            "value": hex(sent.value),
        }
        if sent.to is not None:
            call["to"] = sent.to
        there_and_then = {"number": hex(block.number), "time": hex(block.timestamp)}
        try:
            self._client.request("eth_call", call, hex(block.number - 1), {}, there_and_then)
        except NodeRefused as refused:
            return revert_of(refused, errors=self._errors, gas=sent.gas) or self._failure(refused)
        if integer_of(mined["gasUsed"]) == sent.gas:
            return self._errors.out_of_gas(sent.gas)
        return self._errors.decode(b"")

    def _taken_back(self, sent: Envelope) -> NotMined:
        return NotMined(f"transaction {hex_of(sent.hash)} was refused in a block that a reorg took away")

    def _announce_time(self) -> None:
        if self._capabilities.sets_time:
            self._ask("evm_setNextBlockTimestamp", self.now())

    def _take_snapshot(self) -> str:
        return str(self._ask("evm_snapshot", repeatable=False))

    def _nonce(self, address: Address) -> int:
        if address not in self._nonces:
            self._nonces[address] = integer_of(self._ask("eth_getTransactionCount", address, "pending"))
        return self._nonces[address]

    def _mined_nonce(self, address: Address) -> int:
        """The next nonce on the chain, whatever the node's pool holds: a reorg may leave there what lacks its first."""
        return integer_of(self._ask("eth_getTransactionCount", address, _LATEST))

    def _offered_fee(self) -> int:
        head = self._newest()
        return FEE_HEADROOM * integer_of(head.get("baseFeePerGas") or "0x0")

    def _newest(self) -> dict[str, Any]:
        """The head as the node tells it; amid a reorg a node may have none."""
        found: dict[str, Any] | None = self._ask("eth_getBlockByNumber", _LATEST, False)
        if found is None:
            raise NodeSilent(f"the node at {self._client.node} has no newest block now")
        return found

    def _offers(self, method: str) -> bool:
        """Whether the node knows a method: asked without parameters it does nothing."""
        try:
            self._client.request(method)
        except NodeRefused as refused:
            return refused.code not in METHOD_MISSING
        return True

    def _ask(self, method: str, *params: object, repeatable: bool = True) -> Any:
        try:
            return self._client.request(method, *params, repeatable=repeatable)
        except NodeRefused as refused:
            raise self._unanswered(refused) from refused

    def _unanswered(self, refused: NodeRefused) -> ChainError:
        """A question about the chain is always a good one: who refuses it cannot say now, amid a reorg for example."""
        if refused.code in METHOD_MISSING:
            return self._failure(refused)
        return NodeSilent(f"the node at {self._client.node} cannot say now: {refused}")

    def _failure(self, refused: NodeRefused) -> ChainError:
        return ChainError(f"the node at {self._client.node} refused {refused}")


def _is_of_the_node(refused: NodeRefused) -> bool:
    """Whether it is the node that fails, and not the transaction: then the same bytes may be taken later."""
    told = refused.message.lower()
    return refused.code in _NODE_FAILS or refused.code in METHOD_MISSING or any(word in told for word in _NODE_IS_FULL)


def _has_it(refused: NodeRefused) -> bool:
    """Whether a node refuses what it has: another one, asked in its name, may not have heard of it."""
    return _KNOWN.search(refused.message) is not None


def _pauses(total: float) -> Iterator[float]:
    """Growing waits between questions, until ``total`` seconds are over."""
    deadline, pause = monotonic() + total, _FIRST_PAUSE
    while monotonic() < deadline:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
