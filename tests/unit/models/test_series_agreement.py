"""The time series models beside the library itself, called directly, and beside plain linear algebra.

given random series, stationary or walking, of any scale
    every statistic should be the library's to 1e-10, where the library is given the same specification
    changing the unit of a series should change nothing that has no unit
"""

import numpy as np
import pytest
from statsmodels.tsa.stattools import adfuller, grangercausalitytests
from statsmodels.tsa.vector_ar.var_model import VAR

from scfin_chain.models.series import (
    Criterion,
    LagCriterion,
    Sample,
    Terms,
    adf,
    check_residuals,
    fit_autoregression,
    granger_causality,
    impulse_responses,
    lag_orders,
    sample_of,
    variance_decomposition,
)

SEEDS = range(6)


def walks(seed: int, *, series: int = 2, rows: int = 60) -> np.ndarray:
    """Random series of which some walk and each depends on the one before it."""
    chance = np.random.default_rng(seed)
    values = np.zeros((rows, series))
    own = chance.uniform(0.1, 1.0, series)
    for t in range(1, rows):
        values[t] = own * values[t - 1] + 0.2 * np.roll(values[t - 1], 1) * (np.arange(series) > 0)
        values[t] += chance.standard_normal(series)
    return values


def named(values: np.ndarray) -> Sample:
    return sample_of({f"s{place}": column for place, column in enumerate(values.T)})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lags", [1, 2, 4])
def test_granger_is_the_librarys(seed: int, lags: int):
    values = walks(seed)
    theirs, regressions = grangercausalitytests(values, [lags])[lags]
    ours = granger_causality(values[:, 0], values[:, 1], lags=lags)

    statistic, p_value, denominator, numerator = theirs["ssr_ftest"]
    assert ours.statistic == pytest.approx(statistic, rel=1e-10, abs=1e-10)
    assert ours.p_value == pytest.approx(p_value, rel=1e-9)
    assert (ours.lags, ours.degrees) == (numerator, denominator)
    assert ours.rss_restricted == pytest.approx(regressions[0].ssr, rel=1e-10)
    assert ours.rss_unrestricted == pytest.approx(regressions[1].ssr, rel=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("terms", list(Terms))
@pytest.mark.parametrize("lags", [0, 1, 5])
def test_unit_root_test_is_the_librarys(seed: int, terms: Terms, lags: int):
    series = walks(seed)[:, 0]
    theirs = adfuller(series, maxlag=lags, regression=terms.value, autolag=None, result_object=True)
    ours = adf(series, terms=terms, lags=lags)

    assert ours.tau == pytest.approx(theirs.statistic, rel=1e-10, abs=1e-10)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-12)
    assert ours.critical_values == pytest.approx(tuple(theirs.critical_values.values()), rel=1e-12)
    assert (ours.observations, ours.raw_observations) == (theirs.nobs, 60)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("terms", list(Terms))
