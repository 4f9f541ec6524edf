"""Who asked for what, in the log.

given a request that writes
    it should be one line: who, what, what became of it, which command, how long
    it should say that it came again, and under which command it was done
given one that the ledger refuses, or that is not understood
    it should be a line too
given one that meets a bug of ours
    it should be a line too, with the command that was stored before, and one that reads should be none
given one that was refused before its route
    it should be no line, as nobody looked at what it wanted
given one that is turned away, whatever it wanted
    it should be a line: who, as far as is known, and never the token
given a key that is in no row
    it should be nobody's, and not the registrar's
given one that reads, or reckons
    it should be no line
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.audit import Audit
from api.limits import OPENED
from api.logs import FIELDS, JsonLines
from api.waiting import Waiting
from scfin_chain.service.service import Service
from tests.api.client import Client, amount
from tests.api.server import Running, running_service
from tests.api.world import Trade


class Heard(logging.Handler):
    """The lines of the audit, as fields and as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[dict[str, Any]] = []
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.fields.append({"event": record.getMessage(), **getattr(record, FIELDS)})
        self.text.append(JsonLines().format(record))

    @property
    def last(self) -> dict[str, Any]:
        return self.fields[-1]


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler, audit = Heard(), logging.getLogger("api.audit")
    level = audit.level
    audit.addHandler(handler)
    audit.setLevel(logging.INFO)
    yield handler
    audit.removeHandler(handler)
    audit.setLevel(level)


def key_of(client: Client) -> str:
    assert client.token is not None
    return client.token.split("_")[1]


def test_tells_of_a_write(running: Running, trade: Trade, heard: Heard) -> None:
    made = trade.registrar.post("/v1/participants", {"name": "Audited", "roles": ["supplier"]}, key="a-key")
    told = heard.last

    assert len(heard.fields) == 1
    assert 0 < told.pop("seconds") < 60
    assert told == {
        "event": "write",
        "address": "127.0.0.1",
        "participant": "registrar",
        "key": key_of(trade.registrar),
        "method": "POST",
        "route": "/v1/participants",
        "status": 201,
        "command": made.json()["command"],
        "idempotency": hashlib.sha256(b"a-key").hexdigest()[:16],
    }
    again = trade.registrar.post("/v1/participants", {"name": "Audited", "roles": ["supplier"]}, key="a-key")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (heard.last["replayed"], heard.last["command"]) == (True, made.json()["command"])


def test_tells_of_a_write_that_is_refused_or_not_understood(trade: Trade, heard: Heard) -> None:
    bank = trade.bank
    assert bank.post("/v1/cash/payments", {"to": bank.participant, "amount": amount(2**60)}).status_code == 409
    assert (heard.last["event"], heard.last["status"], heard.last["participant"]) == ("write", 409, bank.participant)
    assert heard.last["command"] > 0
    assert bank.post("/v1/cash/payments", {"to": "nobody"}).status_code == 422
    assert (heard.last["route"], heard.last["status"]) == ("/v1/cash/payments", 422)
    assert "command" not in heard.last
    assert len(heard.fields) == 2


def test_tells_of_a_write_that_meets_a_bug(
    running: Running, trade: Trade, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meet(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Waiting, "ended", meet)
    body = {"name": "Stored before the bug", "roles": ["supplier"]}
    assert trade.registrar.post("/v1/participants", body, key="a-key").status_code == 500
    monkeypatch.undo()

    assert [(told["event"], told["status"]) for told in heard.fields] == [("write", 500)]
    with Client(running.url, running.registrar) as again:  # the server closes a connection on which it met a bug
        written = again.post("/v1/participants", body, key="a-key").json()
    assert heard.fields[0]["command"] == written["command"]
    assert heard.fields[0]["participant"] == "registrar"


def test_tells_nothing_of_who_reads_and_meets_a_bug(
    trade: Trade, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "today", property(lambda _: 1 / 0))
    assert trade.registrar.get("/v1/clock").status_code == 500

    assert heard.fields == []


def test_tells_nothing_of_what_was_refused_before_its_route(tmp_path: Path, heard: Heard) -> None:
    with running_service(tmp_path, requests_a_second=3, largest_body=1_000) as small, Client(small.url, None) as client:
        given: list[dict[str, Any]] = [
            {"data": b"<p>", "headers": {"Content-Type": "text/html"}},
            {"json": "x" * 1_000},
            {"data": iter([b"x" * 1_001]), "headers": {"Content-Type": "application/json"}},
        ]
        answers = [client.request("POST", "/v1/participants", **each).status_code for each in given]
        while client.post("/v1/participants").status_code != 429:
            assert heard.last["status"] == 401, "as long as its turn comes, it has no key"

    assert answers == [415, 413, 413]
    assert not {413, 415, 429} & {told["status"] for told in heard.fields}


def test_tells_of_a_key_that_is_in_no_row_as_nobodys(running: Running, heard: Heard) -> None:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=403)(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_: Message) -> None:
        """Nobody listens."""

    scope = {"type": "http", "method": "POST", "path": "/v1/clock", "headers": [], OPENED: "0123456789ab"}
    asyncio.run(Audit(refuse, store=running.service.store)(scope, receive, send))

    assert heard.last["key"] == "0123456789ab"
    assert heard.last["participant"] is None


def test_tells_of_who_is_turned_away(running: Running, trade: Trade, heard: Heard) -> None:
    assert trade.carrier.post("/v1/cash/mint", {"to": 1, "amount": amount(1)}).status_code == 403
    assert heard.last["event"] == "turned away"
    assert (heard.last["participant"], heard.last["key"]) == (trade.carrier.participant, key_of(trade.carrier))

    with Client(running.url, None) as nobody:
        assert nobody.get("/v1/clock").status_code == 401
        assert not {"participant", "key", "claimed_key"} & set(heard.last)
        assert (heard.last["method"], heard.last["route"]) == ("GET", "/v1/clock")

    secret = "never-to-be-seen-in-any-line"
    key = trade.registrar.done("/v1/keys", {"participant": trade.bank.participant})
    for token in (f"scfin_{key['id']}_{secret}", f"scfin_{secret}", secret, f"scfin_0123456789AB_{secret}"):
        with Client(running.url, token) as claiming:
            assert claiming.get(f"/v1/receivables?q={secret}").status_code == 401
            assert claiming.post("/v1/keys", {}, key=secret).status_code == 401
    trade.registrar.done(f"/v1/keys/{key['id']}/revoke")
    with Client(running.url, key["token"]) as revoked:
        assert revoked.get("/v1/clock").status_code == 401
    assert heard.last["claimed_key"] == key["id"]
    assert "key" not in heard.last

    lines = "\n".join(heard.text)
    assert secret not in lines
    assert key["token"].split("_", 2)[2] not in lines
    assert {told["event"] for told in heard.fields if told["status"] in (401, 403)} == {"turned away"}


def test_tells_nothing_of_who_reads_or_reckons(trade: Trade, heard: Heard) -> None:
    for path in ("/health", "/metrics", "/v1/clock", "/v1/receivables", "/v1/nowhere"):
        trade.bank.get(path)
    trade.bank.post("/v1/nowhere", {})

    assert heard.fields == []
