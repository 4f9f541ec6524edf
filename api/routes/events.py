"""Events of the ledger: their history page by page, and a stream of them as they come."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Header, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from api.callers import TheCaller
from api.event_log import BEFORE_ALL, EVENTS, Mark, Rewound, mark_of
from api.feed import STREAMS_EACH, Feed, Item, Stream
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.schemas import Page, ToldEvent, iso
from api.visibility import events_of
from api.wiring import TheService, Wiring, wiring_of
from scfin_chain.errors import StoreError

HEARTBEAT_SECONDS = 15
"""Between two signs of life in a stream that has nothing to tell."""

GOODBYE_SECONDS = 5.0
"""How long a stream has to say that the service stops, and to end."""

SEND_SECONDS = 30.0
"""After which a client that takes nothing is left."""

RETRY_MILLISECONDS = 1_000
"""How long a client waits before it comes back."""

BlockNumber = Annotated[int, Query(ge=0, le=2**53 - 1)]
Named = Annotated[str, Query(pattern=r"^[A-Za-z0-9]{1,64}$")]
LastMark = Annotated[str, Field(pattern=r"^[0-9]{1,15}-[0-9]{1,9}-[0-9a-f]{8}$")]


class LedgerEvent(ToldEvent):
    """An event with its place on the ledger."""

    id: Annotated[str, Field(description="Its id in the stream: where to go on after it.")]
    block: int
    block_hash: str
    ordinal: Annotated[int, Field(description="Its place within the block.")]
    transaction: str
    day: dt.date | None


class WentBack(BaseModel):
    """The data of `rewound`: forget all that was told of later blocks; what took their place follows."""

    block: int


@asynccontextmanager
async def _feeding(app: FastAPI) -> AsyncIterator[None]:
    """The feed watches the ledger as long as the application serves."""
    wiring: Wiring = app.state.wiring
    worker = wiring.service.worker
    watch = asyncio.create_task(wiring.feed.watch())
    if worker is not None:
        worker.announce_to.append(wiring.feed.announce)
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


router = APIRouter(prefix="/events", tags=["events"], lifespan=_feeding)


@router.get("")
def list_events(
    service: TheService,
    caller: TheCaller,
    name: Named | None = None,
    contract: Named | None = None,
    from_block: BlockNumber = 0,
    to_block: BlockNumber | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[LedgerEvent]:
    """Events that concern the caller, oldest first; the registrar and the regulator see all."""
    query = events_of(caller, contract=contract, name=name).query().where(EVENTS.c.block_number >= from_block)
    if to_block is not None:
        query = query.where(EVENTS.c.block_number <= to_block)
    keys = [EVENTS.c.block_number, EVENTS.c.ordinal]
    return page_of(service.store, query, keys, _shape, limit=limit, after=after)


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={200: {"description": "Server-sent events", "content": {"text/event-stream": {}}}},
)
async def stream_events(
    request: Request,
    caller: TheCaller,
    name: Named | None = None,
    contract: Named | None = None,
    start: Annotated[Literal["now", "start"], Query(alias="from", description="Where no id is given.")] = "now",
    last_event_id: Annotated[LastMark | None, Query(description="As the header, for who cannot set it.")] = None,
    header: Annotated[LastMark | None, Header(alias="Last-Event-ID", description="The id that was read last.")] = None,
) -> EventSourceResponse:
    """Events that concern the caller as they come: `event` is the name, `data` the event as in the history.

    `event: rewound` says that the chain replaced blocks: what was told of blocks after its `block` is void, and told
    anew. A stream ends when its client reads too slowly, when its key is closed, or when the service stops; it goes on
    where it was with `Last-Event-ID`.
    """
    feed = wiring_of(request).feed
    given = header or last_event_id
    mark = None if given is None else Mark.parse(given)
    if given is not None and mark is None:
        raise Problem.of_field("Last-Event-ID", given, "the id of an event")
    if mark is None and start == "start":
        mark = BEFORE_ALL
    if not feed.reserve(caller.name):
        field, limit = f"streams of {caller.name}", f"at most {STREAMS_EACH}, with all keys"
        raise Problem.of_field(field, STREAMS_EACH + 1, limit, status=429, kind="too-many-streams")
    stream = Stream(key=caller.key, choice=events_of(caller, contract=contract, name=name))
    return _Response(_sent(feed, stream, mark), release=lambda: feed.release(caller.name))


class _Response(EventSourceResponse):
    """Gives the place of its stream back, however it ends."""

    def __init__(self, content: AsyncIterator[ServerSentEvent], *, release: Callable[[], None]) -> None:
        super().__init__(
            content,
            ping=HEARTBEAT_SECONDS,
            ping_message_factory=lambda: ServerSentEvent(comment="still here", sep="\n"),
            send_timeout=SEND_SECONDS,
            shutdown_grace_period=GOODBYE_SECONDS,
            sep="\n",
        )
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(SendTimeoutError):
                await super().__call__(scope, receive, send)
        finally:
            self._release()


async def _sent(feed: Feed, stream: Stream, start: Mark | None) -> AsyncIterator[ServerSentEvent]:
    """What goes over the wire."""
    read = 0 if start is None else start.block
    yield ServerSentEvent(comment="events of the ledger", retry=RETRY_MILLISECONDS, sep="\n")
    try:
        async for item in feed.follow(stream, start):
            if isinstance(item, Mark):
                read = item.block
                yield ServerSentEvent(id=str(item), sep="\n")  # no event: it is where to go on after a break
                continue
            block = item.block if isinstance(item, Rewound) else item.mark.block
            if not isinstance(item, Rewound) or block < read:
                yield _spelled(item)
            read = min(read, block) if isinstance(item, Rewound) else block
    except StoreError:
        stream.end("the database is away: resume with Last-Event-ID")
    if stream.ended is not None:
        yield ServerSentEvent(comment=stream.ended, sep="\n")


def _spelled(item: Item) -> ServerSentEvent:
    if isinstance(item, Rewound):
        data = WentBack(block=item.block).model_dump_json()
        return ServerSentEvent(data, event="rewound", id=str(item.mark), sep="\n")
    told = _shape(item.row)
    return ServerSentEvent(told.model_dump_json(), event=told.name, id=told.id, sep="\n")


def _shape(row: RowMapping) -> LedgerEvent:
    return LedgerEvent(
        **ToldEvent.of(row).model_dump(),
        id=str(mark_of(row)),
        block=row["block_number"],
        block_hash=f"0x{row['block_hash']}",
        ordinal=row["ordinal"],
        transaction=f"0x{row['transaction_hash']}",
        day=iso(row["day"]),
    )
