"""The listener: polls block by block, writes one database transaction a block, and rewinds on a reorg."""

import logging

from sqlalchemy import Connection, RowMapping, delete, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from scfin_chain.chain.deployment import Deployment, LedgerEvent
from scfin_chain.chain.gateway import Block, BlockMissing, BlockReplaced, Gateway, LogEntry
from scfin_chain.errors import ChainError, NodeSilent, ScfinError
from scfin_chain.listener.answers import hear, orphan_after
from scfin_chain.listener.parties import KnownRows, concerned
from scfin_chain.listener.projections import Place, project
from scfin_chain.store.commands import reopen_after, reopen_replaced
from scfin_chain.store.decisions import take_turn
from scfin_chain.store.rows import UNDO, DerivedRows, undo_after
from scfin_chain.store.store import Store
from scfin_chain.store.tables import BlockRow, EventPartyRow, EventRow, table_of
from scfin_chain.units import Timestamp, day_of

BLOCKS = table_of(BlockRow)
EVENTS = table_of(EventRow)
PARTIES = table_of(EventPartyRow)

log = logging.getLogger(__name__)


class Undigested(ScfinError):
    """An event cannot be told by the derived rows. To leave it out would make all that follows a lie: nothing goes on.

    ``block_hash`` is that of its block: only another block in its place, or a program that understands it, helps.
    """

    def __init__(self, told: LedgerEvent, entry: LogEntry, error: Exception) -> None:
        self.block_hash = entry.block.hash
        super().__init__(
            f"event {told.contract}.{type(told.event).__name__} of block {entry.block.number}, transaction "
            f"0x{entry.transaction_hash.hex()}, log {entry.log.index} cannot be digested: {error!r}"
        )


