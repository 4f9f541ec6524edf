"""The guarantee, the repayment law and the best line of paper 004.

given the paper's volumes: the guarantee is as printed, and vanishes where they vary too much
given the paper's rates: line and profit are as printed, but for two digits that are transposed
given a history of payments: the repayment law learns from the paid and from the overdue
given no margin: there is no line
"""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from scfin_chain.models import (
    PAPER_QUANTILE,
    BusinessVolume,
    Freight,
    Lateness,
    Lending,
    ModelDomainError,
    RepaymentLaw,
    credit_cap,
    estimate_volume,
    expected_profit,
    freight_guarantee,
    normal_cdf,
    normal_quantile,
    optimal_line,
    predictive_line,
    repayment_law,
)

VOLUME = BusinessVolume(mean=872_456, deviation=500_518)
FREIGHT = Freight(unit_price=0.29, distance=1000)
GUARANTEE = 13_514_377.0
repeatable = settings(derandomize=True, deadline=None)
lendings = st.builds(Lending, rate=st.floats(0.001, 0.5), cost_rate=st.floats(0, 0.5), cap=st.floats(1.0, 1e12))
exponents = st.floats(0.05, 50)


def lending(rate: float, default_probability: float = 0.42341969) -> Lending:
    cap = credit_cap(GUARANTEE, default_probability=default_probability)
    return Lending(rate=rate, cost_rate=0.065, cap=cap)


@pytest.mark.parametrize(
    ("quantile", "expected", "digits"),
    [
        (PAPER_QUANTILE, 13_514_377.0, 5e-4),
        (normal_quantile(0.95), 14_261_374.180196, 5e-6),  # the exact quantile: 5.53 % more
        (1.645, 14_240_128.10, 5e-3),
    ],
)
def test_guarantee_given_paper(quantile: float, expected: float, digits: float) -> None:
    assert freight_guarantee(VOLUME, FREIGHT, quantile=quantile) == pytest.approx(expected, abs=digits)


def test_guarantee_over_more_periods() -> None:
    law = BusinessVolume(mean=60, deviation=40)
    assert law.lower_bound(quantile=normal_quantile(0.95), periods=12) == pytest.approx(492.082395768, abs=5e-10)
    assert law.lower_bound(quantile=PAPER_QUANTILE, periods=12) == pytest.approx(491.369293401, abs=5e-10)


def test_refuses_guarantee_given_too_wide_a_law() -> None:
    assert VOLUME.lower_bound(quantile=1.96) * 290 == pytest.approx(-31_482_191.2, abs=0.05)
    with pytest.raises(ModelDomainError, match="guaranteed volume"):
        freight_guarantee(VOLUME, FREIGHT, quantile=1.96)
    # the paper's two volumes with n - 1: the guarantee would be -85.7 million
    unbiased = replace(VOLUME, deviation=VOLUME.deviation * math.sqrt(2))
    assert unbiased.deviation == pytest.approx(707_839.34, abs=5e-3)
    with pytest.raises(ModelDomainError, match="guaranteed volume"):
        freight_guarantee(unbiased, FREIGHT, quantile=PAPER_QUANTILE)


def test_guarantee_vanishes_at_a_confidence_of_96_per_cent() -> None:
    assert VOLUME.mean / VOLUME.deviation == pytest.approx(1.743106, abs=5e-7)
    assert normal_cdf(VOLUME.mean / VOLUME.deviation) == pytest.approx(0.9593, abs=5e-5)


def test_estimates_volume_by_maximum_likelihood() -> None:
    assert estimate_volume([371_938, 1_372_974]) == VOLUME
    assert estimate_volume([7]) == BusinessVolume(mean=7, deviation=0)
    assert estimate_volume([2**128 - 1] * 12).deviation == 0


