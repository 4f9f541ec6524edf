"""py-evm's Prague machine with its most frequent opcodes written for speed; results and gas are the same.

py-evm spends six Python calls on a PUSH. Here an opcode is one or two, and works on the machine's own stack,
whose words are integers, or bytes where one of py-evm's own opcodes put them.
``tests/chain/test_fast_vm.py`` holds it against the original.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from eth.constants import UINT_256_MAX
from eth.exceptions import FullStack, InsufficientStack, InvalidJumpDestination, OutOfGas
from eth.vm import opcode_values as op
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.opcodes import PRAGUE_OPCODES
from eth.vm.forks.prague.state import PragueState

Instruction = Callable[[Any], None]
"""What an opcode does to a running computation."""

STACK_LIMIT = 1024
"""Words that fit on the stack: Yellow Paper, section 9.1."""

_BASE, _VERY_LOW, _LOW, _MID, _HIGH, _JUMPDEST = 2, 3, 5, 8, 10, 1
"""Gas of the tiers: Yellow Paper, appendix G."""


def _spend(computation: Any, gas: int) -> None:
    meter = computation._gas_meter
    if gas > meter.gas_remaining:
        raise OutOfGas(f"Out of gas: Needed {gas} - Remaining {meter.gas_remaining}")
    meter.gas_remaining -= gas


def _stack(computation: Any, wanted: int) -> list[Any]:
    stack: list[Any] = computation._stack.values
    if len(stack) < wanted:
        raise InsufficientStack(f"Wanted {wanted} stack items, only had {len(stack)}")
    return stack


def _room(computation: Any, wanted: int = 0) -> list[Any]:
    stack = _stack(computation, wanted)
    if len(stack) >= STACK_LIMIT:
        raise FullStack("Stack limit reached")
    return stack


def _integer(word: int | bytes) -> int:
    return word if type(word) is int else int.from_bytes(word)  # type: ignore[arg-type]


def _push(size: int) -> Instruction:
    gas = _VERY_LOW if size else _BASE

    def push(computation: Any) -> None:
        _spend(computation, gas)
        stack, code = _room(computation), computation.code
        start = code.program_counter
        code.program_counter = end = start + size
        word = code._raw_code_bytes[start:end]
        stack.append(int.from_bytes(word) << 8 * (size - len(word)))

    return push


def _dup(position: int) -> Instruction:
    def dup(computation: Any) -> None:
        _spend(computation, _VERY_LOW)
        stack = _room(computation, position)
        stack.append(stack[-position])

    return dup


def _swap(position: int) -> Instruction:
    def swap(computation: Any) -> None:
        _spend(computation, _VERY_LOW)
        stack = _stack(computation, position + 1)
        stack[-1], stack[-1 - position] = stack[-1 - position], stack[-1]

    return swap


def _unary(gas: int, operate: Callable[[int], int]) -> Instruction:
    def unary(computation: Any) -> None:
        _spend(computation, gas)
        stack = _stack(computation, 1)
        stack[-1] = operate(_integer(stack[-1]))

    return unary


def _binary(gas: int, operate: Callable[[int, int], int]) -> Instruction:
    """``operate`` takes the top of the stack first."""

    def binary(computation: Any) -> None:
        _spend(computation, gas)
        stack = _stack(computation, 2)
        left = stack.pop()
        stack[-1] = operate(_integer(left), _integer(stack[-1]))

    return binary


def _pop(computation: Any) -> None:
    _spend(computation, _BASE)
    _stack(computation, 1).pop()


def _jumpdest(computation: Any) -> None:
    _spend(computation, _JUMPDEST)


def _jump(computation: Any) -> None:
    _spend(computation, _MID)
    _go_to(computation, _integer(_stack(computation, 1).pop()))


def _jumpi(computation: Any) -> None:
    _spend(computation, _HIGH)
    stack = _stack(computation, 2)
    destination, condition = stack.pop(), stack.pop()
    if _integer(condition):
        _go_to(computation, _integer(destination))


def _go_to(computation: Any, destination: int) -> None:
    code = computation.code
    if destination not in _jump_destinations(code._raw_code_bytes):
        raise InvalidJumpDestination("Invalid Jump Destination")
    code.program_counter = destination


@lru_cache(maxsize=512)
def _jump_destinations(code: bytes) -> frozenset[int]:
    """Where JUMPDEST stands as an instruction, not within the data of a PUSH."""
    found, position = set(), 0
    while position < len(code):
        opcode = code[position]
        if opcode == op.JUMPDEST:
            found.add(position)
        position += opcode - op.PUSH1 + 2 if op.PUSH1 <= opcode <= op.PUSH32 else 1
    return frozenset(found)


def _memory(computation: Any, start: int) -> bytearray:
    """The memory, grown and paid for where a word at ``start`` lies beyond its end."""
    if start + 32 > len(computation._memory._bytes):
        computation.extend_memory(start, 32)
    memory: bytearray = computation._memory._bytes
    return memory


def _mload(computation: Any) -> None:
    _spend(computation, _VERY_LOW)
    stack = _stack(computation, 1)
    start = _integer(stack[-1])
    stack[-1] = int.from_bytes(_memory(computation, start)[start : start + 32])


def _mstore(computation: Any) -> None:
    _spend(computation, _VERY_LOW)
    stack = _stack(computation, 2)
    start, word = _integer(stack.pop()), _integer(stack.pop())
    _memory(computation, start)[start : start + 32] = word.to_bytes(32)


def _calldataload(computation: Any) -> None:
    _spend(computation, _VERY_LOW)
    stack = _stack(computation, 1)
    start = _integer(stack[-1])
    stack[-1] = int.from_bytes(computation.msg.data_as_bytes[start : start + 32].ljust(32, b"\0"))


_FAST: dict[int, Instruction] = {
    op.POP: _pop,
    op.JUMP: _jump,
    op.JUMPI: _jumpi,
    op.JUMPDEST: _jumpdest,
    op.MLOAD: _mload,
    op.MSTORE: _mstore,
    op.CALLDATALOAD: _calldataload,
    op.ISZERO: _unary(_VERY_LOW, lambda a: int(a == 0)),
    op.NOT: _unary(_VERY_LOW, lambda a: UINT_256_MAX - a),
    op.ADD: _binary(_VERY_LOW, lambda a, b: (a + b) & UINT_256_MAX),
    op.SUB: _binary(_VERY_LOW, lambda a, b: (a - b) & UINT_256_MAX),
    op.MUL: _binary(_LOW, lambda a, b: (a * b) & UINT_256_MAX),
    op.DIV: _binary(_LOW, lambda a, b: a // b if b else 0),
    op.LT: _binary(_VERY_LOW, lambda a, b: int(a < b)),
    op.GT: _binary(_VERY_LOW, lambda a, b: int(a > b)),
    op.EQ: _binary(_VERY_LOW, lambda a, b: int(a == b)),
    op.AND: _binary(_VERY_LOW, lambda a, b: a & b),
    op.OR: _binary(_VERY_LOW, lambda a, b: a | b),
    op.XOR: _binary(_VERY_LOW, lambda a, b: a ^ b),
    op.SHL: _binary(_VERY_LOW, lambda shift, a: (a << shift) & UINT_256_MAX if shift < 256 else 0),
    op.SHR: _binary(_VERY_LOW, lambda shift, a: a >> shift if shift < 256 else 0),
    **{op.PUSH1 - 1 + size: _push(size) for size in range(33)},
    **{op.DUP1 - 1 + position: _dup(position) for position in range(1, 17)},
    **{op.SWAP1 - 1 + position: _swap(position) for position in range(1, 17)},
}

for _code, _instruction in _FAST.items():
    _instruction.__wrapped__ = PRAGUE_OPCODES[_code]  # type: ignore[attr-defined]  # py-evm's log names it


class FastComputation(PragueComputation):
    """A running call or creation."""

    opcodes = {**PRAGUE_OPCODES, **_FAST}  # type: ignore[dict-item]  # noqa: RUF012


class FastState(PragueState):
    """The accounts; py-evm looks for system contracts with each state, and never sets one."""

    computation_class = FastComputation

    def set_system_contracts(self) -> None:
        """Leave the state as it is, as py-evm does after looking."""


class FastVM(PragueVM):
    """The machine of the in-process chain."""

    _state_class = FastState
