"""The application: routes, limits, problems, and what they share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api import problems
from api.audit import Audit
from api.content import JsonOnly
from api.durations import Durations, TimedReader
from api.etags import EntityTags
from api.event_log import EventLog
from api.feed import Feed
from api.headers import declare_headers
from api.hosts import KnownHosts
from api.limits import Limits
from api.metrics import Metrics
from api.problems import RESPONSES, ProblemDocument
from api.query import KNOWN_QUERY, OPEN_QUERY
from api.reasons import Reasons
from api.routes import V1, operations
from api.waiting import Waiting
from api.wiring import Wiring
from scfin_chain.service.service import Service
from scfin_chain.serving import ServeSettings

DESCRIPTION = """Nodes of a supply chain finance ledger. Every write is custodial (the service signs), or prepared and
submitted by who holds the key. Amounts are whole minor units as text."""


def make_app(service: Service, serving: ServeSettings, *, node: APIRouter | None = None) -> FastAPI:
    """The application on a service; ``node`` answers JSON-RPC under /rpc where the chain is in this process."""
    durations = Durations()
    waiting = Waiting(service.store, local_worker=service.worker is not None, observe=durations.command)
    if service.worker is not None:
        service.worker.listener = TimedReader(service.worker.listener, service.store, durations.decision)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(waiting.watch())
        if service.worker is not None:
            service.worker.announce_to.append(waiting.announce)
        yield
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch

    app = FastAPI(
        title="scfin-chain",
        version=version("scfin-chain"),
        description=DESCRIPTION,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,  # to an address made of what the caller says it called
    )
    feed = Feed(EventLog(service.store), today=lambda: service.today, announced=service.worker is not None)
    app.state.wiring = Wiring(service=service, serving=serving, waiting=waiting, feed=feed, reasons=Reasons(service))
    app.include_router(operations.router, dependencies=[OPEN_QUERY])
    if serving.role != "worker":
        v1 = APIRouter(prefix="/v1", responses=RESPONSES, dependencies=[KNOWN_QUERY])
        for router in V1:
            v1.include_router(router)
        app.include_router(v1)
        if node is not None:
            app.include_router(node)
    problems.install(app)
    app.add_middleware(EntityTags)
    app.add_middleware(KnownHosts, names=serving.hosts, path="/rpc")
    app.add_middleware(JsonOnly)
    app.add_middleware(Limits, requests_a_second=serving.requests_a_second, largest_body=serving.largest_body)
    app.add_middleware(Audit, store=service.store)
    registry = operations.registry_of(app)
    durations.register(registry)
    app.add_middleware(Metrics, registry=registry)
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    return app


def _operation_id(route: APIRoute) -> str:
    """The handler's name: what clients that are generated call it, and what `api.access` lists."""
    return route.name


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """FastAPI's description, with our one shape of errors in place of its own."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            named = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(named.pop("$defs", {}))
            schemas["ProblemDocument"] = named
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            declare_headers(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    return describe
