"""How long commands and decisions take, by a clock that only goes forward.

The rows hold no time of the machine, and must not: these are figures of this process, from what it saw itself.
"""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from prometheus_client import CollectorRegistry, Histogram
from sqlalchemy import exists, select

from api.metrics import VERDICTS
from scfin_chain.chain.gateway import Block
from scfin_chain.errors import StoreError
from scfin_chain.service.worker import Reader
from scfin_chain.store.decisions import DECISIONS, FINANCINGS
from scfin_chain.store.store import Store

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0)
"""Seconds."""

MOST_WATCHED = 1_000
"""Commands, or requests, that are timed at once; beyond them the oldest are let go."""

COMMAND_HELP = (
    "Seconds from when a command that a request to this process placed was stored, to when this process saw that it "
    "had ended and its block was read, by step and end state; of several that one request placed the last; those that "
    "were placed before this process started are not timed"
)
DECISION_HELP = (
    "Seconds from when the worker of this process read a financing request, or found one undecided when it started, to "
    "when it looked at the chain again with the decision stored and, where the chain answered, sent; by verdict"
)


class Durations:
    """The two histograms."""

    def __init__(self) -> None:
        self._commands = Histogram(
            "scfin_command_seconds", COMMAND_HELP, ("step", "state"), buckets=BUCKETS, registry=None
        )
        self._decisions = Histogram(
            "scfin_decision_seconds", DECISION_HELP, ("verdict",), buckets=BUCKETS, registry=None
        )
        for verdict in VERDICTS:
            self._decisions.labels(verdict)

    def register(self, registry: CollectorRegistry) -> None:
        """Let both be read."""
        registry.register(self._commands)
        registry.register(self._decisions)

    def command(self, step: str, state: str, seconds: float) -> None:
        self._commands.labels(step, state).observe(seconds)

    def decision(self, verdict: str, seconds: float) -> None:
        self._decisions.labels(verdict).observe(seconds)


class Stopwatch:
    """When each of many began; the oldest are forgotten where there are too many."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._begun: dict[int, float] = {}

    @property
    def running(self) -> list[int]:
        return list(self._begun)

    def begin(self, number: int) -> None:
        """From now on; one that runs already goes on."""
        self._begun.setdefault(number, self._clock())
        if len(self._begun) > MOST_WATCHED:
            del self._begun[next(iter(self._begun))]

    def end(self, number: int) -> float | None:
        """Seconds; None where it was not running."""
        begun = self._begun.pop(number, None)
        return None if begun is None else self._clock() - begun


class TimedReader:
    """The worker's reader, which looks before and after each reading for requests that were decided and are new.

    A request is read and decided in the same round, so that nobody who is told of a round could tell how long it took.
    """

    def __init__(
        self,
        reader: Reader,
        store: Store,
        observe: Callable[[str, float], None],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._reader = reader
        self._store = store
        self._observe = observe
        self._requests = Stopwatch(clock)
        self._looked = False

    @property
    def cursor(self) -> Block:
        return self._reader.cursor

    @property
    def reorgs(self) -> int:
        return self._reader.reorgs

    def poll(self, *, at_most: int | None = None) -> int:
        """Read blocks as the reader does; a database that is away is its business."""
        with suppress(StoreError):
            self._end_decided()
        read = self._reader.poll(at_most=at_most)
        if read or not self._looked:
            with suppress(StoreError):
                self._begin_undecided()
        return read

    def _end_decided(self) -> None:
        running = self._requests.running
        if not running:
            return
        query = select(DECISIONS.c.financing, DECISIONS.c.verdict).where(DECISIONS.c.financing.in_(running))
        with self._store.read() as connection:
            decided = connection.execute(query).all()
        for financing, verdict in decided:
            seconds = self._requests.end(financing)
            if seconds is not None:
                self._observe(verdict, seconds)

    def _begin_undecided(self) -> None:
        decided = exists().where(DECISIONS.c.financing == FINANCINGS.c.id)
        query = select(FINANCINGS.c.id).where(FINANCINGS.c.state == "requested", ~decided)
        query = query.order_by(FINANCINGS.c.id.desc()).limit(MOST_WATCHED)
        with self._store.read() as connection:
            undecided = set(connection.execute(query).scalars())
        self._looked = True
        for financing in set(self._requests.running) - undecided:
            self._requests.end(financing)
        for financing in sorted(undecided):
            self._requests.begin(financing)
