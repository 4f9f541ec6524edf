"""Bad input over HTTP: a problem document each time, and nothing written."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select
from sqlmodel import SQLModel

from api.writes import MOST_GAS
from scfin_chain.chain.transaction import TransactionRequest, sign
from scfin_chain.service.service import Service
from scfin_chain.units import Address
from tests.api.client import Client, amount
from tests.api.conftest import founders_of
from tests.api.server import Running, running_service
from tests.api.world import Trade, documents

LARGEST_BODY = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """A quiet service with a core enterprise, a supplier, and a receivable between them."""

    running: Running
    trade: Trade
    core: Client
    supplier: Client
    receivable: int

    @property
    def service(self) -> Service:
        return self.running.service


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        running_service(tmp_path_factory.mktemp("problems"), largest_body=LARGEST_BODY) as running,
        founders_of(running) as trade,
        trade.enrol("core", "core_enterprise") as core,
        trade.enrol("supplier", "supplier") as supplier,
    ):
        receivable = trade.register(supplier, core, "INV-1", face=100_000, days=90)
        yield Place(running=running, trade=trade, core=core, supplier=supplier, receivable=receivable)


def held(service: Service) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the database holds."""
    with service.store.read() as connection:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in connection.execute(select(table)))
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.fixture
def writes() -> None:
    """Of a test that writes on purpose."""


@pytest.fixture(autouse=True)
def nothing_written(place: Place, request: pytest.FixtureRequest) -> Iterator[None]:
    """It should leave every table as it was; a test that writes on purpose says so."""
    if "writes" in request.fixturenames:
        yield
        return
    before, head = held(place.service), place.service.ledger.gateway.head()
    yield
    assert held(place.service) == before
    assert place.service.ledger.gateway.head() == head


