"""The description against the service: whatever it allows is sent, as every role, and each answer is as described."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access import ACCESS, ROLES, Reach
from tests.api.grounding import Grounds
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

EXAMPLES, EXAMPLES_REFUSED, WRONG, STORIES, STEPS = 5, 1, 2, 30, 8
"""Requests an operation and role, where it may and where it may not, and of them at odds with the description; stories
of so many steps."""

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
    grounds, headers = Grounds(place), headers_of(place, role)
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        refused = name in ACCESS and ACCESS[name][role] is Reach.NONE
        right = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
        wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        _fuzz(right, headers, EXAMPLES_REFUSED if refused else EXAMPLES, ROLES.index(role), grounds)
        _fuzz(wrong, headers, EXAMPLES_REFUSED if refused else WRONG, ROLES.index(role))


def _fuzz(
    cases: st.SearchStrategy[Any], headers: dict[str, str], examples: int, start: int, grounds: Grounds | None = None
) -> None:
    @seed(start)
    @settings(QUIET, max_examples=examples)
    @given(case=cases, data=st.data())
    def send(case: Any, data: st.DataObject) -> None:
        if grounds is not None:
            grounds.ground(case, lambda values: data.draw(st.sampled_from(values)), path=True)
        case.call_and_validate(headers=headers, checks=CHECKS)

    with suppress(Unsatisfiable):  # of a request without parameters none is at odds with the description
        send()


def test_stories(place: World, schema: Any) -> None:
    """It should bear what the links of the description lead to, each step by a role that may take it."""
    grounds = Grounds(place)
    headers = {
        operation: headers_of(place, role)
        for operation, row in ACCESS.items()
        for role in reversed(ROLES)
        if row[role] is not Reach.NONE
    }

    class Stories(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.random = Random(0)

        def before_call(self, case: Any) -> None:
            grounds.ground(case, self.random.choice, path=False)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers.get(case.operation.definition.raw["operationId"], {})}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = (), **_given: Any) -> None:
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
