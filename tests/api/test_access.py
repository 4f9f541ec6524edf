"""Who may do what: every operation of the description, every role, one's own and another's, as `api.access` says."""

import pytest

from api.access import ACCESS, OPEN, REGISTRAR, ROLES, Reach
from tests.api.client import Client, amount
from tests.api.ways import WAYS, Cell, send
from tests.api.world import World

METHODS = ("get", "post", "put", "patch", "delete")

CELLS = [
    (operation, role, own)
    for operation in sorted(WAYS)
    for role in ROLES
    for own in ((True, False) if WAYS[operation].has_others else (True,))
]
"""What is everybody's own has no other's side."""


@pytest.fixture(scope="module")
def operations(world: World) -> dict[str, tuple[str, str]]:
    """Method and path of each operation, as the service describes itself."""
    paths = world.registrar.told("/openapi.json")["paths"]
    return {
        item[method]["operationId"]: (method, path)
        for path, item in paths.items()
        for method in METHODS
        if method in item
    }


def test_every_operation_is_in_the_table_and_has_a_way(operations: dict[str, tuple[str, str]]) -> None:
    """It should place each operation, and be able to call it."""
    guarded = operations.keys() - OPEN
    assert guarded == ACCESS.keys()
    assert guarded == WAYS.keys()
    assert all(set(row) == set(ROLES) for row in ACCESS.values())


@pytest.mark.parametrize(("operation", "role", "own"), CELLS)
def test_cell(world: World, operations: dict[str, tuple[str, str]], operation: str, role: str, own: bool) -> None:
    """It should be open, hidden or forbidden as the table says."""
    reach, way = ACCESS[operation][role], WAYS[operation]
    cell = Cell(world=world, role=role, own=own)
    if reach is Reach.NONE:
        expected: tuple[int, ...] = (403,)
    elif own or reach is Reach.ALL:
        expected = way.allowed
    else:
        expected = way.hidden
    with send(*operations[operation], cell, way) as answer:
        assert answer.status_code in expected, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("operation", sorted(WAYS))
