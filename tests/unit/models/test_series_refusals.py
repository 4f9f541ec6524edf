"""What the time series models refuse, and how they say so.

given a series that is short, gapped, infinite, constant, unequal or collinear with another
    it should be refused with one error that names the argument, its value and the domain
given any floats at all
    a model should refuse, or answer with finite numbers
"""

import warnings
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import series
from scfin_chain.models.series import (
    LagCriterion,
    Terms,
    adf,
    check_residuals,
    fit_autoregression,
    granger_causality,
    granger_from_sums,
    impulse_responses,
    lag_orders,
    most_lags_of,
    sample_of,
    simulated_probability,
    variance_decomposition,
)
from scfin_chain.models.series.sample import Sample

CHANCE = np.random.default_rng(1)
A, B = CHANCE.standard_normal((2, 30)).cumsum(axis=1)
FIT = fit_autoregression(sample_of({"a": A, "b": B}), lags=1)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: sample_of({}), "columns"),
        (lambda: sample_of({"a": A, "b": B[:-1]}), "b"),
        (lambda: sample_of({"a": [1.0, float("nan"), 2.0]}), r"a\[1\]"),
        (lambda: sample_of({"a": [1.0, float("inf"), 2.0]}), r"a\[1\]"),
        (lambda: sample_of({"a": [1.0, 1e46, 2.0]}), r"a\[1\]"),
        (lambda: sample_of({"a": [3.0, 3.0, 3.0]}), "a"),
        (lambda: sample_of({"a": [1e9, 1e9 + 1e-6, 1e9]}), "a"),
        (lambda: sample_of({"a": [1e-50, 2e-50]}), "a"),
        (lambda: sample_of({"a": [1.0]}), "a"),
        (lambda: sample_of({"a": [[1.0, 2.0], [3.0, 4.0]]}), "a"),
        (lambda: sample_of({"a": [[1.0], [3.0, 4.0]]}), "a"),
        (lambda: sample_of({"a": ["1", "2"]}), "a"),
        (lambda: sample_of({"a": [True, False, True]}), "a"),
        (lambda: sample_of({"a": [1.0, None, 2.0]}), "a"),
        (lambda: sample_of({"a": [10**400, 1]}), "a"),
        (lambda: sample_of({"a": np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])}), "a"),
        (lambda: Sample(names=("a", "a"), values=np.column_stack([A, B])), "names"),
        (lambda: Sample(names=("a",), values=np.column_stack([A, B])), "values"),
        (lambda: sample_of({"a": A}).column("b"), "name"),
        (lambda: sample_of({"a": [1.0, 0.0, 2.0]}).logarithms(), r"a\[1\]"),
        (lambda: sample_of({"a": [1.0, 2.0, 3.0]}).differences(), "change of a"),
        (lambda: granger_causality(A, B[:-1], lags=1), "cause"),
        (lambda: granger_causality(A, B, lags=0), "lags"),
        (lambda: granger_causality(A, B, lags=1.0), "lags"),
        (lambda: granger_causality(A, B, lags=10), "observations"),
        (lambda: granger_causality(A[:4], B[:4], lags=1), "observations"),
        (lambda: granger_causality(A[:3], B[:3], lags=50), "observations"),
        (lambda: granger_causality(A, 2 * A + 1, lags=1), "regressors"),
        (lambda: granger_causality(A, np.r_[np.zeros(29), 1.0], lags=1), "regressors"),
        (lambda: granger_causality(np.arange(30.0), B, lags=1), "residuals"),
        (lambda: granger_from_sums(restricted=7, unrestricted=8, observations=40, lags=2), "restricted"),
        (lambda: granger_from_sums(restricted=8, unrestricted=0, observations=40, lags=2), "unrestricted"),
        (lambda: granger_from_sums(restricted=8, unrestricted=8, observations=5, lags=2), "observations"),
        (lambda: granger_from_sums(restricted=8, unrestricted=8, observations=40, lags=0), "lags"),
        (lambda: granger_from_sums(restricted=1e80, unrestricted=5e-324, observations=40, lags=1), "statistic"),
        (lambda: granger_from_sums(restricted=9, unrestricted=8, observations=40, lags=1).rejects(0), "level"),
        (lambda: adf(A[:3], terms=Terms.TREND), "observations"),
        (lambda: adf(A[:2]), "observations"),
        (lambda: adf(A, lags=14), "observations"),
        (lambda: adf(A, lags=100), "observations"),
        (lambda: adf(A, lags=-1), "lags"),
        (lambda: adf(A, lags=2, most_lags=4), "most_lags"),
        (lambda: adf(A, lags=LagCriterion.AIC, most_lags=15), "most_lags"),
        (lambda: adf(A[:3], terms=Terms.TREND, lags=LagCriterion.AIC), "observations"),
        (lambda: adf(np.arange(30.0), terms=Terms.CONSTANT), "residuals"),
        (lambda: adf([1.0, float("nan"), 2.0], field="lending"), r"lending\[1\]"),
        (lambda: adf(A).rejects(0.02), "level"),
        (lambda: series.critical_value(0.02, terms=Terms.TREND), "level"),
        (lambda: series.critical_value(0.01, terms=Terms.TREND, observations=0), "observations"),
        (lambda: simulated_probability(-3, terms=Terms.TREND, observations=3, rng=rng()), "observations"),
        (lambda: simulated_probability(-3, terms=Terms.TREND, observations=30, rng=rng(), draws=10), "draws"),
        (lambda: fit_autoregression(sample_of({"a": A, "b": B}), lags=0), "lags"),
        (lambda: fit_autoregression(sample_of({"a": A[:5], "b": B[:5]}), lags=1), "observations"),
        (lambda: fit_autoregression(sample_of({"a": A, "b": -3 * A + 7}), lags=1), "series"),
        (lambda: fit_autoregression(sample_of({"a": 1.1 ** np.arange(30.0), "b": B}), lags=1), "residuals"),
        (lambda: fit_autoregression(sample_of({"a": A}), lags=1), "series"),
        (lambda: lag_orders(sample_of({"a": A, "b": B}), most_lags=10), "observations"),
        (lambda: most_lags_of(sample_of({"a": A[:5], "b": B[:5]})), "observations"),
        (lambda: impulse_responses(FIT, horizon=0), "horizon"),
        (lambda: impulse_responses(FIT, horizon=5, level=1.0), "level"),
        (lambda: impulse_responses(FIT, horizon=5).of("a", "c"), "shock"),
        (lambda: variance_decomposition(FIT, horizon=200, rng=rng()), "horizon"),
        (lambda: variance_decomposition(FIT, horizon=5, rng=rng(), draws=5), "draws"),
        (lambda: check_residuals(FIT, lags=1), "lags"),
        (lambda: check_residuals(FIT, lags=29), "lags"),
        (lambda: series.f_probability(-1, numerator=1, denominator=4), "statistic"),
        (lambda: series.f_statistic(0, numerator=1, denominator=4), "p_value"),
        (lambda: series.closest_degrees(()), "pairs"),
        (lambda: series.closest_degrees(((18.3, 0.0), (1.0, 0.1))), r"p_value\[0\]"),
        (lambda: series.closest_degrees(((18.3, 0.1, 3),)), "pairs"),
        (lambda: adf(A, terms="ctt"), "terms"),
        (lambda: series.critical_value(0.01, terms=None), "terms"),
        (lambda: series.asymptotic_probability(-3.0, terms="x"), "terms"),
        (lambda: lag_orders(sample_of({"a": A, "b": B}), most_lags=2).best("dic"), "criterion"),
        (lambda: series.fractional_denominator(18.3, 1e-9, numerator=1), "p_value"),
    ],
)
def test_refuses_by_name(call: Callable[[], object], field: str):
    with pytest.raises(ModelDomainError, match=rf"^{field} is .*: must be .+$"):
        call()


