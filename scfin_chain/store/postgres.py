"""Connections to PostgreSQL whose every loss is told as the driver's own error.

pg8000 lets some errors of the socket through as they are, and then neither the pool nor a caller knows a lost
connection by them.
"""

from contextlib import suppress
from typing import Any

import pg8000  # type: ignore[import-untyped]
from sqlalchemy import Dialect
from sqlalchemy.pool import ConnectionPoolEntry

LOST = "network error"
"""By these words SQLAlchemy knows that a connection is gone."""


class Connection(pg8000.Connection):  # type: ignore[misc]
    """A connection whose socket's errors are the driver's."""

    def handle_messages(self, context: Any) -> None:
        try:
            super().handle_messages(context)
        except OSError as error:
            raise pg8000.InterfaceError(f"{LOST}: {error}") from error

    def close(self) -> None:
        """Take leave; a server that is gone needs none, and its refusal to let us in is told instead."""
        with suppress(pg8000.InterfaceError, OSError):
            super().close()


def connect(_dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]) -> Any:
    """A new connection, for SQLAlchemy's pool."""
    try:
        return Connection(*arguments, **options)
    except OSError as error:
        raise pg8000.InterfaceError(f"{LOST}: {error}") from error
