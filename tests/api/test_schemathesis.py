"""The description against the service: whatever it allows is sent, as every role, and each answer is as described."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access import ACCESS, ROLES, Reach
from scfin_chain.service.api_keys import make_key
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

READS, WRITES, REFUSED, WRONG, STORIES, STEPS = 12, 5, 1, 3, 30, 8
"""Requests an operation and role, by what it is and where the role may not, and of them at odds with the description;
stories a role, of so many steps."""

SECONDS = 60
"""For an answer: a write is waited for up to thirty."""

ENDLESS = "stream_events"
"""An answer that never ends cannot be held against its description, and what is drawn at odds with it may be no harm,
and be answered. Its refusals end: they are sent one by one."""

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
def whole(place: World) -> Any:
    loaded = schemathesis.openapi.from_dict(place.registrar.told("/openapi.json"))
    loaded.config.update(base_url=place.running.url)
    return loaded


@pytest.fixture(scope="module")
def schema(whole: Any) -> Any:
    return whole.exclude(operation_id=ENDLESS)


def headers_of(place: World, role: str) -> dict[str, str]:
    """Of a new key: stories revoke what keys they find."""
    service, participant = place.running.service, place.clients[role][0].participant
    with service.store.begin() as connection:
        token = make_key(connection, participant, today=service.today).token
    return {"Authorization": f"Bearer {token}"}


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
        allowed = READS if operation.method.upper() == "GET" else WRITES
        _fuzz(right, headers, REFUSED if refused else allowed, ROLES.index(role), grounds)
        _fuzz(wrong, headers, REFUSED if refused else WRONG, ROLES.index(role))


def _fuzz(
    cases: st.SearchStrategy[Any], headers: dict[str, str], examples: int, start: int, grounds: Grounds | None = None
) -> None:
    @seed(start)
    @settings(QUIET, max_examples=examples)
    @given(case=cases, data=st.data())
    def send(case: Any, data: st.DataObject) -> None:
        if grounds is not None:
            grounds.ground(case, lambda values: data.draw(st.sampled_from(values)), path=True)
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=SECONDS)

    with suppress(Unsatisfiable):  # of a request without parameters none is at odds with the description
        send()


@pytest.mark.parametrize("strays", [True, False])
@pytest.mark.parametrize("role", ROLES)
def test_stories(place: World, schema: Any, role: str, strays: bool) -> None:
    """It should bear what the links of the description lead one role to, whether it asks for what it may do alone, or
    strays to what is refused.

    What one story does is there in the next, so that the same draws may lead elsewhere, which hypothesis does not bear:
    it is then begun anew. Nothing that was found is lost thereby.
    """
    grounds = Grounds(place)
    found: list[Exception] = []
    allowed: set[str] = set()
    told = 0

    may = [name for name, row in ACCESS.items() if row[role] is not Reach.NONE and name != ENDLESS]
    told_of = schema if strays else schema.include(operation_id=may)

    class Stories(told_of.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            nonlocal told
            told += 1
            self.random, self.headers = Random(told), headers_of(place, role)

        def before_call(self, case: Any) -> None:
            grounds.ground(case, self.random.choice, path=False)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": self.headers, "timeout": SECONDS}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = (), **_given: Any) -> None:
            try:
                case.validate_response(response, checks=CHECKS)
            except Exception as error:
                found.append(error)
                raise
            if response.status_code < 400:
                allowed.add(case.operation.definition.raw["operationId"])

    for start in range(STORIES):
        if told < STORIES and not found:
            with suppress(FlakyStrategyDefinition):
                quiet = settings(QUIET, max_examples=STORIES - told, stateful_step_count=STEPS)
                seed(start)(Stories).run(settings=quiet)
    assert not found, found
    assert told >= STORIES
    assert {name for name in allowed & ACCESS.keys() if ACCESS[name][role] is Reach.NONE} == set()
    assert allowed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"headers": {"Last-Event-ID": "7"}}, 422),
        ({"query": {"last_event_id": "9" * 400}}, 422),
        ({"query": {"from": "yesterday"}}, 422),
        ({"query": {"name": ""}}, 422),
        ({}, 429),
    ],
)
def test_the_stream_refuses(
    place: World, whole: Any, role: str, given: dict[str, Any], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should refuse what is no place in the stream, and one more than a caller may have, as the description says."""
    monkeypatch.setattr("api.feed.STREAMS_EACH", 0)
    case = whole.find_operation_by_id(ENDLESS).Case(**given)
    answer = case.call_and_validate(headers=headers_of(place, role), checks=CHECKS, timeout=SECONDS)
    assert answer.status_code == status


def test_the_stream_asks_for_a_key(whole: Any) -> None:
    """It should refuse who does not say who it is, as the description says."""
    answer = whole.find_operation_by_id(ENDLESS).Case().call_and_validate(checks=CHECKS, timeout=SECONDS)
    assert answer.status_code == 401


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
