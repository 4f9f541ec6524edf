"""The feed that serves all streams, on a database whose blocks are added and replaced at random.

given readers that come, read for a while, leave, and come back with the id that they read last
    while blocks are added, and the newest are replaced to any depth that is not final
        each has read what is on the ledger, each event once, whatever was replaced meanwhile
given a reader that takes nothing: it is cut off, and told so, and nothing more waits for it
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import aclosing, suppress
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

import api.feed
from api.event_log import BEFORE_ALL, BLOCKS, EVENTS, PARTIES, Choice, EventLog, Mark, Rewound, Told
from api.feed import TOO_SLOW, Feed, Stream
from scfin_chain.store.store import Store
from scfin_chain.units import Day
from tests.fakes.stores import empty_store

ANYBODY, ME = Choice(), Choice(participant=1)


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as made:
        yield made


class Listening:
    """Writes blocks as the listener does, with nobody's chain behind them."""

    def __init__(self, store: Store, *, seed: int, depth: int) -> None:
        self.store, self.chance, self.depth = store, random.Random(seed), depth
        self.head, self.made = -1, 0
        self.add(0)

    def add(self, events: int) -> None:
        self.head, self.made = self.head + 1, self.made + 1
        name = f"{self.made:08x}".ljust(64, "0")
        with self.store.begin() as connection:
            block = {"number": self.head, "hash": name, "parent_hash": "", "timestamp": 0}
            connection.execute(insert(BLOCKS), [block])
            for ordinal in range(events):
                place = {"block_number": self.head, "ordinal": ordinal}
                event = {"chain_id": 1, "block_hash": name, "transaction_hash": name, "log_index": ordinal, "day": 1}
                told = {"contract": "C", "name": "E", "body": {}}
                connection.execute(insert(EVENTS), [event | place | told])
                if self.chance.random() < 0.5:
                    connection.execute(insert(PARTIES), [place | {"participant": 1}])
            final = self.head - self.depth
            connection.execute(delete(BLOCKS).where(BLOCKS.c.number < final, BLOCKS.c.number > 0))

    def rewind(self) -> None:
        with self.store.begin() as connection:
            known = set(connection.execute(select(BLOCKS.c.number)).scalars())
            lowest = self.head
            while lowest - 1 in known:
                lowest -= 1
            self.head = self.chance.randint(lowest, self.head)
            for table, column in (
                (BLOCKS, BLOCKS.c.number),
                (EVENTS, EVENTS.c.block_number),
                (PARTIES, PARTIES.c.block_number),
            ):
                connection.execute(delete(table).where(column > self.head))

    def step(self) -> None:
        if self.chance.random() < 0.15:
            self.rewind()
        for _ in range(self.chance.randint(1, 4)):
            self.add(self.chance.choice((0, 1, 1, 2, 7)))


def marks(store: Store, choice: Choice) -> list[Mark]:
    log = EventLog(store)
    return [told.mark for told in log.read(BEFORE_ALL, choice, at_most=10**6).told]


class Reader:
    """A client that obeys, with a taste for leaving."""

    def __init__(self, feed: Feed, choice: Choice, seed: int) -> None:
        self.feed, self.choice, self.chance = feed, choice, random.Random(seed)
        self.read: list[Mark] = []
        self.last: Mark = BEFORE_ALL

    async def sit(self, *, at_most: int | None) -> None:
        stream = Stream(key="k", choice=self.choice)
        async with aclosing(self.feed.follow(stream, self.last)) as items:
            async for item in items:
                self.note(item)
                if at_most is not None and (at_most := at_most - 1) <= 0:
                    return

    def note(self, item: Any) -> None:
        if isinstance(item, Rewound):
            self.read = [mark for mark in self.read if mark.block <= item.block]
            self.last = item.mark
        elif isinstance(item, Told):
            assert not self.read or (item.mark.block, item.mark.ordinal) > (self.read[-1].block, self.read[-1].ordinal)
            self.read.append(item.mark)
            self.last = item.mark

    async def live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self.chance.uniform(0.001, 0.2)):
                    await self.sit(at_most=self.chance.choice((1, 3, 20, None)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("depth", [0, 5, 30])
def test_it_should_tell_everything_once(store: Store, seed: int, depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.feed, "PAGE", 7)
    monkeypatch.setattr(api.feed, "QUEUE", 40)
    monkeypatch.setattr(api.feed, "LOOK_SECONDS", 0.002)

    async def play() -> list[Reader]:
        listening = Listening(store, seed=seed, depth=depth)
        feed = Feed(EventLog(store), today=lambda: Day(1), announced=False)
        watch, stop = asyncio.create_task(feed.watch()), asyncio.Event()
        readers = [Reader(feed, choice, seed * 10 + n) for n, choice in enumerate((ANYBODY, ME, ANYBODY, ME))]
        lives = [asyncio.create_task(reader.live(stop)) for reader in readers]
        for _ in range(60):
            await asyncio.to_thread(listening.step)
            await asyncio.sleep(listening.chance.uniform(0, 0.01))
        stop.set()
        await asyncio.gather(*lives)
        for reader in readers:
            wanted = marks(store, reader.choice)
            async with asyncio.timeout(20):
                while reader.read != wanted:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.3):
                            await reader.sit(at_most=None)
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        return readers

    readers = asyncio.run(play())
    assert len(readers[0].read) > 50


def test_it_should_cut_off_who_takes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.feed, "QUEUE", 10)

    async def play() -> tuple[Stream, list[Any]]:
        listening = Listening(store, seed=1, depth=5)
        listening.add(1)
        feed = Feed(EventLog(store), today=lambda: Day(1), announced=False)
        watch = asyncio.create_task(feed.watch())
        stream = Stream(key="k", choice=ANYBODY)
        items = feed.follow(stream, None)
        begun = [await anext(items)]
        for _ in range(4):
            await asyncio.to_thread(listening.add, 5)
        async with asyncio.timeout(10):
            while stream.ended is None:
                await asyncio.sleep(0.01)
            rest = [item async for item in items]
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        return stream, begun + rest

    stream, items = asyncio.run(play())
    assert stream.ended == TOO_SLOW
    assert [type(item) for item in items] == [Mark]
