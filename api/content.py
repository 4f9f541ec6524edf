"""What kind of body is read: JSON that says so, and that is not so deep that its reader falls over."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from api.untrusted_json import MAX_DEPTH, check_depth


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
            await _another_kind(scope).response()(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            return
        problem = _unreadable(body)
        if problem is None:
            await self._app(scope, _again(body, receive), send)
        else:
            await problem.response()(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def _says_json(scope: Scope) -> bool:
    return _content_type(scope).split(";")[0].strip().lower() == "application/json"


def _content_type(scope: Scope) -> str:
    return str(dict(scope["headers"]).get(b"content-type", b"").decode("latin-1"))


def _another_kind(scope: Scope) -> Problem:
    limit, kind = "application/json", "unsupported-media-type"
    return Problem.of_field("Content-Type", _content_type(scope) or "missing", limit, status=415, kind=kind)


def _unreadable(body: bytes) -> Problem | None:
    """What keeps a body from being read as JSON; its reader looks for the rest."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        value = f"0x{body[error.start : error.end].hex()} at byte {error.start}"
        return Problem.of_field("body", value, "UTF-8", status=400, kind="bad-request")
    try:
        check_depth(text)
    except ValueError:
        return Problem.of_field("body", text, f"nested at most {MAX_DEPTH} deep")
    return None


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
