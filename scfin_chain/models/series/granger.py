"""Granger causality: does the past of one series help to foresee another (paper 000)."""

from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy import stats

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.series.degrees import f_statistic
from scfin_chain.models.series.regression import least_squares
from scfin_chain.models.series.sample import LAGS_LIMIT, checked_series, lagged, require_length
from scfin_chain.models.series.verdict import UpperTailTest

SQUARE_LIMIT = domain.AMOUNT_LIMIT**2
"""Largest sum of squares that the test takes."""

ROUNDING = 1e-9
"""By how much, as a share, the restricted sum may fall short of the other and still count as equal to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrangerTest(UpperTailTest):
    """An F test of "the past of x does not help to foresee z", told with its degrees of freedom.

    Parameters
    ----------
    statistic
        K of equation (4), an F statistic.
    lags
        n, lags of each series, which is also the numerator's degrees of freedom.
    observations
        T, the effective sample: raw observations less n.
    degrees
        Denominator's degrees of freedom, T - 2n - 1.
    p_value
        Probability of a larger F under the hypothesis.
    rss_unrestricted, rss_restricted
        RSS1 with the past of x, RSS2 without it, z's unit squared.

    Examples
    --------
    Paper 000 prints F = 18.3107 on a sample of 40, and p = 0.0131, without lags or degrees of freedom:

    >>> test = GrangerTest(
    ...     statistic=18.3107, lags=1, observations=40, degrees=37, p_value=0.000127, rss_unrestricted=1.0,
    ...     rss_restricted=1.494884)
    >>> round(test.critical(0.05), 4), test.rejects(0.05)
    (4.1055, True)
    """

    statistic: float
    lags: int
    observations: int
    degrees: int
    p_value: float
    rss_unrestricted: float
    rss_restricted: float

    def _exceeded(self, probability: float) -> float:
        return f_statistic(probability, numerator=self.lags, denominator=self.degrees)


def granger_from_sums(*, restricted: float, unrestricted: float, observations: int, lags: int) -> GrangerTest:
    r"""The F test from the two sums of squared residuals.

    Parameters
    ----------
    restricted
        RSS2 >= 0, without the past of x.
    unrestricted
        RSS1 > 0, with it; at most RSS2, up to rounding.
    observations
        T, the effective sample, raw observations less the lags.
    lags
        n >= 1.

    Returns
    -------
    GrangerTest
        With F 0 where RSS2 falls short of RSS1 by no more than rounding.

    Raises
    ------
    ModelDomainError
        If a sum lies outside its domain, RSS2 is below RSS1, or T - 2n - 1 is below 1.

    Notes
    -----
    .. math:: K = \frac{(RSS_2 - RSS_1) / n}{RSS_1 / (T - 2n - 1)} \sim F(n, T - 2n - 1)

    The paper calls both sums RSS_2, and n a number of variables; it is the number of lags.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, equation (4).

    Examples
    --------
    >>> test = granger_from_sums(restricted=10, unrestricted=8, observations=40, lags=2)
    >>> test.statistic, test.degrees, round(test.p_value, 10)
    (4.375, 35, 0.0201407098)
    """
    domain.positive("unrestricted", unrestricted, SQUARE_LIMIT)
    domain.non_negative("restricted", restricted, SQUARE_LIMIT)
    degrees = _degrees(observations, lags)
    if restricted < unrestricted * (1 - ROUNDING):
        raise ModelDomainError("restricted", restricted, f"at least the unrestricted sum, {unrestricted}")
    gain = max(restricted - unrestricted, 0.0) / lags
    statistic = domain.computed("statistic", gain / unrestricted * degrees)
    return GrangerTest(
        statistic=statistic,
        lags=lags,
        observations=observations,
        degrees=degrees,
        p_value=float(stats.f.sf(statistic, lags, degrees)),
        rss_unrestricted=float(unrestricted),
        rss_restricted=float(restricted),
    )


def granger_causality(caused: ArrayLike, cause: ArrayLike, *, lags: int) -> GrangerTest:
    r"""Test whether the past of one series helps to foresee another, beyond the other's own past.

    Parameters
    ----------
    caused
        z, of shape (raw observations,), any unit. The F is valid where both series are stationary; see `adf`.
    cause
        x, as many observations.
    lags
        n >= 1, of each series.

    Returns
    -------
    GrangerTest
        On the effective sample of T = raw observations - n.

    Raises
    ------
    ModelDomainError
        If a series is not finite, has a gap or is constant, the lengths differ, the regressors are collinear, the fit
        is perfect, or T - 2n - 1 is below 1.

    Notes
    -----
    .. math:: z_t = m + \sum_{i=1}^n \alpha_i z_{t-i} + \sum_{i=1}^n \beta_i x_{t-i} + e_t,
       \qquad H_0: \beta_1 = \dots = \beta_n = 0

    The paper prints no constant, though its degrees of freedom count one. The hypothesis is joint: one significant
    lag does not replace the F.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, equations (3) and (4).

    Examples
    --------
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> test = granger_causality(z, x, lags=1)
    >>> round(test.statistic, 10), test.lags, test.degrees
    (280.6363239633, 1, 12)
    """
    z, x = checked_series("caused", caused), checked_series("cause", cause)
    require_length("cause", x, "caused", len(z))
    domain.whole("lags", lags, low=1, high=LAGS_LIMIT)
    _degrees(len(z) - lags, lags)
    own, other = lagged(z, lags), lagged(x, lags)
    response = z[lags:]
    with_past = least_squares(response, [*own, *other], constant=True)
    without = least_squares(response, own, constant=True)
    return granger_from_sums(restricted=without.rss, unrestricted=with_past.rss, observations=len(response), lags=lags)


def _degrees(observations: int, lags: int) -> int:
    """T - 2n - 1, refused below 1."""
    domain.whole("lags", lags, low=1, high=LAGS_LIMIT)
    domain.whole("observations", observations, low=-LAGS_LIMIT)
    degrees = observations - 2 * lags - 1
    if degrees < 1:
        raise ModelDomainError(
            "observations", observations, f"at least {2 * lags + 2} after the lags, for two series with lags {lags}"
        )
    return degrees
