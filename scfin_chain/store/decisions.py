"""Decisions that are taken back, and those that come back: moved whole, in the transaction of whoever noticed."""

from sqlalchemy import Connection, delete, func, insert, literal, select, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.store.tables import DERIVED, BlockRow, DecisionRow, OutboxRow, WithdrawnRow, table_of

BLOCKS = table_of(BlockRow)
DECISIONS = table_of(DecisionRow)
FINANCINGS = DERIVED["financing"]
OUTBOX = table_of(OutboxRow)
WITHDRAWN = table_of(WithdrawnRow)


def take_turn(connection: Connection) -> None:
    """Wait until no other process is reading blocks or deciding, and keep it waiting until this transaction ends.

    To be called before anything is read: what is read then is what the other left. SQLite's transactions that write
    take turns by themselves.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE block IN SHARE ROW EXCLUSIVE MODE")


def read_to(connection: Connection) -> int:
    """The number of the block that was read last."""
    return int(connection.execute(select(func.coalesce(func.max(BLOCKS.c.number), 0))).scalar_one())


def withdraw(connection: Connection, which: ColumnElement[bool], *, cause: str) -> int:
    """Take back those decisions, and keep them; gives how many."""
    taken = select(literal(cause), *DECISIONS.columns).where(which).order_by(DECISIONS.c.financing)
    names = ["cause", *(column.name for column in DECISIONS.columns)]
    connection.execute(insert(WITHDRAWN).from_select(names, taken))
    return connection.execute(delete(DECISIONS).where(which)).rowcount


def restore(connection: Connection, sequence: int, *, executed: int) -> None:
    """Make a withdrawn decision the one that stands, because the chain executed it in that block.

    From now on it rests on that block, and goes when a reorg takes the block away.
    """
    row = connection.execute(select(WITHDRAWN).where(WITHDRAWN.c.sequence == sequence)).mappings().one()
    requested = select(FINANCINGS.c.requested_block).where(FINANCINGS.c.id == row["financing"])
    values = {column.name: row[column.name] for column in DECISIONS.columns}
    values |= {"requested_block": connection.execute(requested).scalar_one(), "basis_block": executed}
    connection.execute(insert(DECISIONS).values(values))
    connection.execute(delete(WITHDRAWN).where(WITHDRAWN.c.sequence == sequence))


def note_done(connection: Connection, financing: int) -> None:
    """The chain has answered this financing: nothing is left to be sent."""
    found = connection.execute(update(OUTBOX).where(OUTBOX.c.financing == financing).values(state="done")).rowcount
    if not found:
        connection.execute(insert(OUTBOX).values(financing=financing, state="done"))
