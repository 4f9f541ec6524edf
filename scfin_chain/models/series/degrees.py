"""Which degrees of freedom would give an F statistic the probability that is printed beside it (paper 000)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain

NUMERATORS, DENOMINATORS = np.arange(1.0, 41.0)[:, np.newaxis], np.arange(1.0, 400.0)
"""Whole degrees of freedom among which is searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degrees:
    """Degrees of freedom of an F statistic, and the probability that they give it.

    Examples
    --------
    Both rows of paper 000's second table have one closest pair, which gives neither probability:

    >>> both = closest_degrees(((18.3107, 0.0131), (0.2741, 0.6087)))
    >>> both.numerator, both.denominator, round(both.p_value, 5)
    (1, 4, 0.01286)
    """

    numerator: int
    denominator: int
    p_value: float


def f_probability(statistic: float, *, numerator: float, denominator: float) -> float:
    """Probability of a larger F.

    Parameters
    ----------
    statistic
        F >= 0, a pure number.
    numerator, denominator
        Degrees of freedom in (0, 1e12]; the lags n and T - 2n - 1 of a Granger test.

    Returns
    -------
    float
        A fraction.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, table 2, which prints .0131 for the first.

    Examples
    --------
    >>> round(f_probability(18.3107, numerator=1, denominator=37), 12)
    0.000127197413
    >>> round(f_probability(0.2741, numerator=1, denominator=37), 10)
    0.6037165128
    """
    domain.non_negative("statistic", statistic)
    _check(numerator, denominator)
    return domain.computed("p_value", float(stats.f.sf(statistic, numerator, denominator)))


def f_statistic(p_value: float, *, numerator: float, denominator: float) -> float:
    """The F that is exceeded with a probability.

    Parameters
    ----------
    p_value
        In (0, 1), a fraction.
    numerator, denominator
        Degrees of freedom in (0, 1e12].

    Returns
    -------
    float
        F, a pure number.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or F leaves the range of a float.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, table 2.

    Examples
    --------
    >>> round(f_statistic(0.0131, numerator=1, denominator=37), 5)
    6.7948
    """
    domain.within("p_value", p_value, 0, 1, open_low=True, open_high=True)
    _check(numerator, denominator)
    return domain.computed("statistic", float(stats.f.isf(p_value, numerator, denominator)))


def closest_degrees(pairs: Sequence[tuple[float, float]]) -> Degrees:
    """The whole degrees of freedom, at most (40, 399), that bring statistics closest to their printed probabilities.

    Parameters
    ----------
    pairs
        Statistic F >= 0 and printed probability in (0, 1], at least one pair.

    Returns
    -------
    Degrees
        Common to all, with the least sum of distances, each that of two logarithms; ``p_value`` is the first one's.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, table 2.

    Examples
    --------
    >>> closest = closest_degrees(((18.3107, 0.0131),))
    >>> closest.numerator, closest.denominator, round(closest.p_value, 7)
    (1, 4, 0.0128568)
    """
    distances = np.zeros((len(NUMERATORS), len(DENOMINATORS)))
    for place, pair in enumerate(checked := _pairs(pairs)):
        statistic, printed = pair
        domain.non_negative(f"statistic[{place}]", statistic)
        domain.within(f"p_value[{place}]", printed, 0, 1, open_low=True)
        with np.errstate(divide="ignore"):  # a probability that underflows is infinitely far
            distances += np.abs(np.log(stats.f.sf(statistic, NUMERATORS, DENOMINATORS)) - np.log(printed))
    row, column = np.unravel_index(int(np.argmin(distances)), distances.shape)
    numerator, denominator = int(row) + 1, int(column) + 1
    p_value = f_probability(checked[0][0], numerator=numerator, denominator=denominator)
    return Degrees(numerator=numerator, denominator=denominator, p_value=p_value)


def fractional_denominator(statistic: float, p_value: float, *, numerator: float) -> float:
    """The denominator's degrees of freedom, not whole, under which a statistic has exactly a probability.

    Parameters
    ----------
    statistic
        F > 1, a pure number.
    p_value
        In (0, 1), a fraction that some denominator from 0.01 to 1e6 reaches.
    numerator
        Degrees of freedom in (0, 1e12].

    Returns
    -------
    float
        Degrees of freedom.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or no denominator gives the probability.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, table 2.

    Examples
    --------
    >>> round(fractional_denominator(18.3107, 0.0131, numerator=1), 4)
    3.9654
    """
    domain.within("statistic", statistic, 1, domain.AMOUNT_LIMIT, open_low=True)
    domain.positive("numerator", numerator, domain.COUNT_LIMIT)
    few, many = 0.01, 1e6
    ends = (float(stats.f.sf(statistic, numerator, many)), float(stats.f.sf(statistic, numerator, few)))
    domain.within("p_value", p_value, *ends, open_low=True, open_high=True)
    return float(optimize.brentq(lambda free: stats.f.sf(statistic, numerator, free) - p_value, few, many, xtol=1e-12))


def _check(numerator: float, denominator: float) -> None:
    domain.positive("numerator", numerator, domain.COUNT_LIMIT)
    domain.positive("denominator", denominator, domain.COUNT_LIMIT)


def _pairs(pairs: object) -> list[tuple[float, float]]:
    """At least one pair, or a refusal."""
    if isinstance(pairs, Sequence) and pairs and all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        return list(pairs)
    raise ModelDomainError("pairs", pairs, "pairs of a statistic and a probability, at least one")
