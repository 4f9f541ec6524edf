"""One WebSocket: requests in, answers and news out."""

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.limits import ALLOWANCE, Allowance
from api.rpc.dispatch import MAX_BODY
from api.rpc.front import Front
from api.rpc.subscriptions import Subscriptions

LOOK_SECONDS = 0.02
"""How often a connection with subscriptions looks whether the head is another one."""

BREATH_SECONDS = 0.1
"""How long nothing is read from a connection after a refusal: to refuse is work as well."""

TOO_BIG = 1009
"""WebSocket close code: RFC 6455, section 7.4.1."""


class Conversation:
    """Answers in the order of the requests; the next is read when the last is answered, so that nothing piles up.

    Each request counts as one over HTTP does; beyond what its caller may ask it is refused, and the connection stays.
    """

    def __init__(self, socket: WebSocket, front: Front, subscriptions: Subscriptions) -> None:
        self._socket = socket
        self._front = front
        self._subscriptions = subscriptions
        self._allowance: Allowance | None = socket.scope.get(ALLOWANCE)

    async def run(self) -> None:
        """Talk until the other side leaves."""
        await self._socket.accept()
        teller = asyncio.create_task(self._tell())
        try:
            await self._listen()
        finally:
            teller.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await teller
            self._subscriptions.end()

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            body = message.get("bytes") or (message.get("text") or "").encode("utf-8", "surrogatepass")
            if len(body) > MAX_BODY:
                await self._socket.close(TOO_BIG, f"message is {len(body)} bytes: must be at most {MAX_BODY}")
                return
            asked = await self._front.read(body)
            refusal = await self._front.refusal(asked, self._allowance)
            if refusal is not None:
                if refusal.said is not None and not await self._send(refusal.said.decode("ascii")):
                    return
                await asyncio.sleep(BREATH_SECONDS)
                continue
            answer = await self._front.answer(asked, self._subscriptions.methods)
            if answer is not None and not await self._send(answer.decode("ascii")):
                return
            self._subscriptions.begin()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._subscriptions.moved:
                continue
            for named, said in await self._front.run(self._subscriptions.news):
                if self._subscriptions.speaks(named) and not await self._send(said):
                    return

    async def _send(self, text: str) -> bool:
        """Whether the other side was still there; waits for a slow one."""
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):  # starlette's two words for a closed socket
            return False
        return True
