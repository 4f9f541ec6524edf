"""How much a caller may ask: so many requests a second, and so many bytes in each."""

import hashlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem

KEYED = "/v1"
"""Below it a key says who asks; elsewhere no key is asked for, and one that is made up would change nothing."""

ALLOWANCE = "scfin.allowance"
"""In the scope: what its caller may still ask, for what turns out to be more than one request."""

UNLIMITED = ("/health", "/ready", "/metrics")

OPENED = "scfin.opened"
"""In the scope of a request: the name of its key, where that is one of ours."""

COUNTED = "scfin.counted"
"""The same: for whom it counts. Of keys anybody makes more, so all those of one participant count together."""

NEWCOMERS = 10
"""How many times as much is taken from one address with keys that have not opened anything yet: there may be many."""

KNOWN_KEYS = 10_000
"""Keys that are remembered to have opened something."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A caller's requests in any second."""

    limiter: MovingWindowRateLimiter
    rate: RateLimitItem
    who: str

    @property
    def amount(self) -> int:
        return self.rate.amount

    async def take(self, requests: int = 1) -> bool:
        """Whether there were so many left; where not, none is taken."""
        return requests <= 0 or await self.limiter.hit(self.rate, self.who, cost=requests)


RETRY = {"Retry-After": "1"}
"""The window is a second."""


class Limits:
    """ASGI middleware: refuses before anything is read or looked up.

    A request counts as one, and so does a WebSocket when it is opened. What it brings is not known before it is read:
    who reads it takes from the `Allowance` in the scope for each further request in it, so that nobody gets more by
    asking in batches, or over a WebSocket.
    """

    def __init__(self, app: ASGIApp, *, requests_a_second: int, largest_body: int) -> None:
        self._app = app
        self._rate = RateLimitItemPerSecond(requests_a_second)
        self._newcomers = RateLimitItemPerSecond(NEWCOMERS * requests_a_second)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._largest_body = largest_body
        self._known: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in UNLIMITED:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        keyed = b"authorization" in headers and scope["path"].startswith(KEYED)
        given = _hash(headers[b"authorization"]) if keyed else None
        allowance = Allowance(self._limiter, *self._bucket(given, address_of(scope)))
        if not await allowance.take():
            detail = f"more than {allowance.amount} requests a second"
            problem = Problem(429, "too-many-requests", detail, headers=RETRY)
            await problem.response()(scope, receive, send)
            return
        scope[ALLOWANCE] = allowance
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._largest_body:
            await self._too_large(declared)(scope, receive, send)
            return
        await self._counted(scope, receive, self._remembering(given, scope, send))

    def _bucket(self, given: str | None, address: str) -> tuple[RateLimitItem, str]:
        """A key counts for its owner once it opened something; made-up ones for the address that makes them up."""
        if given is None:
            return self._rate, address
        if given in self._known:
            return self._rate, self._known[given]
        return self._newcomers, f"newcomers at {address}"

    def _remembering(self, given: str | None, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if given is not None and COUNTED in scope:
                self._known[given] = scope[COUNTED]
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
        value, limit = f"{size[:20].decode('ascii', 'replace')} bytes", f"at most {self._largest_body} bytes"
        headers = {"Connection": "close"}
        return Problem.of_field("body", value, limit, status=413, kind="body-too-large", headers=headers).response()


class _TooLarge(Exception):
    pass


def _hash(key: bytes) -> str:
    """A key must not lie in memory longer than its request."""
    return hashlib.sha256(key).hexdigest()


def address_of(scope: Scope) -> str:
    """From where somebody asks."""
    return str((scope.get("client") or ("unknown",))[0])
