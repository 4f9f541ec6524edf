"""A printed number beside what follows from the paper's own inputs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Shown = Callable[[float], str]
"""How a paper writes a number: its digits and unit."""

INPUT = "an input, held by the models as it is printed"
"""Note of a number that nothing is computed from, but that stands in the code."""


class Finding(StrEnum):
    """What becomes of a printed number."""

    REPRODUCES = "reproduces"
    DOES_NOT_FOLLOW = "does not follow"
    DATA_MISSING = "data missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A printed number and what was found.

    ``computed`` is in the paper's unit and digits, ``value`` in full precision, and ``note`` says what would make the
    number follow; ``telling`` marks the findings that stand on top.
    """

    paper: str
    item: str
    printed: str
    computed: str
    value: float | None
    verdict: Finding
    note: str
    telling: bool = False

    def to_json(self) -> dict[str, object]:
        """The row as JSON holds it."""
        return {
            "paper": self.paper,
            "item": self.item,
            "printed": self.printed,
            "computed": self.computed,
            "value": self.value,
            "verdict": self.verdict.value,
            "note": self.note,
        }


@dataclass(slots=True, kw_only=True)
class Rows:
    """The rows of one paper, as they are found."""

    paper: str
    rows: list[Row] = field(default_factory=list)

    def number(
        self, item: str, printed: str, value: float, shown: Shown, note: str = "", *, telling: bool = False
    ) -> None:
        """A number that can be computed: it reproduces if the paper's way of writing it gives what is printed."""
        computed = shown(value)
        verdict = Finding.REPRODUCES if computed == printed else Finding.DOES_NOT_FOLLOW
        self._add(item, printed, computed, value, verdict, note, telling)

    def claim(
        self, item: str, printed: str, computed: str, value: float | None, note: str = "", *, telling: bool = False
    ) -> None:
        """A statement: it reproduces if what is computed says the same."""
        verdict = Finding.REPRODUCES if computed == printed else Finding.DOES_NOT_FOLLOW
        self._add(item, printed, computed, value, verdict, note, telling)

    def missing(self, item: str, printed: str, note: str, *, computed: str = "", value: float | None = None) -> None:
        """What cannot be checked, since its data are not given; perhaps with what the model says there."""
        self._add(item, printed, computed, value, Finding.DATA_MISSING, note, telling=False)

    def _add(
        self, item: str, printed: str, computed: str, value: float | None, verdict: Finding, note: str, telling: bool
    ) -> None:
        self.rows.append(
            Row(
                paper=self.paper,
                item=item,
                printed=printed,
                computed=computed,
                value=value,
                verdict=verdict,
                note=note,
                telling=telling,
            )
        )


def digits(form: str, *, scale: float = 1.0, unit: str = "") -> Shown:
    """Writes a number in a format of Python's, after multiplying it, with its unit behind."""
    return lambda value: f"{format(value * scale, form)}{unit}"


def percent(places: int) -> Shown:
    """Writes a fraction in percent."""
    return digits(f".{places}f", scale=100.0, unit=" %")
