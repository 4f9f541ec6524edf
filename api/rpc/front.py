"""What stands between bytes and their answer, however they came: whether the caller may ask so much, and a thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from api.limits import Allowance
from api.rpc.dispatch import Asked, Dispatcher
from api.rpc.errors import LimitExceeded
from api.rpc.method import Method

THREADS = 8
"""Threads that answer JSON-RPC; a server has 40 of them, and the others serve those who have a key."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a caller who asked for too much; None where it wants none."""

    said: bytes | None


class Front:
    """Answers what is asked, in as many threads as are granted to all of it."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._threads = CapacityLimiter(THREADS)

    async def run(self, work: Callable[[], T]) -> T:
        """Something that waits for the chain, or reckons, in a thread of its own."""
        return await run_sync(work, limiter=self._threads)

    async def read(self, body: bytes) -> Asked:
        """What the bytes ask for."""
        return await self.run(partial(self._dispatcher.read, body))

    async def answer(self, asked: Asked, more: Mapping[str, Method] | None = None) -> bytes | None:
        """What is to be said; None where nobody wants an answer."""
        return await self.run(partial(self._dispatcher.answer, asked, more))

    async def refusal(self, asked: Asked, allowance: Allowance | None, *, taken: int = 0) -> Refusal | None:
        """Take what is asked from what the caller may ask, all or nothing; ``taken`` of it was taken already.

        A batch is refused whole: a part that is done and a part that is not would leave its caller guessing which
        transactions were sent, and each of its requests hears why under its own id, as a client looks for it.
        """
        if allowance is None or await allowance.take(asked.calls - taken):
            return None
        limit = f"limit exceeded: requests are {asked.calls}, and {allowance.amount} a second are granted"
        return Refusal(self._dispatcher.refuse(asked, LimitExceeded(limit)))
