"""Days that pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tests.contracts.world import World
from tests.properties.acts.act import Act, Call, Draw
from tests.properties.book import Book
from tests.properties.records import Reason, Settling, Stand


@dataclass(frozen=True, slots=True)
class Wait(Act):
    """No transaction: the first second of a later day."""

    day: int
    who: str = ""

    def call(self, world: World, book: Book) -> Call:
        raise NotImplementedError("no contract is called")

    def refusals(self, book: Book) -> Iterator[Reason]:
        return iter(())

    def apply(self, book: Book) -> None:
        book.day = self.day

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        """Tomorrow, or the next day on which something changes for a token id or a request."""
        days = {book.day + 1, *cls._turning_points(book)}
        later = sorted(day for day in days if day > book.day)
        return cls(later[min(draw.pick % 4, len(later) - 1)])

    @staticmethod
    def _turning_points(book: Book) -> Iterator[int]:
        grace, default = book.terms.fee_grace_days, book.terms.default_days
        for lot in book.lots_in(Settling.LIVE):
            due = book.receivables[lot].due
            yield from (due, due + grace, due + grace + 1, due + default, due + default + 1)
        for number in book.financings_in(Stand.REQUESTED):
            yield book.financings[number].expires + 1
