"""Vector autoregression: each series on the past of all (paper 000)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from statsmodels.tsa.vector_ar.var_model import VAR  # type: ignore[import-untyped]  # ships no types

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.series.regression import LEAST_RESIDUAL, LEAST_SINGULAR
from scfin_chain.models.series.sample import LAGS_LIMIT, Floats, Sample, lagged

LEAST_NOISE = 1e-7
"""Least singular value of residuals of length 1: below it their covariance, its square, has no factor in floats."""


class Criterion(StrEnum):
    """Information criteria for the lags of an autoregression; the least value wins.

    Examples
    --------
    >>> [criterion.value for criterion in Criterion]
    ['aic', 'bic', 'hq']
    """

    AIC = "aic"
    BIC = "bic"
    HQ = "hq"
    """Hannan and Quinn's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LagOrders:
    """What each information criterion says of each number of lags, all fitted to the same periods.

    Parameters
    ----------
    observations
        Effective sample of every fit: raw observations less the most lags.
    aic, bic, hq
        Values for 0, 1, 2, ... lags, in the series' own units: only their differences have a meaning.

    Examples
    --------
    >>> orders = LagOrders(observations=30, aic=(3.0, 1.0, 0.9), bic=(3.1, 1.4, 1.7), hq=(3.1, 1.1, 1.1))
    >>> orders.best(Criterion.AIC), orders.best(Criterion.BIC)
    (2, 1)
    """

    observations: int
    aic: tuple[float, ...]
    bic: tuple[float, ...]
    hq: tuple[float, ...]

    def best(self, criterion: Criterion) -> int:
        """The number of lags with the least value, the fewest where two are alike; 0: no past says anything.

        Parameters
        ----------
        criterion
            AIC, BIC or Hannan-Quinn.

        Examples
        --------
        >>> LagOrders(observations=30, aic=(3.0, 1.0, 0.9), bic=(3.1, 1.4, 1.7), hq=(3.1, 1.1, 1.1)).best(Criterion.HQ)
        1
        """
        values: tuple[float, ...] = getattr(self, domain.one_of("criterion", criterion, Criterion).value)
        return values.index(min(values))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Autoregression:
    """A fitted vector autoregression, in the series' own units; the arrays are not to be written to.

    Parameters
    ----------
    sample
        What it was fitted to; the order of its series is the order of causes.
    lags
        q of equation (1).
    intercept
        m, of shape (series,).
    coefficients
        V1 to Vq, of shape (lags, series, series): equation, then regressor.
    residuals
        Of shape (observations, series).
    covariance
        Of the residuals, their squares divided by T - q k - 1, of shape (series, series).
    aic, bic, hq
        Information criteria on this fit's own rows: compare lags by `lag_orders`, whose rows are the same for all.

    Examples
    --------
    The constant takes up the mean, so that the residuals of each equation sum to 0:

    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> fit = fit_autoregression(sample_of({"z": z, "x": x}), lags=1)
    >>> fit.names, bool(abs(fit.residuals.sum(axis=0)).max() < 1e-12), fit.moduli[0] < 1
    (('z', 'x'), True, True)
    """

    sample: Sample
    lags: int
    intercept: Floats
    coefficients: Floats
    residuals: Floats
    covariance: Floats
    aic: float
    bic: float
    hq: float
    standardised: Any
    """The library's fit to the series less their means, divided by their deviations."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the series are called, in the order of causes."""
        return self.sample.names

    @property
    def observations(self) -> int:
        """T, the effective sample: raw observations less the lags."""
        return len(self.residuals)

    @property
    def scales(self) -> Floats:
        """Deviation of each series, by which the standardised fit divided it, of shape (series,)."""
        return _moments(self.sample)[1]

    @property
    def moduli(self) -> tuple[float, ...]:
        """Moduli of the companion matrix's eigenvalues, the largest first; the system is stable iff all are below 1."""
        k = len(self.names)
        companion = np.eye(k * self.lags, k=-k)
        companion[:k] = np.concatenate(list(self.standardised.coefs), axis=1)
        return tuple(sorted((float(value) for value in np.abs(np.linalg.eigvals(companion))), reverse=True))


