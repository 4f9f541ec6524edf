"""Observations from which a default model is fitted: indicators by name, and what came of each row."""

import hashlib
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain

Matrix = NDArray[np.float64]
"""Numbers in rows and columns, or in one column."""

INDICATORS_LIMIT: Final = 200
"""Most indicators of a model."""

NAME_LIMIT: Final = 64
"""Longest name of an indicator, characters."""

_DEPENDENT: Final = 1e-9
"""Share of a column that may remain beside the others before it counts as independent: less is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows of indicators with an outcome each.

    Parameters
    ----------
    indicators
        k names, each once, 1 to 64 printable characters.
    rows
        n rows of k finite numbers, each in its indicator's own unit.
    outcomes
        n numbers in [0, 1]: whether a row defaulted (0 or 1), or its probability of default, a fraction.

    Raises
    ------
    ModelDomainError
        If a name repeats, a row is short, or a number lies outside its domain: the row is named.

    Examples
    --------
    >>> Sample(indicators=("leverage",), rows=((0.4,), (0.9,)), outcomes=(0.02, 1.2))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: outcomes[1] is 1.2: must be a number in [0, 1]
    """

    indicators: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    outcomes: tuple[float, ...]

    def __post_init__(self) -> None:
        check_names(self.indicators)
        rows, outcomes = listed("rows", self.rows), listed("outcomes", self.outcomes)
        if len(outcomes) != len(rows):
            raise ModelDomainError("outcomes", len(outcomes), f"as many as rows, {len(rows)}")
        rows = tuple(check_row(f"rows[{place}]", row, self.indicators) for place, row in enumerate(rows))
        for place, outcome in enumerate(outcomes):
            domain.share(f"outcomes[{place}]", outcome)
        for field, values in (("indicators", tuple(self.indicators)), ("rows", rows), ("outcomes", outcomes)):
            object.__setattr__(self, field, values)

    @property
    def size(self) -> int:
        """n, rows."""
        return len(self.rows)

    @property
    def digests(self) -> tuple[str, ...]:
        """What each row and its outcome are recognised by: 16 hexadecimal digits, alike where all numbers are."""
        packed = (
            struct.pack(f"<{len(row) + 1}d", *(value + 0.0 for value in (*row, outcome)))
            for row, outcome in zip(self.rows, self.outcomes, strict=True)
        )
        return tuple(hashlib.sha256(numbers).hexdigest()[:16] for numbers in packed)

    def only(self, indicators: Sequence[str]) -> Self:
        """The same rows with some of the indicators, in the order given; refuses one that the sample has not."""
        places = places_of("indicators", indicators, self.indicators)
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return type(self)(indicators=tuple(indicators), rows=rows, outcomes=self.outcomes)


def listed(field: str, values: object) -> tuple[Any, ...]:
    """Values as a tuple; what is none, and text, is refused.

    Raises
    ------
    ModelDomainError
        If there are no values one after another.

    Examples
    --------
    >>> listed("outcomes", 0.5)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: outcomes is 0.5: must be a sequence
    """
    if isinstance(values, np.ndarray) and values.ndim > 0:
        return tuple(values)
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise ModelDomainError(field, values, "a sequence")
    return tuple(values)