def test_says_how_many_observations_it_wants():
    with pytest.raises(ModelDomainError, match="observations is 5: must be at least 6, for 2 series with lags 1"):
        fit_autoregression(sample_of({"a": A[:5], "b": B[:5]}), lags=1)
    fit_autoregression(sample_of({"a": A[:6], "b": B[:6]}), lags=1)


@pytest.mark.parametrize("size", [7, 8, 9])
def test_says_so_where_observations_are_too_few_for_a_band(size: int):
    """The series are tame, and any horizon is refused: it is not the horizon that is wrong."""
    chance = np.random.default_rng(0)
    fit = fit_autoregression(sample_of({name: chance.normal(size=size + 1) for name in "abc"}), lags=1)
    assert fit.moduli[0] < 1
    with pytest.raises(ModelDomainError, match=f"^observations is {size}: must be more: a draw of their residuals"):
        variance_decomposition(fit, horizon=1, rng=rng())


def test_says_so_where_one_residual_follows_another():
    """Their covariance has no factor: it is no unit root that forbids the responses."""
    nearly = sample_of({"a": A, "b": A + 1e-8 * B})
    with pytest.raises(ModelDomainError, match=r"^(series|residuals) is 2: must be linearly independent"):
        fit_autoregression(nearly, lags=1)


