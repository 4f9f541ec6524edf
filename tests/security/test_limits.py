"""For whom a request counts.

given keys that are made up
    it should count them for the address that makes them up, however many there are
    it should disturb nobody there whose key has opened something
given one key in many spellings
    it should count them all for that key
given many keys of one participant
    it should count them all for the participant, and none for another
given a path that asks for no key
    it should count for the address, whatever key is sent along
given a request that holds many
    it should let its reader take them all from the caller's window, or none
given a WebSocket
    it should count as a request when it is opened
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import requests
from starlette.types import Message, Receive, Scope, Send

from api.limits import ALLOWANCE, COUNTED, NEWCOMERS, Allowance, Limits
from scfin_chain.service.api_keys import make_key
from tests.api.server import running_service

LIMIT = 5
OURS = b"scfin_0123456789ab_ours"
THEIRS = [b"scfin_%012d_theirs" % number for number in range(3 * LIMIT)]

_numbers = count()


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    """Opens to one key of a participant, and to many of another, as the service does."""
    given = dict(scope["headers"])[b"authorization"].split()[-1]
    owner = {OURS: "participant 1"} | dict.fromkeys(THEIRS, "participant 2")
    if given in owner:
        scope[COUNTED] = owner[given]
    await send({"type": "http.response.start", "status": 200 if given in owner else 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def status_of(
    app: Limits,
    authorization: bytes,
    address: str = "10.0.0.1",
    *,
    path: str = "/v1/clock",
    kind: str = "http",
) -> int:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "path": path,
        "headers": [(b"authorization", authorization)],
        "client": (address, 1),
    }
    await app(scope, receive, send)
    return int(sent[0]["status"])


def made_up() -> bytes:
    return b"Bearer scfin_%d" % next(_numbers)


def limited() -> Limits:
    return Limits(application, requests_a_second=LIMIT, largest_body=1_000)


def test_made_up_keys_count_for_who_makes_them_up() -> None:
    async def tried() -> None:
        app = limited()
        assert await status_of(app, b"Bearer " + OURS) == 200
        seen = [await status_of(app, made_up()) for _ in range(2 * NEWCOMERS * LIMIT)]
        assert set(seen) == {401, 429}
        assert seen.count(401) <= NEWCOMERS * LIMIT
        assert await status_of(app, b"Bearer " + OURS) == 200
        assert await status_of(app, made_up(), address="10.0.0.2") == 401

    asyncio.run(tried())


def test_spellings_of_one_key_count_for_that_key() -> None:
    async def tried() -> None:
        app = limited()
        spellings = [b"Bearer ", b"bearer ", b"BEARER ", b"Bearer  "]
        assert [await status_of(app, spelling + OURS) for spelling in spellings] == [200] * 4
        seen = [await status_of(app, spellings[number % 4] + OURS) for number in range(4 * LIMIT)]
        assert seen.count(200) <= LIMIT

    asyncio.run(tried())


def test_keys_of_one_participant_count_for_it_together() -> None:
    async def tried() -> None:
        app = limited()
        keys = [b"Bearer " + key for key in THEIRS]
        assert [await status_of(app, key) for key in keys] == [200] * len(keys)  # each is a newcomer once
        seen = [await status_of(app, key) for key in keys]
        assert seen == [200] * LIMIT + [429] * (len(keys) - LIMIT)
        assert await status_of(app, b"Bearer " + OURS) == 200

    asyncio.run(tried())


def test_the_service_counts_all_keys_of_a_participant_together(tmp_path: Path) -> None:
    with running_service(tmp_path, requests_a_second=LIMIT) as running, ThreadPoolExecutor(8) as pool:
        store, service = running.service.store, running.service
        with store.begin() as connection:
            made = [make_key(connection, service.offices.bank.id, today=service.today).token for _ in range(4)]

        def asked(number: int) -> int:
            headers = {"Authorization": f"Bearer {made[number % len(made)]}"}
            return requests.get(f"{running.url}/v1/clock", headers=headers, timeout=60).status_code

        assert [asked(number) for number in range(len(made))] == [200] * len(made)  # known from now on
        sleep(1)
        started = monotonic()
        seen = list(pool.map(asked, range(8 * LIMIT)))
        seconds = monotonic() - started
    assert seen.count(200) <= LIMIT * (1 + seconds)
    assert set(seen) == {200, 429}


def test_no_key_counts_where_none_is_asked_for() -> None:
    async def tried() -> None:
        app = limited()
        seen = [await status_of(app, made_up(), path="/rpc") for _ in range(4 * LIMIT)]
        assert seen.count(401) <= LIMIT
        assert await status_of(app, b"Bearer " + OURS, path="/rpc") == 429

    asyncio.run(tried())


def test_a_request_that_holds_many_takes_all_of_them_or_none() -> None:
    taken: list[bool] = []

    async def reader(scope: Scope, receive: Receive, send: Send) -> None:
        allowance: Allowance = scope[ALLOWANCE]
        assert allowance.amount == LIMIT
        taken.extend([await allowance.take(LIMIT), await allowance.take(LIMIT - 1), await allowance.take(1)])
        await application(scope, receive, send)

    async def tried() -> None:
        app = Limits(reader, requests_a_second=LIMIT, largest_body=1_000)
        assert await status_of(app, made_up(), path="/rpc") == 401
        assert await status_of(app, made_up(), path="/rpc") == 429

    asyncio.run(tried())
    assert taken == [False, True, False]


def test_a_websocket_counts_when_it_is_opened() -> None:
    opened: list[bool] = []

    async def socket(scope: Scope, _receive: Receive, send: Send) -> None:
        opened.append(ALLOWANCE in scope)
        await send({"type": "websocket.accept", "status": 101})

    async def tried() -> None:
        app = Limits(socket, requests_a_second=LIMIT, largest_body=1_000)
        seen = [await status_of(app, made_up(), path="/rpc", kind="websocket") for _ in range(2 * LIMIT)]
        assert seen == [101] * LIMIT + [429] * LIMIT

    asyncio.run(tried())
    assert opened == [True] * LIMIT
