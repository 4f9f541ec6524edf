"""For whoever keeps it running: is it alive, is it ready, what is it doing. Open to everybody; no figures of a node."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.metrics import LedgerFigures
from api.problems import RESPONSES, Problem
from api.wiring import wiring_of
from scfin_chain.errors import ScfinError
from scfin_chain.service.service import Service

router = APIRouter(tags=["operations"])

LARGEST_LAG = 100
"""Blocks that may be unread while the service still calls itself ready."""


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """The ledger can be read and written."""

    head: int
    cursor: int
    acts: Annotated[bool, Field(description="Whether the worker of this process has the lead.")]


@router.get("/health")
async def health() -> Health:
    """Whether the process answers."""
    return Health()


@router.get("/ready", responses={503: RESPONSES[503]})
async def ready(request: Request) -> Ready:
    """Whether the chain, the database and, where it is in this process, the worker are there."""
    return await run_in_threadpool(_ready, wiring_of(request).service)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    text = await run_in_threadpool(generate_latest, request.app.state.metrics)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def registry_of(app: FastAPI) -> CollectorRegistry:
    """The application's own registry: two applications in one process do not share figures."""
    app.state.metrics = CollectorRegistry()
    app.state.metrics.register(LedgerFigures(app.state.wiring.service))
    registry: CollectorRegistry = app.state.metrics
    return registry


def _ready(service: Service) -> Ready:
    worker = service.worker
    try:
        head, cursor = service.ledger.gateway.head().number, service.cursor
    except ScfinError as trouble:
        raise Problem(503, "not-ready", str(trouble)) from trouble
    if worker is not None and (worker.pulse.failure or worker.pulse.trouble):
        raise Problem(503, "not-ready", str(worker.pulse.failure or worker.pulse.trouble))
    if head - cursor > LARGEST_LAG or not service.founded:
        raise Problem(503, "not-ready", f"{head - cursor} blocks are unread")
    return Ready(head=head, cursor=cursor, acts=worker is not None and worker.pulse.acts)
