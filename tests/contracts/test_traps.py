"""The traps into which other ledgers fell: each is set here, and must not spring.

Those on single calls stand in `refusals`; here are the ones that take several steps.
"""

import pytest

from tests.contracts.scenes import CASH, DUE, FACE, REASON
from tests.contracts.world import MAX, START, World


def suspend(world: World, who: str) -> None:
    world.send("registrar", "Participants", "suspend", world.id(who), REASON)


def refused_as(world: World, who: str, contract: str, function: str, *arguments: object) -> str | None:
    met = world.refusal(who, contract, function, *arguments)
    return met and met.name


@pytest.mark.parametrize("party", ["supplier", "third"])
def test_transfer_from_is_guarded_as_transfer_is(world: World, party: str) -> None:
    suspend(world, party)
    parties = (world.address("supplier"), world.address("third"), 1)
    assert refused_as(world, "second", "CashToken", "transferFrom", *parties) == "CashPartyNotValid"


def test_one_invoice_is_not_registered_twice_whatever_changed(world: World) -> None:
    first = world.terms_of("supplier", "core", FACE, DUE, number=b"A-1")
    world.send("supplier", "ReceivableRegistry", "register", first)
    world.send("supplier", "ReceivableRegistry", "amend", 1, FACE + 5, DUE + 5, REASON)
    for face, due, documents, programme in ((FACE + 1, DUE, b"", 1), (FACE + 5, DUE + 5, REASON, 2)):
        changes = {"number": b"A-1", "documents": documents.ljust(32), "programme": programme}
        terms = world.terms_of("supplier", "core", face, due, **changes)
        met = refused_as(world, "supplier", "ReceivableRegistry", "register", terms)
        assert met == "ReceivableAlreadyRegistered"


def test_a_decision_is_on_the_ledgers_face_not_on_the_callers(world: World) -> None:
    financing = world.request("supplier", world.issue(FACE, DUE), 100)
    decision = world.decision(financing, face=FACE, claim=FACE)
    met = refused_as(world, "bank", "FinancingDesk", "fund", decision.values(), world.sign(decision))
    assert met == "FinancingDecisionMismatch"


def test_nothing_counts_as_paid_without_money(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE)
    world.send("core", "CashToken", "transfer", world.address("third"), CASH)
    assert refused_as(world, "core", "ReceivableRegistry", "pay", receivable, 1) == "ERC20InsufficientBalance"
    assert world.parts(receivable) == (FACE, 0, 0, 0)


def test_a_frozen_balance_is_not_freed_by_a_forced_transfer(world: World) -> None:
    supplier, third = world.address("supplier"), world.address("third")
    world.send("compliance", "CashToken", "freeze", supplier, CASH, REASON)
    assert refused_as(world, "court", "CashToken", "forceTransfer", supplier, supplier, 1, REASON) == "CashForcedToSelf"
    world.send("court", "CashToken", "forceTransfer", supplier, third, 7, REASON)
    assert refused_as(world, "supplier", "CashToken", "transfer", third, 1) == "CashFrozen"
    world.mint("supplier", 7)
    assert refused_as(world, "supplier", "CashToken", "transfer", third, 1) == "CashFrozen"


def test_only_the_named_debtor_confirms(world: World) -> None:
    receivable = world.register("supplier", "core", FACE, DUE)
    world.attest(receivable)
    terms = world.registered(receivable)
    for who in ("other core", "supplier", "bank"):
        assert refused_as(world, who, "ReceivableRegistry", "confirm", receivable, *terms) == "ReceivableNotDebtor"


@pytest.mark.parametrize(
    "amended", [(FACE + 1, DUE, REASON), (FACE, DUE - 1, REASON), (FACE, DUE, bytes(32))], ids=["face", "due", "papers"]
)
def test_what_is_amended_just_before_confirmation_is_not_confirmed(
    world: World, amended: tuple[int, int, bytes]
) -> None:
    receivable = world.register("supplier", "core", FACE, DUE, documents=REASON)
    world.attest(receivable)
    seen = world.registered(receivable)
    world.send("supplier", "ReceivableRegistry", "amend", receivable, *amended)
    assert refused_as(world, "core", "ReceivableRegistry", "confirm", receivable, *seen) == "ReceivableTermsDiffer"
    assert refused_as(world, "core", "ReceivableRegistry", "confirm", receivable, *amended) is None


def test_a_trade_pays_only_its_own_creditor(world: World) -> None:
    credit = world.issue(FACE, DUE)
    trade = world.trade("third", "second", FACE, DUE)
    assert refused_as(world, "supplier", "CreditToken", "payWith", credit, trade, 1) == "CreditNotDebtor"


