"""Which degrees of freedom would give an F statistic the probability that is printed beside it (paper 000)."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from scfin_chain.models import domain

DEGREES_LIMIT = 2_000
"""Most degrees of freedom among which is searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degrees:
    """Degrees of freedom of an F statistic, and the probability that they give it."""

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
    domain.positive("numerator", numerator, domain.COUNT_LIMIT)
    domain.positive("denominator", denominator, domain.COUNT_LIMIT)
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
    domain.positive("numerator", numerator, domain.COUNT_LIMIT)
    domain.positive("denominator", denominator, domain.COUNT_LIMIT)
    return domain.computed("statistic", float(stats.f.isf(p_value, numerator, denominator)))


def closest_degrees(
    pairs: tuple[tuple[float, float], ...], *, most_numerator: int = 40, most_denominator: int = 399
) -> Degrees:
    """The whole degrees of freedom under which statistics come closest to their printed probabilities, all at once.

    Parameters
    ----------
    pairs
        Statistic F >= 0 and printed probability in (0, 1], at least one pair.
    most_numerator, most_denominator
        The search runs from 1 to these, at most 2,000 each.

    Returns
    -------
    Degrees
        Least sum of distances, each that of two logarithms; ``p_value`` is that of the first statistic.

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
    domain.whole("pairs", len(pairs), low=1)
    domain.whole("most_numerator", most_numerator, low=1, high=DEGREES_LIMIT)
    domain.whole("most_denominator", most_denominator, low=1, high=DEGREES_LIMIT)
    above = np.arange(1, most_numerator + 1)[:, np.newaxis]
    below = np.arange(1, most_denominator + 1)
    distances = np.zeros((most_numerator, most_denominator))
    for statistic, printed in pairs:
        domain.non_negative("statistic", statistic)
        domain.within("p_value", printed, 0, 1, open_low=True)
        with np.errstate(divide="ignore"):  # a probability that underflows is infinitely far
            distances += np.abs(np.log(stats.f.sf(statistic, above, below)) - np.log(printed))
    row, column = np.unravel_index(int(np.argmin(distances)), distances.shape)
    numerator, denominator = int(row) + 1, int(column) + 1
    p_value = f_probability(pairs[0][0], numerator=numerator, denominator=denominator)
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
