"""Who asked for what: a line of the log for each request that writes, and for each that was turned away.

Never a token, nor anything that a caller wrote itself: of a key its id, which opens nothing, of an Idempotency-Key a
hash, since whoever chooses one may have taken a secret for it.
"""

import hashlib
import logging
import re
from collections import OrderedDict
from time import perf_counter

from fastapi.dependencies.models import Dependant
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits import OPENED, address_of
from api.logs import FIELDS
from api.metrics import method_of, route_of
from api.writes import COMMAND, REPLAYED, WRITERS
from scfin_chain.errors import StoreError
from scfin_chain.service.api_keys import ID_BYTES, KEYS, PREFIX
from scfin_chain.store.store import Store

TURNED_AWAY = (401, 403)

BUG = 500
"""What a caller is told where nothing of ours was ready for an error."""

KEYS_KNOWN = 10_000
"""Keys whose owner is remembered."""

HASH_DIGITS = 16

REGISTRAR = "registrar"
"""Whose a key is that stands for no participant."""

_CLAIMED = re.compile(rb"bearer +%s_([0-9a-f]{%d})_" % (PREFIX.encode(), 2 * ID_BYTES), re.IGNORECASE)

log = logging.getLogger(__name__)


class Audit:
    """ASGI middleware around all that may refuse a request that it has read."""

    def __init__(self, app: ASGIApp, *, store: Store) -> None:
        self._app = app
        self._store = store
        self._owners: OrderedDict[str, int | str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, told = perf_counter(), False

        async def watching(message: Message) -> None:
            nonlocal told
            if message["type"] == "http.response.start":
                told = True
                replayed = any(name == _REPLAYED for name, _ in message["headers"])
                await self._tell(scope, message["status"], perf_counter() - started, replayed=replayed)
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except Exception:  # a bug, which is answered further out: what it met may have been written before
            if not told:
                await self._tell(scope, BUG, perf_counter() - started, replayed=False)
            raise

    async def _tell(self, scope: Scope, status: int, seconds: float, *, replayed: bool) -> None:
        """Before the caller hears of it: what it was told is in the log."""
        if status in TURNED_AWAY:
            level, event = logging.WARNING, "turned away"
        elif _writes(scope):
            level, event = logging.INFO, "write"
        else:
            return
        headers = dict(scope["headers"])
        fields: dict[str, object] = {"address": address_of(scope), **await self._who(scope, headers)}
        fields |= {"method": method_of(scope), "route": route_of(scope), "status": status}
        if COMMAND in scope:
            fields["command"] = scope[COMMAND]
        if b"idempotency-key" in headers:
            fields["idempotency"] = hashlib.sha256(headers[b"idempotency-key"]).hexdigest()[:HASH_DIGITS]
        if replayed:
            fields["replayed"] = True
        log.log(level, event, extra={FIELDS: fields | {"seconds": round(seconds, 4)}})

    async def _who(self, scope: Scope, headers: dict[bytes, bytes]) -> dict[str, object]:
        """Whose key it is; where it opened nothing, whose it says that it is."""
        if OPENED in scope:
            return {"participant": await self._owner(scope[OPENED]), "key": scope[OPENED]}
        claimed = _CLAIMED.match(headers.get(b"authorization", b""))
        return {"claimed_key": claimed[1].decode("ascii").lower()} if claimed else {}

    async def _owner(self, key: str) -> int | str | None:
        """The participant of a key, which never changes; None where there is no such row, or no database to ask."""
        if key not in self._owners:
            try:
                owner = await run_in_threadpool(self._read_owner, key)
            except StoreError:
                return None
            if owner is None:
                return None
            self._owners[key] = owner
            if len(self._owners) > KEYS_KNOWN:
                self._owners.popitem(last=False)
        return self._owners[key]

    def _read_owner(self, key: str) -> int | str | None:
        with self._store.read() as connection:
            row = connection.execute(select(KEYS.c.participant).where(KEYS.c.id == key)).first()
        if row is None:
            return None
        return REGISTRAR if row.participant is None else int(row.participant)


_REPLAYED = REPLAYED.lower().encode("ascii")


def _writes(scope: Scope) -> bool:
    """Whether the operation takes a write, whatever became of it."""
    dependant = getattr(scope.get("route"), "dependant", None)
    return isinstance(dependant, Dependant) and _takes_a_write(dependant)


def _takes_a_write(dependant: Dependant) -> bool:
    return any(each.call in WRITERS or _takes_a_write(each) for each in dependant.dependencies)
