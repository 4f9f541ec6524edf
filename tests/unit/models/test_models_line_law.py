"""The best line under laws of every kind, tame and wild, smooth and of single amounts.

given a law: the profit lies between the lower and the upper sum of its integral, and no line earns more
given a discrete law: the same, at the quantile
given what is no such law: one refusal that says why, and no warning
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scfin_chain.models import Lending, ModelDomainError, expected_profit_under, optimal_line_under

repeatable = settings(derandomize=True, deadline=None, max_examples=40)
CAP = 1000.0
shapes = st.sampled_from([1e-3, 0.05, 0.3, 1.0, 2.5, 30.0, 1e3])
scales = st.sampled_from([1e-200, 1e-3, 1.0, CAP / 3, CAP, 1e9, 1e200])


def of(*families: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*[st.builds(family, shapes, scale=scales) for family in families])


continuous = st.one_of(
    of(stats.lognorm, stats.gamma, stats.weibull_min, stats.pareto, stats.lomax, stats.fisk, stats.invgamma),
    st.builds(stats.beta, shapes, shapes, scale=scales),
    st.builds(stats.burr12, shapes, shapes, scale=scales),
    st.builds(stats.uniform, loc=st.sampled_from([0.0, 1.0, CAP]), scale=scales),
)
shares = st.floats(0.001, 0.999)
discrete = st.one_of(
    st.builds(stats.poisson, st.sampled_from([1e-6, 0.7, 40.0, 3e3, 1e9])),
    st.builds(stats.geom, shares),
    st.builds(stats.binom, st.integers(1, 5000), shares),
    st.builds(stats.nbinom, st.integers(1, 50), shares),
    st.builds(stats.logser, shares),
    st.builds(stats.zipf, st.floats(1.1, 5.0)),
    st.builds(stats.poisson, st.just(300.0), loc=st.just(0.5)),
    st.just(stats.rv_discrete(values=([0.0, 0.25 * CAP, CAP], [0.1, 0.4, 0.5]))),
    st.just(stats.rv_discrete(values=([0.0, 0.25 * CAP, CAP], [0.1, 0.4, 0.5]))(loc=10.5)),
)
lendings = st.builds(Lending, rate=st.floats(0.0, 1.0), cost_rate=st.floats(0.0, 0.3), cap=st.just(CAP))


def bounds(law: Any, owed: float) -> tuple[float, float]:
    """Sums below and above the integral of F, which rises."""
    with np.errstate(all="ignore"):
        ends = law.ppf(np.linspace(0.0, float(law.cdf(owed)), 401)[:-1])
    ends = np.concatenate([ends, np.linspace(0.0, owed, 2401), np.geomspace(owed * 1e-12, owed, 2401)])
    ends = np.unique(np.append(ends[(ends >= 0.0) & (ends < owed)], [0.0, owed]))
    with np.errstate(all="ignore"):
        heights = law.cdf(ends)
    widths = np.diff(ends)
    return float(np.sum(heights[:-1] * widths)), float(np.sum(heights[1:] * widths))


@repeatable
@given(st.one_of(continuous, discrete), lendings)
def test_the_best_line_is_best_whatever_the_law(law: Any, lending: Lending) -> None:
    best = optimal_line_under(lending, law)
    assert 0.0 <= best.line <= lending.cap
    assert math.isfinite(best.profit)
    owed = best.line * (1.0 + lending.rate)
    if owed > 1e-290:
        least, most = bounds(law, owed)
        shortfall = (lending.rate - lending.cost_rate) * best.line - best.profit
        assert least - 1e-7 * owed <= shortfall <= most + 1e-7 * owed
    for line in (0.0, 0.3 * best.line, 0.999 * best.line, 1.001 * best.line, 3.0 * best.line, 0.5 * CAP, CAP):
        assert expected_profit_under(lending, min(line, CAP), law) <= best.profit + 1e-7 * max(line, best.line)


def test_discrete_laws_give_their_quantile() -> None:
    lending = Lending(rate=1.0, cost_rate=0.0, cap=CAP)  # half of the law is a loss
    best = optimal_line_under(lending, stats.rv_discrete(values=([0.0, 500.0, 1000.0], [0.25, 0.5, 0.25])))
    assert (best.line, best.profit) == (250.0, 250.0 - 0.25 * 500.0)
    sure = optimal_line_under(lending, stats.randint(1000, 1001))
    assert (sure.line, sure.profit) == (500.0, 500.0)
    assert optimal_line_under(lending, stats.bernoulli(0.3)).line == 0.0
    assert optimal_line_under(lending, stats.randint(0, 1000)).profit == pytest.approx(124.75, rel=1e-12)


def test_extreme_laws_have_a_best_line_all_the_same() -> None:
    lending = Lending(rate=0.10, cost_rate=0.065, cap=CAP)
    wide = optimal_line_under(lending, stats.lognorm(30, scale=CAP))
    assert wide.line == pytest.approx(stats.lognorm(30, scale=CAP).ppf(0.035 / 1.1) / 1.1, rel=1e-12)
    # the integral of the quantiles, by completing the square
    share = stats.norm.cdf(stats.norm.ppf(0.035 / 1.1) - 30)
    assert wide.profit == pytest.approx(CAP * math.exp(450) * share, rel=1e-6)
    assert optimal_line_under(lending, stats.beta(1e-3, 1e-3, scale=CAP)).line < 1e-300
    assert optimal_line_under(lending, stats.pareto(1e-3)).capped


class Broken:
    """A law whose quantiles are ``found``, or the error that they raise."""

    def __init__(self, found: float | Exception) -> None:
        self.found = found

    def support(self) -> tuple[float, float]:
        return 0.0, 1.0

    def cdf(self, x: float, /) -> float:
        return min(x, 1.0)

    def ppf(self, q: float, /) -> float:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.lognorm(-1.0), "repayment is nan: must be a law whose parameters lie in its domain"),
        (lambda: stats.lognorm(math.nan), "repayment is nan: must be a law whose parameters lie in its domain"),
        (lambda: stats.poisson(-3.0), "repayment is nan: must be a law whose parameters lie in its domain"),
        (lambda: stats.skellam(3.0, 4.0), "repayment is -inf: must be a law of amounts that are never below 0"),
        (lambda: stats.randint(10**8, 10**8 + 10**6), None),
        (
            lambda: stats.randint(0, 10**9),
            r"^repayment is \'randint\': must be continuous, or of at most 10,000,000 amounts below the 9",
        ),
        (lambda: Broken(math.nan), r"must be a law whose quantiles can be computed \(undefined\)"),
        (lambda: Broken(RuntimeError("no root")), r"must be a law whose quantiles can be computed \(no root\)"),
    ],
)
def test_refuses_for_the_true_reason(call: Callable[[], Any], message: str | None) -> None:
    lending = Lending(rate=0.10, cost_rate=0.0, cap=1e8)
    if message is None:
        assert optimal_line_under(lending, call()).line < lending.cap
        return
    with pytest.raises(ModelDomainError, match=message) as refused:
        optimal_line_under(lending, call())
    assert refused.value.field == "repayment"
