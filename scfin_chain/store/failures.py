"""What a database failed with, as an error of one line."""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from scfin_chain.errors import StoreError
from scfin_chain.store.location import Location

CROSSED = frozenset({"23505", "40001", "40P01"})
"""PostgreSQL's codes of a key that is there already, of a row that changed meanwhile, of a deadlock."""

Failure = DBAPIError | NoConnectionFree
FAILURES = (DBAPIError, NoConnectionFree)
"""What SQLAlchemy raises for a database, and not for a wrong program."""


class Conflict(StoreError):
    """Another transaction was first: the key is there already, or a row changed. Done again, it sees what is there."""


def failure(location: Location, what: str, error: Failure) -> StoreError:
    """The error to raise; ``what`` is the verb: the database failed, or cannot be read."""
    if isinstance(error, NoConnectionFree):
        return StoreError(f"database {location} is busy: no connection was free in time")
    kind = Conflict if isinstance(error, IntegrityError) or _code(error) in CROSSED else StoreError
    return kind(f"database {location} {what}: {_reason(error.orig)}")


def _code(error: DBAPIError) -> str | None:
    """PostgreSQL's code of what went wrong."""
    told = _told(error.orig)
    return None if told is None else told.get("C")


def _reason(error: BaseException | None) -> str:
    """The driver's words on one line, with the system's where it gives only its own."""
    told = _told(error)
    words = str(error).partition(" (timeout is")[0] if told is None else told.get("M", "it failed")
    cause = error.__cause__ if error is not None else None
    if isinstance(cause, OSError) and str(cause) not in words:
        words = f"{words.rstrip('.')}: {cause}"
    return " ".join(words.split())


def _told(error: BaseException | None) -> dict[str, str] | None:
    """What a PostgreSQL server said, field by field."""
    if error is not None and error.args and isinstance(error.args[0], dict):
        return error.args[0]
    return None