def places_of(field: str, names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Where each of some names stands among those that are known.

    Raises
    ------
    ModelDomainError
        If a name is not among them.

    Examples
    --------
    >>> places_of("column", ("margin", "leverage"), ("leverage", "margin"))
    [1, 0]
    """
    places = {name: place for place, name in enumerate(known)}
    for name in listed(field, names):
        if not isinstance(name, str) or name not in places:
            raise ModelDomainError(field, name, f"one of {', '.join(known)}")
    return [places[name] for name in names]


def check_names(indicators: Sequence[object]) -> None:
    """Refuse names that are none, repeat, or are too many.

    Raises
    ------
    ModelDomainError
        If a name cannot stand.

    Examples
    --------
    >>> check_names(("leverage", "leverage"))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: indicators is 'leverage': must be named once
    """
    indicators = listed("indicators", indicators)
    if len(indicators) > INDICATORS_LIMIT:
        raise ModelDomainError("indicators", len(indicators), f"at most {INDICATORS_LIMIT}")
    for place, name in enumerate(indicators):
        if not isinstance(name, str) or not 0 < len(name) <= NAME_LIMIT or not name.isprintable():
            raise ModelDomainError(f"indicators[{place}]", name, f"1 to {NAME_LIMIT} printable characters")
        if name in indicators[:place]:
            raise ModelDomainError("indicators", name, "named once")


def check_row(field: str, row: Sequence[float], indicators: Sequence[str]) -> tuple[float, ...]:
    """The numbers of a row, one an indicator.

    Raises
    ------
    ModelDomainError
        If a number is missing, too many, or outside its domain.

    Examples
    --------
    >>> check_row("row", (0.4, float("nan")), ("leverage", "margin"))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: row: margin is nan: must be a number in [-1e+45, 1e+45]
    """
    values = listed(field, row)
    if len(values) != len(indicators):
        raise ModelDomainError(field, len(values), f"{len(indicators)} numbers, one an indicator")
    for name, value in zip(indicators, values, strict=True):
        domain.number(f"{field}: {name}", value)
    return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The rows as a regression takes them: a constant, and each indicator about its middle in units of its range.

    Indicators come in any unit; so scaled, the regression's numbers are all of the size of one. `original` takes
    estimates back.

    Examples
    --------
    >>> design = design_of(Sample(indicators=("debt",), rows=((10.0,), (20.0,), (40.0,)), outcomes=(0.1, 0.2, 0.4)))
    >>> design.matrix[:, 1].round(6).tolist(), design.middles.tolist(), design.spans.tolist()
    ([-1.0, -0.333333, 1.0], [25.0], [15.0])
    """

    matrix: Matrix
    """n rows of 1 + k columns, the first of them ones."""
    middles: Matrix
    spans: Matrix

    def original(self, estimates: Matrix, covariance: Matrix) -> tuple[Matrix, Matrix]:
        """Estimates and their covariance in the units of the indicators, the constant first."""
        back = np.diag(np.concatenate(([1.0], 1.0 / self.spans)))
        back[0, 1:] = -self.middles / self.spans
        return back @ estimates, back @ covariance @ back.T


def design_of(sample: Sample) -> Design:
    """The design of a sample whose parameters can be told apart.

    Parameters
    ----------
    sample
        n rows of k indicators.

    Returns
    -------
    Design
        Of n rows and 1 + k columns.

    Raises
    ------
    ModelDomainError
        If there are fewer rows than parameters, or an indicator is constant or follows from those before it.

    Examples
    --------
    >>> rows = ((1.0, 2.0), (2.0, 4.0), (3.0, 6.0))
    >>> design_of(Sample(indicators=("debt", "twice"), rows=rows, outcomes=(0.1, 0.2, 0.4)))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: indicators is 'twice': must be one that does not follow from the constant, debt
    """
    domain.instance("sample", sample, Sample)
    parameters = len(sample.indicators) + 1
    if sample.size < parameters:
        limit = f"at least {parameters}: a constant and {parameters - 1} slopes are to be estimated"
        raise ModelDomainError("observations", sample.size, limit)
    values = np.array(sample.rows, dtype=np.float64).reshape(sample.size, parameters - 1)
    low, high = values.min(axis=0), values.max(axis=0)
    middles, spans = (low + high) / 2.0, (high - low) / 2.0
    for name, span, largest in zip(sample.indicators, spans, np.maximum(abs(low), abs(high)), strict=True):
        if not span > 1e-12 * largest or not math.isfinite(1.0 / span):
            raise ModelDomainError("indicators", name, "one that varies over the rows")
    matrix = np.column_stack([np.ones(sample.size), (values - middles) / spans])
    remains = abs(np.diag(np.linalg.qr(matrix, mode="r")))
    for place in range(1, parameters):
        if remains[place] < _DEPENDENT * np.linalg.norm(matrix[:, place]):
            known = ", ".join(("the constant", *sample.indicators[: place - 1]))
            raise ModelDomainError("indicators", sample.indicators[place - 1], f"one that does not follow from {known}")
    return Design(matrix=matrix, middles=middles, spans=spans)