def test_without_a_key(world: World, operations: dict[str, tuple[str, str]], operation: str) -> None:
    """It should answer nobody who does not say who it is."""
    method, path = operations[operation]
    filled = path.replace("{", "").replace("}", "")
    with Client(world.running.url, None) as nobody:
        answer = nobody.request(method.upper(), filled, headers={"Idempotency-Key": "nobody"})
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_operation_that_nobody_placed_reaches_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should refuse even the regulator what has no row."""
    monkeypatch.delitem(ACCESS, "list_receivables")
    assert world.clients["regulator"][0].get("/v1/receivables").status_code == 403


def _numbers(client: Client, path: str, field: str = "id") -> set[object]:
    return {item[field] for item in client.all(path, limit=2)}


def test_suppliers_see_their_own_side_alone(world: World) -> None:
    """It should list to a supplier the trades, credits and financings of which it is a side, and no others."""
    a = world.a
    assert _numbers(a.deep, "/v1/receivables") == {a.receivables["handed"], a.receivables["deep fresh"]}
    assert _numbers(a.deep, "/v1/credits") == {a.credits["split"]}
    assert _numbers(a.deep, "/v1/financings") == {a.financings["funded"], a.financings["refused"]}
    assert _numbers(a.deep, "/v1/settlements", "credit") == {a.credits["split"]}
    assert _numbers(a.deep, "/v1/holdings", "account") == {
        world.registrar.told(f"/v1/participants/{a.deep.participant}")["account"]
    }
    assert _numbers(a.supplier, "/v1/receivables") == set(a.receivables.values())
    assert _numbers(a.supplier, "/v1/financings") == {a.financings["settled"], a.financings["requested"]}


def test_the_issuer_does_not_see_what_its_suppliers_were_paid(world: World) -> None:
    """It should show a core enterprise its debts and credits, and no financing."""
    a = world.a
    assert _numbers(a.core, "/v1/receivables") == {a.receivables[name] for name in ("paid", "split", "quiet", "fresh")}
    assert _numbers(a.core, "/v1/credits") == set(a.credits.values())
    assert a.core.get("/v1/financings").status_code == 403
    assert a.core.all(f"/v1/settlements/{a.credits['paid']}/payouts") == []


def test_a_bank_sees_what_it_may_finance_or_financed(world: World) -> None:
    """It should show the deciding bank everything that it answered, and another bank what is still open."""
    first, second = world.clients["bank"]
    everything = set(world.a.financings.values()) | set(world.b.financings.values())
    open_ones = {world.a.financings["requested"], world.b.financings["requested"]}
    assert _numbers(first, "/v1/financings") == everything
    assert _numbers(second, "/v1/financings") == open_ones
    assert _numbers(second, "/v1/credits") == {world.a.credits["split"], world.b.credits["split"]}
    assert second.get(f"/v1/financings/{world.a.financings['requested']}/decision").status_code == 404


def test_a_price_is_its_banks_its_holders_and_the_regulators(world: World) -> None:
    """It should hide from a rival bank what the other would pay, and from any bank what a holder holds."""
    (bank, rival), regulator, holder = world.clients["bank"], world.clients["regulator"][0], world.a.supplier
    asked = {"credit": world.a.credits["split"], "face": amount(1_000)}
    whose = asked | {"holder": holder.participant}
    for client, body, shows_all in ((bank, whose, True), (regulator, whose, True), (holder, asked, False)):
        assert (client.done("/v1/financings/quote", body)["inputs"] is not None) is shows_all
    hidden = rival.post("/v1/financings/quote", whose)
    assert (hidden.status_code, hidden.json()["type"]) == (404, "/problems/not-found")
    too_much = {"face": amount(10**9)}
    limits = [
        client.post("/v1/financings/quote", body | too_much).json()["errors"][0]["limit"]
        for client, body in ((bank, whose), (holder, asked))
    ]
    held = holder.told("/v1/holdings", credit=asked["credit"])["items"][0]["amount"]["amount"]
    assert limits[0] == f"from 1 to what participant {holder.participant} holds"
    assert limits[1] == f"from 1 to {held}, what participant {holder.participant} holds"


def test_a_carrier_sees_no_credit(world: World) -> None:
    """It should show a carrier every delivery, and not what became of the debt."""
    receivables = world.clients["carrier"][0].all("/v1/receivables")
    assert {each["id"] for each in receivables} >= set(world.a.receivables.values())
    assert all(each["parts"] is None for each in receivables)


def test_a_holder_sees_its_own_steps_of_a_lot(world: World) -> None:
    """It should show the whole way of a lot to the bank behind it, and to a holder its part of it."""
    path = f"/v1/credits/{world.a.credits['split']}/trace"
    whole, part = world.clients["bank"][0].told(path), world.a.deep.told(path)
    assert [step["kind"] for step in whole["steps"]] == ["recharge", "payment"]
    assert whole["whole"]
    assert not part["whole"]
    assert [step["payee"] for step in part["steps"]] == [world.a.deep.participant]
    assert [each["participant"] for each in part["positions"]] == [world.a.deep.participant]


def test_each_unit_of_a_lot_is_somewhere(world: World) -> None:
    """It should account for all that was born, position by position."""
    for side in (world.a, world.b):
        for credit in side.credits.values():
            trace = world.clients["regulator"][0].told(f"/v1/credits/{credit}/trace")
            born = sum(int(step["amount"]["amount"]) for step in trace["steps"] if step["kind"] == "recharge")
            there = {
                name: sum(int(position[name]["amount"]) for position in trace["positions"])
                for name in ("held", "pledged", "financed", "redeemed")
            }
            assert sum(there.values()) == born
            assert born - there["redeemed"] == int(trace["credit"]["outstanding"]["amount"])


def test_the_registrar_trades_nothing() -> None:
    """It should give the registrar administration, and none of what a participant does."""
    reached = {operation for operation, row in ACCESS.items() if row[REGISTRAR] is not Reach.NONE}
    assert not {name for name in reached if name.endswith(("_receivable", "_credit", "_cash", "_financing"))}