def problem(answer: requests.Response, status: int, kind: str | None = None) -> dict[str, Any]:
    """The problem document of an answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert "Traceback" not in answer.text
    if kind is not None:
        assert document["type"] == f"/problems/{kind}"
    return document


def raw(client: Client, body: bytes, *, content_type: str = "application/json", **headers: str) -> requests.Response:
    """A registration with these very bytes."""
    sent = {"Idempotency-Key": "raw", "Content-Type": content_type, **headers}
    return client.request("POST", "/v1/receivables", data=body, headers=sent)


def registration(place: Place, **changed: object) -> dict[str, object]:
    """A registration that would be taken, but for what is changed."""
    good = {
        "debtor": place.core.participant,
        "number": "INV-2",
        "face": amount(100),
        "due": "2030-01-01",
        "documents": documents("INV-2"),
    }
    return good | changed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'debtor': 1}",
        b'{"debtor": 1,}',
        b"\x00",
        b"\xff\xfe",
        b'{"number": "\xff\xfe"}',
        b"nul",
        b"[" * 9_000,
        b"[" * 900_000,  # more than any stack holds
        b'{"a":' * 1_500 + b"1" + b"}" * 1_500,
        b"1" * 9_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_malformed_json(place: Place, body: bytes) -> None:
    """It should refuse what is no JSON, or JSON in a depth that nobody means."""
    answer = raw(place.supplier, body)
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code)


@pytest.mark.parametrize(
    ("body", "status", "value", "limit"),
    [
        (b'{"debtor": 1,}', 422, "}", "JSON (Expecting property name enclosed in double quotes)"),
        (b'{"number": "\xff\xfe"}', 400, "0xff at byte 12", "UTF-8"),
        (b'{"debtor": ' + b"9" * 6_000 + b"}", 400, "a longer integer", "JSON with integers of at most 4300 digits"),
        (b"[" * 9_000, 422, "[" * 80 + "...", "nested at most 64 deep"),
        (b" " * (LARGEST_BODY + 1), 413, f"{LARGEST_BODY + 1} bytes", f"at most {LARGEST_BODY} bytes"),
    ],
    ids=lambda given: repr(given)[:12],
)
def test_a_body_that_cannot_be_read_is_named(place: Place, body: bytes, status: int, value: str, limit: str) -> None:
    """It should say what it found in the body, and what it must be."""
    document = problem(raw(place.supplier, body), status)
    assert document["errors"] == [{"field": "body", "value": value, "limit": limit}]


def test_a_request_that_leads_nowhere_is_named(place: Place) -> None:
    """It should say which path, method and content type it was, and what it must be."""
    for answer, status, error in (
        (place.supplier.get("/v2/x"), 404, {"field": "path", "value": "/v2/x", "limit": "one of /openapi.json"}),
        (
            place.supplier.request("PUT", "/v1/cash/mint"),
            405,
            {"field": "method", "value": "PUT", "limit": "GET or POST"},
        ),
        (
            raw(place.supplier, b"{}", content_type="text/plain"),
            415,
            {"field": "Content-Type", "value": "text/plain", "limit": "application/json"},
        ),
    ):
        assert problem(answer, status)["errors"] == [error]


def test_a_limit_is_told_in_our_words(place: Place) -> None:
    """It should name the limit alone, not the library that found it passed."""
    answer = place.supplier.post("/v1/receivables", registration(place, due="2030-02-30"))
    [error] = problem(answer, 422)["errors"]
    assert error == {"field": "body.due", "value": "2030-02-30", "limit": "day is out of range for month"}
    answer = place.supplier.post("/v1/receivables", registration(place, face=amount(2**63)))
    assert problem(answer, 422)["errors"][0]["limit"] == f"must be at most {2**63 - 1}"


@pytest.mark.parametrize("body", [b"null", b"1", b'"text"', b"[]", b"true", b"NaN"], ids=repr)
def test_another_kind_of_value(place: Place, body: bytes) -> None:
    """It should refuse JSON that is no object."""
    problem(raw(place.supplier, body), 422, "invalid-request")


@pytest.mark.parametrize(
    "changed",
    [
        {"debtor": "7"},
        {"debtor": 7.0},
        {"debtor": True},
        {"debtor": None},
        {"debtor": [7]},
        {"debtor": 0},
        {"debtor": -1},
        {"debtor": 2**32},
        {"debtor": 10**400},
        {"programme": 2**32},
        {"face": 100},
        {"face": "100"},
        {"face": {"amount": 100, "currency": "CNY"}},
        {"face": amount(-1)},
        {"face": amount(2**63)},
        {"face": {"amount": "1e3", "currency": "CNY"}},
        {"face": {"amount": "01", "currency": "CNY"}},
        {"face": {"amount": "+1", "currency": "CNY"}},
        {"face": {"amount": " 1", "currency": "CNY"}},
        {"face": {"amount": "1.00", "currency": "CNY"}},
        {"face": {"amount": "\u0661", "currency": "CNY"}},
        {"face": {"amount": "1", "currency": "EUR"}},
        {"face": {"amount": "1", "currency": "CNY", "unit": "fen"}},
        {"due": 19_000},
        {"due": "2030-02-30"},
        {"due": "2030-1-1"},
        {"due": "2030-01-01T00:00:00Z"},
        {"due": "1969-12-31"},
        {"due": "\u0661\u0669\u0669\u0669-01-01"},
        {"number": ""},
        {"number": "inv-2"},
        {"number": "INV 2"},
        {"number": "INV-2\u0000"},
        {"number": "INV-2\n"},
        {"number": "\ud800"},
        {"number": "A" * 33},
        {"documents": "0x00"},
        {"documents": documents("x").upper()},
        {"documents": documents("x")[2:]},
        {"document_type": "letter"},
        {"creditor": 1},
        {"__proto__": {}},
    ],
    ids=lambda changed: json.dumps(changed)[:40],
)
def test_a_field_that_is_wrong(place: Place, changed: dict[str, object]) -> None:
    """It should name the field, whatever is wrong with it."""
    document = problem(place.supplier.post("/v1/receivables", registration(place, **changed)), 422, "invalid-request")
    assert any(next(iter(changed)) in error["field"] for error in document["errors"])


@pytest.mark.parametrize("field", ["debtor", "number", "face", "due", "documents"])
def test_a_field_that_is_missing(place: Place, field: str) -> None:
    """It should name what is missing."""
    body = {name: value for name, value in registration(place).items() if name != field}
    document = problem(place.supplier.post("/v1/receivables", body), 422)
    assert [error["field"] for error in document["errors"]] == [f"body.{field}"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/receivables/999999", "receivable"),
        ("/v1/credits/999999", "credit"),
        (f"/v1/credits/{'9' * 78}", "credit"),
        ("/v1/credits/1/trace", "credit"),
        ("/v1/financings/999999", "financing"),
        ("/v1/financings/999999/decision", "financing"),
        ("/v1/settlements/999999", "credit"),
        ("/v1/participants/999999", "participant"),
        ("/v1/commands/999999", "command"),
        ("/v1/cash/999999", "wallet"),
        ("/v1/claims/999999", "claim"),
    ],
)
def test_an_unknown_number(place: Place, path: str, kind: str) -> None:
    """It should say that there is no such thing, or that it is not the caller's."""
    assert f"there is no {kind}" in problem(place.supplier.get(path), 404, "not-found")["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/receivables/0",
        "/v1/receivables/-1",
        "/v1/receivables/1e3",
        "/v1/receivables/one",
        f"/v1/receivables/{'9' * 5_000}",
        "/v1/credits/0",
        "/v1/credits/01",
        f"/v1/credits/{'9' * 79}",
        "/v1/receivables?limit=0",
        "/v1/receivables?limit=501",
        "/v1/receivables?limit=x",
        "/v1/receivables?after=x",
        "/v1/receivables?after=WzFd%00",
        "/v1/receivables?after=WyIxIl0",
        "/v1/receivables?after=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTld",
        "/v1/receivables?state=lost",
        "/v1/receivables?due_from=2030",
        "/v1/receivables?due_from=1893456000",
        "/v1/receivables?debtor=1%27%20OR%201=1",
        "/v1/holdings?credit=1%27--",
        "/v1/holdings?after=WyJcdWQ4MDAiLCIxIl0",
        "/v1/holdings?after=WyJcdTAwMDAiLCIxIl0",
    ],
    ids=lambda path: path[:50],
)
def test_a_parameter_that_is_wrong(place: Place, path: str) -> None:
    """It should refuse numbers, cursors and filters that are none."""
    problem(place.supplier.get(path), 422, "invalid-request")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/receivables/999999/amend", {"face": amount(1), "due": "2030-01-01", "documents": documents("x")}),
        ("/v1/receivables/999999/confirm", {"face": amount(1), "due": "2030-01-01", "documents": documents("x")}),
        ("/v1/credits/999999/payments", {"trade": 1, "amount": amount(1)}),
        ("/v1/financings", {"credit": "999999", "face": amount(1)}),
        ("/v1/financings/quote", {"credit": "999999", "face": amount(1)}),
        ("/v1/financings/999999/cancel", None),
        ("/v1/cash/payments", {"to": 999_999, "amount": amount(1)}),
    ],
)
def test_a_write_on_what_is_not_there(place: Place, path: str, body: object) -> None:
    """It should refuse before anything is queued."""
    problem(place.supplier.post(path, body), 404, "not-found")


