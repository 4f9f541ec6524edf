"""A chain in this process that outlives it: each act is in the journal before it is done, and done again on a start."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from eth.abc import SignedTransactionAPI
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_typing import Hash32

from scfin_chain.chain.backends.recorded_db import RecordedDB, pack
from scfin_chain.chain.backends.simulated import SimulatedBackend
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
from scfin_chain.chain.signer import address_of, raw_address
from scfin_chain.errors import ChainError, ChainStopped
from scfin_chain.units import Address, Timestamp

DUMP_EVERY = 100
"""Entries between two dumps: a start does at most so many again, which takes a second."""


class Chronicle:
    """Restores a backend from its journal, and from then on writes down what is done to it.

    Raises
    ------
    ChainError
        The journal is damaged, or that of another chain: the backend does not stand where it says.
    """

    def __init__(self, backend: SimulatedBackend, journal: ChainJournal, *, dump_every: int = DUMP_EVERY) -> None:
        self._backend = backend
        self._journal = journal
        self._dump_every = dump_every
        self._db: RecordedDB = backend.record_writes()
        self._sequence, self._dumped = 0, 0
        self._dumped_hash = backend.head.hash
        self._torn = False
        self._unsure = False
        """Writing failed: what was to be written may be there all the same, its answer lost."""
        self._restore()
        backend.watch(self.doing)

    @contextmanager
    def doing(self, act: Act) -> Iterator[None]:
        """Write an act down, then let it be done; where it cannot be written nothing is done.

        Raises
        ------
        ChainStopped
            The journal holds what was not done here.
        """
        if self._unsure:
            self._compare()
        if self._torn:
            raise ChainStopped("the chain stopped amid a step that is in its journal: open it again")
        self._unsure = True
        self._dump_when_due()
        self._journal.append(
            Entry(
                sequence=self._sequence + 1,
                parent_hash=self._backend.head.hash,
                timestamp=Timestamp(self._backend.pending.timestamp),
                act=act,
            )
        )
        self._unsure = False
        self._sequence += 1
        self._torn = True
        yield
        self._torn = False

    def _compare(self) -> None:
        """After writing failed: what the journal has beyond this chain tears it from its journal."""
        dumped = max((dump.sequence for dump in self._journal.dumps()), default=0)
        self._torn = self._torn or (self._journal.last(), dumped) != (self._sequence, self._dumped)
        self._unsure = False

    def _dump_when_due(self) -> None:
        if self._sequence - self._dumped < self._dump_every or self._backend.has_pending_transactions:
            return
        head = self._backend.head.hash
        link = {
            "since": self._dumped,
            "since_hash": self._dumped_hash.hex(),
            "identity": self._backend.identity(),
        }
        dump = Dump(
            sequence=self._sequence,
            head_hash=head,
            state=self._backend.memory() | link,
            body=pack(self._db.written()),
        )
        self._journal.save(_sealed(dump))
        self._db.forget_written()
        self._dumped, self._dumped_hash = self._sequence, head

    def _restore(self) -> None:
        last, newest = self._journal.last(), None
        for newest in self._journal.dumps():
            self._load(newest)
        if newest is not None:
            if newest.sequence > last:
                raise ChainError(f"the chain's journal ends at entry {last}: it has a dump of entry {newest.sequence}")
            self._resume(newest)
        for entry in self._journal.entries(self._dumped):
            self._do_again(entry)
        if self._sequence != last:
            raise ChainError(f"the chain's journal lacks entry {self._sequence + 1}")

    def _load(self, dump: Dump) -> None:
        if dump.state.get("digest") != _digest(dump):
            raise ChainError(f"the chain's dump of entry {dump.sequence} is damaged")
        if (dump.state["since"], dump.state["since_hash"]) != (self._dumped, self._dumped_hash.hex()):
            missing = f"that of entry {dump.state['since']} at block 0x{dump.state['since_hash']}"
            raise ChainError(f"the chain's dump of entry {dump.sequence} does not follow its last: it needs {missing}")
        self._db.load(dump.body)
        self._sequence = self._dumped = dump.sequence
        self._dumped_hash = Hash32(dump.head_hash)

    def _resume(self, dump: Dump) -> None:
        self._backend.resume(dump.head_hash, dump.state)
        identity = self._backend.identity()
        if dump.state["identity"] != identity:
            held = dump.state["identity"]
            raise ChainError(f"the chain's dump of entry {dump.sequence} is of chain {held}: this is {identity}")

    def _do_again(self, entry: Entry) -> None:
        if entry.sequence != self._sequence + 1:
            raise ChainError(f"the chain's journal lacks entry {self._sequence + 1}")
        head, time = self._backend.head, self._backend.pending.timestamp
        if (entry.parent_hash, entry.timestamp) != (head.hash, time):
            raise ChainError(
                f"entry {entry.sequence} of the chain's journal was done to block 0x{entry.parent_hash.hex()} at "
                f"{entry.timestamp}: the entries before it lead to 0x{head.hash.hex()} at {time}"
            )
        try:
            self._do(entry.act)
        except Exception as error:
            raise ChainError(f"entry {entry.sequence} of the chain's journal is damaged: it cannot be done") from error
        self._sequence = entry.sequence

    def _do(self, act: Act) -> None:
        backend = self._backend
        match act:
            case TransactionMined():
                backend.mine_transaction(self._transaction(act.raw, act.sender))
            case TransactionPending():
                backend.join_pending(self._transaction(act.raw, act.sender))
            case TimeSet():
                backend.set_time(act.at)
            case BlocksMined():
                backend.mine_blocks(act.blocks, raw_address(act.coinbase))
            case SnapshotTaken():
                taken = backend.remember()
                if taken != act.snapshot:
                    raise ChainError(f"snapshot {taken} is written down as {act.snapshot}")
            case SnapshotRestored():
                backend.recall(act.snapshot)
            case HeadMoved():
                backend.revert_to_snapshot(act.block_hash)

    def _transaction(self, raw: bytes, sender: Address) -> SignedTransactionAPI:
        transaction = PragueTransactionBuilder.decode(raw)
        if transaction.chain_id not in (None, self._backend.chain_id):
            raise ChainError(f"the transaction is for chain {transaction.chain_id}")
        if address_of(transaction.sender) != sender:
            raise ChainError(f"the transaction is not of {sender}")
        return transaction


def _sealed(dump: Dump) -> Dump:
    return replace(dump, state=dump.state | {"digest": _digest(dump)})


def _digest(dump: Dump) -> str:
    """Of everything that a dump says, but this."""
    told = {key: value for key, value in dump.state.items() if key != "digest"}
    head = json.dumps([dump.sequence, dump.head_hash.hex(), told], sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(head).digest() + hashlib.sha256(dump.body).digest()).hexdigest()
