"""JSON-RPC over HTTP and WebSocket on the same path."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request, Response, WebSocket
from fastapi.middleware.cors import CORSMiddleware

from api.limits import ALLOWANCE, RETRY, address_of
from api.rpc.conversation import Conversation
from api.rpc.dispatch import MAX_BODY, Dispatcher, not_json, too_large, too_many
from api.rpc.front import Front
from api.rpc.methods import NodeMethods
from api.rpc.places import Places
from api.rpc.subscriptions import SUBSCRIPTIONS_AN_ADDRESS, Subscriptions

REQUESTS_AN_ADDRESS = 100
"""Requests over HTTP that one address may have under way: they come faster than the slowest of them end."""

CONNECTIONS_AN_ADDRESS = 50
"""WebSockets that one address may have open."""

FOREIGN = 1008
"""WebSocket close code of a policy that was broken: RFC 6455, section 7.4.1."""


def node_router(methods: NodeMethods, *paths: str, origins: Sequence[str] = ()) -> APIRouter:
    """The routes of a node: POST and WebSocket on each path; without one, on ``/``.

    A page of another site cannot call it: JSON must be declared as such, which a browser asks about first, and a
    WebSocket must come from the same host or from one of ``origins``.
    """
    router = APIRouter(include_in_schema=False)
    front = Front(Dispatcher(methods))
    requests, connections = Places(REQUESTS_AN_ADDRESS), Places(CONNECTIONS_AN_ADDRESS)
    subscriptions = Places(SUBSCRIPTIONS_AN_ADDRESS)

    async def over_http(request: Request) -> Response:
        address = address_of(request.scope)
        if not requests.take(address):
            return _json(too_many("requests under way", requests.most), 429, RETRY)
        try:
            return await _answer(front, request)
        finally:
            requests.give_back(address)

    async def over_websocket(socket: WebSocket) -> None:
        if not _is_welcome(socket, origins):
            await socket.close(FOREIGN)
            return
        address = address_of(socket.scope)
        if not connections.take(address):
            await socket.send_denial_response(_json(too_many("connections", connections.most), 429, RETRY))
            return
        try:
            await Conversation(socket, front, Subscriptions(methods, subscriptions, address)).run()
        finally:
            connections.give_back(address)

    for path in paths or ("/",):
        router.add_api_route(path, over_http, methods=["POST"])
        router.add_api_websocket_route(path, over_websocket)
    return router


def node_app(methods: NodeMethods, *, origins: Sequence[str] = ()) -> FastAPI:
    """A node and nothing else, on ``/`` and ``/rpc``; pages of ``origins`` may call it as well."""
    app = FastAPI(title="scfin chain", docs_url=None, redoc_url=None, openapi_url=None)
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["POST"], allow_headers=["content-type"]
        )
    app.include_router(node_router(methods, "/", "/rpc", origins=origins))
    return app


async def _answer(front: Front, request: Request) -> Response:
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return _json(not_json(content_type), 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return _json(too_large(len(body)), 413)
    asked = await front.read(bytes(body))
    refusal = await front.refusal(asked, request.scope.get(ALLOWANCE), taken=1)
    if refusal is not None:
        return _json(refusal.said or b"", 429, RETRY)
    answer = await front.answer(asked)
    return Response(status_code=204) if answer is None else _json(answer, 200)


def _json(content: bytes, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, status, headers, media_type="application/json")


def _is_welcome(socket: WebSocket, origins: Sequence[str]) -> bool:
    """Whether no browser sent this from a page of another site."""
    origin = socket.headers.get("origin")
    return origin is None or origin in origins or urlsplit(origin).netloc == socket.headers.get("host")
