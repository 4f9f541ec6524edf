"""CreditToken and CreditLine: what each act leaves and tells.

recharging
    given part after part: one id, its tokens with the creditor, the line used by as much
    the id packs version, currency, issuer, maturity day, programme and lot
paying with credit
    the tokens split, no total changes, and the trade is settled by as much
lowering a limit
    stops new use, leaves the old
moving bare
    nothing moves, whatever the batch
views
    given an id of no receivable: nothing outstanding
"""

import pytest

from scfin_chain.chain import ZERO_ADDRESS
from tests.contracts.scenes import DUE, FACE, PART
from tests.contracts.world import START, World

LIMIT = 10**12


def test_an_id_packs_what_a_claim_is(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE, programme=9)
    credit = world.view("CreditToken", "idOf", receivable)
    fields = (1, 8), (156, 16), (world.id("core"), 32), (DUE, 32), (9, 32), (receivable, 64)
    packed = 0
    for value, bits in fields:
        packed = packed << bits | value
    assert credit == packed
    assert credit < 2**184


def test_recharging_is_told_and_repeats_into_one_id(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE)
    receipt = world.send("core", "CreditToken", "recharge", receivable, 300)
    told = world.event(receipt, "CreditRecharged")
    credit, ids = told["id"], {"receivable": receivable, "issuer": world.id("core"), "holder": world.id("supplier")}
    assert told == {"id": credit, **ids, "amount": 300, "outstanding": 300}
    assert world.event(receipt, "TransferSingle") == {
        "operator": world.address("core"),
        "from": ZERO_ADDRESS,
        "to": world.address("supplier"),
        "id": credit,
        "value": 300,
    }
    assert world.event(receipt, "LineUsed") == {
        "issuer": world.id("core"),
        "amount": 300,
        "used": 300,
        "limit": LIMIT,
    }
    assert world.event(receipt, "ReceivableTokenised") == {
        "id": receivable,
        "amount": 300,
        "free": FACE - 300,
        "tokenised": 300,
    }
    receipt = world.send("core", "CreditToken", "recharge", receivable, FACE - 300)
    assert world.event(receipt, "CreditRecharged") == {"id": credit, **ids, "amount": FACE - 300, "outstanding": FACE}
    assert world.credit("supplier", credit) == world.view("CreditToken", "outstanding", credit) == FACE
    assert world.parts(receivable) == (0, FACE, 0, 0)
    assert world.line() == (LIMIT, FACE)


def test_two_receivables_never_share_an_id(world: World) -> None:
    assert world.issue(FACE, DUE) != world.issue(FACE, DUE)


def test_paying_splits_and_is_told(world: World) -> None:
    credit = world.issue(FACE, DUE)
    trade = world.trade("second", "supplier", 500, START)
    receipt = world.send("supplier", "CreditToken", "payWith", credit, trade, 400)
    parties = {"payer": world.id("supplier"), "payee": world.id("second")}
    assert world.event(receipt, "CreditPaid") == {"id": credit, "trade": trade, **parties, "amount": 400}
    assert world.event(receipt, "ReceivablePaidWithCredit") == {
        "id": trade,
        "amount": 400,
        "free": 100,
        "settled": 400,
    }
    assert (world.credit("supplier", credit), world.credit("second", credit)) == (FACE - 400, 400)
    assert world.view("CreditToken", "outstanding", credit) == FACE
    assert world.line() == (LIMIT, FACE)
    assert world.parts(trade) == (100, 0, 400, 0)


def test_what_was_paid_with_credit_is_never_recharged(world: World) -> None:
    credit = world.issue(FACE, DUE)
    world.set_limit("supplier")
    trade = world.pay_with("supplier", credit, "second", FACE)
    assert world.parts(trade) == (0, 0, FACE, 0)
    met = world.refusal("CreditToken", "ReceivableRegistry", "tokenise", trade, 1)
    assert met is not None
    assert met.arguments == {"id": trade, "amount": 1, "available": 0}


def test_credit_goes_down_the_tiers(world: World) -> None:
    credit = world.issue(FACE, DUE)
    world.pay_with("supplier", credit, "second", 600)
    world.pay_with("second", credit, "third", 250)
    balances = [world.credit(who, credit) for who in ("supplier", "second", "third")]
    assert balances == [400, 350, 250]
    accounts = [world.address(who) for who in ("supplier", "second", "third")]
    assert list(world.view("CreditToken", "balanceOfBatch", accounts, [credit] * 3)) == balances


def test_a_lower_limit_stops_new_use_and_leaves_the_old(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE)
    world.recharge(receivable, 600)
    receipt = world.set_limit("core", 500)
    assert world.event(receipt, "LimitSet") == {"issuer": world.id("core"), "limit": 500, "used": 600}
    met = world.refusal("core", "CreditToken", "recharge", receivable, 1)
    assert met is not None
    assert met.arguments == {"issuer": world.id("core"), "amount": 1, "used": 600, "limit": 500}
    world.set_limit("core", 601)
    world.recharge(receivable, 1)
    assert world.line() == (601, 601)


@pytest.mark.parametrize("amounts", [(PART,), (PART, PART), ()])
def test_no_batch_moves(world: World, amounts: tuple[int, ...]) -> None:
    credit = world.issue(FACE, DUE)
    supplier, second = world.address("supplier"), world.address("second")
    batch = (supplier, second, [credit] * len(amounts), list(amounts), b"")
    met = world.refusal("supplier", "CreditToken", "safeBatchTransferFrom", *batch)
    assert met is not None
    assert met.arguments == {"caller": supplier}


def test_revoking_an_operator_does_nothing(world: World) -> None:
    supplier, second = world.address("supplier"), world.address("second")
    world.send("supplier", "CreditToken", "setApprovalForAll", second, False)
    assert not world.view("CreditToken", "isApprovedForAll", supplier, second)


@pytest.mark.parametrize("bit", [0, 64, 96, 128, 160, 176, 184, 255])
def test_an_id_of_no_receivable_has_nothing(world: World, bit: int) -> None:
    credit = world.issue(FACE, DUE) ^ 1 << bit
    assert world.view("CreditToken", "outstanding", credit) == 0
    assert world.view("Settlement", "due", credit, DUE) == 0
    assert not world.view("CreditToken", "isSealed", credit)


def test_an_unknown_receivable_has_no_id(world: World) -> None:
    assert world.view("CreditToken", "idOf", 0) == world.view("CreditToken", "idOf", 9) == 0


def test_speaks_erc1155_and_access_control(world: World) -> None:
    for interface, said in (("d9b67a26", True), ("7965db0b", True), ("01ffc9a7", True), ("ffffffff", False)):
        assert world.view("CreditToken", "supportsInterface", bytes.fromhex(interface)) is said
