"""The OpenAPI description: what a client is generated from."""

import json
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from api.access import ACCESS, OPEN
from api.problems import MEDIA_TYPE
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
