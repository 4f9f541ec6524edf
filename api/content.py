"""What kind of body is read: JSON that says so, and that is not so deep that its reader falls over."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from api.untrusted_json import check_depth


class JsonOnly:
    """ASGI middleware: refuses a body under /v1 of another kind, before anything is made of it.

    The body is read whole: what stands before this one has limited its size.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/") or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        if not _says_json(scope):
            problem = Problem(415, "unsupported-media-type", "Content-Type must be application/json")
            await problem.response()(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            return
        try:
            check_depth(body.decode("utf-8", "replace"))
        except ValueError as error:
            await Problem(422, "invalid-request", f"body: {error}").response()(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def _says_json(scope: Scope) -> bool:
    kind = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    return bool(kind == b"application/json")


async def _whole(receive: Receive) -> bytes | None:
    """The body; None where the caller left."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body in one piece, and then whatever else comes."""
    told = False

    async def receiving() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
