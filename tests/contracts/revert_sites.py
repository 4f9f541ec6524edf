"""Which custom errors each function can end in, read off the compiler's syntax trees.

A call is followed inside a contract as the compiler would resolve it, and across contracts by interface.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import solcx

from scfin_chain.compiler.settings import Settings
from scfin_chain.compiler.solc import find_solc
from scfin_chain.compiler.sources import collect
from tests.contracts.world import CONTRACTS

ROOT = Path(__file__).resolve().parents[2]

Node = Mapping[str, Any]

BEHIND: Mapping[str, str] = {f"I{name}": name for name in CONTRACTS} | {"IERC20": "CashToken"}
"""Which contract answers where an interface is called."""

BUBBLES: Mapping[str, str] = {"safeTransfer": "transfer", "safeTransferFrom": "transferFrom"}
"""Calls of SafeERC20, which are made in assembly, and what they call of the cash token."""


def syntax_trees() -> dict[str, Node]:
    """The tree of every source unit."""
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in collect(ROOT).items()},
        "settings": Settings().to_json() | {"outputSelection": {"*": {"": ["ast"]}}},
    }
    with find_solc(ROOT) as solc:
        answer = solcx.compile_standard(request, solc_binary=solc.binary)
    return {unit: output["ast"] for unit, output in answer["sources"].items()}


class RevertSites:
    """The errors of every function, with those of all that it calls."""

    def __init__(self, trees: Mapping[str, Node]) -> None:
        self._nodes: dict[int, Node] = {}
        self._home: dict[int, Node] = {}
        for tree in trees.values():
            for contract in tree["nodes"]:
                for node in _walk(contract):
                    if "id" in node:
                        self._nodes[node["id"]] = node
                        self._home[node["id"]] = contract
        self._contracts = {
            node["name"]: node for node in self._nodes.values() if node["nodeType"] == "ContractDefinition"
        }

    def of(self, contract: str, function: str) -> set[str]:
        """The errors that a call of the function can end in."""
        found = self._external(contract, function)
        return self._errors(self._contracts[contract], found, set()) if found else set()

    def _external(self, contract: str, function: str) -> Node | None:
        for base in self._line(self._contracts[contract]):
            for node in base["nodes"]:
                if node["nodeType"] == "FunctionDefinition" and node["name"] == function and node.get("implemented"):
                    return node
        return None

    def _line(self, contract: Node) -> list[Node]:
        return [self._nodes[base] for base in contract["linearizedBaseContracts"]]

    def _errors(self, contract: Node, function: Node, seen: set[tuple[int, int]]) -> set[str]:
        if (contract["id"], function["id"]) in seen:
            return set()
        seen.add((contract["id"], function["id"]))
        errors: set[str] = set()
        for node in _walk(function):
            if node["nodeType"] == "FunctionCall":
                errors |= self._of_call(contract, node, seen)
            elif node["nodeType"] == "ModifierInvocation":
                modifier = self._nodes.get(node["modifierName"]["referencedDeclaration"])
                if modifier and modifier["nodeType"] == "ModifierDefinition":
                    errors |= self._errors(contract, modifier, seen)
        return errors

    def _of_call(self, contract: Node, call: Node, seen: set[tuple[int, int]]) -> set[str]:
        expression = call["expression"]
        target = self._nodes.get(expression.get("referencedDeclaration", -1))
        if target is None:
            return set()
        if target["nodeType"] == "ErrorDefinition":
            return {target["name"]}
        if target["nodeType"] != "FunctionDefinition":
            return set()
        home = self._home[target["id"]]
        if home["name"] == "SafeERC20" and target["name"] in BUBBLES:
            cash = self._contracts["CashToken"]
            behind = self._external("CashToken", BUBBLES[target["name"]])
            return self._errors(contract, target, seen) | (self._errors(cash, behind, seen) if behind else set())
        kind = expression.get("expression", {}).get("typeDescriptions", {}).get("typeString", "")
        if kind.startswith("contract ") and home["name"] in BEHIND:
            other = BEHIND[kind.removeprefix("contract ")]
            behind = self._external(other, target["name"])
            return self._errors(self._contracts[other], behind, seen) if behind else set()
        return self._errors(contract, self._resolved(contract, expression, target), seen)

    def _resolved(self, contract: Node, expression: Node, target: Node) -> Node:
        """The most derived override, unless the call names its base."""
        if expression["nodeType"] != "Identifier" or not target.get("virtual"):
            return target
        for base in self._line(contract):
            for node in base["nodes"]:
                if node["nodeType"] == "FunctionDefinition" and _signature(node) == _signature(target):
                    return node
        return target


def _signature(function: Node) -> tuple[str, ...]:
    types = (p["typeDescriptions"]["typeString"] for p in function["parameters"]["parameters"])
    return (function["name"], *types)


def _walk(node: Any) -> Iterator[Node]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, dict):
        if "nodeType" in node:
            yield node
        for value in node.values():
            if isinstance(value, dict | list):
                yield from _walk(value)
