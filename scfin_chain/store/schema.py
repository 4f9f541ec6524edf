"""The revision of a database's tables: read at every opening, made or brought to the newest when it is written.

What is up to date, or new, never loads Alembic: that takes as long as everything else at the start of a command.
"""

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select
from sqlmodel import SQLModel

from scfin_chain.errors import StoreError
from scfin_chain.store.location import Location

FIRST = "0001"
HEAD = "0002"
"""The newest of `migrations/versions`."""
KNOWN = (FIRST, HEAD)

FIRST_RELEASE = frozenset(
    {"block", "claim", "credit", "decision", "event", "financing", "flow", "holding", "journal", "line"}
    | {"name", "outbox", "participant", "payout", "receivable", "run", "settlement", "undo", "wallet"}
)
"""The tables of 0.1.0, which noted no revision: it is known by them."""

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))

MIGRATION_LOCK = 0x5CF1_0001
"""PostgreSQL's name of the lock under which tables are made and changed."""


def revision_of(connection: Connection, location: Location) -> str | None:
    """The revision of the tables; None where there are none.

    Raises
    ------
    StoreError
        The tables are not ours, or of a release that is newer.
    """
    present = set(inspect(connection).get_table_names())
    if not present:
        return None
    version = connection.execute(select(VERSION.c.version_num)).scalar() if VERSION.name in present else FIRST
    lacking = (set(SQLModel.metadata.tables) if version == HEAD else FIRST_RELEASE) - present
    if lacking:
        raise StoreError(f"database {location} is not one of ours: it lacks {min(lacking)}")
    if version not in KNOWN:
        raise StoreError(
            f"database {location} has the revision {version}: this release knows {FIRST} to {HEAD}, use a newer one"
        )
    return str(version)


def bring_up(connection: Connection, location: Location) -> None:
    """Make the tables, or bring them to the newest revision, within the transaction of this connection."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    revision = revision_of(connection, location)
    if revision is None:
        SQLModel.metadata.create_all(connection)
        _stamp(connection, HEAD)
    elif revision != HEAD:
        from scfin_chain.store.upgrade import upgrade

        if not inspect(connection).has_table(VERSION.name):
            _stamp(connection, FIRST)
        upgrade(connection)


def _stamp(connection: Connection, revision: str) -> None:
    VERSION.create(connection)
    connection.execute(insert(VERSION).values(version_num=revision))
