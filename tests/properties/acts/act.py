"""An act: what one account does to the ledger; and a draw, by which a random one is chosen."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from tests.contracts.world import CAST, MOST, OFFICES, World
from tests.properties.book import Book
from tests.properties.records import Reason

T = TypeVar("T")

UINT128 = 2**128 - 1
ISSUERS = ("core", "other core")
BANKS = ("bank", "other bank")
HOLDERS = ("supplier", "second", "third")
WALLETS = ("central bank", *BANKS, *ISSUERS, *HOLDERS, "regulator")
SYSTEMS = ("FinancingDesk", "Settlement")
EVERYONE = tuple(dict.fromkeys((*HOLDERS, *CAST, *(who for who in OFFICES if who[0].islower()), "stranger")))
"""Who may try: the cast, the offices of people, and a stranger."""

REASON = bytes(31) + b"\x01"


class Call(NamedTuple):
    """A function of a contract and what it is given."""

    contract: str
    function: str
    arguments: tuple[Any, ...]


class Act(ABC):
    """Frozen values; `who` sends it. The printed form can be pasted into a script."""

    who: str
    always_refused: ClassVar[bool] = False
    twists: ClassVar[int] = 2
    """How many ways there are to draw it wrong on purpose; the first two are the same for all."""

    @abstractmethod
    def call(self, world: World, book: Book) -> Call:
        """The transaction."""

    @abstractmethod
    def refusals(self, book: Book) -> Iterator[Reason]:
        """Every reason for which the rules refuse it now; none if they do not."""

    @abstractmethod
    def apply(self, book: Book) -> None:
        """What it changes."""

    @classmethod
    @abstractmethod
    def propose(cls, book: Book, draw: "Draw") -> Self | None:
        """An act of this kind, more often one that passes than not; None where there is nothing to act on."""


SIZES = ("all", "half", "third", "one", "all but one", "one too many", "none", "2^63-1", "2^63", "2^128-1")
"""Amounts, as parts of the most that would pass."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A few small numbers; 0 is always the plainest choice, so that a failing history shrinks to plain acts."""

    pick: int = 0
    size: int = 0
    twist: int = 0
    """0: as it should be; 1: the wrong sender; 2: on anything; from 3 to its `twists`, as the act says."""
    extra: int = 0

    def of(self, kind: type[Act]) -> Self:
        """The same with a twist that this kind knows."""
        return replace(self, twist=self.twist and 1 + self.twist % kind.twists)

    @property
    def ordinary(self) -> bool:
        """Whether nothing is wrong on purpose."""
        return self.twist == 0 and self.size <= SIZES.index("all but one")

    def one(self, options: Sequence[T]) -> T:
        return options[self.pick % len(options)]

    def other(self, options: Sequence[T]) -> T:
        return options[self.extra % len(options)]

    def target(self, fit: Sequence[T], all_: Sequence[T]) -> T | None:
        """Mostly one that fits, the newest first."""
        options = fit if fit and self.twist != 2 else all_
        return self.one(options[::-1]) if options else None

    def sender(self, rightful: str) -> str:
        """The rightful one mostly; contracts sign nothing."""
        return self.other(EVERYONE) if self.twist == 1 else "stranger" if rightful in SYSTEMS else rightful

    def amount(self, most: int, top: int = UINT128) -> int:
        match SIZES[self.size % len(SIZES)]:
            case "all":
                drawn = most
            case "half":
                drawn = most // 2
            case "third":
                drawn = most // 3
            case "one":
                drawn = 1
            case "all but one":
                drawn = most - 1
            case "one too many":
                drawn = most + 1
            case "none":
                drawn = 0
            case "2^63-1":
                drawn = MOST
            case "2^63":
                drawn = MOST + 1
            case _:
                drawn = top
        return min(max(drawn, 0), top)
