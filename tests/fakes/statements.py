"""A database that fails at one statement: what a process that ends there would leave behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from sqlalchemy import Connection, Engine, event


class Stopped(Exception):
    """The process ended here."""


class Statements:
    """Counts what a database is told, each commit included; at the one numbered ``at`` it fails.

    A service that runs beside, in another thread, is left alone.
    """

    def __init__(self, at: int | None) -> None:
        self.count = 0
        self._at = at
        self._thread = get_ident()

    def note(self, *_: object) -> None:
        if get_ident() != self._thread:
            return
        self.count += 1
        if self.count == self._at:
            raise Stopped(self.count)


@contextmanager
def statements(engine: Engine | type[Engine] = Engine, *, stop_at: int | None = None) -> Iterator[Statements]:
    """Count the statements of one engine, or of all; stop at the one of that number, counted from 1."""
    counter = Statements(stop_at)

    def before_statement(connection: Connection, *_: object) -> None:
        counter.note()

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", counter.note)
    try:
        yield counter
    finally:
        event.remove(engine, "before_cursor_execute", before_statement)
        event.remove(engine, "commit", counter.note)