@pytest.mark.parametrize("criterion", list(LagCriterion))
@pytest.mark.parametrize("most_lags", [None, 6])
def test_lags_are_chosen_as_the_library_does(seed: int, terms: Terms, criterion: LagCriterion, most_lags: int | None):
    series = walks(seed)[:, 1]
    theirs = adfuller(
        series, maxlag=most_lags, regression=terms.value, autolag=criterion.value.upper(), result_object=True
    )
    ours = adf(series, terms=terms, lags=criterion, most_lags=most_lags)

    assert ours.lags == theirs.lags
    assert ours.tau == pytest.approx(theirs.statistic, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("series", [2, 3, 4])
def test_autoregression_is_the_librarys(seed: int, series: int):
    values = walks(seed, series=series) * 10.0 ** np.arange(series) + 3
    theirs = VAR(values).fit(2, trend="c")
    ours = fit_autoregression(named(values), lags=2)

    assert ours.coefficients == pytest.approx(theirs.coefs, rel=1e-9, abs=1e-10)
    assert ours.intercept == pytest.approx(theirs.intercept, rel=1e-9, abs=1e-10)
    assert ours.residuals == pytest.approx(theirs.resid, rel=1e-8, abs=1e-10)
    assert ours.covariance == pytest.approx(theirs.sigma_u, rel=1e-9, abs=1e-10)
    assert (ours.aic, ours.bic, ours.hq) == pytest.approx((theirs.aic, theirs.bic, theirs.hqic), abs=1e-10)
    assert ours.observations == theirs.nobs == 58
    assert ours.moduli == pytest.approx(sorted(1 / np.abs(theirs.roots), reverse=True), rel=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_autoregression_is_least_squares_of_each_equation(seed: int):
    values = walks(seed)
    ours = fit_autoregression(named(values), lags=1)
    design = np.column_stack([np.ones(59), values[:-1]])
    plain = np.linalg.lstsq(design, values[1:], rcond=None)[0]

    assert np.column_stack([ours.intercept, ours.coefficients[0]]) == pytest.approx(plain.T, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_lag_orders_are_the_librarys(seed: int):
    values = walks(seed) * (1, 1000)
    theirs = VAR(values).select_order(6)
    ours = lag_orders(named(values), most_lags=6)

    for criterion, name in ((Criterion.AIC, "aic"), (Criterion.BIC, "bic"), (Criterion.HQ, "hqic")):
        assert getattr(ours, criterion.value) == pytest.approx(theirs.ics[name], abs=1e-10)
        assert ours.best(criterion) == theirs.selected_orders[name]
    assert ours.observations == 54


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("orthogonal", [False, True])
def test_impulse_responses_are_the_librarys(seed: int, orthogonal: bool):
    values = walks(seed, series=3) * (1, 50, 0.1)
    theirs = VAR(values).fit(2, trend="c").irf(8)
    ours = impulse_responses(fit_autoregression(named(values), lags=2), horizon=8, level=0.9, orthogonal=orthogonal)
    errors = theirs.stderr(orth=orthogonal)

    assert ours.values == pytest.approx(theirs.orth_irfs if orthogonal else theirs.irfs, rel=1e-9, abs=1e-10)
    assert ours.upper - ours.values == pytest.approx(1.6448536269514722 * errors, rel=1e-7, abs=1e-8)
    assert ours.values - ours.lower == pytest.approx(1.6448536269514722 * errors, rel=1e-7, abs=1e-8)
    assert ours.periods == tuple(range(9))


@pytest.mark.parametrize("seed", SEEDS)
def test_variance_decomposition_is_the_librarys(seed: int):
    values = walks(seed, series=3) * (1, 50, 0.1)
    theirs = VAR(values).fit(2, trend="c").fevd(6)
    chance = np.random.default_rng(seed)
    ours = variance_decomposition(fit_autoregression(named(values), lags=2), horizon=6, rng=chance, draws=100)

    assert ours.values == pytest.approx(theirs.decomp.swapaxes(0, 1), abs=1e-10)
    assert ours.values.sum(axis=2) == pytest.approx(1, abs=1e-12)
    assert np.all((ours.lower >= 0) & (ours.lower <= ours.upper) & (ours.upper <= 1 + 1e-12))


def test_bands_of_shares_hold_the_truth_about_as_often_as_they_say():
    """A system of two series whose decomposition is known, drawn 120 times: 90 % bands hold it in 75 % or more."""
    matrix, factor = np.array([[0.5, 0.3], [0.0, 0.4]]), np.array([[1.0, 0.0], [0.4, 0.9]])
    moving = [np.linalg.matrix_power(matrix, step) @ factor for step in range(4)]
    squares = sum(step**2 for step in moving)
    truth = squares[0, 1] / squares[0].sum()
    chance, held = np.random.default_rng(5), 0
    for _ in range(120):
        values = np.zeros((120, 2))
        for t in range(1, 120):
            values[t] = matrix @ values[t - 1] + factor @ chance.standard_normal(2)
        fit = fit_autoregression(named(values), lags=1)
        shares = variance_decomposition(fit, horizon=4, rng=chance, level=0.9, draws=200)
        _, lower, upper = shares.of("s0", "s1")
        held += lower[3] <= truth <= upper[3]

    assert 90 <= held <= 119


def test_the_same_generator_gives_the_same_bands():
    fit = fit_autoregression(named(walks(3)), lags=1)
    one, other = (variance_decomposition(fit, horizon=3, rng=np.random.default_rng(8), draws=150) for _ in range(2))

    assert np.array_equal(one.lower, other.lower)
    assert np.array_equal(one.upper, other.upper)


@pytest.mark.parametrize("seed", SEEDS)
def test_residual_checks_are_the_librarys(seed: int):
    values = walks(seed) * (1, 1e6)
    theirs = VAR(values).fit(1, trend="c")
    ours = check_residuals(fit_autoregression(named(values), lags=1), lags=8)
    white, normal = theirs.test_whiteness(nlags=8, adjusted=True), theirs.test_normality()

    assert ours.portmanteau.statistic == pytest.approx(white.test_statistic, rel=1e-9)
    assert ours.portmanteau.p_value == pytest.approx(white.pvalue, rel=1e-8)
    assert ours.portmanteau.degrees == white.df == 28
    assert ours.normality.statistic == pytest.approx(normal.test_statistic, rel=1e-9)
    assert ours.normality.p_value == pytest.approx(normal.pvalue, rel=1e-8)
    assert ours.normality.degrees == 4
    assert ours.stable == theirs.is_stable()


@pytest.mark.parametrize("unit", [1e-20, 1e-6, 1e9, 1e30])
def test_units_do_not_matter(unit: float):
    values = walks(11)
    scaled = values * (unit, 1)

    for terms in Terms:
        assert adf(scaled[:, 0], terms=terms).tau == pytest.approx(adf(values[:, 0], terms=terms).tau, rel=1e-9)
    assert granger_causality(scaled[:, 1], scaled[:, 0], lags=2).statistic == pytest.approx(
        granger_causality(values[:, 1], values[:, 0], lags=2).statistic, rel=1e-9
    )
    plain, other = (fit_autoregression(named(series), lags=2) for series in (values, scaled))
    assert other.moduli == pytest.approx(plain.moduli, rel=1e-9)
    assert other.aic - plain.aic == pytest.approx(2 * np.log(unit), abs=1e-8)
    assert impulse_responses(other, horizon=3).of("s1", "s0")[2] == pytest.approx(
        impulse_responses(plain, horizon=3).of("s1", "s0")[2], rel=1e-8, abs=1e-10
    )
