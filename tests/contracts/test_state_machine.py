"""The contracts against the table of `scfin_chain.state_machine`, cell by cell.

given the table
    it has every state-changing function of every contract, and no other
    its cells are complete
given a scene in which a call passes, when anybody of the cast calls
    it passes or is refused, as the row's access says
given a scene in which a call passes, when a party is suspended, expired or frozen, or trading is paused
    it passes or is refused, as the row says
given an object in each of its states
    the call leads to the cell's state, or is refused with the cell's error
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.state_machine import PASSES, TABLE, Credit, Financing, Row, State, Who
from tests.contracts.scenes import (
    ARGUMENTS,
    PAYEES,
    PAYERS,
    REASON,
    Scene,
    build,
    leave_last_holder,
    pass_first_day,
    repay_all,
    state_in,
    stocked,
)
from tests.contracts.world import CONTRACTS, MAX, START, World

NAMES: Mapping[Who, str] = {who: who.name.lower().replace("_", " ") for who in Who} | {
    Who.CREDIT_TOKEN: "CreditToken",
    Who.DESK: "FinancingDesk",
    Who.SETTLEMENT: "Settlement",
    Who.ISSUER: "core",
    Who.OTHER_ISSUER: "other core",
    Who.HOLDER: "supplier",
    Who.PAYEE: "second",
}
FIRST = {(row.contract, row.function): row for row in reversed(TABLE)}
"""One row a function, the first of its cases."""

EXPIRY = START + 40


def title(row: Row) -> str:
    return f"{row.contract}.{row.function}" + (f" ({row.case})" if row.case else "")


def caller_of(row: Row) -> str:
    """The rightful caller, the first in the order of the cast; a keeper where anyone may."""
    if row.access.who == frozenset(Who):
        return "keeper"
    return NAMES[next((who for who in Who if who in row.access.who), Who.HOLDER)]


def passing(world: World, row: Row) -> Scene:
    """A scene in which the row's call passes."""
    for state, outcome in row.cells:
        if isinstance(outcome, Enum):
            return prepared(build(world, state), row, state)
    return build(world, Credit.LIVE)


def prepared(scene: Scene, row: Row, state: State) -> Scene:
    """What a row's call needs beside its object's state."""
    if isinstance(state, Financing) and row.function == "settle" and state not in (Financing.NONE, Financing.SETTLED):
        repay_all(scene)
    if row.case == "the last holders" and state is Credit.COLLECTED:
        leave_last_holder(scene)
    if row.case == "cash missing":
        scene.world.allow("core", "Settlement", 0)
    return scene


def arguments_of(scene: Scene, row: Row, caller: str) -> tuple[object, ...]:
    if (row.function, row.case) == ("repay", "all"):
        due = scene.world.view("Settlement", "due", scene.credit, scene.world.today)
        return scene.credit, max(due, 1)
    return ARGUMENTS[row.contract, row.function](scene, caller)


def refused(scene: Scene, row: Row, caller: str) -> str:
    """The name of the error that the caller meets, or `PASSES`."""
    reverted = scene.world.refusal(caller, row.contract, row.function, *arguments_of(scene, row, caller))
    return reverted.name if reverted else PASSES


class TestTable:
    def test_has_every_state_changing_function(self, artifacts: Mapping[str, Artifact]) -> None:
        changing = {
            (contract, entry["name"])
            for contract in CONTRACTS
            for entry in artifacts[contract].abi
            if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
        }
        assert changing == set(FIRST)

    @pytest.mark.parametrize("row", TABLE, ids=title)
    def test_has_every_state(self, row: Row) -> None:
        kinds = {type(state) for state, _ in row.cells}
        for kind in kinds:
            named = [state for state, _ in row.cells if type(state) is kind]
            assert named in (list(kind), [Financing.NONE])

    @pytest.mark.parametrize("row", TABLE, ids=title)
    def test_names_errors_that_exist(self, row: Row, artifacts: Mapping[str, Artifact]) -> None:
        known = {signature.split("(")[0] for c in CONTRACTS for signature in artifacts[c].errors.values()}
        errors = [row.access.others, row.access.outsiders or "", row.paused, *(error for _, error in row.access.but)]
        errors += [getattr(row.parties, name) or "" for name in row.parties.__slots__]
        errors += [outcome for _, outcome in row.cells if isinstance(outcome, str)]
        assert set(errors) - {PASSES} <= known


