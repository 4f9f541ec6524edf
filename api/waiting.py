"""Waiting for commands: the worker, here or in another process, brings them to their end."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.durations import Stopwatch
from scfin_chain.errors import StoreError
from scfin_chain.service.queue import Command, has_ended
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.store import Store

PATIENCE_SECONDS = 30.0
"""How long a caller waits before it is told where to ask again."""

LOOK_SECONDS = 0.05
"""Between two looks at the database while nobody in this process announces anything."""

IDLE_SECONDS = 1.0
"""The same where somebody does, or where nobody waits."""


def _nobody(_step: str, _state: str, _seconds: float) -> None:
    """Listens."""


class Waiting:
    """Wakes each caller when its command has ended and its events are read; ``observe`` hears how long that took."""

    def __init__(
        self, store: Store, *, local_worker: bool, observe: Callable[[str, str, float], None] = _nobody
    ) -> None:
        self._store = store
        self._local_worker = local_worker
        self._waiters: dict[int, list[asyncio.Future[Command | None]]] = defaultdict(list)
        self._announced = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._observe = observe
        self._accepted = Stopwatch()
        self._looked = 0.0

    def accepted(self, number: int) -> None:
        """A command was stored: from now until it has ended it is timed, whether anybody waits for it or not."""
        self._accepted.begin(number)

    def announce(self) -> None:
        """Something was done: called by the worker, in its own thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._announced.set)

    async def watch(self) -> None:
        """Look, whenever there is something to see, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS if self._local_worker else LOOK_SECONDS):
                    await self._announced.wait()
            self._announced.clear()
            if self._waiters or self._times():
                with suppress(StoreError):  # the next look may find the database again
                    await self._look()

    def _times(self) -> bool:
        """Whether to look for those that nobody waits for any more; seldom where nobody announces anything."""
        return bool(self._accepted.running) and (self._local_worker or monotonic() - self._looked >= IDLE_SECONDS)

    async def ended(self, number: int, *, patience: float = PATIENCE_SECONDS) -> Command | None:
        """The command once it has ended; None when patience has, or the service stops."""
        future: asyncio.Future[Command | None] = asyncio.get_running_loop().create_future()
        self._waiters[number].append(future)  # before the look: what ends after it is announced
        try:
            found = await run_in_threadpool(self._ended, [number])
            if found:
                self._note(found[0])
                return found[0]
            if self._closed:
                return None
            async with asyncio.timeout(patience):
                return await future
        except TimeoutError:
            return None
        finally:
            self._leave(number, future)

    def close(self) -> None:
        """The service stops: who waits is told at once where to ask again, and nobody waits any more."""
        self._closed = True
        for futures in self._waiters.values():
            for future in futures:
                if not future.done():
                    future.set_result(None)

    def _leave(self, number: int, future: asyncio.Future[Command | None]) -> None:
        waiters = self._waiters.get(number, [])
        if future in waiters:
            waiters.remove(future)
        if not waiters:
            self._waiters.pop(number, None)

    def _note(self, row: Command) -> None:
        seconds = self._accepted.end(row["id"])
        if seconds is not None:
            self._observe(row["step"], row["state"], seconds)

    async def _look(self) -> None:
        self._looked = monotonic()
        for row in await run_in_threadpool(self._ended, list({*self._waiters, *self._accepted.running})):
            self._note(row)
            for future in self._waiters.pop(row["id"], []):
                if not future.done():
                    future.set_result(row)

    def _ended(self, numbers: list[int]) -> list[Command]:
        """Those commands that have ended, and whose block the listener has read."""
        with self._store.read() as connection:
            query = select(COMMANDS).where(COMMANDS.c.id.in_(numbers), has_ended())
            return [dict(row) for row in connection.execute(query).mappings()]
