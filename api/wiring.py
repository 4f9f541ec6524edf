"""What requests share, kept on the application: the service, and who waits for its commands."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from api.feed import Feed
from api.reasons import Reasons
from api.waiting import Waiting
from scfin_chain.service.service import Service
from scfin_chain.serving import ServeSettings


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Made once, when the application is."""

    service: Service
    serving: ServeSettings
    waiting: Waiting
    feed: Feed
    reasons: Reasons

    def close(self) -> None:
        """The service stops: who waits, or listens, is told so while its connection lasts."""
        self.waiting.close()
        self.feed.close()


def wiring_of(request: Request) -> Wiring:
    return cast(Wiring, request.app.state.wiring)


async def _service(request: Request) -> Service:
    """No plain function: each of those costs a turn in another thread."""
    return wiring_of(request).service


TheService = Annotated[Service, Depends(_service)]
"""The service, as a parameter of a handler."""