def test_no_default_moves_the_due_day(world: World) -> None:
    credit = world.issue(FACE, DUE)
    world.go_to(DUE + 31)
    world.send("keeper", "Settlement", "declareDefault", credit)
    amendment = (1, FACE, DUE + 400, REASON)
    assert refused_as(world, "supplier", "ReceivableRegistry", "amend", *amendment) == "ReceivableWrongStatus"
    assert world.view("CreditToken", "idOf", 1) == credit


def test_a_tokenised_part_is_never_disputed(world: World) -> None:
    world.issue(FACE, DUE)
    assert refused_as(world, "core", "ReceivableRegistry", "dispute", 1, 1, REASON) == "ReceivablePartTooSmall"


def test_a_settled_part_is_never_reopened(world: World) -> None:
    credit = world.issue(FACE, DUE)
    world.repay(credit, FACE)
    world.crank(credit, "supplier")
    assert world.parts(1) == (0, 0, FACE, 0)
    for who, call in (("core", ("dispute", 1, 1, REASON)), ("core", ("pay", 1, 1)), ("core", ("resolve", 1, 1))):
        assert refused_as(world, who, "ReceivableRegistry", *call) == "ReceivablePartTooSmall"
    assert refused_as(world, "core", "CreditToken", "recharge", 1, 1) == "CreditIsSealed"


def test_an_early_repayment_ends_trading_for_the_rest_too(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE)
    credit = world.recharge(receivable, 500)
    world.repay(credit, 1)
    assert refused_as(world, "core", "CreditToken", "recharge", receivable, 1) == "CreditIsSealed"
    assert refused_as(world, "supplier", "FinancingDesk", "request", credit, 1, START) == "CreditIsSealed"
    world.send("core", "ReceivableRegistry", "pay", receivable, FACE - 500)
    assert world.parts(receivable) == (0, 500, FACE - 500, 0)


def test_pledged_tokens_are_in_one_place(world: World) -> None:
    credit = world.issue(FACE, DUE)
    world.request("supplier", credit, FACE)
    trade = world.trade("second", "supplier", FACE, DUE)
    assert refused_as(world, "supplier", "CreditToken", "payWith", credit, trade, 1) == "ERC1155InsufficientBalance"
    assert refused_as(world, "supplier", "FinancingDesk", "request", credit, 1, START) == "ERC1155InsufficientBalance"


def test_a_frozen_holder_stops_no_settlement(world: World) -> None:
    credit = world.issue(FACE, DUE)
    financing = world.request("supplier", credit, FACE)
    world.fund(financing, claim=900)
    world.repay(credit, FACE)
    for who in ("bank", "supplier"):
        world.send("compliance", "CashToken", "freeze", world.address(who), MAX, REASON)
    world.settle(financing)
    assert [world.view("Settlement", "claimable", world.address(who)) for who in ("bank", "supplier")] == [900, 100]


def test_a_contract_as_payee_is_paid_and_not_called(world: World) -> None:
    # CreditLine has code, and answers no callback of ERC-1155.
    world.enrol("CreditLine")
    terms = world.terms_of("CreditLine", "core", FACE, DUE)
    world.simulate("CreditLine", "ReceivableRegistry", "register", terms)
    credit = world.issue(FACE, DUE)
    world.request("supplier", credit, FACE)
    back = (world.address("CreditLine"), credit, FACE)
    assert refused_as(world, "FinancingDesk", "CreditToken", "release", *back) is None


@pytest.mark.parametrize("way_back", ["cancel", "expire", "refuse", "repay", "crank", "claim"])
def test_a_pause_shuts_no_way_out(world: World, way_back: str) -> None:
    credit = world.issue(FACE, DUE)
    financing = world.request("supplier", credit, 100)
    world.send("guardian", "Participants", "pauseTrading")
    match way_back:
        case "cancel":
            world.send("supplier", "FinancingDesk", "cancel", financing)
        case "expire":
            world.go_to(START + 1)
            world.send("keeper", "FinancingDesk", "expire", financing)
        case "refuse":
            world.refuse(financing)
        case _:
            world.repay(credit, FACE)
            if way_back == "claim":
                suspend(world, "supplier")
            world.crank(credit, "supplier")
            if way_back == "claim":
                world.send("registrar", "Participants", "restore", world.id("supplier"))
                world.send("supplier", "Settlement", "claim")
            assert world.cash("supplier") == CASH + FACE - 100
