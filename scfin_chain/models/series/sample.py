"""Series as the tests want them: finite, without gaps, equally long, and not constant."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain

Floats = NDArray[np.float64]

LAGS_LIMIT = 1_000
"""Most lags of any test."""

LEAST_MOVE = 1e-12
"""Least range of a series, as a share of its largest value: less is rounding."""

LEAST_RANGE = 1e-45
"""Least range of a series in the caller's unit: squares of less are lost in a float."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Series over the same periods, oldest first.

    Parameters
    ----------
    names
        What each series is called, no two alike.
    values
        Array of shape (observations, series), each series in a unit of its own; not to be written to.

    Raises
    ------
    ModelDomainError
        If there is no series, a name repeats, the lengths differ, or a series is not finite, has a gap or is constant.

    Examples
    --------
    >>> months = sample_of({"revenue": (4.0, 4.4, 4.1, 4.9), "lending": (1.0, 0.7, 1.4, 1.6)})
    >>> months.names, months.observations
    (('revenue', 'lending'), 4)
    """

    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        domain.instance("names", self.names, tuple)
        for place, name in enumerate(self.names):
            domain.instance(f"names[{place}]", name, str)
        if len(set(self.names)) != len(self.names) or not self.names:
            raise ModelDomainError("names", self.names, "at least one name, no two alike")
        domain.instance("values", self.values, np.ndarray)
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise ModelDomainError("values", self.values.shape, f"of shape (observations, {len(self.names)})")
        columns = [checked_series(name, self.values[:, i]) for i, name in enumerate(self.names)]
        own = np.column_stack(columns)
        own.setflags(write=False)
        object.__setattr__(self, "values", own)

    @property
    def observations(self) -> int:
        """Periods in the sample, before any lag takes one away."""
        return int(self.values.shape[0])

    def column(self, name: str) -> Floats:
        """One series by its name, of shape (observations,).

        Raises
        ------
        ModelDomainError
            If no series is called that.
        """
        return self.values[:, place_of("name", name, self.names)]

    def logarithms(self) -> "Sample":
        """The natural logarithm of each series.

        Raises
        ------
        ModelDomainError
            If a value is not above 0: a month without trade has no logarithm.

        References
        ----------
        .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
           Supply Chain Based on Block Chain Background*, section 2.3 (LNER, LNHJ).

        Examples
        --------
        >>> sample_of({"lending": (1.0, 2.0, 4.0)}).logarithms().column("lending").round(6).tolist()
        [0.0, 0.693147, 1.386294]
        >>> sample_of({"lending": (1.0, 0.0, 4.0)}).logarithms()
        Traceback (most recent call last):
        scfin_chain.errors.ModelDomainError: lending[1] is 0.0: must be above 0, to have a logarithm
        """
        for name, column in zip(self.names, self.values.T, strict=True):
            for place in np.flatnonzero(column <= 0)[:1]:
                raise ModelDomainError(f"{name}[{place}]", float(column[place]), "above 0, to have a logarithm")
        return Sample(names=self.names, values=np.log(self.values))

    def differences(self) -> "Sample":
        """The change of each series from period to period, one observation shorter.

        Raises
        ------
        ModelDomainError
            If the changes of a series are all alike, or there is but one.

        Examples
        --------
        >>> sample_of({"lending": (1.0, 2.0, 4.0)}).differences().column("lending").tolist()
        [1.0, 2.0]
        """
        changes = [checked_series(f"change of {name}", np.diff(self.column(name))) for name in self.names]
        return Sample(names=self.names, values=np.column_stack(changes))


def sample_of(columns: Mapping[str, ArrayLike]) -> Sample:
    """Series by name, as one sample.

    Parameters
    ----------
    columns
        Values by name, oldest first, each at most 1e45 from zero, in a unit of its own.

    Returns
    -------
    Sample
        In the order given, which the impulse responses take for the order of causes.

    Raises
    ------
    ModelDomainError
        If there is no series, the lengths differ, or a series is not finite, has a gap or is constant.

    Examples
    --------
    >>> sample_of({"revenue": (4.0, 4.4, 4.1), "lending": (1.0, 0.7)})
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: lending is 2 values: must be as many as revenue, 3
    """
    domain.instance("columns", columns, Mapping)
    checked = {name: checked_series(name, values) for name, values in columns.items()}
    if not checked:
        raise ModelDomainError("columns", (), "at least one series")
    first = next(iter(checked))
    for name, values in checked.items():
        require_length(name, values, first, len(checked[first]))
    return Sample(names=tuple(checked), values=np.column_stack(list(checked.values())))


def checked_series(field: str, values: ArrayLike) -> Floats:
    """A series as an array of floats, refused unless it is finite, whole and moving.

    Parameters
    ----------
    field
        What the series is called.
    values
        At least two numbers, each at most 1e45 from zero.

    Returns
    -------
    numpy.ndarray
        A copy, of shape (observations,).

    Raises
    ------
    ModelDomainError
        If a value is missing, not finite or too large, or all are alike.

    Examples
    --------
    >>> checked_series("lending", (1.0, 2.0, float("nan")))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: lending[2] is nan: must be a number in [-1e+45, 1e+45]
    >>> checked_series("lending", (3.0, 3.0, 3.0))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: lending is constant at 3.0: must be a series that moves
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ModelDomainError(field, "masked", "a series without gaps")
    try:
        given = np.asarray(values)
    except ValueError as error:
        raise ModelDomainError(field, "of several lengths", "one series of numbers") from error
    if given.ndim != 1 or given.dtype.kind not in "iuf" or given.size < 2:
        raise ModelDomainError(field, f"{given.dtype} of shape {given.shape}", "one series of at least 2 numbers")
    series = given.astype(np.float64)
    for place in np.flatnonzero(~(np.abs(series) <= domain.AMOUNT_LIMIT))[:1]:
        domain.number(f"{field}[{place}]", float(series[place]))
    span = float(np.ptp(series))
    if span < LEAST_RANGE or span <= LEAST_MOVE * float(np.max(np.abs(series))):
        raise ModelDomainError(field, _Shown(f"constant at {series[0]}"), "a series that moves")
    return series


def place_of(field: str, name: str, names: tuple[str, ...]) -> int:
    """Where a series stands among those of a name.

    Raises
    ------
    ModelDomainError
        If no series is called that.

    Examples
    --------
    >>> place_of("shock", "lending", ("revenue", "lending"))
    1
    """
    try:
        return names.index(name)
    except ValueError:
        raise ModelDomainError(field, name, f"one of {', '.join(names)}") from None


def require_length(field: str, values: Floats, other: str, length: int) -> None:
    """Refuse a series that is longer or shorter than another.

    Raises
    ------
    ModelDomainError
        If the lengths differ.

    Examples
    --------
    >>> require_length("lending", np.ones(3), "revenue", 3)
    """
    if len(values) != length:
        raise ModelDomainError(field, _Shown(f"{len(values)} values"), f"as many as {other}, {length}")


def lagged(series: Floats, lags: int) -> list[Floats]:
    """A series 1 to ``lags`` periods back, beside its values from the period ``lags`` on.

    Parameters
    ----------
    series
        Of shape (observations,).
    lags
        In [0, observations).

    Returns
    -------
    list of numpy.ndarray
        One for each lag, of shape (observations - lags,).

    Examples
    --------
    >>> [lag.tolist() for lag in lagged(np.array([1.0, 2.0, 3.0, 4.0]), 2)]
    [[2.0, 3.0], [1.0, 2.0]]
    """
    return [series[lags - back : len(series) - back] for back in range(1, lags + 1)]


class _Shown(str):
    """A value that is told in words: shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
