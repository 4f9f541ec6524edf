# ruff: noqa: T201
"""Which statements and branches of the contracts the tests run: `python -m tests.contracts.coverage [pytest options]`.

The contracts are compiled without the optimizer, every instruction that py-evm executes is noted, and the compiler's
source maps say to which statement it belongs. A branch is a `require`, `if`, `&&`, `||`, `?:` or loop; both of its
outcomes count. Exits 1 when a test fails or the measure falls below `FLOOR`.
"""

import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import solcx
from eth.vm import opcode_values as op

import scfin_chain.artifacts
from scfin_chain.chain.backends.fast_vm import FastComputation
from scfin_chain.compiler.compile import compile_sources
from scfin_chain.compiler.settings import Settings
from scfin_chain.compiler.solc import find_solc
from scfin_chain.compiler.sources import collect
from tests.contracts.world import CONTRACTS, World

ROOT = Path(__file__).resolve().parents[2]

FLOOR = 1.0
"""The share of statements, and of branches, below which this fails."""

LEFT_OUT = ("tests/contracts/test_gas.py", "tests/contracts/test_reentrance.py")
"""Tests of gas, and of a changed contract: neither is of these instructions."""

Node = Mapping[str, Any]


class Unoptimised(Settings):
    """Instructions in the order of the source, none merged with another's."""

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"optimizer": {"enabled": False}}


# ------------------------------------------------------------------ what is executed


@dataclass
class Trace:
    """Instructions executed, and outcomes of conditional jumps, by contract."""

    instructions: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    jumps: dict[str, set[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(set))
    names: dict[bytes, str] = field(default_factory=dict)

    def install(self) -> None:
        """Note every instruction from now on, and which contract stands where."""
        deploy = World.deploy

        def deployed(world: World, contract: str, *arguments: Any) -> Any:
            made = deploy(world, contract, *arguments)
            self.names[bytes.fromhex(made.address[2:])] = contract
            return made

        World.deploy = deployed  # type: ignore[method-assign]
        opcodes = FastComputation.opcodes
        FastComputation.opcodes = {code: self._noted(code, run) for code, run in opcodes.items()}  # type: ignore[misc]

    def _noted(self, opcode: int, run: Any) -> Any:
        names, instructions, jumps = self.names, self.instructions, self.jumps

        def noted(computation: Any) -> None:
            name = names.get(computation.msg.code_address)
            if name is None or computation.msg.is_create:
                run(computation=computation)
                return
            position = computation.code.program_counter
            instructions[name].add(position - 1)
            run(computation=computation)
            if opcode == op.JUMPI:
                jumps[name].add((position - 1, computation.code.program_counter != position))

        return noted


# ------------------------------------------------------------------ what the source is


@dataclass(frozen=True, slots=True)
class Compiled:
    """The compiler's view of the same instructions."""

    trees: Mapping[str, Node]
    units: Mapping[int, str]
    maps: Mapping[str, Mapping[int, tuple[int, int, int]]]
    """Per contract: program counter to start, length and number of the source."""


def compiled() -> Compiled:
    outputs = {"": ["ast"], "*": ["evm.deployedBytecode.object", "evm.deployedBytecode.sourceMap"]}
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in collect(ROOT).items()},
        "settings": Unoptimised().to_json() | {"outputSelection": {"*": outputs}},
    }
    with find_solc(ROOT) as solc:
        answer = solcx.compile_standard(request, solc_binary=solc.binary)
    codes = {name: answer["contracts"][f"contracts/{name}.sol"][name]["evm"] for name in CONTRACTS}
    return Compiled(
        trees={unit: source["ast"] for unit, source in answer["sources"].items() if unit.startswith("contracts/")},
        units={source["id"]: unit for unit, source in answer["sources"].items()},
        maps={name: dict(_positions(code["deployedBytecode"])) for name, code in codes.items()},
    )


def _positions(code: Mapping[str, str]) -> Iterator[tuple[int, tuple[int, int, int]]]:
    raw, position = bytes.fromhex(code["object"]), 0
    entry = ["0", "0", "-1"]
    for text in code["sourceMap"].split(";"):
        parts = text.split(":")[:3]
        entry = [new or old for new, old in zip(parts + [""] * (3 - len(parts)), entry, strict=True)]
        yield position, (int(entry[0]), int(entry[1]), int(entry[2]))
        opcode = raw[position]
        position += opcode - op.PUSH1 + 2 if op.PUSH1 <= opcode <= op.PUSH32 else 1


