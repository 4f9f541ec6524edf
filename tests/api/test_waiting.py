"""Waiting for commands that do not end.

given a service that stops
    it should let go at once who waits, and nobody wait any more
"""

import asyncio

from api.waiting import Waiting
from tests.api.server import Running

NOT_THERE = 2**40
"""A command that nobody put: it never ends."""


def test_lets_go_who_waits_when_the_service_stops(running: Running) -> None:
    async def stop() -> None:
        waiting = Waiting(running.service.store, local_worker=True)
        callers = [asyncio.create_task(waiting.ended(NOT_THERE + number // 2)) for number in range(4)]
        await asyncio.sleep(0.2)
        assert not any(caller.done() for caller in callers)
        waiting.close()
        async with asyncio.timeout(5):
            assert await asyncio.gather(*callers) == [None] * 4
            assert await waiting.ended(NOT_THERE) is None

    asyncio.run(stop())
