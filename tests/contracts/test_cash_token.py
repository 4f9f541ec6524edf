"""CashToken: what each act leaves and tells, and what its guard lets through.

minting and burning
    supply and balances move, the event tells the supply
    given the supply's cap: exactly the cap can be minted, and again what was burned, whoever holds the rest
moving
    given a reference: the event carries it; given a permit: the spender may move
    given a frozen part: the rest moves; given a caps' edge: exactly the cap moves
    given a SYSTEM receiver: never stopped; given a SYSTEM sender: the receiver alone is checked
forcing
    the freeze stays, and the rest of the frozen balance with it
asking whether a payout would arrive
    the answer is what the transfer does
"""

from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact
from tests.contracts.scenes import CASH, PART, REASON, stocked
from tests.contracts.world import CAST, MAX, MOST, START, Terms, World

CAP = CASH + 100


@pytest.fixture(scope="module")
def capped(artifacts: Mapping[str, Artifact]) -> World:
    return stocked(World(artifacts, Terms(wallet_cap=CAP, payment_cap=50)))


def freeze(world: World, who: str, amount: int) -> None:
    world.send("compliance", "CashToken", "freeze", world.address(who), amount, REASON)


def test_is_an_erc20_of_two_decimals(world: World) -> None:
    assert world.view("CashToken", "name") == "Digital central bank money"
    assert world.view("CashToken", "symbol") == "CBDC"
    assert world.view("CashToken", "decimals") == 2
    assert (world.view("CashToken", "walletCap"), world.view("CashToken", "paymentCap")) == (MAX, MAX)


def test_minting_and_burning_tell_the_supply(world: World) -> None:
    supply = len(CAST) * CASH
    receipt = world.mint("third", PART)
    account = world.address("third")
    assert world.event(receipt, "Minted") == {"account": account, "amount": PART, "supply": supply + PART}
    receipt = world.send("central bank", "CashToken", "burn", CASH)
    account = world.address("central bank")
    assert world.event(receipt, "Burned") == {"account": account, "amount": CASH, "supply": supply + PART - CASH}
    assert world.view("CashToken", "totalSupply") == supply + PART - CASH
    assert (world.cash("third"), world.cash("central bank")) == (CASH + PART, 0)


def test_a_mint_passes_caps_and_freezes(capped: World) -> None:
    with capped.meanwhile():
        freeze(capped, "third", MAX)
        capped.mint("third", CAP)
        assert capped.cash("third") == CASH + CAP


def test_exactly_the_cap_is_minted(world: World) -> None:
    supply = len(CAST) * CASH
    receipt = world.mint("bank", MOST - supply)
    assert world.event(receipt, "Minted")["supply"] == world.view("CashToken", "totalSupply") == MOST
    assert refused(world, 1) == "CashSupplyCapExceeded"
    world.mint("third", 0)
    assert world.cash("third") == CASH


def test_a_burn_makes_room_for_as_much(world: World) -> None:
    world.mint("central bank", MOST - len(CAST) * CASH)
    world.send("central bank", "CashToken", "burn", PART)
    assert refused(world, PART + 1) == "CashSupplyCapExceeded"
    world.mint("third", PART)
    assert world.view("CashToken", "totalSupply") == MOST
    assert refused(world, 1) == "CashSupplyCapExceeded"


def test_all_cash_fits_into_one_wallet(world: World) -> None:
    """No movement is near an overflow, nor does one change the supply."""
    world.mint("bank", MOST - len(CAST) * CASH)
    for who in CAST:
        if who != "third":
            parties = (world.address(who), world.address("third"))
            world.send("court", "CashToken", "forceTransfer", *parties, world.cash(who), REASON)
    assert world.cash("third") == world.view("CashToken", "totalSupply") == MOST
    world.send("third", "CashToken", "transfer", world.address("central bank"), MOST)
    assert world.event(world.send("central bank", "CashToken", "burn", MOST), "Burned")["supply"] == 0
    world.mint("third", MOST)


def refused(world: World, amount: int) -> str | None:
    """By which error a mint would be."""
    met = world.refusal("central bank", "CashToken", "mint", world.address("third"), amount)
    return met and met.name


def test_a_burn_passes_a_freeze(world: World) -> None:
    freeze(world, "central bank", MAX)
    world.send("central bank", "CashToken", "burn", PART)
    assert world.cash("central bank") == CASH - PART


def test_a_transfer_carries_a_reference(world: World) -> None:
    receipt = world.send("supplier", "CashToken", "transferWithReference", world.address("third"), PART, REASON)
    parties = {"from": world.address("supplier"), "to": world.address("third")}
    assert world.event(receipt, "Referenced") == {**parties, "amount": PART, "reference_": REASON}
    assert world.event(receipt, "Transfer") == {**parties, "value": PART}
    assert (world.cash("supplier"), world.cash("third")) == (CASH - PART, CASH + PART)


def test_a_permit_lets_the_spender_move(world: World) -> None:
    world.send("keeper", "CashToken", "permit", *world.permit("supplier", "third", PART))
    supplier, third = world.address("supplier"), world.address("third")
    assert world.view("CashToken", "allowance", supplier, third) == PART
    world.send("third", "CashToken", "transferFrom", supplier, third, PART)
    assert world.view("CashToken", "allowance", supplier, third) == 0