@pytest.mark.parametrize("row", FIRST.values(), ids=title)
class TestAccess:
    def test_every_caller(self, world: World, row: Row) -> None:
        scene = passing(world, row)
        pass_first_day(world)
        met = {}
        for who in Who:
            if NAMES[who] != row.contract:  # no contract calls itself
                met[who] = refused(scene, row, NAMES[who])
        assert met == {who: row.access.outcome_for(who) for who in met}


@pytest.mark.parametrize("row", FIRST.values(), ids=title)
class TestConditions:
    def test_paused(self, world: World, row: Row) -> None:
        scene = passing(world, row)
        if not world.view("Participants", "tradingPaused"):
            world.send("guardian", "Participants", "pauseTrading")
        assert refused(scene, row, caller_of(row)) == (row.paused or row.access.others * (not row.access.who))

    def test_suspended(self, world: World, row: Row) -> None:
        for party, error in parties_of(row, "invalid"):
            with world.meanwhile():
                scene = passing(world, row)
                world.send("registrar", "Participants", "suspend", world.id(party), REASON)
                assert (party, refused(scene, row, caller_of(row))) == (party, error)

    def test_expired(self, expiring: Mapping[str, World], row: Row) -> None:
        for party, error in parties_of(row, "invalid"):
            world = expiring[party]
            with world.meanwhile():
                scene = passing(world, row)
                if world.today <= EXPIRY:
                    world.go_to(EXPIRY + 1)
                assert (party, refused(scene, row, caller_of(row))) == (party, error)

    def test_frozen(self, world: World, row: Row) -> None:
        for party, error in parties_of(row, "frozen"):
            with world.meanwhile():
                scene = passing(world, row)
                world.send("compliance", "CashToken", "freeze", world.address(party), MAX, REASON)
                assert (party, refused(scene, row, caller_of(row))) == (party, error)


def parties_of(row: Row, condition: str) -> Iterator[tuple[str, str]]:
    """Who is a party of the call, and the error met in that condition."""
    payer = PAYERS.get((row.contract, row.function), caller_of(row))
    parties = {"payer": () if payer == "keeper" else (payer,), "payee": PAYEES.get((row.contract, row.function), ())}
    for side, names in parties.items():
        error = getattr(row.parties, f"{side}_{condition}")
        if error is not None:
            yield from ((name, error) for name in names)


@pytest.fixture(scope="session")
def expiring(artifacts: Mapping[str, Artifact]) -> Mapping[str, World]:
    """A world for each party that a call can have, in which that one is enrolled for forty days."""
    names = ("core", "supplier", "second", "third", "bank", "carrier", "central bank")
    return {name: stocked(World(artifacts, until={name: EXPIRY})) for name in names}


@pytest.mark.parametrize(
    ("row", "state", "outcome"),
    [
        pytest.param(row, state, outcome, id=f"{title(row)} from {type(state).__name__}.{state.name}")
        for row in TABLE
        for state, outcome in row.cells
    ],
)
def test_cell(world: World, row: Row, state: State, outcome: State | str) -> None:
    scene = prepared(build(world, state), row, state)
    assert state_in(scene, type(state)) is state
    caller = caller_of(row)
    met = refused(scene, row, caller)
    if isinstance(outcome, str):
        assert met == outcome
        return
    assert met == PASSES
    if caller not in CONTRACTS:
        world.send(caller, row.contract, row.function, *arguments_of(scene, row, caller))
        assert state_in(after(scene, row), type(state)) is outcome


def after(scene: Scene, row: Row) -> Scene:
    """The scene with the object that a call made, in the place of the unknown one."""
    made = {"register": ("receivable", "ReceivableRegistry"), "request": ("requested", "FinancingDesk")}
    if row.function in made and scene.requested > 100 and scene.receivable > 100:
        name, contract = made[row.function]
        return replace(scene, **{name: scene.world.view(contract, "count")})
    return scene