def test_a_body_that_is_declared_too_large(place: Place) -> None:
    """It should refuse by the length alone."""
    problem(raw(place.supplier, b" " * (LARGEST_BODY + 1)), 413, "body-too-large")


def test_a_body_that_is_not_declared_and_too_large(place: Place) -> None:
    """It should count what comes in chunks."""
    chunks = (b" " * 10_000 for _ in range(LARGEST_BODY // 10_000 + 2))
    headers = {"Idempotency-Key": "chunks", "Content-Type": "application/json"}
    answer = place.supplier.request("POST", "/v1/receivables", data=chunks, headers=headers)
    problem(answer, 413, "body-too-large")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x", ""],
)
def test_another_content_type(place: Place, content_type: str) -> None:
    """It should read JSON that says so, and nothing else."""
    body = json.dumps(registration(place)).encode()
    problem(raw(place.supplier, body, content_type=content_type), 415, "unsupported-media-type")


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 201, "schlüssel".encode(), "tab\there"])
def test_an_idempotency_key_that_is_none(place: Place, key: str | bytes | None) -> None:
    """It should not write under a name that cannot be given again."""
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = place.supplier.request("POST", "/v1/receivables", json=registration(place), headers=headers)
    problem(answer, 422, "invalid-request")


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dTpw",
        "Bearer scfin_000000000000_",
        "Bearer scfin_000000000000_' OR 1=1 --",
        "Bearer scfin__",
        b"Bearer scfin_\xff_\xfe",
        "Bearer " + "x" * 10_000,
    ],
    ids=lambda given: repr(given)[:40],
)
def test_a_key_that_is_none_of_ours(place: Place, authorization: str | bytes) -> None:
    """It should let nobody in."""
    with Client(place.running.url, None) as nobody:
        answer = nobody.request("GET", "/v1/receivables", headers={"Authorization": authorization})
    problem(answer, 401, "unauthorized")


