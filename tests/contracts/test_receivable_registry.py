"""ReceivableRegistry: what each act leaves and tells.

registering
    the record, its parts and its key can be read, and the event tells all of it
    given every letter that a number may have: registered
    given another debtor, creditor, type or number: another key
each act
    the parts move as its event says, and add up to the face
views
    given an unknown id: zeros
"""

from itertools import product

import pytest
from eth_utils.crypto import keccak

from tests.contracts.scenes import DUE, FACE, PART, REASON
from tests.contracts.world import ACCEPTED, DELIVERED, MOST, ORDERED, SHIPPED, World

REGISTERED, CONFIRMED = 1, 2
INVOICE, ORDER, CONTRACT = range(3)


@pytest.fixture
def receivable(world: World) -> int:
    return world.register("supplier", "core", FACE, DUE)


def status(world: World, receivable: int) -> int:
    return int(world.view("ReceivableRegistry", "receivable", receivable).status)


def test_registering_is_recorded_and_told(world: World) -> None:
    terms = world.terms_of("supplier", "core", FACE, DUE, number=b"INV-2024-01", document_type=CONTRACT, programme=7)
    receipt = world.send("supplier", "ReceivableRegistry", "register", terms)
    number, documents = b"INV-2024-01".ljust(32, b"\0"), terms[-1]
    parties = (world.id("core"), world.id("supplier"))
    words = b"".join(value.to_bytes(32) for value in (*parties, CONTRACT)) + number
    assert world.event(receipt, "ReceivableRegistered") == {
        "id": 1,
        "debtor": parties[0],
        "creditor": parties[1],
        "key": keccak(words),
        "programme": 7,
        "documentType": CONTRACT,
        "documentNumber": number,
        "face": FACE,
        "dueDay": DUE,
        "documents": documents,
    }
    record = world.view("ReceivableRegistry", "receivable", 1)
    assert record == (*parties, 7, DUE, CONTRACT, REGISTERED, 0, True)
    assert world.parts(1) == (FACE, 0, 0, 0)
    assert world.view("ReceivableRegistry", "documents", 1) == documents
    assert world.view("ReceivableRegistry", "registered", keccak(words)) == 1
    assert world.view("ReceivableRegistry", "keyOf", *parties, CONTRACT, number) == keccak(words)
    assert world.view("ReceivableRegistry", "count") == 1


