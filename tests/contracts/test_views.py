"""Views never revert, whatever they are asked.

given zeros, the largest values, and ids that exist
    every view answers, but for those named `require...`, which refuse by design
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.state_machine import Credit
from tests.contracts.scenes import build
from tests.contracts.world import CONTRACTS, World

ENUMS = {"enum IReceivableRegistry.DocumentType": 2, "enum IFinancingDesk.Verdict": 2}
"""The largest value of each; the decoder refuses larger ones before the view is reached."""


def values_of(parameter: Mapping[str, Any], world: World, credit: int) -> tuple[Any, ...]:
    kind, name = str(parameter["type"]), str(parameter["internalType"])
    if name in ENUMS:
        return 0, ENUMS[name]
    if kind == "tuple":
        columns = [values_of(component, world, credit) for component in parameter["components"]]
        return tuple(column[0] for column in columns), tuple(column[-1] for column in columns)
    if kind.endswith("[]"):
        return ((),)
    match kind:
        case "address":
            return world.address(""), world.address("supplier"), world.address("Settlement")
        case "bool":
            return False, True
        case "bytes32" | "bytes4":
            size = int(kind.removeprefix("bytes"))
            return bytes(size), b"\xff" * size
        case "uint256":
            return 0, credit, 2**256 - 1
    return 0, 1, 2 ** int(kind.removeprefix("uint")) - 1


def calls(contract: Mapping[str, Any], world: World, credit: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    views = [entry for entry in contract["abi"] if entry.get("stateMutability") in ("view", "pure")]
    for entry in views:
        if not entry["name"].startswith("require"):
            choices = [values_of(parameter, world, credit) for parameter in entry["inputs"]]
            yield from ((entry["name"], arguments) for arguments in product(*choices))


@pytest.mark.parametrize("state", [Credit.LIVE, Credit.SEALED, Credit.DEFAULTED, Credit.COLLECTED, Credit.CLOSED])
def test_every_view_answers(world: World, artifacts: Mapping[str, Artifact], state: Credit) -> None:
    credit = build(world, state).credit
    asked = 0
    for contract in CONTRACTS:
        for function, arguments in calls(artifacts[contract].to_json(), world, credit):
            world.view(contract, function, *arguments)
            asked += 1
    assert asked > 200
