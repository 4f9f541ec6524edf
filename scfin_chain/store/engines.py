"""Engines for both databases, with pools that serve a service's threads and limits to every wait."""

import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from scfin_chain.errors import StoreError
from scfin_chain.store.location import Location

KEPT_CONNECTIONS = 10
MOST_CONNECTIONS = 48
"""More than the forty threads that answer requests, so that one which needs a second connection never waits for ever;
PostgreSQL allows 100 as it comes, which is two processes."""
CONNECTION_SECONDS = 30
"""How long a thread waits for a connection."""
LOCK_SECONDS = 10
"""How long a statement waits for another transaction."""
ANSWER_SECONDS = 60
"""How long a PostgreSQL server may be silent: far above any statement, so that a lost network ends at all."""

BEGIN = "sqlite_begin"
"""The execution option that says how a transaction begins: DEFERRED, IMMEDIATE, or NOT at all."""

SESSION = {
    "default_transaction_isolation": "repeatable read",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
"""What every PostgreSQL connection begins with, without asking once more.

A dead process is noticed at once; by the keepalives the locks of a machine that vanished are free within ten seconds.
"""


def engine_at(location: Location, *, durable: bool = False) -> Engine:
    """An engine; nothing is opened yet. ``durable`` commits survive a power cut on SQLite too.

    Raises
    ------
    StoreError
        No file can be at that path.
    """
    if location.url is not None:
        return postgres_engine(location.url)
    return _memory_engine() if location.path is None else _file_engine(location.path, durable=durable)


def postgres_engine(url: URL, *, answer_seconds: int = ANSWER_SECONDS, **options: Any) -> Engine:
    """An engine on a PostgreSQL database; ``options`` are its pool's and its own."""
    from scfin_chain.store.postgres import connect

    arguments: dict[str, Any] = {
        "timeout": answer_seconds,
        "application_name": "scfin",
        "startup_params": dict(SESSION),
        "ssl_context": _ssl_context(url),
    }
    pool = options or _pool() | {"pool_pre_ping": True}
    engine = create_engine(url.difference_update_query(["sslmode"]), connect_args=arguments, **pool)
    event.listen(engine, "do_connect", connect)
    return engine


def _ssl_context(url: URL) -> ssl.SSLContext | bool | None:
    """What pg8000 makes of a mode of libpq; None tries it, as libpq does where nothing is said."""
    mode = url.query.get("sslmode", "prefer")
    if mode == "verify-full":
        return ssl.create_default_context()
    if mode == "require":
        return True
    return False if mode == "disable" or "unix_sock" in url.query else None


def _memory_engine() -> Engine:
    """One connection, which is the database: the store gives threads their turns."""
    return _sqlite_engine("", pool_size=1, max_overflow=0, pool_timeout=CONNECTION_SECONDS)


def _file_engine(path: Path, *, durable: bool) -> Engine:
    if path.is_dir():
        raise StoreError(f"database {path} is a folder")
    if not path.parent.is_dir():
        raise StoreError(f"database {path}: there is no folder {path.parent}")
    engine = _sqlite_engine(str(path), **_pool())

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}").close()

    return engine


def _sqlite_engine(database: str, **pool: Any) -> Engine:
    """SQLite with transactions that begin when they are begun, not at their first write."""
    engine = create_engine(
        URL.create("sqlite", database=database),
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": LOCK_SECONDS},
        **pool,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get(BEGIN, "DEFERRED")
        if kind != "NOT":
            connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _pool() -> dict[str, Any]:
    return {
        "pool_size": KEPT_CONNECTIONS,
        "max_overflow": MOST_CONNECTIONS - KEPT_CONNECTIONS,
        "pool_timeout": CONNECTION_SECONDS,
    }
