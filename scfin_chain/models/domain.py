"""Domains of the models' arguments: each check names the field, the value and what is allowed.

Every bound is wide of any economy and close enough that no product of allowed values overflows.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from scfin_chain.errors import ModelDomainError

Kind = TypeVar("Kind", bound=StrEnum)
Item = TypeVar("Item")

AMOUNT_LIMIT = 1e45
"""Largest amount of money, goods or length that a model takes, in the caller's unit."""

YEARS_LIMIT = 100.0
"""Longest term that a model takes, years."""

COUNT_LIMIT = 10**12
"""Largest count of firms, payments or services that a model takes."""


def within(
    field: str, value: object, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> None:
    """Refuse a value that is no finite real number between two bounds.

    Parameters
    ----------
    field
        Name of the argument, as the caller spells it.
    value
        What was given, in the unit of the bounds.
    low, high
        The bounds, included unless ``open_low`` or ``open_high`` says otherwise.

    Raises
    ------
    ModelDomainError
        If the value is not a real number, not finite, or out of bounds.

    Examples
    --------
    >>> within("tax_rate", 0.05, 0, 1, open_high=True)
    >>> within("tax_rate", 1.0, 0, 1, open_high=True)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: tax_rate is 1.0: must be a number in [0, 1)
    """
    inside = False
    if isinstance(value, int | float) and not isinstance(value, bool):
        above = value > low if open_low else value >= low
        below = value < high if open_high else value <= high
        inside = above and below
    if not inside:
        interval = f"{'(' if open_low else '['}{low:g}, {high:g}{')' if open_high else ']'}"
        raise ModelDomainError(field, value, f"a number in {interval}")


def positive(field: str, value: object, high: float = AMOUNT_LIMIT) -> None:
    """Refuse what is not in (0, high].

    Raises
    ------
    ModelDomainError
        If the value is outside.

    Examples
    --------
    >>> positive("advance", 9_016_000)
    """
    within(field, value, 0, high, open_low=True)


def non_negative(field: str, value: object, high: float = AMOUNT_LIMIT) -> None:
    """Refuse what is not in [0, high].

    Raises
    ------
    ModelDomainError
        If the value is outside.

    Examples
    --------
    >>> non_negative("commission", 0)
    """
    within(field, value, 0, high)


def number(field: str, value: object) -> None:
    """Refuse what is not a real number of either sign, at most `AMOUNT_LIMIT` from zero.

    Raises
    ------
    ModelDomainError
        If the value is outside.

    Examples
    --------
    >>> number("rate", -0.0916)
    """
    within(field, value, -AMOUNT_LIMIT, AMOUNT_LIMIT)


def share(field: str, value: object) -> None:
    """Refuse what is not in [0, 1]: a percentage such as 4.6 must be given as 0.046.

    Raises
    ------
    ModelDomainError
        If the value is outside.

    Examples
    --------
    >>> share("loss_given_default", 0.36)
    """
    within(field, value, 0, 1)


def rate(field: str, value: object) -> None:
    """Refuse what is not in (-1, 1]: a yearly rate, a fraction, that may be negative.

    Raises
    ------
    ModelDomainError
        If the value is outside.

    Examples
    --------
    >>> rate("risk_free", -0.005)
    """
    within(field, value, -1, 1, open_low=True)


def whole(field: str, value: object, low: int = 0, high: int = COUNT_LIMIT) -> None:
    """Refuse what is not a whole number (an ``int``) in [low, high].

    Raises
    ------
    ModelDomainError
        If the value is outside, or no ``int``.

    Examples
    --------
    >>> whole("firms", 0, low=1)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: firms is 0: must be a whole number in [1, 1000000000000]
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ModelDomainError(field, value, f"a whole number in [{low}, {high}]")


def computed(field: str, value: float) -> float:
    """Return a model's result, refusing one that over- or underflow made infinite or undefined.

    Raises
    ------
    ModelDomainError
        If the result is infinite or not a number.

    Examples
    --------
    >>> computed("price", 0.0658)
    0.0658
    """
    if not math.isfinite(value):
        raise ModelDomainError(field, value, "finite: the arguments are too large or too small for a float")
    return value


def instance(field: str, value: object, kind: type) -> None:
    """Refuse what is of another type.

    Raises
    ------
    ModelDomainError
        If the value is no ``kind``.

    Examples
    --------
    >>> instance("text", 3, str)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: text is 3: must be of type str
    """
    if not isinstance(value, kind):
        raise ModelDomainError(field, value, f"of type {kind.__name__}")


def items(field: str, value: Iterable[Item]) -> tuple[Item, ...]:
    """Elements of a sequence, whatever each is; what has none, such as a number, is refused.

    Raises
    ------
    ModelDomainError
        If the value cannot be gone through.

    Examples
    --------
    >>> items("rates", [0.07, 0.10])
    (0.07, 0.1)
    >>> items("rates", 0.07)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: rates is 0.07: must be a sequence
    """
    try:
        return tuple(value)
    except TypeError:
        raise ModelDomainError(field, value, "a sequence") from None


def one_of(field: str, value: object, kinds: type[Kind]) -> Kind:
    """The kind that a value names.

    Parameters
    ----------
    field
        Name of the argument.
    value
        A kind, or its text.
    kinds
        All that are allowed.

    Returns
    -------
    Kind
        One of them.

    Raises
    ------
    ModelDomainError
        If there is no such kind.

    Examples
    --------
    >>> one_of("colour", "blue", StrEnum("Colour", ["RED", "GREEN"]))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: colour is 'blue': must be one of red, green
    """
    if not isinstance(value, str) or value not in tuple(kinds):
        raise ModelDomainError(field, value, f"one of {', '.join(kinds)}")
    return kinds(value)
