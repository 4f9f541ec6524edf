"""The area that the border of two basins cuts off, for many games of paper 001 at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scfin_chain.models.potential import Floats, departure, divergence, shift_at

_STEP: Final = 0.11
_REACH: Final = 3.05
"""Nodes of the double exponential rule: the weights beyond are smaller than 1e-13."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One population of many games, arrays of one shape.

    ``rest`` and ``left`` are its share at the saddle and what is left of it, in (0, 1); ``weight`` is |b| of the bank,
    |d| of the firm, money.
    """

    rest: Floats
    left: Floats
    weight: Floats

    def turned(self) -> "Side":
        """The same with the other strategy's share."""
        return Side(rest=self.left, left=self.rest, weight=self.weight)


def area_beyond(bank: Side, firm: Side) -> Floats:
    r"""Share of the square above the falling border through the saddle: the basin of (1, 1) in condition 2.

    Parameters
    ----------
    bank, firm
        The two populations; turn one of them (`Side.turned`) and condition 3 becomes condition 2.

    Returns
    -------
    ndarray of float
        Areas in [0, 1], pure numbers, to about 1e-10.

    Notes
    -----
    The border is :math:`|b|\,K(x^*, x) = |d|\,K(y^*, y)` with x and y on different sides of the saddle. Below it lie
    the rectangle :math:`x^* y^*` and two pieces, each an integral over the share that moves more slowly along it, by
    the double exponential rule, which bears any power of the distance to a corner.

    References
    ----------
    .. [1] Takahasi, Mori, *Double exponential formulas for numerical integration*, Publ. RIMS 9 (1974).

    Examples
    --------
    >>> half, weight = np.array([0.5]), np.array([1.0])
    >>> even = Side(rest=half, left=half, weight=weight)
    >>> area_beyond(even, even).round(9).tolist()
    [0.5]
    """
    below = bank.rest * firm.rest + _piece(bank, firm) + _piece(firm, bank)
    return np.clip(1.0 - below, 0.0, 1.0)


def _piece(below: Side, above: Side) -> Floats:
    """Area between saddle and border where one share is below its rest and the other above."""
    direct = below.weight * below.rest <= above.weight * above.left
    over = _chosen(direct, below, above.turned())
    beside = _chosen(direct, above, below.turned())
    total = np.zeros(over.rest.shape)
    for position in np.arange(-_REACH, _REACH + _STEP / 2, _STEP):
        exponent = np.pi * np.sinh(position)
        part, rest_of_part = 1.0 / (1.0 + np.exp(exponent)), 1.0 / (1.0 + np.exp(-exponent))
        shift = np.log1p(-rest_of_part) if part > 0.5 else np.log(part)
        shift = shift - np.log1p(over.rest * rest_of_part / over.left)
        level = divergence(over.rest, over.left, shift) * (over.weight / beside.weight)
        gone = departure(beside.rest, beside.left, shift_at(beside.rest, beside.left, level, above=True))
        height = np.where(direct, gone, beside.left - gone)
        total += np.pi * np.cosh(position) * part * rest_of_part * _STEP * height
    return np.asarray(over.rest * total)


def _chosen(first: np.ndarray, one: Side, other: Side) -> Side:
    return Side(
        rest=np.where(first, one.rest, other.rest),
        left=np.where(first, one.left, other.left),
        weight=np.where(first, one.weight, other.weight),
    )