@pytest.mark.parametrize(
    ("rate", "line", "profit"),
    [
        (0.07, 36_411.792898, 91.029482),
        (0.08, 108_223.940002, 811.679550),
        (0.10, 247_931.208004, 4_338.796140),  # printed: 247,913
        (0.12, 382_648.930720, 10_522.845595),
        (0.15, 575_939.576356, 24_477.431995),
    ],
)
def test_line_given_paper(rate: float, line: float, profit: float) -> None:
    best = optimal_line(lending(rate))
    assert best.line == pytest.approx(line, abs=5e-7)
    assert best.profit == pytest.approx(profit, abs=5e-7)
    assert best.zero_at == pytest.approx(2 * line, abs=1e-6)


@pytest.mark.parametrize(
    ("default_probability", "line", "profit"),
    [(0.0, 430_002.904545, 7_525.050830), (0.5, 215_001.452273, 3_762.525415)],
)
def test_line_given_other_default_probability(default_probability: float, line: float, profit: float) -> None:
    best = optimal_line(lending(0.10, default_probability))
    assert (best.line, best.profit) == pytest.approx((line, profit), abs=5e-7)


def test_supports_given_paper() -> None:
    # printed: 7,792,124; 8,337,572; 8,415,494
    cap = lending(0.07).cap
    assert [round(cap * growth) for growth in (1, 1.07, 1.08)] == [7_792_124, 8_337_572, 8_415_494]
    assert round(credit_cap(GUARANTEE, default_probability=0.4234), 2) == 7_792_389.78


@pytest.mark.parametrize("rate", [0.065, 0.05, 0.0])
def test_no_line_given_no_margin(rate: float) -> None:
    best = optimal_line(lending(rate))
    assert (best.line, best.profit, best.zero_at) == (0, 0, 0)
    assert predictive_line(lending(rate), RepaymentLaw(shape=5, rate=1)) == 0


def test_profit_of_the_printed_line() -> None:
    assert expected_profit(lending(0.10), 247_913) == pytest.approx(4_338.796, abs=5e-4)


def test_lateness_counts_the_overdue() -> None:
    seen = Lateness(paid=4, late_days=10 + 35 + 20)
    assert seen.late_months == pytest.approx(2.136986301, abs=5e-10)
    assert repayment_law(seen).exponent == pytest.approx(1.593886463, abs=5e-10)
    assert repayment_law(seen, prior=4).exponent == pytest.approx(1.303571429, abs=5e-10)
    # without the unpaid one, which is wrong
    assert repayment_law(Lateness(paid=4, late_days=45)).exponent == pytest.approx(2.016574586, abs=5e-10)


def test_law_given_nothing_seen_is_uniform() -> None:
    assert repayment_law(Lateness(paid=0, late_days=0), prior=3.5).exponent == 1


@repeatable
@given(st.integers(0, 1000), st.integers(0, 10**5), st.floats(0.1, 20))
def test_each_day_overdue_lowers_the_exponent(paid: int, late_days: int, prior: float) -> None:
    today = repayment_law(Lateness(paid=paid, late_days=late_days), prior=prior)
    tomorrow = repayment_law(Lateness(paid=paid, late_days=late_days + 1), prior=prior)
    assert tomorrow.exponent < today.exponent


@repeatable
@given(lendings, exponents)
def test_best_line_beats_a_grid(terms: Lending, exponent: float) -> None:
    best = optimal_line(terms, exponent=exponent)
    assert 0 <= best.line <= terms.cap
    assert best.profit == pytest.approx(
        expected_profit(terms, best.line, exponent=exponent), rel=1e-9, abs=1e-12 * terms.cap
    )
    for step in range(31):
        line = terms.cap * step / 20
        assert expected_profit(terms, line, exponent=exponent) <= best.profit + 1e-12 * terms.cap


@repeatable
@given(lendings, exponents)
def test_profit_is_used_up_where_it_says(terms: Lending, exponent: float) -> None:
    best = optimal_line(terms, exponent=exponent)
    assert expected_profit(terms, best.zero_at, exponent=exponent) == pytest.approx(0, abs=1e-9 * terms.cap)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("line", [0.0, 300.0, 1000.0, 1400.0])
