"""The events as they come: one reader of the database for all streams, each of which has a queue of its own.

A stream reads its past by itself. Then it joins: at one moment of the database the reader hands it the rest, and from
then on the two have read the same, so that nothing is told twice and nothing is left out.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.event_log import BEFORE_ALL, EVERYTHING, Chapter, Choice, EventLog, Mark, Rewound, Told
from scfin_chain.errors import StoreError
from scfin_chain.service.api_keys import KEYS
from scfin_chain.units import Day

LOOK_SECONDS = 0.07
"""Between two looks at the database where no worker of this process announces anything."""

IDLE_SECONDS = 1.0
"""Between two looks where one does."""

KEY_SECONDS = 5.0
"""How long a stream may outlive its key."""

PAGE = 500
"""Events that are read at once."""

QUEUE = 2 * PAGE
"""Events that wait for a stream whose client reads slowly, before it is cut off."""

TRAIL = 4_096
"""Blocks that the reader remembers, to say how far the chain went back."""

STREAMS_EACH = 20
"""Of one participant, with all its keys."""

TOO_SLOW = "too slow: resume with Last-Event-ID"
STOPPING = "the service stops: resume with Last-Event-ID"
BROKEN = "this is a bug: resume with Last-Event-ID"
KEY_CLOSED = "the key is revoked or has expired"

log = logging.getLogger(__name__)

_NOTHING = Chapter(rewound=None, told=[], mark=BEFORE_ALL, more=False)

Item = Told | Rewound


@dataclass(eq=False, kw_only=True)
class Stream:
    """What waits for one client."""

    key: str
    choice: Choice
    ended: str | None = None
    """Why nothing more comes."""
    _items: deque[Item] = field(default_factory=deque)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, items: list[Item]) -> None:
        """Add those that the client may see; one that has not read the earlier ones is cut off."""
        wanted = [item for item in items if isinstance(item, Rewound) or self.choice.holds(item)]
        if len(self._items) + len(wanted) > QUEUE:
            self.end(TOO_SLOW)
        elif wanted and self.ended is None:
            self._items.extend(wanted)
            self._ready.set()

    def end(self, reason: str) -> None:
        """Let nothing more come; what waits is left to the next stream."""
        self.ended = self.ended or reason
        self._items.clear()
        self._ready.set()

    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.ended is not None

    async def next(self) -> Item | None:
        """The next that was offered; None at the end."""
        while not self._items and not self.is_over():
            self._ready.clear()
            await self._ready.wait()
        return None if self.is_over() else self._items.popleft()


@dataclass(eq=False, kw_only=True)
class _Joining:
    """A stream that has read its past up to a mark; None where it wants no past at all."""

    stream: Stream
    mark: Mark | None
    chapter: "asyncio.Future[Chapter]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What one look at the database showed: what is new to all, and what each of those who join lacks."""

    items: list[Item]
    mark: Mark
    trail: list[tuple[int, str]]
    chapters: list[Chapter]
    """None for anybody while there is more that is new to all."""
    more: bool


