"""Keys of participants: made, rotated by making another, revoked."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping, select
from starlette.concurrency import run_in_threadpool

from api.callers import Caller, TheCaller
from api.paging import DEFAULT_LIMIT, After, Limit, page_of
from api.problems import Problem
from api.routes.participants import participant_row
from api.schemas import DayText, Page, ParticipantNumber, Strict, example, iso
from api.wiring import TheService
from api.writes import TheWrite
from scfin_chain.service.api_keys import KEYS, KEYS_EACH, good_keys
from scfin_chain.service.api_keys import make_key as new_key
from scfin_chain.service.api_keys import revoke_key as revoke
from scfin_chain.units import day_from_date

router = APIRouter(prefix="/keys", tags=["keys"])


class Key(BaseModel):
    """A key without its secret part."""

    id: str
    participant: Annotated[int | None, Field(description="null: the registrar's")]
    created: dt.date | None
    expires: Annotated[dt.date | None, Field(description="The last day, of the chain's clock, on which it is good.")]
    revoked: bool


class NewKey(Strict):
    """A key to make: for oneself, or, by the registrar, for anybody."""

    model_config = example(expires="2024-12-31")

    participant: ParticipantNumber | None = None
    expires: DayText | None = None


class MadeKey(BaseModel):
    """A new key. The token is shown once: a repeated request gets null in its place."""

    id: str
    participant: int | None
    token: str | None = None


KeyName = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]


@router.get("")
def list_keys(service: TheService, caller: TheCaller, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[Key]:
    """The caller's keys; the registrar sees everybody's."""
    query = select(KEYS)
    if not caller.sees_all:
        query = query.where(KEYS.c.participant == caller.participant)
    return page_of(service.store, query, [KEYS.c.id], _shape, limit=limit, after=after)


@router.post("", status_code=201)
async def make_key(body: NewKey, write: TheWrite) -> MadeKey:
    """Make a key; none lasts longer than the one that asks. To rotate one: make another, then revoke the old."""
    caller, service = write.caller, write.service
    owner = _owner(caller, body)
    if owner is not None:
        await run_in_threadpool(participant_row, service, owner)
    # not in the transaction: the chain writes its journal while nobody may ask it
    today = await run_in_threadpool(lambda: service.today)

    def act(connection: Connection) -> tuple[int, dict[str, object]]:
        expires = None if body.expires is None else day_from_date(body.expires)
        if expires is not None and expires < today:
            raise Problem.of_field("expires", body.expires, f"not before {iso(today)}, today by the chain's clock")
        if caller.expires is not None and (expires is None or expires > caller.expires):
            limit = f"not after {iso(caller.expires)}, the last day of the key that asks"
            raise Problem.of_field("expires", body.expires, limit)
        if good_keys(connection, owner, today) >= KEYS_EACH:
            whose = "the registrar" if owner is None else f"participant {owner}"
            limit = f"at most {KEYS_EACH} that are good at the same time"
            raise Problem.of_field(f"keys of {whose}", KEYS_EACH + 1, limit, status=409, kind="too-many-keys")
        made = new_key(connection, owner, today=today, expires=expires)
        return 201, {"id": made.id, "participant": owner, "token": made.token}

    _, answer = await write.once(act)
    return MadeKey(**answer)


@router.post("/{name}/revoke", status_code=200)
async def revoke_key(name: KeyName, write: TheWrite) -> Key:
    """Close a key; it opens nothing from now on."""
    caller = write.caller

    def act(connection: Connection) -> tuple[int, dict[str, object]]:
        row = connection.execute(select(KEYS).where(KEYS.c.id == name)).mappings().first()
        if row is None or not (caller.sees_all or row["participant"] == caller.participant):
            raise Problem.not_found("key", name)
        revoke(connection, name)
        return 200, _shape(row).model_copy(update={"revoked": True}).model_dump(mode="json")

    _, answer = await write.once(act)
    return Key(**answer)


def _owner(caller: Caller, body: NewKey) -> int | None:
    if caller.sees_all:
        return body.participant
    if body.participant not in (None, caller.participant):
        raise Problem(404, "not-found", f"there is no participant {body.participant}, or it is not you")
    return caller.participant


def _shape(row: RowMapping) -> Key:
    return Key(
        id=row["id"],
        participant=row["participant"],
        created=iso(row["created_day"]),
        expires=iso(row["expires_day"]),
        revoked=row["revoked"],
    )