def test_the_rest_moves_given_a_frozen_part(world: World) -> None:
    receipt = world.send("compliance", "CashToken", "freeze", world.address("supplier"), CASH - PART, REASON)
    account = world.address("supplier")
    assert world.event(receipt, "Frozen") == {"account": account, "frozen": CASH - PART, "reason": REASON}
    world.send("supplier", "CashToken", "transfer", world.address("third"), PART)
    assert world.cash("supplier") == world.view("CashToken", "frozen", account) == CASH - PART


def test_a_partly_frozen_account_receives(world: World) -> None:
    freeze(world, "third", CASH * 2)
    world.send("supplier", "CashToken", "transfer", world.address("third"), PART)
    assert world.cash("third") == CASH + PART
    met = world.refusal("third", "CashToken", "transfer", world.address("supplier"), 1)
    assert met is not None
    assert met.name == "CashFrozen"


def test_unfreezing_frees(world: World) -> None:
    freeze(world, "supplier", MAX)
    freeze(world, "supplier", 0)
    world.send("supplier", "CashToken", "transfer", world.address("third"), CASH)


def test_exactly_the_caps_pass(capped: World) -> None:
    third = capped.address("third")
    with capped.meanwhile():
        capped.send("supplier", "CashToken", "transfer", third, 50)
        capped.send("supplier", "CashToken", "transfer", third, 50)
        assert capped.cash("third") == CAP


@pytest.mark.parametrize("system", ["Settlement", "FinancingDesk"])
def test_nothing_stops_cash_into_a_system_account(capped: World, system: str) -> None:
    with capped.meanwhile():
        freeze(capped, "supplier", MAX)
        capped.send("registrar", "Participants", "suspend", capped.id("supplier"), REASON)
        capped.send("supplier", "CashToken", "transfer", capped.address(system), CASH)
        assert capped.cash(system) == CASH


def test_a_forced_transfer_leaves_the_freeze(world: World) -> None:
    freeze(world, "supplier", CASH)
    parties = (world.address("supplier"), world.address("third"))
    receipt = world.send("court", "CashToken", "forceTransfer", *parties, PART, REASON)
    told = {"from": parties[0], "to": parties[1], "amount": PART, "reason": REASON}
    assert world.event(receipt, "ForcedTransfer") == told
    assert world.view("CashToken", "frozen", parties[0]) == CASH
    assert (world.cash("supplier"), world.cash("third")) == (CASH - PART, CASH + PART)
    assert world.refusal("supplier", "CashToken", "transfer", parties[1], 1) is not None


def test_a_forced_transfer_passes_the_caps(capped: World) -> None:
    with capped.meanwhile():
        parties = (capped.address("supplier"), capped.address("third"))
        capped.send("court", "CashToken", "forceTransfer", *parties, CASH, REASON)
        assert capped.cash("third") == 2 * CASH


PAYEES = {
    "valid": (0, 1, 100),
    "part frozen": (0, 1, 100),
    "over the cap": (0,),
    "suspended": (),
    "expired": (),
    "frozen": (),
    "stranger": (),
    "nobody": (),
    "SYSTEM": (0, 1, 100, 101, CASH),
}
"""Payees by condition, and which of the amounts arrive."""


@pytest.mark.parametrize("amount", [0, 1, 100, 101, CASH])
@pytest.mark.parametrize("condition", PAYEES)
def test_accepts_is_what_a_payout_does(capped: World, condition: str, amount: int) -> None:
    with capped.meanwhile():
        payee = bring(capped, condition)
        capped.mint("Settlement", CASH)
        said = capped.view("CashToken", "accepts", capped.address(payee), amount)
        met = capped.refusal("Settlement", "CashToken", "transfer", capped.address(payee), amount)
    assert said is (met is None) is (amount in PAYEES[condition])


def bring(world: World, condition: str) -> str:
    """A payee in that condition; one with a wallet has room for 100."""
    match condition:
        case "suspended":
            world.send("registrar", "Participants", "suspend", world.id("third"), REASON)
        case "expired":
            world.enrol("brief", until=START)
            world.go_to(START + 1)
            return "brief"
        case "part frozen":
            freeze(world, "third", MAX - 1)
        case "frozen":
            freeze(world, "third", MAX)
        case "over the cap":
            world.mint("third", CAP)
        case "stranger" | "SYSTEM" | "nobody":
            return {"stranger": "stranger", "SYSTEM": "FinancingDesk", "nobody": ""}[condition]
    return "third"


def test_no_amount_is_too_large_to_ask_about(world: World) -> None:
    assert not world.view("CashToken", "accepts", world.address("third"), MAX)


def test_the_domain_names_chain_and_contract(world: World) -> None:
    domain = world.view("CashToken", "eip712Domain")
    assert domain.name == "Digital central bank money"
    assert (domain.version, domain.chainId) == ("1", 31_337)
    assert domain.verifyingContract == world.address("CashToken")
    assert world.today == START
