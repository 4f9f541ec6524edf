"""Entity tags: a reader who has the answer already is told so, and not sent it again."""

import hashlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EntityTags:
    """ASGI middleware: tags each answer to a GET that is whole JSON, and honours ``If-None-Match``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        known = [
            tag.strip().removeprefix(b"W/")
            for name, value in scope["headers"]
            if name == b"if-none-match"
            for tag in value.split(b",")
        ]
        held: Message | None = None

        async def tagging(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_whole_json(message):
                held = message
                return
            if held is None:
                await send(message)
                return
            start, held = held, None
            if message.get("more_body"):  # a stream is not held back
                await send(start)
                await send(message)
                return
            tag = b'"' + hashlib.sha256(message["body"]).hexdigest()[:32].encode() + b'"'
            headers = [*start["headers"], (b"etag", tag), (b"cache-control", b"private, no-cache")]
            if tag in known or b"*" in known:
                kept = [(name, value) for name, value in headers if name not in (b"content-length", b"content-type")]
                await send({**start, "status": 304, "headers": kept})
                await send({"type": "http.response.body", "body": b""})
                return
            await send({**start, "headers": headers})
            await send(message)

        await self._app(scope, receive, tagging)


def _is_whole_json(start: Message) -> bool:
    return start["status"] == 200 and (b"content-type", b"application/json") in start["headers"]
