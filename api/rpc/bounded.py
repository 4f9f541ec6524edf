"""A machine that gives up: a caller who pays nothing for what it has run must not have it run for ever.

Gas alone is no clock. A loop of opcodes costs a second for some million gas, a pairing or BLAKE2 in Python a second for
a hundred thousand. Whoever loops jumps or calls, so the time is looked at there and opcodes cost what they did.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, cast

from eth.abc import ComputationAPI, MessageAPI, OpcodeAPI, StateAPI, TransactionContextAPI
from eth.exceptions import OutOfGas
from eth.vm import opcode_values as op
from eth.vm.forks.prague import PragueVM

from api.rpc.errors import TIMED_OUT, RpcError
from scfin_chain.chain.backends.fast_vm import FastComputation

CALL_SECONDS = 5.0
"""How long a call or an estimate may take, its wait for a turn included: geth's limit."""

PRECOMPILE_GAS = 100_000
"""Gas of one precompiled contract's run, which nothing can interrupt: about a second for the slowest.

It may begin just before the deadline, so a call takes as much longer. Ours need 3,000, to recover a signature.
"""


class TimedOut(RpcError):
    """What was asked for takes longer than this node runs it."""

    def __init__(self) -> None:
        super().__init__(TIMED_OUT, f"request timed out: a call may take {CALL_SECONDS:g} seconds")


def bounded(machine: PragueVM, deadline: float) -> PragueVM:
    """The same machine, which raises `TimedOut` at the deadline."""
    state: Any = machine.state
    state.deadline, state.computation_class = deadline, BoundedComputation
    return machine


def _watched(opcode: Callable[..., None]) -> Callable[..., None]:
    def watched(computation: Any) -> None:
        _look_at_the_time(computation.state)
        opcode(computation)

    watched.__wrapped__ = getattr(opcode, "__wrapped__", opcode)  # type: ignore[attr-defined]  # py-evm's log names it
    return watched


def _look_at_the_time(state: Any) -> None:
    if monotonic() > state.deadline:
        raise TimedOut


def _short(precompile: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The precompiled contract with at most so much gas; what would take more is not begun."""

    def short(computation: Any) -> Any:
        meter = computation._gas_meter
        kept = max(0, meter.gas_remaining - PRECOMPILE_GAS)
        meter.gas_remaining -= kept
        try:
            done = precompile(computation)
        except OutOfGas:
            if kept:
                raise TimedOut from None
            raise
        meter.gas_remaining += kept
        return done

    return short


class BoundedComputation(FastComputation):
    """A call whose state has a deadline."""

    opcodes = {  # noqa: RUF012
        **FastComputation.opcodes,
        **{code: cast(OpcodeAPI, _watched(FastComputation.opcodes[code])) for code in (op.JUMP, op.JUMPI)},
    }
    _precompiles = {  # noqa: RUF012
        address: _short(precompile) for address, precompile in FastComputation._precompiles.items()
    }

    @classmethod
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Run one frame: every call, creation and precompiled contract begins here."""
        _look_at_the_time(state)
        return super().apply_computation(state, message, transaction_context, parent_computation)
