"""How much a caller may ask: so many requests a second, and so many bytes in each."""

import hashlib
from contextlib import suppress
from typing import Any

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem

UNLIMITED = ("/health", "/ready", "/metrics")


class Limits:
    """ASGI middleware: refuses before anything is read or looked up."""

    def __init__(self, app: ASGIApp, *, requests_a_second: int, largest_body: int) -> None:
        self._app = app
        self._rate = RateLimitItemPerSecond(requests_a_second)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._largest_body = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not await self._limiter.hit(self._rate, _who(scope, headers)):
            detail = f"more than {self._rate.amount} requests a second"
            problem = Problem(429, "too-many-requests", detail, headers={"Retry-After": "1"})
            await problem.response()(scope, receive, send)
            return
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._largest_body:
            await self._too_large(declared)(scope, receive, send)
            return
        await self._counted(scope, receive, send)

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


def _who(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """A key by its hash, else the address from which it comes: a key must not lie in memory longer than its request."""
    key = headers.get(b"authorization")
    if key is not None:
        return hashlib.sha256(key).hexdigest()
    return str((scope.get("client") or ("unknown",))[0])
