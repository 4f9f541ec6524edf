"""A domain as a value: one set of bounds, for a number and for each element of an array."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.formulas import FloatArray


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of an argument.

    Parameters
    ----------
    low, high
        The bounds, included unless ``open_low`` or ``open_high`` says otherwise.
    open_low, open_high
        Whether a bound itself is outside.
    whole
        Whether only whole numbers are allowed: an ``int``, or an array of an integer type.

    Examples
    --------
    >>> str(Interval(0.0, 1.0, open_high=True)), str(Interval(1, 10, whole=True))
    ('a number in [0, 1)', 'a whole number in [1, 10]')
    """

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False
    whole: bool = False

    def __str__(self) -> str:
        if self.whole:
            return f"a whole number in [{self.low}, {self.high}]"
        return f"a number in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}{')' if self.open_high else ']'}"

    def check(self, field: str, value: object) -> None:
        """Refuse a value outside.

        Raises
        ------
        ModelDomainError
            If the value is no number, not finite, or outside.

        Examples
        --------
        >>> Interval(0.0, 1.0).check("volatility", 0.0742)
        """
        if self.whole:
            domain.whole(field, value, int(self.low), int(self.high))
        else:
            domain.within(field, value, self.low, self.high, open_low=self.open_low, open_high=self.open_high)

    def check_array(self, field: str, values: ArrayLike) -> FloatArray:
        """The values as an array of floats, none of them outside.

        Parameters
        ----------
        field
            Name of the argument.
        values
            A number, or numbers of any shape.

        Returns
        -------
        array of float
            Of the same shape.

        Raises
        ------
        ModelDomainError
            If these are no real numbers, rows of several lengths or masked, or one is outside: named by its index.

        Examples
        --------
        >>> Interval(0.0, 1.0).check_array("volatility", [0.1, 7.42])
        Traceback (most recent call last):
        scfin_chain.errors.ModelDomainError: volatility[1] is 7.42: must be a number in [0, 1]
        """
        require_unmasked(field, values)
        limit = f"an array of {'an integer type' if self.whole else 'real numbers'}"
        try:
            given = np.asarray(values)
        except (TypeError, ValueError):
            raise ModelDomainError(field, values, limit) from None
        if given.size and given.dtype.kind not in ("iu" if self.whole else "iuf"):
            raise ModelDomainError(field, given.dtype.name, limit)
        floats = given.astype(np.float64, copy=False)
        if floats.size and not self._contains(float(floats.min()), float(floats.max())):
            inside = (floats > self.low) if self.open_low else (floats >= self.low)
            inside &= (floats < self.high) if self.open_high else (floats <= self.high)
            refuse_first(field, given, inside, str(self))
        return floats

    def _contains(self, low: float, high: float) -> bool:
        above = low > self.low if self.open_low else low >= self.low
        return above and (high < self.high if self.open_high else high <= self.high)


def require_unmasked(field: str, values: object) -> None:
    """Refuse a masked array with a gap: what lies under a mask is no number to compute with.

    Parameters
    ----------
    field
        Name of the argument.
    values
        Whatever was given.

    Raises
    ------
    ModelDomainError
        If an element is masked.

    Examples
    --------
    >>> require_unmasked("years", np.ma.masked_array([1.0, 2.0], mask=[False, True]))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: years is 'masked': must be numbers without gaps
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ModelDomainError(field, "masked", "numbers without gaps")


def refuse_first(field: str, values: ArrayLike, allowed: ArrayLike, limit: str) -> None:
    """Refuse the first element that is not allowed, by its index, if there is one.

    Parameters
    ----------
    field
        Name of the argument or of the result.
    values
        Numbers of any shape.
    allowed
        Booleans of the same shape.
    limit
        What would be allowed.

    Raises
    ------
    ModelDomainError
        If an element is not allowed.

    Examples
    --------
    >>> refuse_first("price", [[0.1, 0.2]], [[True, False]], "finite")
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: price[0, 1] is 0.2: must be finite
    """
    mask = np.asarray(allowed)
    if mask.all():
        return
    index = tuple(int(place) for place in np.unravel_index(int(np.argmin(mask)), mask.shape))
    value = np.broadcast_to(np.asarray(values), mask.shape)[index].item()
    raise ModelDomainError(f"{field}[{', '.join(map(str, index))}]" if index else field, value, limit)
