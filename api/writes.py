"""Writes in their forms: custodial, where the service signs; prepared, where the caller does; and submitted.

A write is named by its caller's ``Idempotency-Key``: put again, also after a restart, it is the same write.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, RowMapping, insert, select
from starlette.concurrency import run_in_threadpool

from api.callers import Caller, TheCaller
from api.problems import Problem
from api.schemas import Prepared, Written
from api.visibility import events_in
from api.wiring import Wiring, wiring_of
from scfin_chain.chain.transaction import unsigned
from scfin_chain.service.queue import OPEN, Order, Refusal, has_ended
from scfin_chain.service.service import Service
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.failures import Conflict
from scfin_chain.store.tables import IdempotencyRow, table_of

IDEMPOTENCY = table_of(IdempotencyRow)

REPLAYED = "Idempotent-Replayed"

MOST_GAS = 3_000_000
"""Of a transaction that its owner signs: the ledger's largest call, which pays 50 holders, needs less."""

COMMAND = "scfin.command"
"""In the scope of a request: the number of the command that it is, whatever becomes of it."""

ATTEMPTS = 5
"""At a write that others cross: the first of them is done, so the next attempt seldom fails."""

T = TypeVar("T")

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Chosen by the caller: a request that is sent again with it is not done again.",
    ),
]
Form = Annotated[
    Literal["custodial", "prepare"],
    Query(description="`prepare` signs and sends nothing: it gives the transaction for the caller to sign."),
]

Answer = Written | JSONResponse
"""What was done; or, ready as it is, what was prepared: the declared answer is the other."""


MAKING = frozenset({"CreditRecharged", "Enrolled", "FinancingRequested", "ReceivableRegistered"})
"""Events that make what there was not; the field ``id`` of each is its number."""


class Write:
    """One request that writes; a dependency of its handler."""

    def __init__(
        self,
        request: Request,
        response: Response,
        caller: Caller,
        idempotency_key: str,
    ) -> None:
        self._request = request
        self._response = response
        self._wiring: Wiring = wiring_of(request)
        self._key = idempotency_key
        self.caller = caller
        self.service: Service = self._wiring.service

    async def run(self, orders: Sequence[Order]) -> Written:
        """Put the orders into the queue, once, and wait for the last of them."""
        return await self.run_from(lambda _connection: orders)

    async def run_from(self, orders: Callable[[Connection], Sequence[Order]]) -> Written:
        """The same, the orders made in the transaction that puts them."""
        body_hash = await self._request_hash()
        number, replayed = await run_in_threadpool(_whoever_is_first, lambda: self._put(orders, body_hash))
        self._request.scope[COMMAND] = number
        if replayed:
            self._response.headers[REPLAYED] = "true"
        else:
            self._wiring.waiting.accepted(number)
        self.service.woken()
        await self._wiring.waiting.ended(number)
        written = await run_in_threadpool(written_of, self.service, self.caller, number)
        self._response.status_code = 201 if written.state == "done" else 202
        self._response.headers["Location"] = f"/v1/commands/{number}"
        return written

    async def once(self, act: Callable[[Connection], tuple[int, dict[str, Any]]]) -> tuple[int, dict[str, Any]]:
        """Something that is no write to the ledger, done once: its status and answer are kept with the key."""
        body_hash = await self._request_hash()
        status, answer, replayed = await run_in_threadpool(_whoever_is_first, lambda: self._act_once(act, body_hash))
        if replayed:
            self._response.headers[REPLAYED] = "true"
        self._response.status_code = status
        return status, answer

    def _act_once(
        self, act: Callable[[Connection], tuple[int, dict[str, Any]]], body_hash: str
    ) -> tuple[int, dict[str, Any], bool]:
        with self.service.store.begin() as connection:
            known = self._known(connection, body_hash)
            if known is not None:
                return known["status"], known["answer"], True
            status, answer = act(connection)
            kept = {key: value for key, value in answer.items() if key != "token"}
            self._remember(connection, body_hash, status=status, answer=kept)
            return status, answer, False

    def _put(self, orders: Callable[[Connection], Sequence[Order]], body_hash: str) -> tuple[int, bool]:
        with self.service.store.begin() as connection:
            known = self._known(connection, body_hash)
            if known is not None:
                return known["command"], True
            numbers = [self.service.put(connection, order) for order in orders(connection)]
            self._remember(connection, body_hash, command=numbers[-1])
            return numbers[-1], False

    def _known(self, connection: Connection, body_hash: str) -> RowMapping | None:
        query = select(IDEMPOTENCY).where(IDEMPOTENCY.c.caller == self.caller.name, IDEMPOTENCY.c.key == self._key)
        row = connection.execute(query).mappings().first()
        if row is not None and row["request_hash"] != body_hash:
            limit = "new: it was used for another request"
            raise Problem.of_field("Idempotency-Key", self._key, limit, kind="idempotency-key-reused")
        return row

    def _remember(self, connection: Connection, body_hash: str, **values: Any) -> None:
        connection.execute(
            insert(IDEMPOTENCY).values(caller=self.caller.name, key=self._key, request_hash=body_hash, **values)
        )

    async def _request_hash(self) -> str:
        request = self._request
        head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        return hashlib.sha256(head + await request.body()).hexdigest()


