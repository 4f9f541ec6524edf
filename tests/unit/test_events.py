"""Events: the dataclasses are those of the compiled contracts.

given the compiled contracts
    the generated modules are what the generator would write now, and there are no others
    every event of every contract has a dataclass with its name, its fields and their types
    and no dataclass is without an event
given an event: its JSON holds every field by name, bytes as hexadecimal text
"""

import json
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, get_type_hints

import pytest

from scfin_chain import artifacts, events
from scfin_chain.events import EVENTS, Event
from scfin_chain.events.financing_desk import FinancingRefused
from scfin_chain.units import FinancingId
from scripts.generate_events import render, snake

FOLDER = Path(events.__file__).parent
WRITTEN_BY_HAND = {"__init__.py", "event.py"}

COMPILED = artifacts.load_all()
DECLARED = {
    (artifact.name, entry["name"]): entry
    for artifact in COMPILED.values()
    for entry in artifact.abi
    if entry["type"] == "event"
}


def python_type(solidity: str) -> object:
    """What the ABI decoder gives for a Solidity type, told without the generator."""
    if solidity.endswith("[]"):
        return tuple[python_type(solidity[:-2]), ...]
    for prefix, kind in {"uint": int, "int": int, "bytes": bytes, "address": str, "bool": bool, "string": str}.items():
        if solidity.startswith(prefix):
            return kind
    raise AssertionError(solidity)


def plain(hint: Any) -> type | UnionType:
    """The built-in type below a unit."""
    return getattr(hint, "__supertype__", hint)


def test_equal_the_generators_given_the_compiled_contracts() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
    assert written == render(COMPILED.values()) | {name: written[name] for name in WRITTEN_BY_HAND}


@pytest.mark.parametrize(("contract", "name"), sorted(DECLARED), ids=".".join)
def test_have_the_fields_of_the_contract_given_an_event(contract: str, name: str) -> None:
    inputs = DECLARED[contract, name]["inputs"]
    hints = get_type_hints(EVENTS[name])

    assert [field.name for field in fields(EVENTS[name])] == [snake(parameter["name"]) for parameter in inputs]
    assert [plain(hints[snake(p["name"])]) for p in inputs] == [python_type(p["type"]) for p in inputs]


def test_are_all_declared() -> None:
    assert set(EVENTS) == {name for _, name in DECLARED}
    assert all(kind.__name__ == name and issubclass(kind, Event) for name, kind in EVENTS.items())


@pytest.mark.parametrize(
    ("solidity", "python"), [("dueDay", "due_day"), ("from", "from_"), ("id", "id"), ("modelHash", "model_hash")]
)
def test_fields_are_spelled_in_python(solidity: str, python: str) -> None:
    assert snake(solidity) == python


def test_shows_every_field_given_an_event() -> None:
    event = FinancingRefused(id=FinancingId(7), reason=3, model_hash=b"\1" * 32, inputs_hash=bytes(32))
    assert json.loads(json.dumps(event.to_json())) == {
        "id": 7,
        "reason": 3,
        "model_hash": f"0x{'01' * 32}",
        "inputs_hash": f"0x{'00' * 32}",
    }
