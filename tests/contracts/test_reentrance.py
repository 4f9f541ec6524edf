"""Settlement against a cash token that calls back in the middle of a payment.

given cash that calls Settlement while it moves
    every guarded function refuses, and the whole payment with it
"""

from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.state_machine import Credit, Payout
from tests.contracts.mutants import mutant
from tests.contracts.scenes import ARGUMENTS, Scene, build, stocked
from tests.contracts.world import World

REENTRANCE = "ReentrancyGuardReentrantCall"

GUARDED = ("collect", "crank", "settle", "declareDefault", "repay", "claim")

CALLBACK = """        super._update(from, to, amount);
        if (_target == address(0)) return;
        (bool success, bytes memory returned) = _target.call(_data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(returned, 0x20), mload(returned))
        }
    }

    address private _target;
    bytes private _data;

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }
"""

OUTER: Mapping[str, Credit | Payout] = {
    "collect": Credit.DUE,
    "crank": Credit.COLLECTED,
    "settle": Credit.COLLECTED,
    "repay": Credit.LIVE,
    "claim": Payout.CLAIMABLE,
}
"""The calls that move cash, and the scene in which each passes."""


@pytest.fixture(scope="module")
def hostile(artifacts: Mapping[str, Artifact]) -> World:
    original = "        super._update(from, to, amount);\n    }\n"
    return stocked(World(mutant(artifacts, "CashToken", (original, CALLBACK))))


@pytest.mark.parametrize("inner", GUARDED)
@pytest.mark.parametrize("outer", OUTER)
def test_refuses_a_call_from_inside_a_payment(hostile: World, outer: str, inner: str) -> None:
    with hostile.meanwhile():
        scene = build(hostile, OUTER[outer])
        caller = {"repay": "core", "claim": "supplier"}.get(outer, "keeper")
        assert hostile.refusal(caller, "Settlement", outer, *ARGUMENTS["Settlement", outer](scene, caller)) is None
        arm(scene, inner)
        met = hostile.refusal(caller, "Settlement", outer, *ARGUMENTS["Settlement", outer](scene, caller))
    assert met is not None
    assert met.name == REENTRANCE


def arm(scene: Scene, inner: str) -> None:
    """From the next movement on, cash calls this function of Settlement."""
    world = scene.world
    data = world.encode("Settlement", inner, *ARGUMENTS["Settlement", inner](scene, "keeper"))
    world.send("keeper", "CashToken", "arm", world.address("Settlement"), data)
