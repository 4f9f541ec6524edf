"""Keys of the HTTP interface: random, shown once, kept as a hash, good until a day of the chain's clock."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, ApiKeyRow, table_of
from scfin_chain.units import Day

KEYS = table_of(ApiKeyRow)

PARTICIPANTS = DERIVED["participant"]

_KEY = (
    select(KEYS, PARTICIPANTS.c.account, PARTICIPANTS.c.roles)
    .outerjoin(PARTICIPANTS, PARTICIPANTS.c.id == KEYS.c.participant)
    .where(KEYS.c.id == bindparam("name"))
)

PREFIX = "scfin"
ID_BYTES, SECRET_BYTES = 6, 32

KEYS_EACH = 32
"""Keys of one participant that are good at the same time; the registrar has as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key as it is shown to its owner, this one time."""

    id: str
    token: str


def make_key(connection: Connection, participant: int | None, *, today: Day, expires: Day | None = None) -> NewKey:
    """A key of a participant; without one, of the registrar."""
    name, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(
        insert(KEYS).values(
            id=name, hash=_hash(secret), participant=participant, created_day=today, expires_day=expires
        )
    )
    return NewKey(id=name, token=f"{PREFIX}_{name}_{secret}")


def good_keys(connection: Connection, participant: int | None, today: Day) -> int:
    """How many keys of a participant, or of the registrar, open anything."""
    owned = KEYS.c.participant.is_not_distinct_from(participant)
    return int(connection.execute(select(func.count()).select_from(KEYS).where(owned, *_good(today))).scalar_one())


def revoke_key(connection: Connection, name: str) -> bool:
    """Whether there was such a key; from now on it opens nothing."""
    return connection.execute(update(KEYS).where(KEYS.c.id == name).values(revoked=True)).rowcount > 0


def find_key(store: Store, token: str) -> RowMapping | None:
    """The key of a token, with its participant's account and roles; whether it is still good says its row."""
    prefix, _, rest = token.partition("_")
    name, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret:
        return None
    with store.read() as connection:
        row = connection.execute(_KEY, {"name": name}).mappings().first()
    if row is None or not hmac.compare_digest(row["hash"], _hash(secret)):
        return None
    return row


def has_registrar_key(store: Store, today: Day) -> bool:
    """Whether somebody can enrol anybody: a key that has expired opens nothing."""
    with store.read() as connection:
        return good_keys(connection, None, today) > 0


def _good(today: Day) -> tuple[ColumnElement[bool], ...]:
    return KEYS.c.revoked.is_(False), or_(KEYS.c.expires_day.is_(None), KEYS.c.expires_day >= today)


def _hash(secret: str) -> str:
    """A hash without salt or stretching serves a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
