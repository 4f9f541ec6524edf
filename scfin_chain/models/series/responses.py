"""What a shock to one series does to all of them, and how much of what is unforeseen it makes, with bands."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.tsa.vector_ar.irf import IRAnalysis  # type: ignore[import-untyped]  # ships no types

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.series.autoregression import Autoregression
from scfin_chain.models.series.regression import LEAST_SINGULAR
from scfin_chain.models.series.sample import Floats, place_of

HORIZON_LIMIT = 120
"""Farthest period after a shock."""

DRAWS_LIMIT = 100_000
"""Most draws of a band."""

LEAST_DRAWS = 100
"""Fewest draws of which a quantile says anything."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Values for each period after a shock, with a band around each; the arrays are not to be written to.

    Parameters
    ----------
    names
        What the series are called, in the order of causes.
    periods
        Periods after the shock, of the first axis of the arrays.
    values, lower, upper
        Of shape (periods, series that answers, series that is shocked).
    level
        Coverage of the band, a fraction.

    Examples
    --------
    At once a shock moves nothing that comes before it in the order of causes:

    >>> from scfin_chain.models.series.autoregression import fit_autoregression
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> bands = impulse_responses(fit_autoregression(sample_of({"z": z, "x": x}), lags=1), horizon=3)
    >>> bands.periods, float(bands.of("z", "x")[0][0])
    ((0, 1, 2, 3), 0.0)
    """

    names: tuple[str, ...]
    periods: tuple[int, ...]
    values: Floats
    lower: Floats
    upper: Floats
    level: float

    def of(self, answer: str, shock: str) -> tuple[Floats, Floats, Floats]:
        """Value, lower and upper end for one pair, each of shape (periods,).

        Parameters
        ----------
        answer
            The series that answers.
        shock
            The series that is shocked.

        Raises
        ------
        ModelDomainError
            If no series is called that.
        """
        place = place_of("answer", answer, self.names), place_of("shock", shock, self.names)
        return self.values[:, *place], self.lower[:, *place], self.upper[:, *place]


def impulse_responses(fit: Autoregression, *, horizon: int, level: float = 0.95, orthogonal: bool = True) -> Bands:
    r"""How each series answers to a shock of one of them, with asymptotic bands.

    Parameters
    ----------
    fit
        A fitted autoregression.
    horizon
        Last period, from 1 to 120; period 0 is that of the shock.
    level
        Coverage of the band in (0, 1), a fraction.
    orthogonal
        Whether the shock is one deviation of the orthogonal innovation, and so moves at once the series after it in
        the order of the sample (Cholesky); if not, it is one unit of the shocked series alone.

    Returns
    -------
    Bands
        In the unit of the series that answers, for periods 0 to the horizon.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or an explosive system leaves the range of a float.

    Notes
    -----
    .. math:: \Phi_0 = I, \quad \Phi_s = \sum_{i=1}^{\min(s,q)} \Phi_{s-i} V_i, \quad \Theta_s = \Phi_s P,
       \quad P P^\top = \Sigma

    The bands are the normal quantile times Lütkepohl's asymptotic standard errors: they are deterministic, and too
    narrow in small samples.

    References
    ----------
    .. [1] Lütkepohl, *New Introduction to Multiple Time Series Analysis*, Springer 2005, proposition 3.6.

    Examples
    --------
    >>> from scfin_chain.models.series.autoregression import fit_autoregression
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> fit = fit_autoregression(sample_of({"z": z, "x": x}), lags=1)
    >>> one_unit = impulse_responses(fit, horizon=2, orthogonal=False)
    >>> bool(one_unit.of("z", "x")[0][1] == fit.coefficients[0, 0, 1])
    True
    """
    domain.instance("fit", fit, Autoregression)
    domain.whole("horizon", horizon, low=1, high=HORIZON_LIMIT)
    domain.within("level", level, 0, 1, open_low=True, open_high=True)
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            analysis = IRAnalysis(fit.standardised, periods=horizon)
            values = np.asarray(analysis.orth_irfs if orthogonal else analysis.irfs)
            variances = np.diagonal(np.asarray(analysis.cov(orth=orthogonal)), axis1=1, axis2=2)
        except np.linalg.LinAlgError as error:  # the long-run effect of a system with an exact unit root
            raise ModelDomainError("moduli", fit.moduli[0], "other than 1: no long-run effect exists") from error
        shape = values.shape
        # the covariances are those of the matrix's columns, one under the other
        errors = np.sqrt(np.maximum(variances, 0.0)).reshape(shape).swapaxes(1, 2)
        units = fit.scales[:, np.newaxis] / (1.0 if orthogonal else fit.scales)
        half = stats.norm.isf((1 - level) / 2) * errors
        ends = [ends * units for ends in (values, values - half, values + half)]
    if not all(np.isfinite(end).all() for end in ends):
        raise ModelDomainError("horizon", horizon, f"shorter: the largest modulus is {fit.moduli[0]:g}")
    return _bands(fit, range(horizon + 1), ends, level)


def variance_decomposition(
    fit: Autoregression, *, horizon: int, rng: np.random.Generator, level: float = 0.95, draws: int = 1_000
) -> Bands:
    r"""How much of each series' forecast error variance the shocks to each series make, with bootstrapped bands.

    Parameters
    ----------
    fit
        A fitted autoregression; the order of its series is the order of causes.
    horizon
        Last period ahead, from 1 to 120.
    rng
        Where chance comes from: the same generator gives the same bands.
    level
        Coverage of the band in (0, 1), a fraction.
    draws
        Series that are drawn anew from the residuals, from 100 to 100,000.

    Returns
    -------
    Bands
        Shares for periods 1 to the horizon; those of all shocks to one series sum to 1.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, an explosive system leaves the range of a float, or the observations
        are so few that a draw of their residuals determines no system.

    Notes
    -----
    .. math:: \omega_{jl}(h) = \sum_{s=0}^{h-1} \Theta_{s,jl}^2 \Big/ \sum_{s=0}^{h-1} \sum_m \Theta_{s,jm}^2

    Each draw runs the fitted system on residuals taken with replacement, from the series' own first values, and is
    fitted again; the band lies between two quantiles of the draws.

    References
    ----------
    .. [1] Lütkepohl, *New Introduction to Multiple Time Series Analysis*, Springer 2005, equation (2.3.37) and
       appendix D.3.

    Examples
    --------
    >>> from scfin_chain.models.series.autoregression import fit_autoregression
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> fit = fit_autoregression(sample_of({"z": z, "x": x}), lags=1)
    >>> shares = variance_decomposition(fit, horizon=4, rng=np.random.default_rng(7), draws=200)
    >>> shares.values[0].round(12).tolist()[0], shares.values.sum(axis=2).round(12).tolist()[3]
    ([1.0, 0.0], [1.0, 1.0])
    """
    domain.instance("fit", fit, Autoregression)
    domain.whole("horizon", horizon, low=1, high=HORIZON_LIMIT)
    domain.within("level", level, 0, 1, open_low=True, open_high=True)
    domain.whole("draws", draws, low=LEAST_DRAWS, high=DRAWS_LIMIT)
    domain.instance("rng", rng, np.random.Generator)
    standard = fit.standardised
    values = _shares(np.asarray(standard.coefs)[np.newaxis], np.asarray(standard.sigma_u)[np.newaxis], horizon)[0]
    drawn = np.concatenate([_drawn(fit, horizon, rng, size) for size in _batches(fit, draws)])
    if not (np.isfinite(drawn).all() and np.isfinite(values).all()):
        raise ModelDomainError("horizon", horizon, f"shorter: the largest modulus is {fit.moduli[0]:g}")
    lower, upper = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2), axis=0)
    return _bands(fit, range(1, horizon + 1), [values, lower, upper], level)


def _batches(fit: Autoregression, draws: int) -> list[int]:
    """Draws in batches whose regressors stay within some 100 MB."""
    rows, k = fit.residuals.shape
    size = max(1, 10_000_000 // (rows * (k * fit.lags + 1)))
    return [min(size, draws - start) for start in range(0, draws, size)]


def _drawn(fit: Autoregression, horizon: int, rng: np.random.Generator, draws: int) -> Floats:
    """Shares of as many systems fitted to series drawn anew, of shape (draws, horizon, series, series)."""
    standard, q = fit.standardised, fit.lags
    residuals = np.asarray(standard.resid) - np.asarray(standard.resid).mean(axis=0)
    rows, k = residuals.shape
    noise = residuals[rng.integers(rows, size=(draws, rows))]
    series = np.empty((draws, q + rows, k))
    series[:, :q] = np.asarray(standard.endog)[:q]
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(q, q + rows):
            series[:, t] = np.asarray(standard.intercept) + noise[:, t - q]
            for lag, matrix in enumerate(np.asarray(standard.coefs), start=1):
                series[:, t] += series[:, t - lag] @ matrix.T
        if not np.isfinite(series).all():
            raise ModelDomainError("moduli", fit.moduli[0], "smaller: a series drawn anew leaves the range of a float")
        past = [series[:, q - lag : q + rows - lag] for lag in range(1, q + 1)]
        design = np.concatenate([np.ones((draws, rows, 1)), *past], axis=2)
        orthonormal, triangle = np.linalg.qr(design)
        apart = np.abs(np.diagonal(triangle, axis1=1, axis2=2)) / np.linalg.norm(triangle, axis=1)
        if not np.all(apart > LEAST_SINGULAR):
            raise _too_few(fit)
        response = series[:, q:]
        projected = orthonormal.swapaxes(1, 2) @ response
        parameters = np.linalg.solve(triangle, projected)
        left = response - orthonormal @ projected
        covariance = left.swapaxes(1, 2) @ left / (rows - k * q - 1)
        coefficients = parameters[:, 1:].reshape(draws, q, k, k).swapaxes(2, 3)
        try:
            return _shares(coefficients, covariance, horizon)
        except np.linalg.LinAlgError:  # its residuals are collinear
            raise _too_few(fit) from None


def _too_few(fit: Autoregression) -> ModelDomainError:
    limit = "more: a draw of their residuals, some of them several times, determines no system of its own"
    return ModelDomainError("observations", fit.observations, limit)


def _shares(coefficients: Floats, covariance: Floats, horizon: int) -> Floats:
    """Decompositions of so many systems: coefficients (systems, lags, k, k) to (systems, horizon, k, k)."""
    systems, q, k, _ = coefficients.shape
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        moving = np.empty((systems, horizon, k, k))
        moving[:, 0] = np.eye(k)
        for s in range(1, horizon):
            moving[:, s] = sum(moving[:, s - i] @ coefficients[:, i - 1] for i in range(1, min(s, q) + 1))
        factor = np.linalg.cholesky(covariance)
        sums = np.cumsum((moving @ factor[:, np.newaxis]) ** 2, axis=1)
        return np.asarray(sums / sums.sum(axis=3, keepdims=True))


def _bands(fit: Autoregression, periods: range, ends: list[Floats], level: float) -> Bands:
    for end in ends:
        end.setflags(write=False)
    values, lower, upper = ends
    return Bands(names=fit.names, periods=tuple(periods), values=values, lower=lower, upper=upper, level=level)
