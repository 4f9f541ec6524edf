"""Paper 004's line beyond the uniform law, its rate, its elasticities and its tables.

given the uniform law or a power law: the closed forms
given any law: no line on a grid earns more, and the cap may bind
given no ceiling and no answer of the default probability: there is no best rate, and none is returned
given one of them: profit is highest there
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scfin_chain.models import (
    PAPER_GUARANTEE,
    Lending,
    ModelDomainError,
    RateResponse,
    best_rate,
    credit_cap,
    expected_profit,
    expected_profit_under,
    line_elasticities,
    line_scenarios,
    optimal_line,
    optimal_line_under,
    profits_by_line,
)

repeatable = settings(derandomize=True, deadline=None, max_examples=25)
PAPER = Lending(rate=0.10, cost_rate=0.065, cap=credit_cap(13_514_377, default_probability=0.42341969))
MOST = PAPER.cap * 1.10
PROBABILITY = 0.42341969


@pytest.mark.parametrize("exponent", [0.5, 1.0, 5.0])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0, 1.7])
def test_power_laws_give_the_closed_forms(exponent: float, share: float) -> None:
    law = stats.powerlaw(exponent, scale=MOST)
    line = share * PAPER.cap
    expected = expected_profit(PAPER, line, exponent=exponent)
    assert expected_profit_under(PAPER, line, law) == pytest.approx(expected, rel=1e-9, abs=1e-9 * MOST)
    best = optimal_line_under(PAPER, law)
    closed = optimal_line(PAPER, exponent=exponent)
    assert (best.line, best.profit) == pytest.approx((closed.line, closed.profit), rel=1e-8, abs=1e-9 * MOST)
    assert not best.capped


LAWS = [
    stats.beta(8, 2, scale=MOST),
    stats.expon(scale=MOST),
    stats.lognorm(1.0, scale=MOST / 3),
    stats.truncnorm(-3, 3, loc=MOST / 2, scale=MOST / 7),
    stats.uniform(loc=MOST, scale=1.0),
    stats.gamma(0.3, scale=MOST),
]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("rate", [0.07, 0.15, 0.6])
def test_no_line_earns_more_than_the_best(law: stats.rv_continuous, rate: float) -> None:
    lending = Lending(rate=rate, cost_rate=0.065, cap=PAPER.cap)
    best = optimal_line_under(lending, law)
    assert 0 <= best.line <= lending.cap
    for line in np.linspace(0, lending.cap, 9):
        assert expected_profit_under(lending, float(line), law) <= best.profit + 1e-6 * lending.cap


def test_cap_binds_where_repayment_is_sure() -> None:
    best = optimal_line_under(PAPER, stats.uniform(loc=2 * MOST, scale=1.0))
    assert (best.line, best.capped) == (PAPER.cap, True)
    assert best.profit == pytest.approx(0.035 * PAPER.cap, rel=1e-12)


def test_profit_equals_the_mean_over_draws() -> None:
    law = stats.beta(2, 3, scale=MOST)
    drawn = law.rvs(size=400_000, random_state=np.random.default_rng(5))
    line = 0.4 * PAPER.cap
    simulated = 0.035 * line - np.maximum(line * 1.1 - drawn, 0).mean()
    assert expected_profit_under(PAPER, line, law) == pytest.approx(simulated, rel=0.01)


def test_no_line_given_no_margin() -> None:
    best = optimal_line_under(Lending(rate=0.06, cost_rate=0.065, cap=1.0), stats.uniform())
    assert (best.line, best.profit, best.capped) == (0, 0, False)


@pytest.mark.parametrize("rate", [0.07, 0.1, 0.3])
def test_profit_rises_with_the_rate_for_ever(rate: float) -> None:
    here, more = (
        best_rate(PAPER_GUARANTEE, cost_rate=0.065, default_probability=PROBABILITY, ceiling=ceiling)
        for ceiling in (rate, rate + 0.01)
    )
    assert more.profit > here.profit
    assert (here.rate, here.at_ceiling) == (rate, True)


@repeatable
@given(st.floats(0.05, 0.9), st.floats(5.0, 60.0), st.floats(0.0, 0.2))
def test_best_rate_beats_a_grid_where_default_answers(probability: float, slope: float, cost: float) -> None:
    answer = RateResponse(default_probability=probability, reference_rate=0.07, slope=slope)
    best = best_rate(1e6, cost_rate=cost, default_probability=answer)
    assert not best.at_ceiling
    for rate in np.linspace(cost, 1, 201):
        cap = 1e6 * answer.survival(float(rate))
        assert optimal_line(Lending(rate=float(rate), cost_rate=cost, cap=cap)).profit <= best.profit * (1 + 1e-9)


@pytest.mark.parametrize("ceiling", [None, 1.0])
@pytest.mark.parametrize("slope", [1e3, 1e6])
def test_best_rate_next_to_the_cost_where_default_answers_steeply(slope: float, ceiling: float | None) -> None:
    answer = RateResponse(default_probability=0.3, reference_rate=0.07, slope=slope)
    best = best_rate(1e6, cost_rate=0.1, default_probability=answer, ceiling=ceiling)
    assert not best.at_ceiling
    assert best.rate - 0.1 == pytest.approx(2 / slope, rel=0.01)  # p is all but 1, so that k (r - c) is all but 2


@repeatable
@given(st.floats(0.05, 0.9), st.floats(5.0, 60.0), st.floats(0.0, 0.2))
def test_a_function_has_the_same_best_rate_as_the_response(probability: float, slope: float, cost: float) -> None:
    answer = RateResponse(default_probability=probability, reference_rate=0.5, slope=slope)
    response, function = (
        best_rate(1e6, cost_rate=cost, default_probability=one, ceiling=0.6) for one in (answer, lambda r: answer(r))
    )
    assert function.rate == pytest.approx(response.rate, rel=1e-6)
    assert function.profit == pytest.approx(response.profit, rel=1e-9)


def test_survival_is_exact_where_default_is_all_but_sure() -> None:
    answer = RateResponse(default_probability=0.5, reference_rate=0.0, slope=1e3)
    assert answer(0.1) == 1.0
    assert answer.survival(0.1) == pytest.approx(math.exp(-100.0), rel=1e-12)


def test_best_rate_given_a_ceiling_below_it() -> None:
    answer = RateResponse(default_probability=PROBABILITY, reference_rate=0.07, slope=20.0)
    best = best_rate(PAPER_GUARANTEE, cost_rate=0.065, default_probability=answer, ceiling=0.1)
    assert (best.rate, best.at_ceiling) == (0.1, True)


def test_refuses_a_best_rate_that_is_none() -> None:
    with pytest.raises(ModelDomainError, match="ceiling is None: must be given: no rate is best"):
        best_rate(PAPER_GUARANTEE, cost_rate=0.065, default_probability=PROBABILITY)
    faint = RateResponse(default_probability=PROBABILITY, reference_rate=0.07, slope=0.1)
    with pytest.raises(ModelDomainError, match="ceiling is None: must be given: no rate is best"):
        best_rate(PAPER_GUARANTEE, cost_rate=0.065, default_probability=faint)


@repeatable
@given(st.floats(0.08, 0.5), st.floats(0.0, 0.07), st.floats(0.05, 0.95))
def test_elasticities_are_differences(rate: float, cost: float, probability: float) -> None:
    found = line_elasticities(rate=rate, cost_rate=cost, default_probability=probability)

    def best(rate: float, cost: float, probability: float, guarantee: float = 1e6) -> tuple[float, float]:
        cap = credit_cap(guarantee, default_probability=probability)
        at = optimal_line(Lending(rate=rate, cost_rate=cost, cap=cap))
        return math.log(at.line), math.log(at.profit)

    step = 1e-6
    pairs = {
        "rate": (best(rate * (1 + step), cost, probability), best(rate * (1 - step), cost, probability)),
        "cost_rate": (best(rate, cost * (1 + step), probability), best(rate, cost * (1 - step), probability)),
        "default_probability": (best(rate, cost, probability * (1 + step)), best(rate, cost, probability * (1 - step))),
        "guarantee": (best(rate, cost, probability, 1e6 * (1 + step)), best(rate, cost, probability, 1e6 * (1 - step))),
    }
    for name, (up, down) in pairs.items():
        slopes = [(high - low) / (2 * step) for high, low in zip(up, down, strict=True)]
        assert getattr(found, name) == pytest.approx(tuple(slopes), rel=1e-4, abs=1e-6)


def test_volume_matters_more_only_below_one_half() -> None:
    assert line_elasticities(rate=0.1, cost_rate=0.065, default_probability=PROBABILITY).default_probability[0] > -1
    assert line_elasticities(rate=0.1, cost_rate=0.065, default_probability=0.51).default_probability[0] < -1


def test_table_8_given_paper() -> None:
    rows = line_scenarios([rate / 100 for rate in range(7, 16)])
    assert [round(row.basic.line) for row in rows if row.rate in (0.07, 0.08, 0.10, 0.12)] == [
        36_412,
        108_224,
        247_931,  # printed: 247,913
        382_649,
    ]
    for row in rows:
        assert row.more_volume.line == pytest.approx(1.1 * row.basic.line, rel=1e-12)
        assert row.safer.line == pytest.approx(row.basic.line * (1 - 0.9 * PROBABILITY) / (1 - PROBABILITY), rel=1e-12)
        assert row.more_volume.line > row.safer.line > row.basic.line
    (points,) = line_scenarios([0.10], absolute=True)
    assert points.safer.line > points.more_volume.line  # which the text denies


def test_table_9_given_paper() -> None:
    profits = profits_by_line(PAPER, [247_913, optimal_line(PAPER).line, 300_000])
    assert [round(profit) for profit in profits[:2]] == [4_339, 4_339]
    assert profits[2] < profits[1]


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: expected_profit_under(PAPER, -1.0, stats.uniform()), "line"),
        (lambda: expected_profit_under(PAPER, 1.0, stats.norm()), "repayment"),
        (lambda: optimal_line_under(PAPER, stats.uniform(loc=-1)), "repayment"),
        (lambda: optimal_line_under(PAPER, stats.uniform(scale=math.nan)), "repayment"),
        (lambda: optimal_line_under(PAPER, 3), "repayment"),  # type: ignore[arg-type]
        (lambda: optimal_line_under(PAPER, stats.uniform(scale=[1, 2])), "repayment"),
        (lambda: optimal_line_under(PAPER, stats.uniform(scale=[1])), "repayment"),
        (lambda: optimal_line_under(PAPER, stats.beta), "repayment"),
        (lambda: expected_profit_under(PAPER, 1.0, stats.uniform(scale=[1, 2])), "repayment"),
        (lambda: best_rate(-1.0, cost_rate=0.1, default_probability=0.1, ceiling=0.2), "guarantee"),
        (lambda: best_rate(1.0, cost_rate=0.1, default_probability=0.1, ceiling=0.1), "ceiling"),
        (lambda: best_rate(1.0, cost_rate=0.1, default_probability=1.0, ceiling=0.2), "default_probability"),
        (lambda: RateResponse(default_probability=1.0, reference_rate=0.1, slope=1.0), "default_probability"),
        (lambda: RateResponse(default_probability=0.1, reference_rate=0.1, slope=-1.0), "slope"),
        (lambda: line_elasticities(rate=0.05, cost_rate=0.065, default_probability=0.1), "rate"),
        (lambda: line_scenarios([0.1], change=2.0), "change"),
        (lambda: line_scenarios([0.1], change=0.5, absolute=True), "default_probability"),
        (lambda: line_scenarios([7.0]), "rate"),
        (lambda: line_scenarios([0.1], default_probability="x"), "default_probability"),  # type: ignore[arg-type]
        (lambda: line_scenarios([], default_probability=1.0), "default_probability"),
        (lambda: line_scenarios([], guarantee=-1.0), "guarantee"),
        (lambda: line_scenarios([], cost_rate=7.0), "cost_rate"),
    ],
)
def test_refuses_outside_domain(call: Callable[[], object], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        call()
    assert refused.value.field == field
