"""Running a call on a state without leaving a trace, as a transaction would run there, and the gas that it needs.

A state is what hangs below one hash, and never changes: a call holds nobody up but those who call as well. So many run
at once, each so long, with so much gas.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Semaphore
from time import monotonic
from typing import cast

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.exceptions import InsufficientFunds, InvalidInstruction, OutOfGas, Revert, VMError
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth.vm.forks.prague import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address

from api.rpc.bounded import CALL_SECONDS, TimedOut, bounded
from api.rpc.calls import CallRequest
from api.rpc.errors import SERVER_ERROR, RpcError
from api.rpc.refusals import RevertWords
from api.rpc.view import BlockPoint, ChainView

CALLS_AT_ONCE = 2
"""Calls that run at the same moment: they share the processor with whatever else the service does."""

MAX_INIT_CODE = 49_152
"""Bytes of creation code: EIP-3860."""

TOLERANCE = 64
"""An estimate is at most this share, 1 in 64, above what is needed, and never below it."""

CALL_STIPEND = 2_300
"""Gas that a call with value must have left over: Yellow Paper, appendix G."""

_NOBODY = bytes(20)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended; ``gas_used`` is net of refunds."""

    output: bytes
    gas_used: int
    error: VMError | None


class Executor:
    """Calls and estimates on a chain's states; ``gas`` is what each may use, however much it names."""

    def __init__(self, view: ChainView, words: RevertWords, *, gas: int) -> None:
        self._view = view
        self._words = words
        self._gas = gas
        self._turns = Semaphore(CALLS_AT_ONCE)

    def call(self, request: CallRequest, point: BlockPoint) -> bytes:
        """What a call returns there; a refusal is raised."""
        outcome = self.run(request, point)
        self._raise_refusal(outcome, self._capped(request))
        return outcome.output

    def run(self, request: CallRequest, point: BlockPoint) -> Outcome:
        """How a call ends there, refused or not."""
        with self._turn() as deadline:
            return self._run(request, point, self._capped(request), deadline)

    def estimate(self, request: CallRequest, point: BlockPoint) -> int:
        """A gas limit with which the transaction succeeds there, close to the least where time allows."""
        with self._turn() as deadline:
            return self._estimate(request, point, deadline)

    def _estimate(self, request: CallRequest, point: BlockPoint, deadline: float) -> int:
        high = self._allowance(request, point)
        first = self._run(request, point, high, deadline)
        if isinstance(first.error, OutOfGas):
            raise RpcError(SERVER_ERROR, f"gas required exceeds allowance ({high})")
        self._raise_refusal(first, high)
        low = first.gas_used - 1
        guess = min(high, (first.gas_used + CALL_STIPEND) * 64 // 63)
        try:
            for limit in (first.gas_used, guess):
                if self._succeeds(request, point, limit, deadline):
                    high = limit
                    break
                low = limit
            while high - low > 1 + high // TOLERANCE:
                middle = (high + low) // 2
                if self._succeeds(request, point, middle, deadline):
                    high = middle
                else:
                    low = middle
        except TimedOut:
            pass  # what was found by then suffices, and is more than is needed
        return high

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Wait until one may run; gives the moment at which it must have ended, the wait included."""
        deadline = monotonic() + CALL_SECONDS
        if not self._turns.acquire(timeout=CALL_SECONDS):
            raise TimedOut
        try:
            yield deadline
        finally:
            self._turns.release()

    def _capped(self, request: CallRequest) -> int:
        return self._gas if request.gas is None else min(request.gas, self._gas)

    def _allowance(self, request: CallRequest, point: BlockPoint) -> int:
        """The most gas that the transaction may take: the cap, its own limit, or what its sender can pay."""
        cap = self._capped(request)
        price, _ = request.fees
        if not price:
            return cap
        balance = self._view.machine(point).state.get_balance(Address(request.sender or _NOBODY))
        return min(cap, max(balance - request.value, 0) // price)

    def _succeeds(self, request: CallRequest, point: BlockPoint, gas: int, deadline: float) -> bool:
        try:
            return self._run(request, point, gas, deadline).error is None
        except TimedOut:
            raise
        except RpcError:
            return False

    def _raise_refusal(self, outcome: Outcome, gas: int) -> None:
        match outcome.error:
            case None:
                return
            case Revert():
                raise self._words.reverted(outcome.output)
            case OutOfGas():
                raise RpcError(SERVER_ERROR, f"out of gas: the limit was {gas}")
            case InvalidInstruction():
                raise RpcError(SERVER_ERROR, f"invalid opcode: {outcome.error}")
            case InsufficientFunds():
                raise RpcError(SERVER_ERROR, f"insufficient funds for transfer: {outcome.error}")
            case error:
                raise RpcError(SERVER_ERROR, f"execution failed: {type(error).__name__}: {error}")

    def _run(self, request: CallRequest, point: BlockPoint, gas: int, deadline: float) -> Outcome:
        """Without the chain's lock, but to make the machine: see `ChainView.machine`."""
        machine = bounded(self._view.machine(point, header=_seen_by(request, point.header)), deadline)
        transaction = _unsigned(request, machine, self._view.chain_id, gas)
        _check(transaction, machine)
        executor = machine.state.get_transaction_executor()
        message = executor.build_evm_message(transaction)
        computation = executor.build_computation(message, transaction)
        executor.finalize_computation(transaction, computation)
        used = machine.finalize_gas_used(transaction, computation)
        error = computation.error if computation.is_error else None
        return Outcome(bytes(computation.output), used, error)


def _seen_by(request: CallRequest, header: BlockHeaderAPI) -> BlockHeaderAPI:
    """A call that pays nothing runs in a block whose gas costs nothing, as on other nodes."""
    price, _ = request.fees
    return header if price else header.copy(base_fee_per_gas=0)


def _unsigned(request: CallRequest, machine: PragueVM, chain_id: int, gas: int) -> SignedTransactionAPI:
    sender = Address(request.sender or _NOBODY)
    price, tip = request.fees
    nonce = machine.state.get_nonce(sender)
    to, accesses = Address(request.to or b""), request.accesses or ()
    inner = UnsignedDynamicFeeTransaction(chain_id, nonce, tip, price, gas, to, request.value, request.data, accesses)
    return cast(SignedTransactionAPI, SpoofTransaction(inner, from_=sender))


def _check(transaction: SignedTransactionAPI, machine: PragueVM) -> None:
    """What a transaction must meet before it runs; nonce and signature apart."""
    base_fee = machine.get_header().base_fee_per_gas or 0
    if transaction.max_fee_per_gas < base_fee:
        raise RpcError(
            SERVER_ERROR,
            f"max fee per gas less than block base fee: maxFeePerGas {transaction.max_fee_per_gas}, baseFee {base_fee}",
        )
    if transaction.to == b"" and len(transaction.data) > MAX_INIT_CODE:
        raise RpcError(SERVER_ERROR, f"max initcode size exceeded: {len(transaction.data)}, limit {MAX_INIT_CODE}")
    if transaction.intrinsic_gas > transaction.gas:
        raise RpcError(
            SERVER_ERROR, f"intrinsic gas too low: gas {transaction.gas}, needed {transaction.intrinsic_gas}"
        )
    price, balance = transaction.max_fee_per_gas, machine.state.get_balance(transaction.sender)
    if transaction.gas * price + transaction.value > balance:
        raise RpcError(
            SERVER_ERROR,
            f"insufficient funds for gas * price + value: {transaction.gas} * {price} + {transaction.value}"
            f" is more than the balance of {balance}",
        )
