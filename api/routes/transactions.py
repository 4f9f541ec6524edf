"""Transactions that their owners signed, and commands as they stand."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from api.answers import written
from api.callers import Caller, TheCaller
from api.problems import Problem
from api.schemas import Number, Strict, Written
from api.wiring import TheService
from api.writes import MOST_GAS, TheWrite, written_of
from scfin_chain.chain.envelope import open_envelope
from scfin_chain.chain.refusal import TransactionRefused
from scfin_chain.service.queue import SUBMIT, Order
from scfin_chain.service.service import Service

router = APIRouter(tags=["transactions"])


class SignedBytes(Strict):
    """A signed transaction, hex."""

    raw: Annotated[str, StringConstraints(pattern=r"^0x([0-9a-fA-F]{2})+$", max_length=200_000)] = Field(
        description="Bytes of a signed transaction to a contract of the ledger, by the caller's own account, "
        f"of at most {MOST_GAS:,} gas."
    )


@router.post("/transactions", **written())
async def submit_transaction(body: SignedBytes, write: TheWrite) -> Written:
    """Submit a transaction that was prepared, or made, for the caller's account and signed with its key."""
    order = await run_in_threadpool(_order, write.service, write.caller, bytes.fromhex(body.raw[2:]))
    return await write.run([order])


@router.get("/commands/{number}")
def get_command(number: Number, service: TheService, caller: TheCaller) -> Written:
    """A write as it stands; a problem where the ledger refused it."""
    row = service.queue.read([number]).get(number)
    if row is None or not (caller.sees_all or row["participant"] == caller.participant):
        raise Problem.not_found("command", number)
    return written_of(service, caller, number)


def _order(service: Service, caller: Caller, raw: bytes) -> Order:
    """The order to send these bytes, if they are the caller's, for this chain, and to the ledger."""
    try:
        envelope = open_envelope(raw, chain_id=service.ledger.gateway.chain_id)
    except TransactionRefused as refused:
        raise Problem.of_field("raw", "not fit for this chain", f"a transaction for it ({refused})") from refused
    if envelope.sender != caller.account:
        raise Problem.of_field("raw", f"signed by {envelope.sender}", f"signed by {caller.account}, your account")
    if envelope.to is None or envelope.to not in service.ledger.deployment.addresses.values():
        raise Problem.of_field("raw", f"to {envelope.to}", "to a contract of the ledger")
    if envelope.gas > MOST_GAS:
        raise Problem.of_field("raw", f"of {envelope.gas} gas", f"of at most {MOST_GAS} gas")
    return Order(
        key=f"transaction {envelope.hash.hex()}",
        step=SUBMIT,
        sender=envelope.sender,
        recipient=envelope.to,
        data=envelope.data,
        value=envelope.value,
        raw=raw,
        transaction_hash=envelope.hash,
        nonce=envelope.nonce,
        participant=caller.participant,
    )
