"""The registrar's and the guardian's acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tests.contracts.world import CAST, World
from tests.properties.acts.act import HOLDERS, ISSUERS, REASON, SYSTEMS, Act, Call, Draw
from tests.properties.book import Book
from tests.properties.records import Reason


@dataclass(frozen=True, slots=True)
class Suspend(Act):
    """A participant may no longer act nor receive."""

    who: str
    participant: str

    def call(self, world: World, book: Book) -> Call:
        return Call("Participants", "suspend", (world.id(self.participant), REASON))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "registrar":
            yield Reason.WRONG_SENDER
        if book.system(self.participant) or book.parties[self.participant].suspended:
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        book.parties[self.participant].suspended = True

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        options = (*CAST, *SYSTEMS) if draw.twist == 2 else (*ISSUERS, *HOLDERS, "regulator")
        return cls(draw.sender("registrar"), draw.one(options))


@dataclass(frozen=True, slots=True)
class Restore(Act):
    """A suspended participant may again."""

    who: str
    participant: str

    def call(self, world: World, book: Book) -> Call:
        return Call("Participants", "restore", (world.id(self.participant),))

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "registrar":
            yield Reason.WRONG_SENDER
        if not book.parties[self.participant].suspended:
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        book.parties[self.participant].suspended = False

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        suspended = [who for who, party in book.parties.items() if party.suspended]
        found = draw.target(suspended, tuple(CAST) if draw.twist == 2 else ())
        return None if found is None else cls(draw.sender("registrar"), found)


@dataclass(frozen=True, slots=True)
class Pause(Act):
    """Trading stops."""

    who: str

    def call(self, world: World, book: Book) -> Call:
        return Call("Participants", "pauseTrading", ())

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "guardian":
            yield Reason.WRONG_SENDER
        if book.paused:
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        book.paused = True

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        return cls(draw.sender("guardian"))


@dataclass(frozen=True, slots=True)
class Resume(Act):
    """Trading goes on."""

    who: str

    def call(self, world: World, book: Book) -> Call:
        return Call("Participants", "resumeTrading", ())

    def refusals(self, book: Book) -> Iterator[Reason]:
        if self.who != "guardian":
            yield Reason.WRONG_SENDER
        if not book.paused:
            yield Reason.WRONG_STATUS

    def apply(self, book: Book) -> None:
        book.paused = False

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        return cls(draw.sender("guardian")) if book.paused or draw.twist == 2 else None
