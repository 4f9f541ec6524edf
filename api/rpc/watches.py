"""What happened on the chain since one last looked: heads, block hashes, transactions, logs.

A watch is a place on the chain and nothing else. It queues nothing, so that a reader who never comes back costs
nothing, and a reader who comes late misses nothing.
"""

from abc import ABC, abstractmethod

from api.rpc import answers
from api.rpc.hexadecimal import Json, data
from api.rpc.logs import LogReader, Query, may_hold
from api.rpc.movement import Step, steps
from api.rpc.parameters import BlockNumbered
from api.rpc.view import ChainView

MOST_AT_ONCE = 2_000
"""News in one answer, give or take a block; the rest follows in the next."""


class Watch(ABC):
    """Follows the chain from the head at which it was made."""

    def __init__(self, view: ChainView) -> None:
        self._view = view
        self._at = view.head

    def news(self) -> list[Json]:
        """What happened since the last call."""
        found: list[Json] = []
        with self._view.reading():
            for step in steps(self._view, self._at, self._view.head):
                found += self._told_by(step)
                self._at = step.after
                if len(found) >= MOST_AT_ONCE:
                    break
        return found

    @property
    def moved(self) -> bool:
        """Whether the head is another one by now; needs no lock."""
        return self._view.head is not self._at and self._view.head.hash != self._at.hash

    @abstractmethod
    def _told_by(self, step: Step) -> list[Json]:
        """What one block says."""


class HeadWatch(Watch):
    """The headers of new blocks."""

    def _told_by(self, step: Step) -> list[Json]:
        return [] if step.left else [answers.header(step.header)]


class BlockWatch(Watch):
    """The hashes of new blocks."""

    def _told_by(self, step: Step) -> list[Json]:
        return [] if step.left else [data(step.header.hash)]


class TransactionWatch(Watch):
    """The hashes of new transactions; each is mined as it comes, so that none is ever pending for long."""

    def _told_by(self, step: Step) -> list[Json]:
        return [] if step.left else [data(one.hash) for one in self._view.block(step.header).transactions]


class LogWatch(Watch):
    """New logs, and those whose block left the chain, as removed."""

    def __init__(self, view: ChainView, reader: LogReader, query: Query) -> None:
        super().__init__(view)
        self.query = query
        self._reader = reader
        self._masks = query.criteria.masks()

    def _told_by(self, step: Step) -> list[Json]:
        if not self._within(step.header.block_number) or not may_hold(step.header.bloom, self._masks):
            return []
        records = self._reader.of_block(step.header.hash, self.query.criteria)
        ordered = reversed(records) if step.left else records
        return [answers.log(record, removed=step.left) for record in ordered]

    def _within(self, number: int) -> bool:
        first, last = self.query.first, self.query.last
        return not (isinstance(first, BlockNumbered) and number < first.number) and not (
            isinstance(last, BlockNumbered) and number > last.number
        )
