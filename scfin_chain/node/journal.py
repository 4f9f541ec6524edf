"""The local chain's journal in the tables of a store: an entry is one row, a commit of its own."""

from collections.abc import Iterator

from sqlalchemy import RowMapping, func, insert, select

from scfin_chain.chain.gateway import ZERO_ADDRESS, SnapshotId
from scfin_chain.chain.journal import (
    Act,
    BlocksMined,
    ChainJournal,
    Dump,
    Entry,
    HeadMoved,
    SnapshotRestored,
    SnapshotTaken,
    TimeSet,
    TransactionMined,
    TransactionPending,
)
from scfin_chain.errors import ChainError, StoreError
from scfin_chain.store.failures import Conflict
from scfin_chain.store.store import Store
from scfin_chain.store.tables import ChainDumpRow, ChainEntryRow, table_of
from scfin_chain.units import Address, Timestamp

ENTRIES = table_of(ChainEntryRow)
DUMPS = table_of(ChainDumpRow)

ROWS_A_READ = 500
"""Entries that are in memory at once."""

_INSERT_ENTRY, _INSERT_DUMP = insert(ENTRIES), insert(DUMPS)


class DatabaseJournal(ChainJournal):
    """The journal of the one chain of a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, entry: Entry) -> None:
        kind, sender, body = _written(entry.act)
        row = {
            "sequence": entry.sequence,
            "kind": kind,
            "parent_hash": entry.parent_hash.hex(),
            "timestamp": entry.timestamp,
            "sender": sender,
            "body": body,
        }
        try:
            with self._store.begin() as connection:
                connection.execute(_INSERT_ENTRY, row)
        except Conflict as error:
            raise StoreError(
                f"entry {entry.sequence} of the chain's journal is taken: another process wrote it"
            ) from error

    def last(self) -> int:
        with self._store.read() as connection:
            held, last = connection.execute(select(func.count(), func.max(ENTRIES.c.sequence))).one()
        if held != (last or 0):
            raise ChainError(f"the chain's journal has {held} entries of {last}: some are missing")
        return int(held)

    def entries(self, after: int) -> Iterator[Entry]:
        while rows := self._rows(after):
            yield from map(_entry, rows)
            after = rows[-1]["sequence"]

    def save(self, dump: Dump) -> None:
        row = {
            "sequence": dump.sequence,
            "head_hash": dump.head_hash.hex(),
            "state": dump.state,
            "body": dump.body,
        }
        with self._store.begin() as connection:
            connection.execute(_INSERT_DUMP, row)

    def dumps(self) -> Iterator[Dump]:
        with self._store.read() as connection:
            sequences = connection.execute(select(DUMPS.c.sequence).order_by(DUMPS.c.sequence)).scalars().all()
        for sequence in sequences:
            with self._store.read() as connection:
                row = connection.execute(select(DUMPS).where(DUMPS.c.sequence == sequence)).mappings().one()
            yield Dump(
                sequence=sequence,
                head_hash=_bytes(row["head_hash"], f"dump of entry {sequence}"),
                state=row["state"],
                body=row["body"],
            )

    def _rows(self, after: int) -> list[RowMapping]:
        query = select(ENTRIES).where(ENTRIES.c.sequence > after).order_by(ENTRIES.c.sequence).limit(ROWS_A_READ)
        with self._store.read() as connection:
            return list(connection.execute(query).mappings())


def _written(act: Act) -> tuple[str, Address | None, bytes]:
    """Kind, sender and body of a row."""
    match act:
        case TransactionMined():
            return "transaction", act.sender, act.raw
        case TransactionPending():
            return "pending", act.sender, act.raw
        case TimeSet():
            return "time", None, str(act.at).encode()
        case BlocksMined():
            coinbase = "" if act.coinbase == ZERO_ADDRESS else f" {act.coinbase}"
            return "mine", None, f"{act.blocks}{coinbase}".encode()
        case SnapshotTaken():
            return "snapshot", None, str(act.snapshot).encode()
        case SnapshotRestored():
            return "revert", None, str(act.snapshot).encode()
        case HeadMoved():
            return "revert", None, f"0x{act.block_hash.hex()}".encode()


def _entry(row: RowMapping) -> Entry:
    what = f"entry {row['sequence']}"
    try:
        act = _read(row["kind"], row["sender"], row["body"])
    except ValueError as error:
        raise ChainError(f"{what} of the chain's journal is damaged: {row['kind']} cannot be read") from error
    return Entry(
        sequence=row["sequence"],
        parent_hash=_bytes(row["parent_hash"], what),
        timestamp=Timestamp(row["timestamp"]),
        act=act,
    )


def _read(kind: str, sender: str | None, body: bytes) -> Act:
    match kind:
        case "transaction":
            return TransactionMined(raw=body, sender=Address(sender or ""))
        case "pending":
            return TransactionPending(raw=body, sender=Address(sender or ""))
        case "time":
            return TimeSet(at=Timestamp(int(body)))
        case "mine":
            blocks, _, coinbase = body.decode("ascii").partition(" ")
            return BlocksMined(blocks=int(blocks), coinbase=Address(coinbase or ZERO_ADDRESS))
        case "snapshot":
            return SnapshotTaken(snapshot=SnapshotId(int(body)))
        case "revert" if body.startswith(b"0x"):
            return HeadMoved(block_hash=bytes.fromhex(body[2:].decode("ascii")))
        case "revert":
            return SnapshotRestored(snapshot=SnapshotId(int(body)))
    raise ValueError(kind)


def _bytes(digits: str, what: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise ChainError(f"{what} of the chain's journal is damaged: {digits!r} is no hash") from error
