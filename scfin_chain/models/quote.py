"""Rates as they are quoted: whole basis points."""

import math

from scfin_chain.models import domain
from scfin_chain.units import BASIS, BasisPoints


def in_basis_points(rate: float) -> float:
    """A rate in basis points, free of what lies beyond nine decimals: that is rounding.

    Parameters
    ----------
    rate
        A fraction in [-10^45, 10^45].

    Returns
    -------
    float
        Basis points.

    Raises
    ------
    ModelDomainError
        If ``rate`` lies outside its domain.

    Examples
    --------
    >>> 0.0012 * 10_000, in_basis_points(0.0012)
    (11.999999999999998, 12.0)
    """
    domain.number("rate", rate)
    return round(rate * BASIS, 9)


def basis_points_up(rate: float) -> BasisPoints:
    """Round a rate up to a whole basis point, in the lender's favour.

    Parameters
    ----------
    rate
        A fraction in [-10^45, 10^45].

    Returns
    -------
    BasisPoints
        The least whole number of basis points that is not below the rate. What exceeds a whole number by less than a
        billionth of a basis point is rounding and does not count, so that 0.0421 is 421 and never 422.

    Raises
    ------
    ModelDomainError
        If ``rate`` lies outside its domain.

    Examples
    --------
    >>> basis_points_up(0.0421), basis_points_up(0.042080406), basis_points_up(0.1 * 3)
    (421, 421, 3000)
    """
    return BasisPoints(math.ceil(in_basis_points(rate)))
