"""FinancingDesk: what each act leaves and tells.

requesting
    the tokens stand in the desk, the event tells the new financing
funding
    price and tokens change hands in one step, whatever the holder was paid before
    given the last moment of deadline and last day: funded; given a decision of an earlier day: its price
going back
    given a refusal, a cancellation, an expiry: the tokens are with the holder again
signing
    the digest is EIP-712's, of this chain and this contract; a decision executes once
"""

import pytest

from scfin_chain.chain.backends.eth_tester import CHAIN_ID
from scfin_chain.units import DAY_SECONDS
from tests.contracts.scenes import CASH, DUE, FACE
from tests.contracts.world import START, World, decision_digest, price_down

NONE, REQUESTED, FUNDED, REFUSED, CANCELLED, EXPIRED, SETTLED = range(7)


@pytest.fixture
def credit(world: World) -> int:
    return world.issue(FACE, DUE)


@pytest.fixture
def financing(world: World, credit: int) -> int:
    return world.request("supplier", credit, 600, START + 3)


def record(world: World, financing: int) -> tuple[int, ...]:
    return tuple(world.view("FinancingDesk", "financing", financing))


def test_requesting_is_recorded_and_told(world: World, credit: int) -> None:
    receipt = world.send("supplier", "FinancingDesk", "request", credit, 600, START + 3)
    told = {"id": 1, "creditId": credit, "holder": world.id("supplier"), "face": 600, "expiresDay": START + 3}
    assert world.event(receipt, "FinancingRequested") == told
    assert record(world, 1) == (credit, world.id("supplier"), 0, 600, 0, START + 3, REQUESTED)
    assert (world.credit("supplier", credit), world.credit("FinancingDesk", credit)) == (400, 600)
    assert world.view("FinancingDesk", "count") == 1


def test_funding_is_delivery_against_payment(world: World, credit: int, financing: int) -> None:
    decision = world.decision(financing, claim=500, rate_bps=800)
    receipt = world.send("bank", "FinancingDesk", "fund", decision.values(), world.sign(decision))
    price = price_down(500, 800, 90)
    assert world.event(receipt, "FinancingFunded") == {
        "id": financing,
        "bank": world.id("bank"),
        "holder": world.id("supplier"),
        "price": price,
        "claim": 500,
        "rateBps": 800,
        "supervised": True,
        "modelHash": decision.model_hash,
        "inputsHash": decision.inputs_hash,
    }
    assert record(world, financing) == (*(credit, world.id("supplier"), world.id("bank"), 600, 500, START + 3, FUNDED),)
    assert (world.cash("bank"), world.cash("supplier")) == (CASH - price, CASH + price)
    assert world.credit("FinancingDesk", credit) == 600


def test_a_decision_of_an_earlier_day_has_that_days_price(world: World, financing: int) -> None:
    world.go_to(START + 3)
    decision = world.fund(financing, as_of_day=START)
    assert decision.price == price_down(600, 600, 90)


def test_the_last_second_of_the_deadline_passes(world: World, financing: int) -> None:
    deadline = START * DAY_SECONDS + 3 * DAY_SECONDS - 1
    decision = world.decision(financing, deadline=deadline)
    world.gateway.set_time(deadline)  # type: ignore[arg-type]
    world.send("bank", "FinancingDesk", "fund", decision.values(), world.sign(decision))


def test_refusing_gives_the_tokens_back(world: World, credit: int, financing: int) -> None:
    receipt = world.refuse(financing, reason=7, price=0, claim=0, bank=0)
    told = world.event(receipt, "FinancingRefused")
    assert (told["id"], told["reason"]) == (financing, 7)
    assert record(world, financing)[-1] == REFUSED
    assert world.credit("supplier", credit) == FACE


def test_cancelling_gives_the_tokens_back(world: World, credit: int, financing: int) -> None:
    receipt = world.send("supplier", "FinancingDesk", "cancel", financing)
    assert world.event(receipt, "FinancingCancelled") == {"id": financing}
    assert record(world, financing)[-1] == CANCELLED
    assert world.credit("supplier", credit) == FACE


