"""Commands that a reorg orphaned: reopened in the transaction of whoever noticed."""

from sqlalchemy import Connection, update

from scfin_chain.store.tables import CommandRow, table_of

COMMANDS = table_of(CommandRow)


def reopen_after(connection: Connection, block_number: int) -> None:
    """What was mined above that block was orphaned: the same bytes are sent again.

    The hash of the block that was left stays with a command until it ends again.
    """
    orphaned = COMMANDS.c.block_number > block_number
    opened = {"state": "sent", "block_number": None, "refusal": None}
    connection.execute(update(COMMANDS).where(orphaned).values(opened))
