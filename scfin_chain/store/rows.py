"""Derived rows, read and written by key, each change remembered until its block is final."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.store.tables import DERIVED, UndoRow, table_of

UNDO = table_of(UndoRow)

Key = Mapping[str, object]
Row = dict[str, Any]


class DerivedRows:
    """The derived rows as one block's events change them.

    With ``undoable`` false nothing is remembered: the block can never be orphaned.
    """

    def __init__(self, connection: Connection, *, block_number: int, undoable: bool) -> None:
        self._connection = connection
        self._block_number = block_number
        self._undoable = undoable

    def get(self, name: str, /, **key: object) -> Row | None:
        """The row of that key."""
        table = DERIVED[name]
        row = self._connection.execute(select(table).where(_matches(table, key))).mappings().first()
        return dict(row) if row else None

    def insert(self, name: str, /, **values: object) -> None:
        """A row that was not there."""
        table = DERIVED[name]
        self._connection.execute(insert(table).values(values))
        self._remember(table, {column.name: values[column.name] for column in table.primary_key}, None)

    def update(self, name: str, key: Key, /, **values: object) -> Row:
        """Change a row that is there; gives the row as it was."""
        before = self.get(name, **key)
        if before is None:
            raise KeyError(f"{name} has no row {dict(key)}")
        table = DERIVED[name]
        self._connection.execute(update(table).where(_matches(table, key)).values(values))
        self._remember(table, key, before)
        return before

    def add(self, name: str, key: Key, column: str, amount: int) -> None:
        """Add to a number, making the row where there is none."""
        before = self.get(name, **key)
        if before is None:
            self.insert(name, **key, **{column: amount})
        else:
            self.update(name, key, **{column: before[column] + amount})

    def _remember(self, table: Table, key: Key, before: Row | None) -> None:
        if self._undoable:
            self._connection.execute(
                insert(UNDO).values(block_number=self._block_number, table=table.name, key=dict(key), before=before)
            )


def undo_after(connection: Connection, block_number: int) -> None:
    """Put every derived row back to what it was after that block."""
    changes = connection.execute(
        select(UNDO).where(UNDO.c.block_number > block_number).order_by(UNDO.c.sequence.desc())
    ).mappings()
    for change in changes.all():
        table = DERIVED[change["table"]]
        connection.execute(delete(table).where(_matches(table, change["key"])))
        if change["before"] is not None:
            connection.execute(insert(table).values(change["before"]))
    connection.execute(delete(UNDO).where(UNDO.c.block_number > block_number))


def _matches(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