@pytest.mark.parametrize("number", [b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789-", b"A" * 32, b"-"])
def test_every_letter_of_a_number_passes(world: World, number: bytes) -> None:
    world.register("supplier", "core", FACE, DUE, number=number)


def test_a_key_is_of_both_sides_type_and_number(world: World) -> None:
    choices = product(("supplier", "second"), ("core", "other core"), (INVOICE, ORDER), (b"A-1", b"A-2"))
    for creditor, debtor, document_type, number in choices:
        world.register(creditor, debtor, FACE, DUE, document_type=document_type, number=number)
    assert world.view("ReceivableRegistry", "count") == 16


def test_a_deeper_trade_needs_no_delivery(world: World) -> None:
    trade = world.register("second", "supplier", FACE, DUE)
    assert not world.view("ReceivableRegistry", "receivable", trade).deliveryRequired
    world.confirm(trade, "supplier")
    assert status(world, trade) == CONFIRMED


def test_the_largest_face_passes(world: World) -> None:
    receivable = world.trade("supplier", "core", MOST, DUE)
    world.send("core", "ReceivableRegistry", "dispute", receivable, MOST, REASON)
    assert world.parts(receivable) == (0, 0, 0, MOST)
    assert world.view("ReceivableRegistry", "face", receivable) == MOST


def test_amending_is_told_and_leaves_what_is_disputed(world: World, receivable: int) -> None:
    world.send("core", "ReceivableRegistry", "dispute", receivable, PART, REASON)
    receipt = world.send("supplier", "ReceivableRegistry", "amend", receivable, 500, DUE + 1, REASON)
    told = {"id": receivable, "face": 500, "dueDay": DUE + 1, "documents": REASON, "free": 500 - PART}
    assert world.event(receipt, "ReceivableAmended") == told
    assert world.parts(receivable) == (500 - PART, 0, 0, PART)
    assert world.view("ReceivableRegistry", "documents", receivable) == REASON
    assert world.view("ReceivableRegistry", "receivable", receivable).dueDay == DUE + 1


def test_amending_leaves_milestones_and_key(world: World, receivable: int) -> None:
    world.attest(receivable, SHIPPED)
    world.send("supplier", "ReceivableRegistry", "amend", receivable, FACE, DUE, REASON)
    assert world.view("ReceivableRegistry", "receivable", receivable).milestone == SHIPPED


@pytest.mark.parametrize("path", [(ORDERED, SHIPPED, DELIVERED, ACCEPTED), (DELIVERED,), (ACCEPTED,)])
def test_milestones_move_forward_and_may_skip(world: World, receivable: int, path: tuple[int, ...]) -> None:
    for milestone in path:
        receipt = world.attest(receivable, milestone)
        told = world.event(receipt, "MilestoneAttested")
        assert (told["carrier"], told["milestone"]) == (world.id("carrier"), milestone)
    receipt = world.confirm(receivable)
    assert world.event(receipt, "ReceivableConfirmed") == {"id": receivable, "debtor": world.id("core"), "face": FACE}
    assert status(world, receivable) == CONFIRMED


@pytest.mark.parametrize("milestone", [ORDERED, SHIPPED])
def test_a_core_enterprise_confirms_not_before_delivery(world: World, receivable: int, milestone: int) -> None:
    world.attest(receivable, milestone)
    met = world.refusal("core", "ReceivableRegistry", "confirm", receivable, *world.registered(receivable))
    assert met is not None
    assert met.arguments == {"id": receivable, "actual": milestone}


def test_milestones_do_not_move_back(world: World, receivable: int) -> None:
    world.attest(receivable, SHIPPED)
    for milestone in (0, ORDERED, SHIPPED):
        met = world.refusal("carrier", "ReceivableRegistry", "attest", receivable, milestone, REASON)
        assert met is not None
        assert met.arguments == {"id": receivable, "actual": SHIPPED, "attested": milestone}


def test_disputing_and_resolving_are_told(world: World, receivable: int) -> None:
    receipt = world.send("core", "ReceivableRegistry", "dispute", receivable, 300, REASON)
    told = {"id": receivable, "amount": 300, "free": FACE - 300, "disputed": 300}
    assert world.event(receipt, "ReceivableDisputed") == {**told, "reason": REASON}
    receipt = world.send("core", "ReceivableRegistry", "resolve", receivable, 100)
    assert world.event(receipt, "DisputeResolved") == {
        "id": receivable,
        "amount": 100,
        "free": FACE - 200,
        "disputed": 200,
    }
    assert world.parts(receivable) == (FACE - 200, 0, 0, 200)


def test_paying_moves_cash_and_is_told(world: World) -> None:
    receivable = world.trade("supplier", "core", FACE, DUE)
    before = (world.cash("core"), world.cash("supplier"))
    receipt = world.send("core", "ReceivableRegistry", "pay", receivable, 400)
    assert world.event(receipt, "ReceivablePaid") == {
        "id": receivable,
        "amount": 400,
        "free": FACE - 400,
        "settled": 400,
    }
    assert (world.cash("core"), world.cash("supplier")) == (before[0] - 400, before[1] + 400)
    assert world.parts(receivable) == (FACE - 400, 0, 400, 0)


def test_unknown_ids_are_all_zero(world: World) -> None:
    assert world.view("ReceivableRegistry", "receivable", 9) == (0, 0, 0, 0, 0, 0, 0, False)
    assert world.parts(9) == (0, 0, 0, 0)
    assert world.view("ReceivableRegistry", "face", 9) == 0
    assert world.view("ReceivableRegistry", "documents", 9) == bytes(32)
    assert world.view("ReceivableRegistry", "registered", bytes(32)) == 0
