"""For whom a request counts.

given keys that are made up
    it should count them for the address that makes them up, however many there are
    it should disturb nobody there whose key has opened something
given one key in many spellings
    it should count them all for that key
"""

import asyncio
from itertools import count

from starlette.types import Message, Receive, Scope, Send

from api.limits import NEWCOMERS, OPENED, Limits

LIMIT = 5
OURS = b"scfin_0123456789ab_ours"

_numbers = count()


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    """Opens to one key, as the service does."""
    known = dict(scope["headers"])[b"authorization"].split()[-1] == OURS
    if known:
        scope[OPENED] = "0123456789ab"
    await send({"type": "http.response.start", "status": 200 if known else 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def status_of(app: Limits, authorization: bytes, address: str = "10.0.0.1") -> int:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/clock",
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
