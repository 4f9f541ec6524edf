"""By which names a caller reaches what asks for no key.

A page on the web can make its own name lead to this machine (DNS rebinding), and is then of the same origin to the
browser. It cannot make the browser say another name than its own.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Problem

LOCAL = "localhost"
POLICY = 1008
"""WebSocket close code of a policy that was broken: RFC 6455, section 7.4.1."""


class KnownHosts:
    """ASGI middleware: below ``path``, lets in who calls by an address, as localhost, or by one of ``names``."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = (), path: str = "/") -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(self._path):
            await self._app(scope, receive, send)
            return
        foreign = [host for host in map(_host, _said(scope)) if not self._knows(host)]
        if not foreign:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY, "reason": "unknown host"})
        else:
            limit = "an address, localhost, or one of the setting hosts"
            problem = Problem.of_field("Host", foreign[0], limit, status=403, kind="unknown-host")
            await problem.response()(scope, receive, send)

    def _knows(self, host: str) -> bool:
        return host == LOCAL or host.endswith(f".{LOCAL}") or host in self._names or _is_address(host)


def _said(scope: Scope) -> list[str]:
    """What the caller says it called; no browser leaves it out."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]


def _host(said: str) -> str:
    """Without the port."""
    if said.startswith("["):
        return said.partition("]")[0].removeprefix("[")
    return said.partition(":")[0].rstrip(".").lower()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
