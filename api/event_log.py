"""The events as the listener keeps them, in order, each with a mark by which a reader finds its place again.

A reorg replaces events. A mark names the hash of its block, so that it says whether the reader's past is still the
ledger's past.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, Select, and_, select, tuple_

from scfin_chain.store.store import Store
from scfin_chain.store.tables import BlockRow, EventPartyRow, EventRow, table_of

BLOCKS, EVENTS, PARTIES = table_of(BlockRow), table_of(EventRow), table_of(EventPartyRow)

HASH_DIGITS = 8
"""Hexadecimal digits of a block's hash in a mark: it tells siblings apart, it does not prove anything."""

_MARK = re.compile(rf"(0|[1-9][0-9]{{0,14}})-(0|[1-9][0-9]{{0,8}})-([0-9a-f]{{{HASH_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of an event; that of the genesis block, in which nothing is told, stands before all."""

    block: int
    ordinal: int
    hash: str
    """The first digits of the block's hash."""

    def __str__(self) -> str:
        return f"{self.block}-{self.ordinal}-{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Mark | None":
        """What was once written as text; None where it cannot have been."""
        found = _MARK.fullmatch(text)
        return None if found is None else cls(int(found[1]), int(found[2]), found[3])


BEFORE_ALL = Mark(0, 0, "")
"""Before the first event of whatever ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events a reader wants, and may see; ``participant`` None stands for one who may see all."""

    participant: int | None = None
    contract: str | None = None
    name: str | None = None

    def holds(self, told: "Told") -> bool:
        """Whether an event is among them."""
        return (
            (self.participant is None or self.participant in told.parties)
            and self.contract in (None, told.row["contract"])
            and self.name in (None, told.row["name"])
        )

    def query(self) -> Select[tuple[object, ...]]:
        """The rows of the events that are among them."""
        query = select(EVENTS)
        if self.participant is not None:
            place = PARTIES.c.block_number == EVENTS.c.block_number, PARTIES.c.ordinal == EVENTS.c.ordinal
            query = query.join(PARTIES, and_(*place)).where(PARTIES.c.participant == self.participant)
        if self.contract is not None:
            query = query.where(EVENTS.c.contract == self.contract)
        if self.name is not None:
            query = query.where(EVENTS.c.name == self.name)
        return query


EVERYTHING = Choice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event as it is kept; ``parties`` is only filled in for whoever passes it on to several readers."""

    row: RowMapping
    parties: frozenset[int] = field(default=frozenset())

    @property
    def mark(self) -> Mark:
        return mark_of(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """What was told after a block is to be forgotten: the chain went back to it, at most."""

    block: int
    mark: Mark
    """The last event that remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Some of the events after a mark, all read at one moment."""

    rewound: Rewound | None
    """Set where the mark is not on the ledger any more: what follows begins earlier."""
    told: list[Told]
    mark: Mark
    """From where to read on."""
    more: bool


def mark_of(row: RowMapping) -> Mark:
    """The mark of an event's row."""
    return Mark(row["block_number"], row["ordinal"], row["block_hash"][:HASH_DIGITS])


class EventLog:
    """Reads the events; what its methods with a connection read is of that connection's moment."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def read(self, mark: Mark, choice: Choice, *, at_most: int) -> Chapter:
        """The events after a mark that a reader wants."""
        with self.store.read() as connection:
            return self.after(connection, mark, choice, at_most=at_most)

    def after(self, connection: Connection, mark: Mark, choice: Choice, *, at_most: int) -> Chapter:
        """The same, at the moment of a connection."""
        rewound = None if self.stands(connection, mark) else self.begin_anew(connection)
        start = mark if rewound is None else rewound.mark
        place = tuple_(EVENTS.c.block_number, EVENTS.c.ordinal)
        query = choice.query().where(place > tuple_(start.block, start.ordinal))
        query = query.order_by(EVENTS.c.block_number, EVENTS.c.ordinal).limit(at_most + 1)
        rows = connection.execute(query).mappings().all()
        more = len(rows) > at_most
        told = [Told(row=row) for row in rows[:at_most]]
        end = told[-1].mark if more else self.newest(connection)
        return Chapter(rewound=rewound, told=told, mark=end, more=more)

    def with_parties(self, connection: Connection, told: list[Told]) -> list[Told]:
        """The same events, each with whom it concerns."""
        if not told:
            return []
        parties: dict[tuple[int, int], set[int]] = defaultdict(set)
        between = PARTIES.c.block_number.between(told[0].mark.block, told[-1].mark.block)
        query = select(PARTIES.c.block_number, PARTIES.c.ordinal, PARTIES.c.participant).where(between)
        for block, ordinal, participant in connection.execute(query):
            parties[block, ordinal].add(participant)
        return [Told(row=each.row, parties=frozenset(parties[each.mark.block, each.mark.ordinal])) for each in told]

    def newest(self, connection: Connection, *, up_to: int | None = None) -> Mark:
        """The last event, of those up to a block; where there is none, the mark of genesis."""
        query = select(EVENTS.c.block_number, EVENTS.c.ordinal, EVENTS.c.block_hash)
        if up_to is not None:
            query = query.where(EVENTS.c.block_number <= up_to)
        query = query.order_by(EVENTS.c.block_number.desc(), EVENTS.c.ordinal.desc()).limit(1)
        row = connection.execute(query).mappings().first()
        return self.genesis(connection) if row is None else mark_of(row)

    def genesis(self, connection: Connection) -> Mark:
        """The mark before all events."""
        found = connection.execute(select(BLOCKS.c.hash).where(BLOCKS.c.number == 0)).scalar()
        return Mark(0, 0, "0" * HASH_DIGITS if found is None else found[:HASH_DIGITS])

    def stands(self, connection: Connection, mark: Mark) -> bool:
        """Whether the event of a mark is still on the ledger, and with it all that was told before."""
        if mark.block == 0:
            return mark.ordinal == 0 and self.genesis(connection).hash.startswith(mark.hash)
        place = EVENTS.c.block_number == mark.block, EVENTS.c.ordinal == mark.ordinal
        found = connection.execute(select(EVENTS.c.block_hash).where(*place)).scalar()
        return found is not None and found.startswith(mark.hash)

    def begin_anew(self, connection: Connection) -> Rewound:
        """For a reader whose mark does not stand: nobody remembers how the chain was when it was made, nor whose."""
        return self.back_to(connection, 0)

    def back_to(self, connection: Connection, block: int) -> Rewound:
        """Back to a block."""
        return Rewound(block=block, mark=self.newest(connection, up_to=block))

    def blocks(self, connection: Connection, *, after: int) -> list[tuple[int, str]]:
        """Numbers and hashes of the blocks above one that are remembered, in order."""
        query = select(BLOCKS.c.number, BLOCKS.c.hash).where(BLOCKS.c.number > after).order_by(BLOCKS.c.number)
        return [(number, hash_) for number, hash_ in connection.execute(query)]

    def remaining(self, connection: Connection, blocks: Iterable[tuple[int, str]]) -> int | None:
        """The highest of these blocks that is still known to be on the ledger."""
        known = dict(blocks)
        if not known:
            return None
        lowest = min(known)
        there = dict(self.blocks(connection, after=lowest - 1))
        query = select(EVENTS.c.block_number, EVENTS.c.block_hash).where(EVENTS.c.block_number >= lowest).distinct()
        there |= {row.block_number: row.block_hash for row in connection.execute(query)}
        return max((number for number, hash_ in known.items() if there.get(number) == hash_), default=None)
