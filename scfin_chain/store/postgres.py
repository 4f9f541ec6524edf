"""Connections to PostgreSQL whose every loss is told as the driver's own error.

pg8000 lets some errors of the socket through as they are, and then neither the pool nor a caller knows a lost
connection by them.
"""

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


def connect(_dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]) -> Any:
    """A new connection, for SQLAlchemy's pool."""
    try:
        return Connection(*arguments, **options)
    except OSError as error:
        raise _refusal(error) or pg8000.InterfaceError(f"{LOST}: {error}") from error
    except pg8000.InterfaceError as error:
        raise _refusal(error) or error from error.__cause__


def _refusal(error: BaseException) -> pg8000.DatabaseError | None:
    """What the server said, where taking leave of it failed after that."""
    before = error.__context__
    return before if before is None or isinstance(before, pg8000.DatabaseError) else _refusal(before)