STATEMENTS = {
    "EmitStatement",
    "ExpressionStatement",
    "ForStatement",
    "IfStatement",
    "Return",
    "RevertStatement",
    "VariableDeclarationStatement",
    "Continue",
    "Break",
}


def is_branch(node: Node) -> bool:
    match node["nodeType"]:
        case "IfStatement" | "Conditional" | "ForStatement" | "WhileStatement":
            return True
        case "BinaryOperation":
            return node["operator"] in ("&&", "||")
        case "FunctionCall":
            # `require(false, ...)` has one outcome.
            return node["expression"].get("name") == "require" and node["arguments"][0].get("value") != "false"
    return False


Span = tuple[int, int]
"""Start and length in the source, bytes."""


@dataclass
class Unit:
    """The statements and branches of one source file, and what was seen of them."""

    text: bytes
    statements: dict[Span, bool] = field(default_factory=dict)
    branches: dict[Span, set[bool]] = field(default_factory=dict)

    def read(self, tree: Node) -> None:
        for node in _walk(tree):
            if node["nodeType"] in ("FunctionDefinition", "ModifierDefinition") and node.get("body"):
                for inner in _walk(node["body"]):
                    start, length, _ = map(int, inner["src"].split(":"))
                    if inner["nodeType"] in STATEMENTS and node.get("kind") != "constructor":
                        self.statements.setdefault((start, length), False)
                    if is_branch(inner) and node.get("kind") != "constructor":
                        self.branches.setdefault((start, length), set())
        self._starts = sorted(self.statements)

    def hit(self, span: Span) -> None:
        """The innermost statement that holds the span was executed."""
        at = bisect_right(self._starts, (span[0], 1 << 62))
        for start, length in reversed(self._starts[:at]):
            if start + length >= span[0] + span[1]:
                self.statements[start, length] = True
                return

    def line_of(self, span: Span) -> int:
        return self.text[: span[0]].count(b"\n") + 1


def _walk(node: Any) -> Iterator[Node]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, dict):
        if "nodeType" in node and "src" in node:
            yield node
        for value in node.values():
            if isinstance(value, dict | list):
                yield from _walk(value)


# ------------------------------------------------------------------ the measure


def measure(trace: Trace) -> dict[str, Unit]:
    """The units with code of their own, and what of them was seen."""
    view = compiled()
    units: dict[str, Unit] = {}
    for unit, tree in view.trees.items():
        units[unit] = Unit((ROOT / unit).read_bytes())
        units[unit].read(tree)
    for name, positions in view.maps.items():
        for position in trace.instructions[name]:
            start, length, source = positions[position]
            if view.units.get(source) in units:
                units[view.units[source]].hit((start, length))
        for position, taken in trace.jumps[name]:
            start, length, source = positions[position]
            branches = units[view.units[source]].branches if view.units.get(source) in units else {}
            if (start, length) in branches:
                branches[start, length].add(taken)
    return {unit: seen for unit, seen in units.items() if seen.statements}


def report(units: Mapping[str, Unit]) -> bool:
    """Print shares and gaps; whether both are at least `FLOOR`."""
    totals = [0, 0, 0, 0]
    for unit, seen in units.items():
        counts = [
            sum(seen.statements.values()),
            len(seen.statements),
            sum(len(outcomes) for outcomes in seen.branches.values()),
            2 * len(seen.branches),
        ]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print(_line(unit, counts))
        for span in sorted(span for span, hit in seen.statements.items() if not hit):
            print(f"  line {seen.line_of(span)}: never run")
        for span, outcomes in sorted(seen.branches.items()):
            if len(outcomes) < 2:
                print(f"  line {seen.line_of(span)}: only {sorted(outcomes)} of a branch, length {span[1]}")
    print(_line("all", totals))
    return totals[0] >= FLOOR * totals[1] and totals[2] >= FLOOR * totals[3]


def _line(name: str, counts: list[int]) -> str:
    statements, branches = (_share(*counts[i : i + 2]) for i in (0, 2))
    return f"{name:44} statements {statements}   branches {branches}"


def _share(seen: int, there: int) -> str:
    return f"{seen:4} of {there:<4} {100 * seen / there:5.1f} %" if there else "   none           "


def main(options: list[str]) -> int:
    artifacts = compile_sources(collect(ROOT), root=ROOT, settings=Unoptimised())
    scfin_chain.artifacts.load_all = lambda: artifacts  # type: ignore[assignment]
    trace = Trace()
    trace.install()
    ignored = [f"--ignore={path}" for path in LEFT_OUT]
    failed = pytest.main(["tests/contracts", "-q", "-p", "no:cacheprovider", *ignored, *options])
    return int(bool(failed) or not report(measure(trace)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
