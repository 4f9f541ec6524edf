"""The registrar's key at a start: whoever runs the service always has one that is good.

given one that is good: it stays
given one that was revoked, or whose last day is over: another is written to the same file, and opens the service
"""

import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.service.clients import Client
from tests.service.serving import Served

STOP_SECONDS = 30.0


def restarted(served: Served) -> None:
    served.ask_to_stop()
    assert served.ended(STOP_SECONDS) == 0
    served.started()


def revoke(client: Client, name: str) -> None:
    assert client.post(f"/v1/keys/{name}/revoke", {}).status == 200


def key_of(served: Served) -> str:
    """The name within a token."""
    return served.token.split("_")[1]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path / "data") as started:
        yield started.started()


def require_another(served: Served, before: Client) -> None:
    """The file holds another key, which its owner alone may read; the former opens nothing."""
    assert served.token != before.token
    assert stat.S_IMODE((served.folder / "registrar.key").stat().st_mode) == 0o600
    registrar = Client(served.url, served.token, "another")
    assert registrar.done("/v1/participants", {"name": "new", "roles": ["supplier"]})["id"]
    assert before.attempt("/v1/participants", {"name": "late", "roles": ["supplier"]}, "late")[0] == 401
    registrar.close()


def test_stays_given_it_is_good(served: Served) -> None:
    token = served.token
    restarted(served)
    assert served.token == token


def test_is_another_given_it_was_revoked(served: Served) -> None:
    registrar = Client(served.url, served.token, "registrar")
    revoke(registrar, key_of(served))
    restarted(served)
    require_another(served, registrar)
    registrar.close()


def test_is_another_given_the_last_one_has_expired(served: Served) -> None:
    first = Client(served.url, served.token, "first")
    today = date.fromisoformat(first.get("/v1/clock")["today"])
    made = first.done("/v1/keys", {"expires": str(today + timedelta(1))})
    revoke(first, key_of(served))
    short = Client(served.url, made["token"], "short")
    short.done("/v1/clock", {"to": str(today + timedelta(2))})
    restarted(served)
    require_another(served, short)
    for client in (first, short):
        client.close()
