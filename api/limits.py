"""How much a caller may ask: so many requests a second, and so many bytes in each."""

import hashlib
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem

UNLIMITED = ("/health", "/ready", "/metrics")

OPENED = "scfin.opened"
"""In the scope of a request: the name of its key, where that is one of ours."""

NEWCOMERS = 10
"""How many times as much is taken from one address with keys that have not opened anything yet: there may be many."""

KNOWN_KEYS = 10_000
"""Keys that are remembered to have opened something."""


class Limits:
    """ASGI middleware: refuses before anything is read or looked up."""

    def __init__(self, app: ASGIApp, *, requests_a_second: int, largest_body: int) -> None:
        self._app = app
        self._rate = RateLimitItemPerSecond(requests_a_second)
        self._newcomers = RateLimitItemPerSecond(NEWCOMERS * requests_a_second)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._largest_body = largest_body
        self._known: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = _hash(headers[b"authorization"]) if b"authorization" in headers else None
        rate, who = self._bucket(given, _address(scope))
        if not await self._limiter.hit(rate, who):
            detail = f"more than {rate.amount} requests a second"
            problem = Problem(429, "too-many-requests", detail, headers={"Retry-After": "1"})
            await problem.response()(scope, receive, send)
            return
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._largest_body:
            await self._too_large(declared)(scope, receive, send)
            return
        await self._counted(scope, receive, self._remembering(given, scope, send))

    def _bucket(self, given: str | None, address: str) -> tuple[RateLimitItem, str]:
        """A key counts for itself once it opened something; made-up ones count for the address that makes them up."""
        if given is None:
            return self._rate, address
        if given in self._known:
            return self._rate, self._known[given]
        return self._newcomers, f"newcomers at {address}"

    def _remembering(self, given: str | None, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if given is not None and OPENED in scope:
                self._known[given] = scope[OPENED]
                self._known.move_to_end(given)
                if len(self._known) > KNOWN_KEYS:
                    self._known.popitem(last=False)
            await send(message)

        return sending

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A body without a declared length is counted as it comes."""
        read, answered = 0, False

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._largest_body:
                raise _TooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal answered
            if read > self._largest_body and not answered:
                return  # what the application makes of a body that broke off
            answered = True
            await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counting, sending)
        if not answered:
            await self._too_large(str(read).encode())(scope, receive, send)

    def _too_large(self, size: bytes) -> Any:
        detail = f"body is {size[:20].decode('ascii', 'replace')} bytes: must be at most {self._largest_body}"
        return Problem(413, "body-too-large", detail, headers={"Connection": "close"}).response()


class _TooLarge(Exception):
    pass


def _hash(key: bytes) -> str:
    """A key must not lie in memory longer than its request."""
    return hashlib.sha256(key).hexdigest()


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("unknown",))[0])
