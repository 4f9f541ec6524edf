"""The listener: polls block by block, writes one database transaction a block, and rewinds on a reorg."""

import logging

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from scfin_chain.chain.deployment import Deployment
from scfin_chain.chain.gateway import Block, Gateway, LogEntry
from scfin_chain.errors import ChainError
from scfin_chain.listener.projections import Place, project
from scfin_chain.store.rows import UNDO, DerivedRows, undo_after
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, BlockRow, DecisionRow, EventRow, OutboxRow, table_of
from scfin_chain.units import Timestamp, day_of

BLOCKS = table_of(BlockRow)
EVENTS = table_of(EventRow)
DECISIONS = table_of(DecisionRow)
OUTBOX = table_of(OutboxRow)
FINANCINGS = DERIVED["financing"]

log = logging.getLogger(__name__)


class Listener:
    """Brings a database up to the head of a chain, however often it is stopped between two statements.

    ``finality_depth`` is the number of blocks below the cursor that a reorg may still replace; with 0 no undo is kept.
    """

    def __init__(self, *, gateway: Gateway, deployment: Deployment, store: Store, finality_depth: int) -> None:
        self._gateway = gateway
        self._deployment = deployment
        self._store = store
        self._finality_depth = finality_depth
        self._cursor = self._load_cursor()

    def poll(self, *, at_most: int | None = None) -> int:
        """Read the blocks that are new, ``at_most`` so many of them; gives how many were read.

        Raises
        ------
        ChainError
            A reorg goes deeper than the finality depth: rows would have to change that are final.
        """
        head = self._gateway.head()
        if head.number == self._cursor.number and head.hash == self._cursor.hash:
            return 0
        count = 0
        self._leave_orphans(head)
        while self._cursor.number < head.number and (at_most is None or count < at_most):
            try:
                block = self._gateway.block(self._cursor.number + 1)
                logs = self._gateway.logs(block.number)
            except ChainError:
                if self._gateway.head().number > self._cursor.number:
                    raise
                return count  # the chain became shorter between two questions: the next poll sees why
            if block.parent_hash != self._cursor.hash or any(entry.block.hash != block.hash for entry in logs):
                head = self._gateway.head()  # something was replaced between two questions: ask again
                self._leave_orphans(head)
                continue
            self._write(block, logs)
            count += 1
        return count

    @property
    def cursor(self) -> Block:
        """The block that was read last."""
        return self._cursor

    def _load_cursor(self) -> Block:
        with self._store.read() as connection:
            row = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc()).limit(1)).mappings().first()
        if row is None:
            genesis = self._gateway.block(0)
            with self._store.begin() as connection:
                connection.execute(insert(BLOCKS).values(_block_values(genesis)))
            return genesis
        return _block(row)

    def _write(self, block: Block, logs: tuple[LogEntry, ...]) -> None:
        """Events, derived rows and cursor of one block, in one transaction."""
        with self._store.begin() as connection:
            rows = DerivedRows(connection, block_number=block.number, undoable=self._finality_depth > 0)
            for ordinal, entry in enumerate(logs):
                self._write_event(connection, rows, block, ordinal, entry)
            connection.execute(insert(BLOCKS).values(_block_values(block)))
            self._prune(connection, block)
        self._cursor = block

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
        project(decoded.event, Place(block_number=block.number, ordinal=ordinal, day=day), rows)

    def _prune(self, connection: Connection, block: Block) -> None:
        """Forget what no reorg can reach any more; genesis stays, it names the chain."""
        final = block.number - self._finality_depth
        if self._finality_depth > 0:
            connection.execute(delete(UNDO).where(UNDO.c.block_number <= final))
        connection.execute(delete(BLOCKS).where(BLOCKS.c.number < final, BLOCKS.c.number > 0))

    def _leave_orphans(self, head: Block) -> None:
        """Where the cursor's block is no longer on the chain, rewind to the last one that is.

        A head below the cursor is a node that lags, until a hash that differs proves a reorg. What was final once stays
        final: only blocks that are remembered without a gap have their changes remembered too.
        """
        if self._still_there(self._cursor, head):
            return
        with self._store.read() as connection:
            rows = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc())).mappings().all()
        remembered = [_block(row) for row in rows]
        highest_shared = next(block for block in remembered if block.number <= head.number)
        if head.number < self._cursor.number and self._still_there(highest_shared, head):
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
        log.warning("reorg from=%d to=%d", self._cursor.number, ancestor.number)
        with self._store.begin() as connection:
            undo_after(connection, ancestor.number)
            orphaned = select(DECISIONS.c.financing).where(DECISIONS.c.requested_block > ancestor.number)
            connection.execute(delete(OUTBOX).where(OUTBOX.c.financing.in_(orphaned)))
            connection.execute(delete(DECISIONS).where(DECISIONS.c.requested_block > ancestor.number))
            unanswered = select(FINANCINGS.c.id).where(FINANCINGS.c.state == "requested")
            connection.execute(update(OUTBOX).where(OUTBOX.c.financing.in_(unanswered)).values(state="pending"))
            undecided = OUTBOX.c.financing.not_in(select(DECISIONS.c.financing))
            connection.execute(delete(OUTBOX).where(undecided))
            connection.execute(delete(EVENTS).where(EVENTS.c.block_number > ancestor.number))
            connection.execute(delete(BLOCKS).where(BLOCKS.c.number > ancestor.number))
        self._cursor = ancestor


def events_held(store: Store) -> int:
    """How many events the database holds."""
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()


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
