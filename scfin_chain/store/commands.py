"""Commands that a reorg orphaned: reopened in the transaction of whoever noticed."""

from sqlalchemy import Connection, and_, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.store.tables import CommandRow, table_of

COMMANDS = table_of(CommandRow)


def reopen_after(connection: Connection, block_number: int) -> None:
    """What was mined above that block was orphaned: the same bytes are sent again.

    The hash of the block that was left stays with a command until it ends again.
    """
    _reopen(connection, COMMANDS.c.block_number > block_number)


def reopen_replaced(connection: Connection, block_number: int, block_hash: str) -> None:
    """What was mined in another block of that number was orphaned, before any reader saw it.

    To be called as the block is read: which one stood there is known only until it is final.
    """
    _reopen(connection, and_(COMMANDS.c.block_number == block_number, COMMANDS.c.block_hash != block_hash))


def _reopen(connection: Connection, orphaned: ColumnElement[bool]) -> None:
    opened = {"state": "sent", "block_number": None, "refusal": None}
    connection.execute(update(COMMANDS).where(orphaned).values(opened))
