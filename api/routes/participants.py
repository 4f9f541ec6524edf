"""Participants: who is on the ledger."""

import datetime as dt
from typing import Annotated, Any, Literal

from eth_utils.crypto import keccak
from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection, RowMapping, Select, select
from starlette.concurrency import run_in_threadpool

from api.answers import written
from api.callers import TheCaller, role_names
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.schemas import AccountText, DayText, Page, ParticipantNumber, Strict, Written, example, iso
from api.wiring import TheService
from api.writes import TheWrite
from scfin_chain.chain.signer import address_of
from scfin_chain.deploy.founding import FOREVER, FULL_ALLOWANCE, GAS_MONEY
from scfin_chain.roles import Role
from scfin_chain.service.custody import CUSTODY
from scfin_chain.service.queue import Order
from scfin_chain.service.service import Service
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Address, day_from_date

router = APIRouter(prefix="/participants", tags=["participants"])

PARTICIPANTS = DERIVED["participant"]

OWING = frozenset({"core_enterprise", "supplier"})
"""Roles of those who pay what they owe by an allowance to the contracts."""

GivenRole = Literal["bank", "core_enterprise", "supplier", "carrier", "regulator"]
"""Roles that may be given over HTTP."""


class Participant(BaseModel):
    """A participant as the ledger knows it."""

    id: int
    account: str
    roles: list[str]
    tier: int
    valid_until: Annotated[dt.date | None, Field(description="null: without end")]
    suspended: bool
    identity: Annotated[str, Field(description="Hash of the name, which stays off the chain.")]
    in_custody: Annotated[bool, Field(description="Whether the service signs for the account.")]


class NewParticipant(Strict):
    """An enrolment. Without an account the service makes one and signs for it."""

    model_config = example(name="Acme Steel", roles=["supplier"], tier=1)

    name: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
    roles: Annotated[list[GivenRole], Field(min_length=1, max_length=5)]
    tier: Annotated[int, Field(ge=0, le=255)] = 0
    valid_until: DayText | None = None
    account: AccountText | None = None


class NewEnd(Strict):
    """A later last day; null is without end."""

    model_config = example(valid_until="2030-12-31")

    valid_until: DayText | None


class Reason(Strict):
    """Why; its hash goes on the ledger."""

    model_config = example(reason="papers are missing")

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


@router.get("")
def list_participants(
    service: TheService, _caller: TheCaller, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[Participant]:
    """Everybody on the ledger, in the order of their enrolment."""
    return page_of(service.store, _participants(), [PARTICIPANTS.c.id], _shape, limit=limit, after=after)


@router.get("/{number}")
def get_participant(number: ParticipantNumber, service: TheService, _caller: TheCaller) -> Participant:
    """One of them."""
    return _shape(participant_row(service, number))


@router.post("", **written())
async def enrol_participant(body: NewParticipant, write: TheWrite) -> Written:
    """Enrol a participant. Who may owe and is in custody gets the standing orders for its payments too."""
    service = write.service

    def orders(connection: Connection) -> list[Order]:
        account = _account(service, connection, body)
        if connection.execute(select(PARTICIPANTS.c.id).where(PARTICIPANTS.c.account == account)).first():
            raise Problem(409, "already-enrolled", f"{account} is enrolled")
        roles = sum(Role[role.upper()] for role in set(body.roles))
        until = _last_day(body.valid_until)
        registrar = service.offices.registrar
        fund = Order(key=None, step="fund", sender=registrar, recipient=account, value=GAS_MONEY)
        enrol = service.order(
            "enrol", registrar, "Participants", "enrol", account, roles, body.tier, until, keccak(text=body.name)
        )
        approvals = [
            service.order("approve", account, "CashToken", "approve", service.ledger.address(spender), FULL_ALLOWANCE)
            for spender in ("Settlement", "ReceivableRegistry")
            if body.account is None and OWING.intersection(body.roles)
        ]
        return [fund, *approvals, enrol]

    return await write.run_from(orders)


@router.post("/{number}/suspend", **written())
async def suspend_participant(number: ParticipantNumber, body: Reason, write: TheWrite) -> Written:
    """Stop a participant from trading; what it owes can still be repaid."""
    await run_in_threadpool(participant_row, write.service, number)
    order = write.service.order(
        "suspend", write.service.offices.registrar, "Participants", "suspend", number, keccak(text=body.reason)
    )
    return await write.run([order])


@router.post("/{number}/restore", **written())
async def restore_participant(number: ParticipantNumber, write: TheWrite) -> Written:
    """Let a suspended participant trade again."""
    await run_in_threadpool(participant_row, write.service, number)
    return await write.run(
        [write.service.order("restore", write.service.offices.registrar, "Participants", "restore", number)]
    )


@router.post("/{number}/extend", **written())
async def extend_participant(number: ParticipantNumber, body: NewEnd, write: TheWrite) -> Written:
    """Move a participant's last day later."""
    await run_in_threadpool(participant_row, write.service, number)
    until = _last_day(body.valid_until)
    return await write.run(
        [write.service.order("extend", write.service.offices.registrar, "Participants", "extend", number, until)]
    )


def participant_row(service: Service, number: int) -> RowMapping:
    """The row of a participant.

    Raises
    ------
    Problem
        There is none of that number.
    """
    with service.store.read() as connection:
        row = connection.execute(_participants().where(PARTICIPANTS.c.id == number)).mappings().first()
    if row is None:
        raise Problem.not_found("participant", number)
    return row


def _last_day(valid_until: dt.date | None) -> int:
    return FOREVER if valid_until is None else day_from_date(valid_until)


def _participants() -> Select[Any]:
    """Everybody, and whether the service signs for them."""
    held = CUSTODY.c.account.is_not(None).label("in_custody")
    return select(PARTICIPANTS, held).outerjoin(CUSTODY, CUSTODY.c.account == PARTICIPANTS.c.account)


def _account(service: Service, connection: Connection, body: NewParticipant) -> Address:
    if body.account is not None:
        return address_of(bytes.fromhex(body.account[2:]))
    return service.custody.take(connection, f"node {body.name}")


def _shape(row: RowMapping) -> Participant:
    until = row["valid_until_day"]
    return Participant(
        id=row["id"],
        account=row["account"],
        roles=sorted(role_names(row["roles"])) or ["system"],
        tier=row["tier"],
        valid_until=iso(until),
        suspended=row["suspended"],
        identity=row["identity"],
        in_custody=row["in_custody"],
    )