class Feed:
    """Reads the newest events once, for all streams."""

    def __init__(self, log: EventLog, *, today: Callable[[], Day], announced: bool) -> None:
        self.log = log
        self._today = today
        self._pause = IDLE_SECONDS if announced else LOOK_SECONDS
        self._streams: set[Stream] = set()
        self._joining: list[_Joining] = []
        self._open: Counter[str] = Counter()
        """Streams by whom they are counted for."""
        self._mark: Mark | None = None
        self._trail: list[tuple[int, str]] = []
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def announce(self) -> None:
        """There may be something new: called by the worker, in its own thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    def reserve(self, who: str) -> bool:
        """Whether somebody may open one more stream; `release` gives the place back."""
        if self._open[who] >= STREAMS_EACH:
            return False
        self._open[who] += 1
        return True

    def release(self, who: str) -> None:
        """A stream of somebody has ended."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    async def follow(self, stream: Stream, start: Mark | None) -> AsyncIterator[Item | Mark]:
        """All that a client may see after a mark, without end; first of all, without a mark, where it begins."""
        mark, live = start, False
        try:
            while not live and not stream.is_over():
                while mark is not None and not self._closed:
                    chapter = await run_in_threadpool(self.log.read, mark, stream.choice, at_most=PAGE)
                    for item in _items(chapter):
                        yield item
                    mark = chapter.mark
                    if not chapter.more:
                        break
                chapter = await self._join(stream, mark)
                if stream.is_over():
                    break
                if mark is None:
                    yield chapter.mark
                for item in _items(chapter):
                    yield item
                mark, live = chapter.mark, not chapter.more
            while (next_item := await stream.next()) is not None:
                yield next_item
        finally:
            self._streams.discard(stream)

    async def watch(self) -> None:
        """Look, whenever there is something to see and somebody to tell it, until cancelled."""
        self._loop = asyncio.get_running_loop()
        keys_seen = self._loop.time()
        try:
            while True:
                await self._pause_or_wake()
                try:
                    if self._streams or self._joining:
                        await self._look()
                    if self._streams and self._loop.time() - keys_seen > KEY_SECONDS:
                        keys_seen = self._loop.time()
                        await self._close_keys()
                except StoreError as trouble:  # the next look may find the database again
                    log.warning("streams wait reason=%s", trouble)
                except Exception:
                    log.exception("streams met a bug")
                    self._end(BROKEN)
        finally:
            self.close()

    def close(self) -> None:
        """The service stops: every stream ends, and says so, and none begins any more."""
        self._closed = True
        self._end(STOPPING)

    def _end(self, reason: str) -> None:
        for stream in self._streams:
            stream.end(reason)
        for each in self._joining:
            each.stream.end(reason)
            if not each.chapter.done():
                each.chapter.set_result(_NOTHING)
        self._streams.clear()

    async def _pause_or_wake(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause if self._streams else IDLE_SECONDS):
                await self._woken.wait()
        self._woken.clear()

    async def _join(self, stream: Stream, mark: Mark | None) -> Chapter:
        if self._closed:
            stream.end(STOPPING)
            return _NOTHING
        joining = _Joining(stream=stream, mark=mark, chapter=asyncio.get_running_loop().create_future())
        self._joining.append(joining)
        self._woken.set()
        try:
            return await joining.chapter
        finally:
            if joining in self._joining:
                self._joining.remove(joining)

    async def _look(self) -> None:
        joining = list(self._joining)
        mark = self._mark if self._streams else None
        sight = await run_in_threadpool(self._see, mark, [(each.mark, each.stream.choice) for each in joining])
        self._mark, self._trail = sight.mark, sight.trail
        for stream in list(self._streams):
            stream.offer(sight.items)
            if stream.ended is not None:
                self._streams.discard(stream)
        if sight.more:
            self._woken.set()
            return
        for each, chapter in zip(joining, sight.chapters, strict=True):
            if each in self._joining and not each.chapter.done():  # its client is still there
                self._joining.remove(each)
                if not chapter.more:
                    self._streams.add(each.stream)
                each.chapter.set_result(chapter)

    def _see(self, mark: Mark | None, joining: list[tuple[Mark | None, Choice]]) -> _Sight:
        """One moment of the database. Without a mark nobody listens yet, and what is there is where it begins."""
        events = self.log
        with events.store.read() as connection:
            items: list[Item] = []
            start = events.newest(connection) if mark is None else mark
            trail = [] if mark is None else self._trail
            if not events.stands(connection, start):
                block = events.remaining(connection, trail)
                back = events.begin_anew(connection) if block is None else events.back_to(connection, block)
                items.append(back)
                start = back.mark
                trail = [seen for seen in trail if seen[0] <= back.block]
            news = events.after(connection, start, EVERYTHING, at_most=PAGE)
            told = events.with_parties(connection, news.told)
            end = told[-1].mark if told else start
            blocks = dict(seen for seen in trail if seen[0] <= start.block)
            blocks |= dict(events.blocks(connection, after=start.block if trail else -1))
            blocks |= {each.mark.block: each.row["block_hash"] for each in told}
            chapters = [
                events.after(connection, end if at is None else at, choice, at_most=PAGE)
                for at, choice in (() if news.more else joining)
            ]
        seen = sorted(blocks.items())[-TRAIL:]
        return _Sight(items=[*items, *told], mark=end, trail=seen, chapters=chapters, more=news.more)

    async def _close_keys(self) -> None:
        good = await run_in_threadpool(self._good_keys, list({stream.key for stream in self._streams}))
        for stream in list(self._streams):
            if stream.key not in good:
                stream.end(KEY_CLOSED)

    def _good_keys(self, keys: list[str]) -> set[str]:
        today = self._today()
        query = select(KEYS.c.id, KEYS.c.expires_day).where(KEYS.c.id.in_(keys), KEYS.c.revoked.is_(False))
        with self.log.store.read() as connection:
            rows = connection.execute(query).all()
        return {name for name, expires in rows if expires is None or expires >= today}


def _items(chapter: Chapter) -> list[Item]:
    return [*([] if chapter.rewound is None else [chapter.rewound]), *chapter.told]
