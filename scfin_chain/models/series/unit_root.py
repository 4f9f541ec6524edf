"""The augmented Dickey-Fuller test, told with everything that its statistic depends on (paper 000)."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp  # type: ignore[import-untyped]  # ships no types

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.series.regression import Regression, least_squares
from scfin_chain.models.series.sample import LAGS_LIMIT, Floats, checked_series, lagged


class Terms(StrEnum):
    """Which terms that depend on no past stand in the regression.

    Examples
    --------
    >>> [(terms.value, terms.parameters) for terms in Terms]
    [('n', 0), ('c', 1), ('ct', 2)]
    """

    NONE = "n"
    CONSTANT = "c"
    TREND = "ct"
    """Constant and linear trend."""

    @property
    def parameters(self) -> int:
        """How many parameters they are."""
        return {Terms.NONE: 0, Terms.CONSTANT: 1, Terms.TREND: 2}[self]


class LagCriterion(StrEnum):
    """By what the lags of a test are chosen: the least value wins, the fewest lags where two are alike.

    Examples
    --------
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> [adf(z, lags=criterion, most_lags=3).lags for criterion in LagCriterion]
    [2, 2]
    """

    AIC = "aic"
    BIC = "bic"


LEVELS = (0.01, 0.05, 0.10)
"""Significance levels for which critical values are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRootTest:
    """An augmented Dickey-Fuller test with its specification.

    Parameters
    ----------
    tau
        The statistic, the coefficient of the lagged level by its standard error: no t variable.
    terms
        Constant and trend of the regression.
    lags
        Lagged differences in it.
    raw_observations
        Length of the series.
    observations
        T, the effective sample: rows of the regression, raw less 1 less the lags.
    critical_values
        MacKinnon's (2010) at 1 %, 5 % and 10 % for these terms and this T.
    p_value
        MacKinnon's (1994), which holds for large samples; 0 or 1 where tau lies beyond his response surface.

    Examples
    --------
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> test = adf(z, terms=Terms.TREND)
    >>> test.observations, round(test.tau, 6), test.tau < min(test.critical_values), test.rejects(0.01)
    (15, -6.136156, True, True)
    """

    tau: float
    terms: Terms
    lags: int
    raw_observations: int
    observations: int
    critical_values: tuple[float, float, float]
    p_value: float

    def rejects(self, level: float) -> bool:
        """Whether the unit root is rejected, so that the series counts as stationary: tau below the critical value.

        Parameters
        ----------
        level
            0.01, 0.05 or 0.10, a fraction.

        Raises
        ------
        ModelDomainError
            If no critical value is known for the level.

        Examples
        --------
        >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
        >>> adf(z, terms=Terms.TREND).rejects(0.01), adf(z, terms=Terms.CONSTANT).rejects(0.10)
        (True, False)
        """
        return self.tau < self.critical_values[_place(level)]


def adf(
    series: ArrayLike,
    *,
    terms: Terms = Terms.CONSTANT,
    lags: int | LagCriterion = 0,
    most_lags: int | None = None,
    field: str = "series",
) -> UnitRootTest:
    r"""Test whether a series has a unit root.

    Parameters
    ----------
    series
        z, of shape (raw observations,), any unit.
    terms
        Constant and trend of the regression.
    lags
        n >= 0 lagged differences, or the criterion that chooses them.
    most_lags
        Most lags among which a criterion chooses; ``None`` is Schwert's 12 (raw/100)^(1/4), rounded up, and no more
        than half the sample bears. Without a criterion it has no meaning and is refused.
    field
        What the series is called where it is refused.

    Returns
    -------
    UnitRootTest
        Terms, lags, T, statistic, critical values and probability together.

    Raises
    ------
    ModelDomainError
        If the series is not finite, has a gap or is constant, T does not exceed the number of regressors, regressors
        are collinear, or the fit is perfect.

    Notes
    -----
    .. math:: \Delta z_t = \alpha_1 + \alpha_2 t + \gamma z_{t-1} + \sum_{i=1}^n w_i \Delta z_{t-i} + e_t,
       \qquad \tau = \hat\gamma / \mathrm{se}(\hat\gamma)

    Equation (2) of the paper prints lagged levels where the differences stand. A criterion compares all lags on the
    same rows; the regression is then run again on all the rows that the chosen lags leave.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, equation (2), garbled there.
    .. [2] MacKinnon, *Critical Values for Cointegration Tests*, Queen's University working paper 1227 (2010).
    .. [3] MacKinnon, *Approximate Asymptotic Distribution Functions for Unit-Root and Cointegration Tests*, Journal of
       Business & Economic Statistics 12 (1994), 167-176.

    Examples
    --------
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> [round(adf(z, terms=terms).tau, 10) for terms in Terms]
    [1.3643805558, -0.7141377084, -6.1361555304]
    >>> adf(z).raw_observations, adf(z).observations
    (16, 15)
    """
    z = checked_series(field, series)
    chosen = domain.one_of("terms", terms, Terms)
    if isinstance(lags, LagCriterion):
        lags = _chosen_lags(z, chosen, lags, most_lags)
    elif most_lags is not None:
        raise ModelDomainError("most_lags", most_lags, "None where the number of lags is given")
    domain.whole("lags", lags, high=LAGS_LIMIT)
    regression = _regression(z, chosen, lags)
    tau = regression.t_values[0]
    one, five, ten = (
        float(value) for value in mackinnoncrit(N=1, regression=chosen.value, nobs=regression.observations)
    )
    return UnitRootTest(
        tau=tau,
        terms=chosen,
        lags=lags,
        raw_observations=len(z),
        observations=regression.observations,
        critical_values=(one, five, ten),
        p_value=asymptotic_probability(tau, terms=chosen),
    )


