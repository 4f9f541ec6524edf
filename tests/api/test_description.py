"""The OpenAPI description: what a client is generated from."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
import requests
import schemathesis

from api.access import ACCESS, OPEN
from api.problems import MEDIA_TYPE
from tests.api.client import Client
from tests.api.world import World

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def description(world: World) -> dict[str, Any]:
    return dict(world.registrar.told("/openapi.json"))


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation by its name."""
    found = [item[method] for item in description["paths"].values() for method in METHODS & item.keys()]
    named = {item["operationId"]: item for item in found}
    assert len(named) == len(found)
    return named


def test_every_operation_is_told(description: dict[str, Any]) -> None:
    """It should give each operation a name that a generator can use, a summary, a tag, and what it answers."""
    for name, item in operations(description).items():
        assert name.isidentifier()
        assert item["summary"]
        assert item["tags"]
        assert item["description"]
        assert any(status.startswith("2") for status in item["responses"]), name


def test_every_guarded_operation_may_answer_a_problem(description: dict[str, Any]) -> None:
    """It should say, of each operation under /v1, how it refuses, and that it wants a key."""
    for name, item in operations(description).items():
        if name in OPEN:
            assert "security" not in item
            continue
        assert item["security"] == [{"HTTPBearer": []}]
        for status in ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503"):
            content = item["responses"][status]["content"]
            assert content[MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/ProblemDocument"}, name


def test_every_write_wants_an_idempotency_key(description: dict[str, Any]) -> None:
    """It should ask for a name of each write, and of nothing that writes nothing."""
    for path, item in description["paths"].items():
        for method in METHODS & item.keys():
            asked = {each["name"] for each in item[method].get("parameters", [])}
            writes = method == "post" and item[method]["operationId"] not in ("quote_financing", *calculations())
            assert ("Idempotency-Key" in asked) == writes, path


def test_headers_are_told_as_they_are(description: dict[str, Any], world: World) -> None:
    """It should name the headers of each answer, and answer with them: tag, place, replay, and when to ask again."""
    told = operations(description)
    supplier, payee = world.a.supplier, world.a.core.participant

    def held(answer: requests.Response, operation: str) -> requests.Response:
        headers = told[operation]["responses"][str(answer.status_code)]["headers"]
        for name, header in headers.items():
            assert not header["required"] or name in answer.headers
            if name in answer.headers:
                assert re.fullmatch(header["schema"]["pattern"].strip("^$") + ".*", answer.headers[name]), name
        return answer

    first = held(supplier.get("/v1/receivables"), "list_receivables")
    known = {"If-None-Match": first.headers["ETag"]}
    assert held(supplier.request("GET", "/v1/receivables", headers=known), "list_receivables").status_code == 304
    assert "If-None-Match" in {each["name"] for each in told["list_receivables"]["parameters"]}

    payment = {"to": payee, "amount": {"amount": "1"}}
    done = held(supplier.post("/v1/cash/payments", payment, key="told-once"), "pay_cash")
    again = held(supplier.post("/v1/cash/payments", payment, key="told-once"), "pay_cash")
    assert [answer.headers.get("Idempotent-Replayed") for answer in (done, again)] == [None, "true"]
    assert supplier.told(done.headers["Location"])["command"] == done.json()["command"]
    assert held(supplier.post("/v1/cash/payments", payment, form="prepare"), "pay_cash").status_code == 200

    with Client(world.running.url, None) as nobody:
        held(nobody.get("/v1/receivables"), "list_receivables")


def test_every_read_may_be_known_and_every_refusal_that_passes_says_when(description: dict[str, Any]) -> None:
    """It should tell of the tag of each answer that is whole JSON, and of a moment to wait for where waiting helps."""
    for name, item in operations(description).items():
        answers = item["responses"]
        if name not in OPEN and "304" in answers:
            assert answers["200"]["headers"].keys() == answers["304"]["headers"].keys() == {"ETag", "Cache-Control"}
        for status in {"429", "503"} & answers.keys():
            assert answers[status]["headers"]["Retry-After"]["required"], name
    reads = [item["get"] for path, item in description["paths"].items() if "get" in item and path.startswith("/v1/")]
    assert [item["operationId"] for item in reads if "304" not in item["responses"]] == ["stream_events"]


def calculations() -> list[str]:
    return [name for name in ACCESS if name.startswith("compute_")]


def test_references_lead_somewhere(description: dict[str, Any]) -> None:
    """It should hold every schema that it names, and none that nobody names."""
    text = json.dumps(description)
    schemas = description["components"]["schemas"]
    for name in schemas:
        assert f'"#/components/schemas/{name}"' in text, name
    for part in text.split('"$ref": "')[1:]:
        reference = part.split('"')[0]
        assert reference.removeprefix("#/components/schemas/") in schemas, reference


def test_schemas_are_what_generators_take(description: dict[str, Any]) -> None:
    """It should call each schema by a name of its own, and give no object as a default: generators leave such out."""
    schemas = description["components"]["schemas"]
    for name, schema in schemas.items():
        assert "__" not in name, name
        for field, told in schema.get("properties", {}).items():
            assert not isinstance(told.get("default"), dict), (name, field)


def test_schemas_are_schemas(description: dict[str, Any]) -> None:
    """It should be OpenAPI, of JSON Schemas of its draft, with examples that fit."""
    assert description["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(description).validate()
    for schema in description["components"]["schemas"].values():
        whole = schema | {"components": description["components"]}
        for example in schema.get("examples", []):
            jsonschema_rs.Draft202012Validator(whole).validate(example)


def test_examples_of_the_trade(description: dict[str, Any]) -> None:
    """It should show what a request of the trade looks like."""
    schemas = description["components"]["schemas"]
    for name in (
        "Allowance",
        "Attestation",
        "Dispute",
        "Handover",
        "NewFinancing",
        "NewParticipant",
        "NewReceivable",
        "Payment",
        "QuotedFinancing",
        "Recharge",
        "Repayment",
    ):
        assert schemas[name].get("examples"), name