def test_another_secret_under_a_known_name(place: Place) -> None:
    """It should not take the name of a key for the key."""
    name = str(place.supplier.token).rsplit("_", 1)[0][:18]
    with Client(place.running.url, f"{name}_{'A' * 43}") as thief:
        problem(thief.get("/v1/receivables"), 401, "unauthorized")


@pytest.mark.usefixtures("writes")
def test_a_revoked_key(place: Place) -> None:
    """It should let in nobody whose key was closed."""
    made = place.supplier.done("/v1/keys", {})
    with Client(place.running.url, made["token"]) as again:
        assert again.get("/v1/receivables").status_code == 200
        place.supplier.done(f"/v1/keys/{made['id']}/revoke")
        before = held(place.service)
        document = problem(again.post("/v1/receivables", registration(place)), 401, "unauthorized")
        assert "revoked" in document["detail"]
        assert held(place.service) == before


@pytest.mark.usefixtures("writes")
def test_an_expired_key(place: Place) -> None:
    """It should let in nobody whose key's last day, by the chain's clock, is past."""
    made = place.supplier.done("/v1/keys", {"expires": place.trade.day(0)})
    with Client(place.running.url, made["token"]) as expiring:
        assert expiring.get("/v1/receivables").status_code == 200
        place.trade.advance(1)
        assert "expired" in problem(expiring.get("/v1/receivables"), 401, "unauthorized")["detail"]


@pytest.mark.usefixtures("writes")
def test_a_key_that_would_outlive_the_one_that_asks(place: Place) -> None:
    """It should make none without an end, or with a later one; one with the same end it should."""
    last, later = place.trade.day(3), place.trade.day(4)
    made = place.supplier.done("/v1/keys", {"expires": last})
    with Client(place.running.url, made["token"]) as ending:
        for body in ({}, {"expires": later}):
            document = problem(ending.post("/v1/keys", body), 422, "invalid-request")
            assert document["errors"][0]["limit"] == f"not after {last}, the last day of the key that asks"
        assert ending.post("/v1/keys", {"expires": last}).status_code == 201


def test_another_participants_business(place: Place) -> None:
    """It should neither show nor do what is not the caller's."""
    problem(place.supplier.get(f"/v1/cash/{place.core.participant}"), 404)
    problem(place.supplier.post("/v1/keys", {"participant": place.core.participant}), 404)
    problem(place.core.post("/v1/receivables", registration(place)), 403, "forbidden")
    problem(place.supplier.post("/v1/participants", {"name": "me", "roles": ["bank"]}), 403, "forbidden")
    problem(place.supplier.post("/v1/cash/mint", {"to": place.supplier.participant, "amount": amount(1)}), 403)


@pytest.mark.parametrize(
    ("path", "field", "value", "limit"),
    [
        ("/v1/receivables?stat=paid", "stat", "paid", "left out: this takes after, creditor, debtor,"),
        ("/v1/receivables/1?state=paid", "state", "paid", "left out: this takes no parameters"),
        ("/v1/receivables?limit=1&limit=2", "limit", "1 and 2", "given once"),
        ("/v1/receivables?state=paid&state=paid", "state", "paid and paid", "given once"),
        ("/health?x=1", "x", "1", "left out: this takes no parameters"),
    ],
)
def test_a_query_that_is_not_the_operations(place: Place, path: str, field: str, value: str, limit: str) -> None:
    """It should refuse a parameter that it would ignore, and one of which it would take the last."""
    [error] = problem(place.supplier.get(path), 422, "invalid-request")["errors"]
    assert (error["field"], error["value"]) == (field, value)
    assert error["limit"].startswith(limit)


def test_a_query_of_nobody(place: Place) -> None:
    """It should tell nothing of an operation to who does not say who it is."""
    with Client(place.running.url, None) as nobody:
        problem(nobody.get("/v1/receivables?stat=paid"), 401, "unauthorized")


def test_two_forms(place: Place) -> None:
    """It should not do what somebody asked to have prepared, whatever else was asked."""
    path, headers = "/v1/receivables?form=prepare&form=custodial", {"Idempotency-Key": "forms"}
    answer = place.supplier.request("POST", path, json=registration(place), headers=headers)
    assert problem(answer, 422)["errors"] == [
        {"field": "form", "value": "prepare and custodial", "limit": "given once"}
    ]


def test_a_form_where_there_is_one_alone(place: Place) -> None:
    """It should not do what somebody asked to have prepared."""
    body = {"name": "newcomer", "roles": ["supplier"]}
    problem(place.trade.registrar.post("/v1/participants", body, form="prepare"), 422)
    problem(place.supplier.post("/v1/receivables", registration(place), form="both"), 422)