def test_expiring_gives_the_tokens_back_from_the_next_day(world: World, credit: int, financing: int) -> None:
    world.go_to(START + 3)
    met = world.refusal("keeper", "FinancingDesk", "expire", financing)
    assert met is not None
    assert met.arguments == {"id": financing, "expiresDay": START + 3, "today": START + 3}
    world.go_to(START + 4)
    receipt = world.send("keeper", "FinancingDesk", "expire", financing)
    assert world.event(receipt, "FinancingExpired") == {"id": financing}
    assert record(world, financing)[-1] == EXPIRED
    assert world.credit("supplier", credit) == FACE


def test_a_holder_may_ask_again_after_a_refusal(world: World, credit: int, financing: int) -> None:
    world.refuse(financing)
    again = world.request("supplier", credit, FACE)
    world.fund(again)
    assert record(world, again)[-1] == FUNDED


def test_the_digest_is_eip_712s(world: World, financing: int) -> None:
    decision = world.decision(financing, recourse=True, supervised=False, reason=3, pd_bps=1, lgd_bps=2)
    desk = world.address("FinancingDesk")
    assert world.view("FinancingDesk", "digestOf", decision.values()) == decision_digest(decision, desk, CHAIN_ID)
    domain = world.view("FinancingDesk", "eip712Domain")
    assert (domain.name, domain.version, domain.chainId) == ("scfin-chain FinancingDesk", "1", CHAIN_ID)
    assert domain.verifyingContract == desk


@pytest.mark.parametrize("field", range(18))
def test_every_field_is_signed(world: World, financing: int, field: int) -> None:
    values = list(world.decision(financing).values())
    before = world.view("FinancingDesk", "digestOf", tuple(values))
    value = values[field]
    values[field] = bytes(32) if isinstance(value, bytes) else (not value if isinstance(value, bool) else value ^ 3)
    if field == 0:
        values[field] = 2
    assert world.view("FinancingDesk", "digestOf", tuple(values)) != before


@pytest.mark.parametrize("elsewhere", ["chain", "contract"])
def test_a_decision_for_elsewhere_is_refused(world: World, financing: int, elsewhere: str) -> None:
    decision = world.decision(financing)
    chain = CHAIN_ID + 1 if elsewhere == "chain" else CHAIN_ID
    desk = world.address("CashToken" if elsewhere == "contract" else "FinancingDesk")
    signature = world.signer("decider").sign_digest(decision_digest(decision, desk, chain))
    met = world.refusal("bank", "FinancingDesk", "fund", decision.values(), signature)
    assert met is not None
    assert met.name == "FinancingNotDecider"


def test_a_decision_executes_once(world: World, financing: int) -> None:
    decision = world.fund(financing)
    met = world.refusal("bank", "FinancingDesk", "fund", decision.values(), world.sign(decision))
    assert met is not None
    assert met.arguments == {"id": financing, "actual": FUNDED, "wanted": REQUESTED}


def test_a_revoked_decider_decides_no_more(world: World, financing: int) -> None:
    decision = world.decision(financing)
    role = world.view("FinancingDesk", "DECIDER")
    world.send("admin", "FinancingDesk", "revokeRole", role, world.address("decider"))
    met = world.refusal("bank", "FinancingDesk", "fund", decision.values(), world.sign(decision))
    assert met is not None
    assert met.arguments["signer"] == world.address("decider")


def test_an_unknown_financing_is_all_zero(world: World) -> None:
    assert record(world, 9) == (0, 0, 0, 0, 0, 0, NONE)


def test_two_financings_of_one_holder_stand_apart(world: World, credit: int, financing: int) -> None:
    other = world.request("supplier", credit, 100, START + 9)
    world.send("supplier", "FinancingDesk", "cancel", financing)
    assert record(world, other)[-1] == REQUESTED
    assert world.credit("FinancingDesk", credit) == 100
    assert world.credit("supplier", credit) == FACE - 100