def test_the_arrays_are_sealed():
    with pytest.raises(ValueError, match="read-only"):
        FIT.sample.values[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        FIT.coefficients[0, 0, 0] = 1.0


def test_a_sample_does_not_hold_on_to_the_callers_array():
    values = A.copy()
    kept = sample_of({"a": values})
    values[0] = 99.0

    assert kept.values[0, 0] == A[0]


def assert_finite(answer: Any) -> None:
    if isinstance(answer, np.ndarray):
        assert np.isfinite(answer).all()
    elif isinstance(answer, tuple | list):
        for part in answer:
            assert_finite(part)
    elif is_dataclass(answer):
        for field in fields(answer):
            assert_finite(getattr(answer, field.name))
    elif isinstance(answer, float):
        assert np.isfinite(answer)


anything = st.one_of(
    st.floats(-10, 10),
    st.floats(),
    st.sampled_from((0.0, 1.0, -1.0, 5e-324, 1e-300, 1e-45, 1e45, -1e45, 1.7e308)),
)
calm = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=24)
wild = st.lists(anything, min_size=0, max_size=24)
steps = st.lists(st.integers(-2, 2), min_size=6, max_size=40).map(lambda moves: [float(x) for x in np.cumsum(moves)])
a_series = st.one_of(calm, wild, steps)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(one=a_series, other=a_series, lags=st.integers(-1, 6), terms=st.sampled_from(list(Terms)))
def test_any_series_is_refused_or_gives_finite_tests(one: list[float], other: list[float], lags: int, terms: Terms):
    size = min(len(one), len(other))
    calls = (
        lambda: adf(one, terms=terms, lags=lags),
        lambda: adf(one, terms=terms, lags=LagCriterion.BIC),
        lambda: granger_causality(one[:size], other[:size], lags=lags),
    )
    for call in calls:
        try:
            answer = call()
        except ModelDomainError:
            continue
        assert_finite(answer)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(one=a_series, other=a_series, lags=st.integers(1, 3))
def test_any_series_is_refused_or_gives_a_finite_system(one: list[float], other: list[float], lags: int):
    size = min(len(one), len(other))
    try:
        sample = sample_of({"a": one[:size], "b": other[:size]})
        assert_finite(lag_orders(sample, most_lags=lags))
        fit = fit_autoregression(sample, lags=lags)
    except ModelDomainError:
        return
    assert_finite([fit.intercept, fit.coefficients, fit.covariance, fit.aic, fit.bic, fit.hq, fit.moduli])
    calls = (
        lambda: impulse_responses(fit, horizon=12),
        lambda: impulse_responses(fit, horizon=12, orthogonal=False),
        lambda: variance_decomposition(fit, horizon=12, rng=rng(), draws=100),
        lambda: check_residuals(fit, lags=lags + 1),
    )
    for call in calls:
        try:
            assert_finite(call())
        except ModelDomainError:
            continue


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    sums=st.tuples(st.one_of(st.floats(), st.floats(0, 100)), st.one_of(st.floats(), st.floats(0, 100))),
    observations=st.integers(-5, 100),
    lags=st.integers(-1, 30),
)
def test_any_sums_are_refused_or_give_a_probability(sums: tuple[float, float], observations: int, lags: int):
    try:
        test = granger_from_sums(restricted=sums[0], unrestricted=sums[1], observations=observations, lags=lags)
    except ModelDomainError:
        return
    assert 0 <= test.p_value <= 1
    assert test.statistic >= 0


def test_nothing_warns_where_a_shock_grows_for_ever():
    growth = sample_of({"a": 1.3 ** np.arange(30.0) + CHANCE.standard_normal(30), "b": B})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_autoregression(growth, lags=1)
        assert not check_residuals(fit, lags=4).stable
        assert impulse_responses(fit, horizon=120).values[-1, 0, 0] > 1