@pytest.mark.usefixtures("writes")
def test_an_idempotency_key_with_another_request(place: Place) -> None:
    """It should not take another body, or another path, for the one that it knows."""
    first = place.supplier.post("/v1/receivables", registration(place, number="KEY-1"), key="again")
    assert first.status_code == 201
    before = held(place.service)
    for path, body in (
        ("/v1/receivables", registration(place, number="KEY-2")),
        ("/v1/receivables", registration(place, number="KEY-1") | {"programme": 0}),
        (
            f"/v1/receivables/{place.receivable}/amend",
            {"face": amount(1), "due": "2030-01-01", "documents": documents("x")},
        ),
    ):
        problem(place.supplier.post(path, body, key="again"), 422, "idempotency-key-reused")
    assert held(place.service) == before


@pytest.mark.usefixtures("writes")
def test_an_idempotency_key_with_the_same_request(place: Place) -> None:
    """It should write once, and give the same answer again; another caller's key of that name is another."""
    body = registration(place, number="SAME-1")
    first = place.supplier.post("/v1/receivables", body, key="same")
    before = held(place.service)
    second = place.supplier.post("/v1/receivables", body, key="same")
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert held(place.service) == before
    with place.trade.enrol("another supplier", "supplier") as another:
        assert another.post("/v1/receivables", body, key="same").json()["id"] != first.json()["id"]


@pytest.mark.usefixtures("writes")
def test_an_idempotency_key_of_what_was_refused(place: Place) -> None:
    """It should give the refusal of the ledger again, and ask the ledger once."""
    body = {"face": amount(1), "due": "2030-01-01", "documents": documents("x")}
    path = f"/v1/receivables/{place.receivable}/confirm"
    first = problem(place.core.post(path, body, key="refused"), 409, "refused-by-the-ledger")
    before = held(place.service)
    assert problem(place.core.post(path, body, key="refused"), 409) == first
    assert held(place.service) == before


def test_an_idempotency_key_after_a_restart(place: Place, tmp_path: Path) -> None:
    """It should know what it has done, whoever started it."""
    with running_service(tmp_path) as running, founders_of(running) as trade:
        supplier = trade.enrol("supplier", "supplier")
        core = trade.enrol("core", "core_enterprise")
        body = registration(place) | {"debtor": core.participant}
        first = supplier.post("/v1/receivables", body, key="once")
        refused = core.post("/v1/cash/payments", {"to": supplier.participant, "amount": amount(5)}, key="too-much")
        token, other = supplier.token, core.token
        supplier.close()
        core.close()
    with (
        running_service(tmp_path) as again,
        Client(again.url, token, participant=supplier.participant) as same,
        Client(again.url, other) as debtor,
    ):
        before = held(again.service)
        answer = same.post("/v1/receivables", body, key="once")
        assert (answer.status_code, answer.json()) == (first.status_code, first.json())
        repeated = debtor.post("/v1/cash/payments", {"to": same.participant, "amount": amount(5)}, key="too-much")
        assert (repeated.status_code, repeated.json()) == (refused.status_code, refused.json())
        assert refused.status_code == 409
        assert held(again.service) == before


def signed(place: Place, account: Address, **changed: Any) -> str:
    """A transaction of nothing by an account, but for what is changed."""
    service = place.service
    signer = service.custody.signer(account)
    assert signer is not None
    data = service.ledger.deployment.abis["CashToken"].encode("approve", service.ledger.address("Settlement"), 1)
    request = service.ledger.gateway.prepare(account, service.ledger.address("CashToken"), data, gas=MOST_GAS)
    fields = {name: getattr(request, name) for name in TransactionRequest.__dataclass_fields__}
    return f"0x{sign(TransactionRequest(**fields | changed), signer).raw.hex()}"


def account_of(client: Client) -> Address:
    return Address(client.told(f"/v1/participants/{client.participant}")["account"])


def test_a_signature_for_another_chain(place: Place) -> None:
    """It should refuse what was signed for elsewhere."""
    for chain_id in (0, 1, 2**63):
        raw_bytes = signed(place, account_of(place.supplier), chain_id=chain_id)
        document = problem(place.supplier.post("/v1/transactions", {"raw": raw_bytes}), 422)
        assert "chain" in document["detail"]