def _nothing() -> None:
    """No check."""


class Call(Write):
    """A write that is one call of a contract by the caller: done for it, or prepared for it to sign."""

    def __init__(
        self,
        request: Request,
        response: Response,
        caller: Caller,
        idempotency_key: str,
        form: str,
    ) -> None:
        super().__init__(request, response, caller, idempotency_key)
        self._form = form

    async def __call__(
        self,
        contract: str,
        function: str,
        *arguments: Any,
        check: Callable[[], None] = _nothing,
    ) -> Answer:
        """Call a contract as the caller; ``check`` is asked of a new request, not of one that comes again."""
        account = self.caller.account
        if account is None:
            raise Problem(403, "forbidden", "the registrar's key stands for no account")
        order = self.service.order(
            function, account, contract, function, *arguments, participant=self.caller.participant
        )
        if self._form == "prepare":
            check()
            prepared = await run_in_threadpool(self._prepare, order)
            return JSONResponse(prepared.model_dump())
        if not await run_in_threadpool(self.service.custody.holds, account):
            raise Problem(409, "not-in-custody", f"the key of {account} is its owner's: use form=prepare, and submit")

        def orders(_connection: Connection) -> list[Order]:
            check()
            return [order]

        return await self.run_from(orders)

    def _prepare(self, order: Order) -> Prepared:
        gateway = self.service.ledger.gateway
        gateway.rehearse(order.recipient, order.data, sender=order.sender, gas=MOST_GAS)
        request = gateway.prepare(order.sender, order.recipient, order.data, gas=MOST_GAS)
        return Prepared(
            chain_id=request.chain_id,
            sender=order.sender,
            to=order.recipient,
            nonce=request.nonce,
            gas=str(request.gas),
            max_fee_per_gas=str(request.max_fee),
            value=str(request.value),
            data=f"0x{request.data.hex()}",
            unsigned=f"0x{unsigned(request).hex()}",
        )


def _whoever_is_first(act: Callable[[], T]) -> T:
    """Of two requests with one key at the same moment the second finds, when it tries again, what the first wrote."""
    for _ in range(ATTEMPTS - 1):
        with suppress(Conflict):
            return act()
    return act()


def written_of(service: Service, caller: Caller, number: int) -> Written:
    """A command as it stands, all of one moment; one whose block is not read, or not any more, counts as sent.

    Of its events those are told that the caller may see: some things anybody may set going that concern others.

    Raises
    ------
    Problem
        It was refused: the revert with its arguments.
    """
    with service.store.read() as connection:
        query = select(COMMANDS, has_ended().label("ended")).where(COMMANDS.c.id == number)
        row = connection.execute(query).mappings().one()
        here = row["transaction_hash"], row["block_hash"]
        events = events_in(connection, caller, *here) if row["ended"] and None not in here else []
    if row["ended"] and row["state"] == "refused":
        raise Problem.refused(Refusal(**row["refusal"]))
    return Written(
        command=number,
        state=row["state"] if row["ended"] or row["state"] in OPEN else "sent",
        id=next((str(event.body["id"]) for event in events if event.name in MAKING), None),
        transaction=f"0x{row['transaction_hash']}" if row["transaction_hash"] else None,
        block=row["block_number"] if row["ended"] else None,
        events=events,
    )


async def _write(request: Request, response: Response, caller: TheCaller, idempotency_key: IdempotencyKey) -> Write:
    return Write(request, response, caller, idempotency_key)


async def _call(
    request: Request,
    response: Response,
    caller: TheCaller,
    idempotency_key: IdempotencyKey,
    form: Form = "custodial",
) -> Call:
    return Call(request, response, caller, idempotency_key, form)


WRITERS = (_write, _call)
"""By what it depends on an operation is known to write."""

TheWrite = Annotated[Write, Depends(_write)]
"""The write, as a parameter of a handler."""

TheCall = Annotated[Call, Depends(_call)]
"""The same where it is one call of a contract."""
