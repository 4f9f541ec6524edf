"""One WebSocket: requests in, answers and news out."""

import asyncio
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.rpc.dispatch import MAX_BODY, Dispatcher
from api.rpc.methods import NodeMethods
from api.rpc.subscriptions import Subscriptions

LOOK_SECONDS = 0.02
"""How often a connection with subscriptions looks whether the head is another one."""

TOO_BIG = 1009
"""WebSocket close code: RFC 6455, section 7.4.1."""


class Conversation:
    """Answers in the order of the requests; the next is read when the last is answered, so that nothing piles up."""

    def __init__(self, socket: WebSocket, dispatcher: Dispatcher, methods: NodeMethods) -> None:
        self._socket = socket
        self._dispatcher = dispatcher
        self._subscriptions = Subscriptions(methods)

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

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            body = message.get("bytes") or (message.get("text") or "").encode("utf-8", "surrogatepass")
            if len(body) > MAX_BODY:
                await self._socket.close(TOO_BIG, f"message is {len(body)} bytes: must be at most {MAX_BODY}")
                return
            answer = await run_in_threadpool(self._dispatcher.answer, body, self._subscriptions.methods)
            if answer is not None and not await self._send(answer.decode("ascii")):
                return
            self._subscriptions.begin()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._subscriptions.moved:
                continue
            for named, said in await run_in_threadpool(self._subscriptions.news):
                if self._subscriptions.speaks(named) and not await self._send(said):
                    return

    async def _send(self, text: str) -> bool:
        """Whether the other side was still there; waits for a slow one."""
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):  # starlette's two words for a closed socket
            return False
        return True
