"""The fast machine against py-evm's own: the same programs leave the same stack, memory, gas and output."""

from typing import Any

import numpy as np
import pytest
from eth.abc import ComputationAPI
from eth.chains.base import MiningChain
from eth.constants import ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.vm import opcode_values as op
from eth.vm.forks.prague import PragueVM

from scfin_chain.chain.backends.fast_vm import FastVM

GAS = 100_000
CALLDATA = bytes(range(1, 60))
GENESIS = {"difficulty": 0, "gas_limit": 30_000_000, "timestamp": 1_704_067_200, "nonce": bytes(8)}

EDGES = [0, 1, 2, 31, 32, 255, 256, 257, 2**64, 2**128 - 1, 2**255, 2**256 - 1]
BINARY = [op.ADD, op.SUB, op.MUL, op.DIV, op.LT, op.GT, op.EQ, op.AND, op.OR, op.XOR, op.SHL, op.SHR]
PLAIN = [*BINARY, op.ISZERO, op.NOT, op.POP, op.JUMPDEST, op.MLOAD, op.MSTORE, op.CALLDATALOAD]
SLOW = [op.SHA3, op.CALLER, op.MOD, op.SSTORE, op.SLOAD, op.CALLDATASIZE, op.GAS, op.MSIZE, op.PC, op.BYTE, op.MSTORE8]


def machine(vm: type[PragueVM]) -> Any:
    class Chain(MiningChain):
        chain_id = 31_337
        vm_configuration = ((0, vm),)

    return Chain.from_genesis(AtomicDB(), GENESIS, {}).get_vm()


def run(vm: type[PragueVM], code: bytes, gas: int = GAS) -> ComputationAPI:
    computation: ComputationAPI = machine(vm).execute_bytecode(
        ZERO_ADDRESS, 0, gas, b"\x01" * 20, ZERO_ADDRESS, 0, CALLDATA, code
    )
    return computation


def seen(computation: Any) -> dict[str, object]:
    return {
        "failed": computation.is_error,
        "burns": computation.should_burn_gas,
        "gas": computation.get_gas_remaining(),
        "output": computation.output,
        "memory": None if computation.is_error else bytes(computation._memory._bytes),
        "stack": None
        if computation.is_error
        else [word if isinstance(word, int) else int.from_bytes(word) for word in computation._stack.values],
    }


def push(value: int) -> bytes:
    word = value.to_bytes(max(1, (value.bit_length() + 7) // 8))
    return bytes([op.PUSH1 - 1 + len(word)]) + word


def program(rng: np.random.Generator) -> bytes:
    """Pushes, copies, jumps and operations at random; small numbers, so that most programs come to their end."""
    parts = [push(int(rng.integers(0, 200))) for _ in range(16)]
    for _ in range(int(rng.integers(5, 60))):
        kind = rng.random()
        if kind < 0.35:
            parts.append(push(int(rng.integers(0, 96)) if kind < 0.33 else EDGES[int(rng.integers(len(EDGES)))]))
        elif kind < 0.5:
            parts.append(bytes([int(rng.integers(op.DUP1, op.SWAP1 + 16))]))
        elif kind < 0.6:
            here = sum(map(len, parts))
            parts.append(push(here + int(rng.integers(3, 6))) + bytes([op.JUMPI, op.JUMPDEST, op.JUMPDEST]))
        else:
            parts.append(bytes([int(rng.choice(PLAIN if kind < 0.9 else SLOW))]))
    return b"".join(parts)


@pytest.mark.parametrize("operation", BINARY)
def test_computes_the_same_given_edges(operation: int) -> None:
    for left in EDGES:
        code = b"".join(push(right) + push(left) + bytes([operation]) for right in EDGES)
        assert seen(run(FastVM, code)) == seen(run(PragueVM, code))


@pytest.mark.parametrize(
    "code",
    [
        bytes([op.POP]),
        bytes([op.PUSH1 - 1]) * 1025,
        push(1) * 1024 + bytes([op.DUP1]),
        push(1) + bytes([op.SWAP1]),
        push(1) + bytes([op.DUP1 + 1]),
        push(1) + bytes([op.ADD]),
        bytes([op.PUSH32, 1, 2, 3]),
        push(4) + bytes([op.JUMP, op.PUSH1, op.JUMPDEST, op.STOP]),
        push(3) + bytes([op.JUMP, op.JUMPDEST, op.PUSH1]),
        push(2**255) + bytes([op.JUMP]),
        push(0) + push(2**255) + bytes([op.JUMPI]) + push(7),
        push(1) + push(6) + bytes([op.JUMPI, 0xFE, op.JUMPDEST]) + push(9),
        push(2**255) + bytes([op.MLOAD]),
        push(1) + push(2**40) + bytes([op.MSTORE]),
        push(33) + push(33) + bytes([op.MSTORE]) + push(40) + bytes([op.MLOAD]),
        push(2**255) + bytes([op.CALLDATALOAD]) + push(40) + bytes([op.CALLDATALOAD]),
        push(32) + push(0) + bytes([op.SHA3, op.NOT, op.ISZERO]),
        push(7) + push(0) + bytes([op.MSTORE]) + push(32) + push(0) + bytes([op.RETURN]),
        push(7) + push(0) + bytes([op.MSTORE]) + push(32) + push(0) + bytes([op.REVERT]),
    ],
    ids=lambda code: code.hex()[:24],
)
def test_does_the_same_given_a_limit(code: bytes) -> None:
    assert seen(run(FastVM, code)) == seen(run(PragueVM, code))


@pytest.mark.parametrize("gas", range(0, 60, 2))
def test_runs_out_of_gas_at_the_same_place(gas: int) -> None:
    code = push(1) + push(2) + bytes([op.ADD, op.DUP1, op.MSTORE, op.PUSH1 - 1, op.MLOAD, op.JUMPDEST, op.POP])

    assert seen(run(FastVM, code, gas)) == seen(run(PragueVM, code, gas))


def test_does_the_same_given_random_programs() -> None:
    rng = np.random.default_rng(20_240_101)
    programs = [program(rng) for _ in range(400)]

    results = [(seen(run(FastVM, code)), seen(run(PragueVM, code))) for code in programs]

    assert [code.hex() for code, (fast, slow) in zip(programs, results, strict=True) if fast != slow] == []
    assert 100 < sum(not fast["failed"] for fast, _ in results) < 400