def test_another_accounts_transaction(place: Place) -> None:
    """It should submit for nobody but the caller."""
    raw_bytes = signed(place, account_of(place.core))
    assert "signed by" in problem(place.supplier.post("/v1/transactions", {"raw": raw_bytes}), 422)["detail"]


def test_a_transaction_to_somebody_else(place: Place) -> None:
    """It should carry nothing but calls of the ledger."""
    mine = account_of(place.supplier)
    for to in (mine, None):
        problem(place.supplier.post("/v1/transactions", {"raw": signed(place, mine, to=to)}), 422)


@pytest.mark.parametrize(
    "raw_bytes",
    ["", "0x", "0x0", "0xzz", "00", "0x00", "0x02", "0x02c0", f"0x{'00' * 200}", f"0x02{'f8' * 100}", "0xc0", "0x7f"],
    ids=lambda text: text[:12],
)
def test_bytes_that_are_no_transaction(place: Place, raw_bytes: str) -> None:
    """It should refuse them without sending them anywhere."""
    problem(place.supplier.post("/v1/transactions", {"raw": raw_bytes}), 422)


def test_a_nonce_that_is_spent(place: Place) -> None:
    """It should refuse a transaction that can never be mined."""
    raw_bytes = signed(place, account_of(place.supplier), nonce=0)
    before = held(place.service)
    answer = place.supplier.post("/v1/transactions", {"raw": raw_bytes})
    problem(answer, 409, "refused-by-the-ledger")
    after = held(place.service)
    assert {name for name in before if before[name] != after[name]} <= {"command", "idempotency"}
    _forget(place.service, after, before)


def _forget(service: Service, after: dict[str, Any], before: dict[str, Any]) -> None:
    """What the ledger itself refused stays written down: take it out, so that the rest can be compared."""
    with service.store.begin() as connection:
        for name in ("command", "idempotency"):
            table = SQLModel.metadata.tables[name]
            key = next(iter(table.primary_key)) if name == "command" else table.c.key
            known = set(before[name])
            for row in connection.execute(select(table)).all():
                if tuple(map(repr, row)) not in known:
                    connection.execute(table.delete().where(key == getattr(row, key.name)))
    assert after != before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", ["/v1/receivables", "/v1/receivables/1", "/v1/clock"])
def test_another_method(place: Place, method: str, path: str) -> None:
    """It should say which methods there are."""
    answer = place.supplier.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v1/receivables/",  # nor to where the slash would be left out: that address is of the caller's making
        "/v2/receivables",
        "/v1/receivables/1/2/3",
        "/v1/%00",
        "/v1/%ff",
    ],
)
def test_a_path_that_leads_nowhere(place: Place, path: str) -> None:
    """It should say so as it says everything."""
    problem(place.supplier.get(path), 404, "not-found")


def test_an_overlong_path(place: Place) -> None:
    """It should answer a path of whatever length."""
    problem(place.supplier.get(f"/v1/{'x' * 30_000}"), 404, "not-found")


@pytest.mark.parametrize(
    "text",
    [
        "Robert'); DROP TABLE participant;--",
        "\u0000",
        "\r\nSet-Cookie: a=b",
        "%0d%0aSet-Cookie: a=b",
        "{{7*7}}",
        "../../etc/passwd",
        "<script>",
    ],
)
def test_injections_in_text(place: Place, text: str) -> None:
    """It should take text for text, and give it back in nothing but a problem."""
    answer = place.supplier.post("/v1/receivables", registration(place, number=text))
    problem(answer, 422)
    assert "set-cookie" not in {name.lower() for name in answer.headers}


def test_injections_in_headers(place: Place) -> None:
    """It should not let a header begin another, nor give back what it was sent."""
    where = urlsplit(place.running.url)
    key = "x\r\nX-Injected: 1"
    lines = (
        "POST /v1/receivables HTTP/1.1",
        f"Host: {where.netloc}",
        f"Authorization: Bearer {place.supplier.token}",
        "Content-Type: application/json",
        f"Idempotency-Key: {key}",
        "Content-Length: 2",
        "Connection: close",
    )
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n{}")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 422
        assert answer.getheader("x-injected") is None
        answer.read()


def test_a_name_that_is_sql(place: Place) -> None:
    """It should look for a key of that name, and find none."""
    for name in ("000000000000' OR '1'='1", "%27%3B--", "0" * 13):
        assert place.trade.registrar.post(f"/v1/keys/{name}/revoke").status_code in (404, 422)
