"""Weaknesses of the contracts that are known, and stay.

given an office whose holder is suspended as a participant
    it should still be an office, until the admin revokes it
"""

from collections.abc import Iterator

import pytest
from eth_utils.crypto import keccak

from scfin_chain.artifacts import load_all
from tests.contracts.scenes import stocked
from tests.contracts.world import World

REASON = keccak(text="suspended")


@pytest.fixture(scope="module")
def shared() -> World:
    return stocked(World(load_all()))


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with shared.meanwhile():
        yield shared


def suspend(world: World, name: str) -> None:
    world.send("registrar", "Participants", "suspend", world.id(name), REASON)


def test_a_suspended_bank_still_sets_limits(world: World) -> None:
    suspend(world, "bank")
    world.send("bank", "CreditLine", "setLimit", world.id("core"), 1)
    assert world.view("CreditLine", "line", world.id("core"))[0] == 1


def test_a_suspended_central_bank_still_mints(world: World) -> None:
    suspend(world, "central bank")
    before = world.cash("supplier")
    world.send("central bank", "CashToken", "mint", world.address("supplier"), 1)
    assert world.cash("supplier") == before + 1


def test_a_revoked_office_is_none(world: World) -> None:
    role = world.view("CreditLine", "BANK")
    world.send("admin", "CreditLine", "revokeRole", role, world.address("bank"))
    assert world.refusal("bank", "CreditLine", "setLimit", world.id("core"), 1) is not None