def test_profit_equals_integral_over_the_law(exponent: float, line: float) -> None:
    terms = Lending(rate=0.10, cost_rate=0.065, cap=1000.0)
    most = terms.cap * (1 + terms.rate)
    shortfall, _ = quad(lambda x: min(x / most, 1.0) ** exponent, 0, line * 1.1, points=[most])
    assert expected_profit(terms, line, exponent=exponent) == pytest.approx(0.035 * line - shortfall, abs=1e-6)


@repeatable
@given(lendings, st.floats(0.5, 50), st.floats(0.1, 50))
def test_predictive_line_is_the_quantile_of_its_law(terms: Lending, shape: float, rate: float) -> None:
    law = RepaymentLaw(shape=shape, rate=rate)
    used = predictive_line(terms, law) / terms.cap
    if used > 1e-290:
        assert law.predictive_cdf(used) == pytest.approx(terms.critical_ratio, rel=1e-6)


def test_predictive_law_spans_all_shares() -> None:
    law = RepaymentLaw(shape=2, rate=1)
    assert (law.predictive_cdf(0.0), law.predictive_cdf(1.0)) == (0, 1)


@repeatable
@given(lendings, st.floats(0.5, 50), st.floats(0.1, 50))
def test_predictive_line_is_the_more_prudent(terms: Lending, shape: float, rate: float) -> None:
    law = RepaymentLaw(shape=shape, rate=rate)
    plugged_in = optimal_line(terms, exponent=law.exponent).line
    assert predictive_line(terms, law) <= plugged_in * (1 + 1e-12)


@repeatable
@given(st.floats(0.07, 0.5), st.floats(0.0, 0.9), st.floats(1.0, 2.0))
def test_paper_elasticities(rate: float, default_probability: float, scale: float) -> None:
    base = lending(rate, default_probability)
    assert optimal_line(replace(base, cap=base.cap * scale)).line == pytest.approx(
        optimal_line(base).line * scale, rel=1e-12
    )


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: Lending(rate=7, cost_rate=0.065, cap=1), "rate"),
        (lambda: Lending(rate=0.07, cost_rate=-0.1, cap=1), "cost_rate"),
        (lambda: Lending(rate=0.07, cost_rate=0.065, cap=math.inf), "cap"),
        (lambda: credit_cap(1.0, default_probability=1.0), "default_probability"),
        (lambda: credit_cap(-1.0, default_probability=0.5), "guarantee"),
        (lambda: expected_profit(lending(0.07), -1.0), "line"),
        (lambda: expected_profit(lending(0.07), 1.0, exponent=0.0), "exponent"),
        (lambda: optimal_line(lending(0.07), exponent=math.nan), "exponent"),
        (lambda: BusinessVolume(mean=-1.0, deviation=1.0), "mean"),
        (lambda: BusinessVolume(mean=1.0, deviation=math.nan), "deviation"),
        (lambda: VOLUME.lower_bound(quantile=-1.65), "quantile"),
        (lambda: VOLUME.lower_bound(quantile=1.65, periods=0), "periods"),
        (lambda: estimate_volume([]), "periods"),
        (lambda: estimate_volume([1, -1]), "volumes"),
        (lambda: Freight(unit_price=0.0, distance=1.0), "unit_price"),
        (lambda: Freight(unit_price=1.0, distance=-1.0), "distance"),
        (lambda: Lateness(paid=-1, late_days=0), "paid"),
        (lambda: Lateness(paid=1, late_days=0.5), "late_days"),
        (lambda: repayment_law(Lateness(paid=0, late_days=0), prior=0.0), "prior"),
        (lambda: RepaymentLaw(shape=1.0, rate=1.0).predictive_cdf(1.1), "repaid"),
        (lambda: normal_quantile(1.0), "confidence"),
    ],
)
def test_refuses_outside_domain(call, field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        call()
    assert refused.value.field == field
