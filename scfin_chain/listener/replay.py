"""Rebuilds the derived rows from the stored events, beside those that are there, and proves them equal.

Nothing is repaired: rows that differ mean that something wrote to them that should not have, or that the program which
wrote them read the events otherwise than this one. Which of the two it is, a person has to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from sqlalchemy import Connection, Table, create_engine, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.errors import InvalidInput, StoreError
from scfin_chain.events import EVENTS as KINDS
from scfin_chain.events import Event
from scfin_chain.listener.parties import KnownRows, concerned
from scfin_chain.listener.projections import Place, project
from scfin_chain.store.rows import UNDO, DerivedRows, undo_after
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, BlockRow, EventPartyRow, EventRow, table_of
from scfin_chain.units import Day

BLOCKS = table_of(BlockRow)
EVENTS = table_of(EventRow)
PARTIES = table_of(EventPartyRow)

REBUILT: Mapping[str, Table] = DERIVED | {str(PARTIES.name): PARTIES}
"""What follows from the events alone."""

AT_A_TIME = 1_000

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not what the events say; of a row that only one side has, ``column`` is empty."""

    table: str
    key: tuple[Any, ...]
    column: str
    held: object
    told: object

    def __str__(self) -> str:
        place = f"{self.table} {', '.join(str(part) for part in self.key)}"
        if not self.column:
            return f"{place}: {'no event tells of it' if self.held else 'the row is missing'}"
        return f"{place}: {self.column} is {self.held!r}, the events say {self.told!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay read, what it compared, and where the two differ."""

    from_block: int
    to_block: int
    put_back: bool
    """Whether the rows before those blocks are the ones that are there, put back by the undo log."""
    events: int
    rows: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every row is what the events say."""
        return not self.differences


def rebuild(store: Store, *, from_block: int = 0) -> ReplayReport:
    """Rebuild the derived rows from that block on, in a database of their own, and compare every value.

    The rows before it are told from the first event on; but where the undo log reaches back to that block, it starts
    with those that are there, put back to what they were: that proves the undo log, and rows which a block since has
    changed; one that none has changed is taken as it is.

    Raises
    ------
    InvalidInput
        No such block was read.
    StoreError
        Nothing was read yet, or an event cannot be told.
    """
    with store.read() as here, _scratch() as there:
        blocks = here.execute(select(BLOCKS.c.number).order_by(BLOCKS.c.number.desc())).scalars().all()
        if not blocks:
            raise StoreError(f"database {store.location} holds no block: nothing was read yet")
        cursor = blocks[0]
        if not 0 <= from_block <= cursor:
            raise InvalidInput("from_block", from_block, f"from 0 to {cursor}, the block that was read last")
        put_back = from_block >= max(_lowest(blocks), 2)
        if put_back:
            _put_back(here, there, from_block - 1)
        else:
            _tell(here, there, EVENTS.c.block_number < from_block)
        count = _tell(here, there, EVENTS.c.block_number >= from_block)
        held, told = ({name: _rows(side, table) for name, table in REBUILT.items()} for side in (here, there))
    return ReplayReport(
        from_block=from_block,
        to_block=cursor,
        put_back=put_back,
        events=count,
        rows=sum(len(rows) for rows in told.values()),
        differences=tuple(_differences(held, told)),
    )


def stored_event(name: str, body: Mapping[str, Any]) -> Event:
    """An event as it was before it was stored."""
    return KINDS[name](**{field: _value(hint, body[field]) for field, hint in _fields(name).items()})


@cache
def _fields(name: str) -> dict[str, Any]:
    return get_type_hints(KINDS[name])


def _value(hint: object, value: Any) -> object:
    if hint is bytes:
        return bytes.fromhex(value.removeprefix("0x"))
    return tuple(value) if isinstance(value, list) else value


def _lowest(blocks: Sequence[int]) -> int:
    """The first block that can be undone: the blocks after those that are remembered without a gap."""
    steps = next((step for step, number in enumerate(blocks) if number != blocks[0] - step), len(blocks))
    return blocks[steps - 1] + 1


def _rows(connection: Connection, table: Table) -> dict[Key, dict[str, Any]]:
    rows = (dict(row) for row in connection.execute(select(table)).mappings())
    return {tuple(row[column.name] for column in table.primary_key): row for row in rows}


@contextmanager
def _scratch() -> Iterator[Connection]:
    """A database in memory with the tables of the projection alone."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            for table in (*REBUILT.values(), UNDO):
                table.create(connection)
            yield connection
    finally:
        engine.dispose()


def _put_back(here: Connection, there: Connection, block_number: int) -> None:
    """Copy the rows as they are, and undo what later blocks did."""
    for table in (*REBUILT.values(), UNDO):
        rows = [dict(row) for row in here.execute(select(table)).mappings()]
        if rows:
            there.execute(insert(table), rows)
    undo_after(there, block_number)
    there.execute(delete(PARTIES).where(PARTIES.c.block_number > block_number))


def _tell(here: Connection, there: Connection, which: ColumnElement[bool]) -> int:
    """Project those of the stored events; gives how many there were."""
    query = select(EVENTS).where(which).order_by(EVENTS.c.block_number, EVENTS.c.ordinal)
    known, count = KnownRows(there), 0
    for row in here.execution_options(yield_per=AT_A_TIME).execute(query).mappings():
        event = stored_event(row["name"], row["body"])
        place = {"block_number": row["block_number"], "ordinal": row["ordinal"]}
        rows = DerivedRows(there, block_number=row["block_number"], undoable=False)
        try:
            project(event, Place(**place, day=Day(row["day"])), rows)
            parties = concerned(event, known)
        except (LookupError, ValueError, IntegrityError) as error:
            raise StoreError(f"event {row['name']} of block {row['block_number']} cannot be told: {error!r}") from error
        if parties:
            there.execute(insert(PARTIES), [place | {"participant": party} for party in parties])
        count += 1
    return count


def _differences(
    held: Mapping[str, Mapping[Key, Mapping[str, Any]]], told: Mapping[str, Mapping[Key, Mapping[str, Any]]]
) -> Iterator[Difference]:
    for name in REBUILT:
        here, there = held[name], told[name]
        for key in sorted(here.keys() | there.keys()):
            row, right = here.get(key), there.get(key)
            if row is None or right is None:
                yield Difference(table=name, key=key, column="", held=row is not None, told=right is not None)
                continue
            for column, value in row.items():
                if value != right[column]:
                    yield Difference(table=name, key=key, column=column, held=value, told=right[column])
