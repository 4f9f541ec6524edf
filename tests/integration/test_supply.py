"""A central bank that signs for itself, and sends what it signed past everybody to the chain.

given all the cash that there can be, in one wallet
    the listener keeps it
given a mint of more, by one unit or by any number
    the contract refuses it by name, and the block tells nothing
    the listener goes on behind it, and keeps what is paid and burned afterwards
given two mints that pass each for itself, in one after the other
    the second is refused
"""

from collections.abc import Iterator

import pytest

from scfin_chain.chain.gateway import Receipt
from scfin_chain.chain.transaction import sign
from scfin_chain.errors import ContractReverted
from scfin_chain.scenarios.stage import Actor, Stage
from scfin_chain.units import Money
from tests.contracts.world import MAX, MOST
from tests.integration.laboratories import World, act, everything, projected
from tests.integration.story import Cast

GAS = 200_000


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded() as founded:
        yield founded


@pytest.fixture
def stage(world: World) -> Stage:
    return world.stage()


@pytest.fixture
def rich(stage: Stage) -> Actor:
    """Who holds all the cash that there can be."""
    third = Cast.enrolled(stage).third
    laboratory, central_bank, bank = stage.laboratory, stage.central_bank.signer, stage.bank.signer
    founding = supply(stage)
    act(laboratory, bank, "CashToken", "transfer", central_bank.address, founding)
    act(laboratory, central_bank, "CashToken", "burn", founding)
    stage.mint(third, Money(MOST))
    return third


def supply(stage: Stage) -> int:
    return int(stage.laboratory.ledger.view("CashToken", "totalSupply"))


def mint_past_everybody(stage: Stage, to: Actor, amount: int) -> Receipt:
    """Sign a mint as the central bank, without asking what would come of it, and send it."""
    ledger, signer = stage.laboratory.ledger, stage.central_bank.signer
    data = ledger.deployment.abis["CashToken"].encode("mint", to.signer.address, amount)
    request = ledger.gateway.prepare(signer.address, ledger.address("CashToken"), data, gas=GAS)
    return ledger.gateway.send(sign(request, signer).raw)


def kept(stage: Stage, actor: Actor) -> int:
    """The actor's cash, as the listener has it after a poll."""
    stage.laboratory.listener.poll()
    [wallet] = [row for row in projected(stage.laboratory.store)["wallet"] if row["account"] == actor.signer.address]
    return int(wallet["cash"])


def test_all_cash_in_one_wallet_is_kept(world: World, stage: Stage, rich: Actor) -> None:
    assert kept(stage, rich) == supply(stage) == MOST
    assert projected(stage.laboratory.store) == world.reread()


@pytest.mark.parametrize("amount", [1, MOST, MOST + 1, MAX - MOST, MAX])
def test_a_mint_of_more_is_refused_and_the_listener_goes_on(
    world: World, stage: Stage, rich: Actor, amount: int
) -> None:
    laboratory, gateway = stage.laboratory, stage.laboratory.ledger.gateway
    before = gateway.head().number
    with pytest.raises(ContractReverted) as refused:
        mint_past_everybody(stage, rich, amount)
    assert refused.value.name == "CashSupplyCapExceeded"
    assert refused.value.arguments == {"amount": amount, "supply": MOST, "cap": MOST}
    assert gateway.head().number == before + 1
    assert gateway.logs(before + 1) == ()

    assert kept(stage, rich) == MOST
    central_bank = stage.central_bank
    act(laboratory, rich.signer, "CashToken", "transfer", central_bank.signer.address, 7)
    act(laboratory, central_bank.signer, "CashToken", "burn", 7)
    mint_past_everybody(stage, rich, 5)
    assert kept(stage, rich) == supply(stage) == MOST - 2
    assert everything(laboratory.store)["block"][-1]["number"] == gateway.head().number
    assert projected(laboratory.store) == world.reread()


def test_of_two_mints_that_fit_one_at_a_time_the_second_is_refused(stage: Stage) -> None:
    third, left = Cast.enrolled(stage).third, MOST - supply(stage)
    mint_past_everybody(stage, third, left)
    with pytest.raises(ContractReverted, match="CashSupplyCapExceeded"):
        mint_past_everybody(stage, third, left)
    assert kept(stage, third) == left