def fit_autoregression(sample: Sample, *, lags: int) -> Autoregression:
    r"""Fit a vector autoregression with a constant, equation by equation.

    Parameters
    ----------
    sample
        At least two series over the same periods, each in any unit.
    lags
        q >= 1.

    Returns
    -------
    Autoregression
        On the effective sample of T = raw observations - q.

    Raises
    ------
    ModelDomainError
        If there is but one series, T - q k - 1 is below k, the number of series, regressors are collinear, or
        residuals are 0 or collinear.

    Notes
    -----
    .. math:: z_t = m + V_1 z_{t-1} + \dots + V_q z_{t-q} + e_t

    The paper prints no constant, sums to p, and calls the white noise e a convergence vector.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, equation (1).
    .. [2] Lütkepohl, *New Introduction to Multiple Time Series Analysis*, Springer 2005, section 3.2.

    Examples
    --------
    The first equation has the restricted and the unrestricted sums of the Granger test behind it:

    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> fit = fit_autoregression(sample_of({"z": z, "x": x}), lags=1)
    >>> fit.observations, round(float((fit.residuals[:, 0] ** 2).sum()), 10)
    (15, 0.1695139817)
    """
    domain.instance("sample", sample, Sample)
    domain.whole("lags", lags, low=1, high=LAGS_LIMIT)
    _require_rows(sample, sample.observations - lags, lags)
    means, scales = _moments(sample)
    standard = (sample.values - means) / scales
    _require_independent(standard, lags)
    fitted = VAR(standard).fit(lags, trend="c")
    _require_noise(np.asarray(fitted.resid))
    coefficients = np.asarray(fitted.coefs) * (scales[:, np.newaxis] / scales)
    intercept = means + scales * np.asarray(fitted.intercept) - coefficients.sum(axis=0) @ means
    units = 2 * float(np.log(scales).sum())
    return Autoregression(
        sample=sample,
        lags=lags,
        intercept=_sealed(intercept),
        coefficients=_sealed(coefficients),
        residuals=_sealed(np.asarray(fitted.resid) * scales),
        covariance=_sealed(np.asarray(fitted.sigma_u) * np.outer(scales, scales)),
        aic=float(fitted.aic) + units,
        bic=float(fitted.bic) + units,
        hq=float(fitted.hqic) + units,
        standardised=fitted,
    )


def lag_orders(sample: Sample, *, most_lags: int) -> LagOrders:
    r"""Compare autoregressions of 0 to so many lags by their information criteria.

    Parameters
    ----------
    sample
        At least two series over the same periods.
    most_lags
        Largest q >= 1; every fit leaves out as many first periods, so that all explain the same.

    Returns
    -------
    LagOrders
        Criteria for each number of lags.

    Raises
    ------
    ModelDomainError
        If the sample does not bear so many lags, regressors are collinear, or residuals are 0 or collinear.

    Notes
    -----
    With T rows, k series and the maximum likelihood covariance of the residuals:

    .. math:: \mathrm{IC}(q) = \ln |\tilde\Sigma_q| + \frac{c_T}{T} k (q k + 1), \qquad
       c_T = 2,\ \ln T,\ 2 \ln \ln T

    References
    ----------
    .. [1] Lütkepohl, *New Introduction to Multiple Time Series Analysis*, Springer 2005, section 4.3.

    Examples
    --------
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> orders = lag_orders(sample_of({"z": z, "x": x}), most_lags=2)
    >>> orders.observations, [orders.best(criterion) for criterion in Criterion]
    (14, [2, 2, 2])
    """
    domain.instance("sample", sample, Sample)
    domain.whole("most_lags", most_lags, low=1, high=LAGS_LIMIT)
    _require_rows(sample, sample.observations - most_lags, most_lags)
    means, scales = _moments(sample)
    standard = (sample.values - means) / scales
    _require_independent(standard, most_lags)
    values: dict[Criterion, list[float]] = {criterion: [] for criterion in Criterion}
    for lags in range(most_lags + 1):
        rows = standard[most_lags - lags :]
        residuals = rows - rows.mean(axis=0) if lags == 0 else np.asarray(VAR(rows).fit(lags, trend="c").resid)
        _require_noise(residuals)
        for criterion, value in _criteria(residuals, lags).items():
            values[criterion].append(value + 2 * float(np.log(scales).sum()))
    return LagOrders(
        observations=sample.observations - most_lags,
        aic=tuple(values[Criterion.AIC]),
        bic=tuple(values[Criterion.BIC]),
        hq=tuple(values[Criterion.HQ]),
    )