class Listener:
    """Brings a database up to the head of a chain, however often it is stopped between two statements.

    ``finality_depth`` is the number of blocks below the cursor that a reorg may still replace; with 0 no undo is kept.
    ``may_lag`` tells that the chain is a node's, which may answer from behind; one in this process cannot.
    Another listener on the same database does no harm: whoever finds that the other was there first goes on from there.
    """

    def __init__(
        self,
        *,
        gateway: Gateway,
        deployment: Deployment,
        store: Store,
        finality_depth: int,
        may_lag: bool = True,
    ) -> None:
        self._gateway = gateway
        self._deployment = deployment
        self._store = store
        self._finality_depth = finality_depth
        self._may_lag = may_lag
        self._cursor = self._load_cursor()
        self._undigested: Undigested | None = None
        self.reorgs = 0
        """How often the chain replaced blocks that were read."""

    def poll(self, *, at_most: int | None = None) -> int:
        """Read the blocks that are new, ``at_most`` so many of them; gives how many were read.

        Raises
        ------
        ChainError
            A reorg goes deeper than the finality depth: rows would have to change that are final.
        NodeSilent
            The node does not answer, or is amid a reorg.
        Undigested
            An event of the next block cannot be told; the same block is not tried again.
        """
        head = self._gateway.head()
        if head.number == self._cursor.number and head.hash == self._cursor.hash:
            return 0
        count = 0
        try:
            self._leave_orphans(head)
            while self._cursor.number < head.number and (at_most is None or count < at_most):
                if self._read(self._cursor.number + 1):
                    count += 1
                    continue
                head = self._gateway.head()
                self._leave_orphans(head)
        except BlockMissing as missing:
            if self._gateway.head().number >= missing.number:
                raise NodeSilent(f"the node cannot say now: {missing}") from missing
        return count  # the chain may have become shorter between two questions: the next poll sees why

    @property
    def cursor(self) -> Block:
        """The block that was read last."""
        return self._cursor

    def _read(self, number: int) -> bool:
        """Read one block; false where it, or the database, changed meanwhile."""
        block = self._gateway.block(number)
        if block.parent_hash != self._cursor.hash:
            return False
        try:
            logs = self._gateway.logs(block.ref)
        except BlockReplaced:
            return False
        return self._write(block, logs)

    def _load_cursor(self) -> Block:
        with self._store.read() as connection:
            row = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc()).limit(1)).mappings().first()
        if row is None:
            genesis = self._gateway.block(0)
            with self._store.begin() as connection:
                connection.execute(insert(BLOCKS).values(_block_values(genesis)))
            return genesis
        return _block(row)

    def _newest(self, connection: Connection) -> Block:
        """The cursor of the database, which is ours until this transaction ends."""
        take_turn(connection)
        return _block(connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc()).limit(1)).mappings().one())

    def _write(self, block: Block, logs: tuple[LogEntry, ...]) -> bool:
        """Events, derived rows and cursor of one block, in one transaction; false where another process was first."""
        if self._undigested is not None and self._undigested.block_hash == block.hash:
            raise self._undigested.with_traceback(None)
        with self._store.begin() as connection:
            newest = self._newest(connection)
            if newest.hash != self._cursor.hash:
                self._cursor = newest
                return False
            rows = DerivedRows(connection, block_number=block.number, undoable=self._finality_depth > 0)
            for ordinal, entry in enumerate(logs):
                self._write_event(connection, rows, block, ordinal, entry)
            connection.execute(insert(BLOCKS).values(_block_values(block)))
            if self._finality_depth > 0:
                reopen_replaced(connection, block.number, block.hash.hex())
            self._prune(connection, block)
        self._cursor = block
        return True

    def _write_event(
        self, connection: Connection, rows: DerivedRows, block: Block, ordinal: int, entry: LogEntry
    ) -> None:
        decoded = self._deployment.decode(entry.log)
        if decoded is None:
            return
        day = day_of(block.timestamp)
        connection.execute(
            insert(EVENTS).values(
                chain_id=entry.chain_id,
                block_hash=block.hash.hex(),
                transaction_hash=entry.transaction_hash.hex(),
                log_index=entry.log.index,
                block_number=block.number,
                ordinal=ordinal,
                day=day,
                contract=decoded.contract,
                name=type(decoded.event).__name__,
                body=decoded.event.to_json(),
            )
        )
        try:
            project(decoded.event, Place(block_number=block.number, ordinal=ordinal, day=day), rows)
            parties = concerned(decoded.event, KnownRows(connection))
            hear(connection, decoded.event, block.number)
        except (LookupError, ValueError, ArithmeticError, IntegrityError, DataError) as error:
            self._undigested = Undigested(decoded, entry, error)
            raise self._undigested from error
        if parties:
            place = {"block_number": block.number, "ordinal": ordinal}
            connection.execute(insert(PARTIES), [place | {"participant": party} for party in sorted(parties)])

    def _prune(self, connection: Connection, block: Block) -> None:
        """Forget what no reorg can reach any more; genesis stays, it names the chain."""
        final = block.number - self._finality_depth
        if self._finality_depth > 0:
            connection.execute(delete(UNDO).where(UNDO.c.block_number <= final))
        connection.execute(delete(BLOCKS).where(BLOCKS.c.number < final, BLOCKS.c.number > 0))

    def _leave_orphans(self, head: Block) -> None:
        """Where the cursor's block is no longer on the chain, rewind to the last one that is.

        A head below the cursor is a node that lags, where it may, until a hash that differs proves a reorg. What was
        final once stays final: only blocks that are remembered without a gap have their changes remembered too.
        """
        if self._still_there(self._cursor, head):
            return
        with self._store.read() as connection:
            rows = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc())).mappings().all()
        remembered = [_block(row) for row in rows]
        if remembered[0].hash != self._cursor.hash:
            self._cursor = remembered[0]  # another process read on, or went back
            self._leave_orphans(head)
            return
        highest_shared = next(block for block in remembered if block.number <= head.number)
        if self._may_lag and head.number < self._cursor.number and self._still_there(highest_shared, head):
            return
        for steps, candidate in enumerate(remembered[: self._finality_depth + 1]):
            if candidate.number != self._cursor.number - steps:
                break
            if self._still_there(candidate, head):
                self._rewind(candidate)
                return
        raise ChainError(
            f"block {self._cursor.number} was replaced by a reorg deeper than the finality depth of "
            f"{self._finality_depth} blocks: the database cannot follow"
        )

    def _still_there(self, block: Block, head: Block) -> bool:
        return block.number <= head.number and self._gateway.block(block.number).hash == block.hash

    def _rewind(self, ancestor: Block) -> None:
        with self._store.begin() as connection:
            newest = self._newest(connection)
            if newest.hash == self._cursor.hash:
                self.reorgs += 1
                log.warning("reorg from=%d to=%d", self._cursor.number, ancestor.number)
                undo_after(connection, ancestor.number)
                orphan_after(connection, ancestor.number)
                reopen_after(connection, ancestor.number)
                connection.execute(delete(PARTIES).where(PARTIES.c.block_number > ancestor.number))
                connection.execute(delete(EVENTS).where(EVENTS.c.block_number > ancestor.number))
                connection.execute(delete(BLOCKS).where(BLOCKS.c.number > ancestor.number))
                newest = ancestor
        self._cursor = newest


def _block(row: RowMapping) -> Block:
    return Block(
        number=row["number"],
        hash=bytes.fromhex(row["hash"]),
        parent_hash=bytes.fromhex(row["parent_hash"]),
        timestamp=Timestamp(row["timestamp"]),
    )


def _block_values(block: Block) -> dict[str, object]:
    return {
        "number": block.number,
        "hash": block.hash.hex(),
        "parent_hash": block.parent_hash.hex(),
        "timestamp": block.timestamp,
    }
