"""The description against the service: whatever it allows is sent, as every role, and each answer is as described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access import ACCESS, ROLES, Reach
from tests.api.server import running_service
from tests.api.world import World, world_of

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

EXAMPLES, EXAMPLES_REFUSED, STORIES, STEPS = 6, 1, 25, 8
"""Requests an operation and role, where it may and where it may not; stories of so many steps."""

ENDLESS = "stream_events"
"""It has no end, so no answer to hold against its description."""

QUIET = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own: nothing in it is safe."""
    with running_service(tmp_path_factory.mktemp("fuzz")) as running, world_of(running) as made:
        yield made


@pytest.fixture(scope="module")
def schema(place: World) -> Any:
    loaded = schemathesis.openapi.from_dict(place.registrar.told("/openapi.json"))
    loaded.config.update(base_url=place.running.url)
    return loaded.exclude(operation_id=ENDLESS)


def headers_of(place: World, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {place.clients[role][0].token}"}


@pytest.mark.parametrize("role", ROLES)
def test_every_operation(place: World, schema: Any, role: str) -> None:
    """It should answer whatever the description allows as the description says."""
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        refused = name in ACCESS and ACCESS[name][role] is Reach.NONE
        _fuzz(operation, headers_of(place, role), EXAMPLES_REFUSED if refused else EXAMPLES)


def _fuzz(operation: Any, headers: dict[str, str], examples: int) -> None:
    @seed(0)
    @settings(QUIET, max_examples=examples)
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def send(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()


def test_stories(place: World, schema: Any) -> None:
    """It should bear what the links of the description lead to, each step by a role that may take it."""
    headers = {
        operation: headers_of(place, role)
        for operation, row in ACCESS.items()
        for role in reversed(ROLES)
        if row[role] is not Reach.NONE
    }

    class Stories(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers.get(case.operation.definition.raw["operationId"], {})}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = (), **given_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Stories.run(settings=settings(QUIET, max_examples=STORIES, stateful_step_count=STEPS))


def test_links_lead_somewhere(place: World) -> None:
    """It should name, in each link, an operation that there is and parameters that it has."""
    paths = place.registrar.told("/openapi.json")["paths"]
    operations = {item["operationId"]: item for path in paths.values() for item in path.values()}
    links = [
        (name, link)
        for item in operations.values()
        for answer in item["responses"].values()
        for name, link in answer.get("links", {}).items()
    ]
    assert links
    for name, link in links:
        known = {f"{each['in']}.{each['name']}" for each in operations[name].get("parameters", [])}
        assert link["parameters"].keys() <= known
