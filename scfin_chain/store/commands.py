"""Commands that a reorg orphaned: reopened in the transaction of whoever noticed."""

from sqlalchemy import Connection, and_, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.store.tables import CommandRow, table_of

COMMANDS = table_of(CommandRow)


def reopen_after(connection: Connection, block_number: int) -> None:
    """What was mined above that block was orphaned: the same bytes are sent again.

    The hash of the block that was left stays with a command until it ends again.
    """
    reopen(connection, COMMANDS.c.block_number > block_number)


def reopen_replaced(connection: Connection, block_number: int, block_hash: str) -> None:
    """What was mined in another block of that number was orphaned, before any reader saw it.

    To be called as the block is read: which one stood there is known only until it is final.
    """
    reopen(connection, and_(COMMANDS.c.block_number == block_number, COMMANDS.c.block_hash != block_hash))


def reopen(connection: Connection, orphaned: ColumnElement[bool]) -> int:
    """Open those commands again; gives how many."""
    opened = {"state": "sent", "block_number": None, "refusal": None}
    return connection.execute(update(COMMANDS).where(orphaned).values(opened)).rowcount
