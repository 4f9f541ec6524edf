"""What kind of body is read: JSON, and it says so."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Problem


class JsonOnly:
    """ASGI middleware: refuses a body under /v1 of another kind, before anything is made of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/v1/") and _has_other_body(dict(scope["headers"])):
            problem = Problem(415, "unsupported-media-type", "Content-Type must be application/json")
            await problem.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _has_other_body(headers: dict[bytes, bytes]) -> bool:
    has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    return has_body and kind != b"application/json"
