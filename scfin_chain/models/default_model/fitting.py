"""The probability of default as a function of indicators, fitted in one of three ways (paper 004, equations 1 to 3)."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import statsmodels.api as sm  # type: ignore[import-untyped]  # the package has no types
from scipy import stats

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.sample import Design, Matrix, Sample, design_of
from scfin_chain.models.default_model.separation import is_separated
from scfin_chain.models.default_probability import log_odds

_PLAIN_ODDS: Final = 15.0
"""Log-odds up to which a fit that converged is no divergent one: a separated sample's grow with every step."""

_EXACT: Final = 1e-20
"""Share of the squares that an exact fit leaves: rounding."""

_STEPS: Final = 100
"""Most steps of an iteration; a dozen is usual."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Estimates:
    """In the scaled design."""

    values: Matrix
    covariance: Matrix | None
    log_likelihood: float | None
    freedom: float
    """Of the t distribution of the estimates; infinite is the normal."""


def fit_default_model(sample: Sample, estimator: Estimator) -> DefaultFit:
    r"""Fit the log-odds of default to indicators.

    Parameters
    ----------
    sample
        n rows of k indicators in any units, with outcomes as the estimator takes them.
    estimator
        Least squares on log-odds (outcomes in (0, 1)), logit (0 and 1), or fractional (in [0, 1]).

    Returns
    -------
    DefaultFit
        Without standard errors where n = k + 1, a saturated fit, or where nothing is left over.

    Raises
    ------
    ModelDomainError
        If there is no such estimator; n <= k; an indicator is constant or follows from the others; an outcome is none
        of the estimator's; outcomes are all alike; or indicators separate them, so that no finite coefficients fit
        best.

    Notes
    -----
    .. math:: y_i = \ln\frac{p_i}{1 - p_i} = a + b'x_i + e_i

    Least squares minimise :math:`\sum e_i^2`; the others maximise
    :math:`\sum_i o_i \ln p_i + (1 - o_i) \ln(1 - p_i)` over outcomes :math:`o_i`, for fractions with variances scaled
    by Pearson's statistic over n - k - 1.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (1) to (3), reconstructed: its
       regression of 10 observations on 9 indicators is saturated.
    .. [2] Papke, Wooldridge, *Econometric methods for fractional response variables*, Journal of Applied Econometrics
       11 (1996).

    Examples
    --------
    >>> sample = Sample(indicators=("arrears",), rows=((0.0,), (1.0,), (2.0,)), outcomes=(0.1, 0.3, 0.4))
    >>> fit = fit_default_model(sample, Estimator.LOG_ODDS)
    >>> round(fit.intercept, 6), round(fit.coefficients[0], 6), fit.residual_freedom
    (-2.045876, 0.89588, 1)
    """
    estimator = domain.one_of("estimator", estimator, Estimator)
    design = design_of(sample)
    fitters: dict[Estimator, Callable[[Design, Matrix], _Estimates]] = {
        Estimator.LOG_ODDS: _least_squares,
        Estimator.LOGIT: _logit,
        Estimator.FRACTIONAL: _fractional,
    }
    found = fitters[estimator](design, np.array(sample.outcomes, dtype=np.float64))
    covariance = found.covariance if found.covariance is not None else np.zeros((len(found.values),) * 2)
    values, covariance = design.original(found.values, covariance)
    errors = p_values = None
    if found.covariance is not None:
        errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        p_values = _two_sided(values, errors, found.freedom)
    return DefaultFit(
        estimator=estimator,
        indicators=sample.indicators,
        intercept=float(values[0]),
        coefficients=tuple(map(float, values[1:])),
        standard_errors=None if errors is None else tuple(map(float, errors)),
        p_values=None if p_values is None else tuple(map(float, p_values)),
        observations=sample.size,
        log_likelihood=found.log_likelihood,
    )


def _two_sided(values: Matrix, errors: Matrix, freedom: float) -> Matrix:
    """Probability of an estimate so far from 0 by chance; at an error of 0 it is 0, or 1 for what is 0 itself."""
    known = errors > 0.0
    ratios = np.divide(abs(values), errors, out=np.where(values == 0.0, 0.0, np.inf), where=known)
    return np.asarray(2.0 * stats.t.sf(ratios, freedom), dtype=np.float64)


def _least_squares(design: Design, outcomes: Matrix) -> _Estimates:
    odds = np.array([_log_odds(place, float(outcome)) for place, outcome in enumerate(outcomes)])
    regression = sm.OLS(odds, design.matrix).fit()
    freedom = len(odds) - design.matrix.shape[1]
    left, all_ = float(regression.ssr), float(odds @ odds)
    if freedom == 0 or left <= _EXACT * all_:
        return _Estimates(values=regression.params, covariance=None, log_likelihood=None, freedom=freedom)
    return _Estimates(
        values=regression.params,
        covariance=regression.cov_params(),
        log_likelihood=float(regression.llf),
        freedom=freedom,
    )


def _log_odds(place: int, outcome: float) -> float:
    domain.within(f"outcomes[{place}]", outcome, 0, 1, open_low=True, open_high=True)
    return log_odds(outcome)


def _logit(design: Design, outcomes: Matrix) -> _Estimates:
    for place, outcome in enumerate(outcomes):
        if outcome not in (0.0, 1.0):
            raise ModelDomainError(f"outcomes[{place}]", float(outcome), "0 or 1: whether it defaulted")
    _require_both(outcomes)
    regression = _converged(design, outcomes, lambda: sm.Logit(outcomes, design.matrix).fit(disp=0, maxiter=_STEPS))
    return _Estimates(
        values=regression.params,
        covariance=regression.cov_params(),
        log_likelihood=float(regression.llf),
        freedom=math.inf,
    )


def _fractional(design: Design, outcomes: Matrix) -> _Estimates:
    _require_both(outcomes)
    model = sm.GLM(outcomes, design.matrix, family=sm.families.Binomial())
    regression = _converged(design, outcomes, lambda: model.fit(scale="X2", maxiter=_STEPS, tol=1e-12))
    freedom = len(outcomes) - design.matrix.shape[1]
    odds = design.matrix @ regression.params
    quasi = float(np.sum(outcomes * odds - np.logaddexp(0.0, odds)))
    exact = freedom == 0 or regression.pearson_chi2 <= _EXACT * len(outcomes)
    return _Estimates(
        values=regression.params,
        covariance=None if exact else regression.cov_params(),
        log_likelihood=quasi,
        freedom=freedom,
    )


def _require_both(outcomes: Matrix) -> None:
    for certain, side in ((0.0, "default"), (1.0, "do not")):
        if np.all(outcomes == certain):
            raise ModelDomainError("outcomes", f"all {certain:g}", f"some that {side} as well")


def _converged(design: Design, outcomes: Matrix, fit: Callable[[], Any]) -> Any:
    """The regression where its likelihood has a maximum; ``Any`` because the package has no types."""
    regression = None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of separation and divergence, which are looked for below
        try:
            regression = fit()
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            regression = None
    odds = math.inf if regression is None else float(np.max(abs(design.matrix @ regression.params)))
    settled = regression is not None and _has_settled(regression)
    if settled and odds <= _PLAIN_ODDS:
        return regression
    if is_separated(design.matrix, outcomes):
        limit = (
            "such that no indicators tell those that default from the others without error: "
            "no finite coefficients would fit best"
        )
        raise ModelDomainError("outcomes", "separated", limit)
    if not settled or not math.isfinite(odds):
        raise ModelDomainError("outcomes", "nearly separated", "less sharply told apart: the fit does not converge")
    return regression


def _has_settled(regression: Any) -> bool:
    told = getattr(regression, "mle_retvals", None)
    return bool(regression.converged if told is None else told["converged"])