def most_lags_of(sample: Sample, *, at_most: int = 12) -> int:
    """The most lags that a sample bears in `lag_orders`, no more than asked for.

    Parameters
    ----------
    sample
        At least two series over the same periods.
    at_most
        Bound >= 1 that the caller sets.

    Raises
    ------
    ModelDomainError
        If the sample bears not even one lag.

    Examples
    --------
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> most_lags_of(sample_of({"z": z, "x": x}))
    4
    """
    domain.instance("sample", sample, Sample)
    domain.whole("at_most", at_most, low=1, high=LAGS_LIMIT)
    _require_rows(sample, sample.observations - 1, 1)
    k = len(sample.names)
    bearable = (sample.observations - k - 1) // (k + 1)
    return min(bearable, at_most)


def _criteria(residuals: Floats, lags: int) -> dict[Criterion, float]:
    rows, k = residuals.shape
    size = float(np.linalg.slogdet(residuals.T @ residuals / rows)[1])
    free = k * (lags * k + 1) / rows
    weights = {Criterion.AIC: 2.0, Criterion.BIC: np.log(rows), Criterion.HQ: 2 * np.log(np.log(rows))}
    return {criterion: float(size + weight * free) for criterion, weight in weights.items()}


def _moments(sample: Sample) -> tuple[Floats, Floats]:
    """Mean and deviation of each series."""
    largest = np.max(np.abs(sample.values), axis=0)
    means = largest * np.mean(sample.values / largest, axis=0)
    spans = np.ptp(sample.values, axis=0)
    return means, spans * np.std((sample.values - means) / spans, axis=0)


def _require_rows(sample: Sample, rows: int, lags: int) -> None:
    k = len(sample.names)
    if k < 2:
        raise ModelDomainError("series", k, "at least 2, to say something of one another")
    least = k * lags + 1 + k
    if rows < least:
        raise ModelDomainError(
            "observations", sample.observations, f"at least {least + lags}, for {k} series with lags {lags}"
        )


def _require_independent(standard: Floats, lags: int) -> None:
    """No series, and no lag, may be a combination of the others."""
    design = np.column_stack([lag for column in standard.T for lag in lagged(column, lags)])
    design = design - design.mean(axis=0)
    lengths = np.linalg.norm(design, axis=0)
    if not np.all(lengths > 0) or np.linalg.svd(design / lengths, compute_uv=False)[-1] < LEAST_SINGULAR:
        raise ModelDomainError("series", standard.shape[1], "linearly independent, with their lags")


def _require_noise(residuals: Floats) -> None:
    """Something must be left unexplained in each series, and not the same thing in two."""
    lengths = np.linalg.norm(residuals, axis=0)
    if np.any(lengths**2 <= LEAST_RESIDUAL * len(residuals)):
        raise ModelDomainError("residuals", float(lengths.min()), "above 0: the fit is perfect")
    if np.linalg.svd(residuals / lengths, compute_uv=False)[-1] < LEAST_NOISE:
        raise ModelDomainError("residuals", len(lengths), "linearly independent: one series holds another")


def _sealed(values: Floats) -> Floats:
    values.setflags(write=False)
    return values