def critical_value(level: float, *, terms: Terms, observations: float = math.inf) -> float:
    """MacKinnon's critical value of tau.

    Parameters
    ----------
    level
        0.01, 0.05 or 0.10, a fraction.
    terms
        Constant and trend of the regression.
    observations
        T >= 1, the effective sample; infinity is the limit. The surface was fitted to 20 and more.

    Returns
    -------
    float
        The unit root is rejected below it.

    Raises
    ------
    ModelDomainError
        If no value is known for the level, or T is below 1.

    References
    ----------
    .. [1] MacKinnon, *Critical Values for Cointegration Tests*, Queen's University working paper 1227 (2010), table 2.

    Examples
    --------
    >>> round(critical_value(0.01, terms=Terms.TREND, observations=37), 4)
    -4.2269
    >>> round(critical_value(0.01, terms=Terms.TREND), 3)
    -3.959
    """
    place = _place(level)
    chosen = domain.one_of("terms", terms, Terms)
    domain.within("observations", observations, 1, math.inf)
    size = math.inf if observations > domain.COUNT_LIMIT else observations
    return float(mackinnoncrit(N=1, regression=chosen.value, nobs=size)[place])


def asymptotic_probability(tau: float, *, terms: Terms) -> float:
    """MacKinnon's probability of a statistic below tau where there is a unit root and the sample is large.

    Parameters
    ----------
    tau
        The statistic, at most 1e45 from zero.
    terms
        Constant and trend of the regression.

    Returns
    -------
    float
        A fraction; 0 or 1 where tau lies beyond the response surface.

    Raises
    ------
    ModelDomainError
        If tau is no such number.

    References
    ----------
    .. [1] MacKinnon, Journal of Business & Economic Statistics 12 (1994), 167-176, tables 3 and 4.

    Examples
    --------
    >>> round(asymptotic_probability(-3.0145, terms=Terms.TREND), 3)
    0.128
    """
    domain.number("tau", tau)
    return float(mackinnonp(tau, regression=domain.one_of("terms", terms, Terms).value, N=1))


def _place(level: object) -> int:
    """Where a level stands among those for which critical values are known."""
    if not isinstance(level, float) or level not in LEVELS:
        raise ModelDomainError("level", level, f"one of {LEVELS}")
    return LEVELS.index(level)


def _regression(z: Floats, terms: Terms, lags: int, *, skip: int = 0) -> Regression:
    """The regression behind the test, without its first ``skip`` rows."""
    changes = np.diff(z)
    rows, regressors = len(changes) - lags - skip, 1 + lags + terms.parameters
    if rows <= regressors:
        raise ModelDomainError(
            "observations", max(rows, 0), f"more than the {regressors} regressors, after lags {lags} of the difference"
        )
    columns = [z[lags:-1], *lagged(changes, lags)]
    if terms is Terms.TREND:
        columns.append(np.arange(1.0, len(columns[0]) + 1))
    return least_squares(
        changes[lags + skip :], [column[skip:] for column in columns], constant=terms is not Terms.NONE
    )


def _chosen_lags(z: Floats, terms: Terms, criterion: LagCriterion, most_lags: int | None) -> int:
    """The number of lags with the least criterion, all compared on the rows that the most lags leave."""
    bearable = len(z) // 2 - terms.parameters - 1
    if most_lags is None:
        most_lags = min(math.ceil(12 * (len(z) / 100) ** 0.25), bearable)
        if most_lags < 0:
            raise ModelDomainError(
                "observations", len(z), f"at least {2 * (terms.parameters + 1)}, for a choice of lags"
            )
    domain.whole("most_lags", most_lags, high=LAGS_LIMIT)
    if most_lags > bearable:
        raise ModelDomainError("most_lags", most_lags, f"at most {bearable}, half the sample less the terms")
    values = []
    for lags in range(most_lags + 1):
        fit = _regression(z, terms, lags, skip=most_lags - lags)
        weight = 2.0 if criterion is LagCriterion.AIC else math.log(fit.observations)
        values.append(weight * fit.parameters - 2 * fit.log_likelihood)
    return values.index(min(values))
