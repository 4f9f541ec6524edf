"""Figures for Prometheus: what the ledger and its worker are doing, and how long answers take."""

from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scfin_chain.errors import ChainError
from scfin_chain.service.decision import Verdict
from scfin_chain.service.service import Service
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.tables import (
    BlockRow,
    DecisionRow,
    EventRow,
    OutboxRow,
    WithdrawnRow,
    table_of,
)

STREAM = "/v1/events/stream"
"""It has no end that would tell how fast it was."""

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
"""Whatever else somebody makes up counts as one: each would be a series of its own for ever."""


COMMAND_STATES = ("queued", "sent", "done", "refused")
OUTBOX_STATES = ("pending", "done", "dead")
VERDICTS = tuple(verdict.name.lower() for verdict in Verdict)
CAUSES = ("deadline", "reorg", "superseded")
"""What there may be of each: it is shown as 0 where there is none, for an alarm cannot watch what is absent."""


class LedgerFigures(Collector):
    """Read from the database and the node when Prometheus asks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        service, worker = self._service, self._service.worker
        try:
            head = service.ledger.gateway.head().number
        except ChainError:
            head = None
        with service.store.read() as connection:
            cursor = connection.execute(select(func.max(table_of(BlockRow).c.number))).scalar() or 0
            counts: dict[str, dict[str, int]] = {
                table: {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}
                for table, column in (
                    ("commands", COMMANDS.c.state),
                    ("outbox", table_of(OutboxRow).c.state),
                    ("decisions", table_of(DecisionRow).c.verdict),
                    ("withdrawn", table_of(WithdrawnRow).c.cause),
                )
            }
            events = connection.execute(select(func.count()).select_from(table_of(EventRow))).scalar_one()
        if head is not None:
            yield GaugeMetricFamily("scfin_chain_head", "Number of the newest block", head)
            yield GaugeMetricFamily("scfin_listener_lag", "Blocks that are not read yet", max(0, head - cursor))
        yield GaugeMetricFamily("scfin_listener_cursor", "Number of the block that was read last", cursor)
        yield GaugeMetricFamily("scfin_events", "Events held", events)
        yield _by("scfin_commands", "Commands by state", "state", COMMAND_STATES, counts["commands"])
        yield _by(
            "scfin_outbox", "Decisions by state; dead ones need a retry", "state", OUTBOX_STATES, counts["outbox"]
        )
        yield _by("scfin_decisions", "Decisions in force by verdict", "verdict", VERDICTS, counts["decisions"])
        yield _by("scfin_decisions_withdrawn", "Decisions taken back by cause", "cause", CAUSES, counts["withdrawn"])
        if worker is not None:
            yield GaugeMetricFamily("scfin_worker_acts", "Whether this process has the lead", int(worker.pulse.acts))
            yield CounterMetricFamily("scfin_worker_rounds", "Rounds of the worker", worker.pulse.rounds)
            yield CounterMetricFamily("scfin_reorgs", "Times that the chain replaced blocks", worker.listener.reorgs)


class Metrics:
    """ASGI middleware: how long each answer took, by route."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "scfin_request_seconds",
            "Time to answer",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        finally:
            if (route := route_of(scope)) != STREAM:
                self._seconds.labels(method_of(scope), route, str(status)).observe(perf_counter() - started)


def route_of(scope: Scope) -> str:
    """The template of the path that was called, without what stood in it.

    A route knows its own part of it alone; what is before that holds no parameters here.
    """
    own: str | None = getattr(scope.get("route"), "path", None)
    if own is None:
        return "none"
    called = scope["path"].split("/")
    return "/".join(called[: 1 + max(0, len(called) - len(own.split("/")))]) + own


def method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def _by(name: str, text: str, label: str, known: Iterable[str], counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in sorted({**dict.fromkeys(known, 0), **counts}.items()):
        family.add_metric([value], count)
    return family
