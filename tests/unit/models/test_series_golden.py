"""The golden vectors of paper 000, and what its printed numbers come to.

given the two short series whose sums were taken by hand
    Granger's F and the unit root statistics should be theirs to ten digits
given the paper's statistics
    each printed probability and critical value should be what some specification gives it, or none
"""

import numpy as np
import pytest

from scfin_chain.models.series import (
    Terms,
    adf,
    asymptotic_probability,
    closest_degrees,
    critical_value,
    f_probability,
    f_statistic,
    fractional_denominator,
    granger_causality,
    granger_from_sums,
    printed_numbers,
    simulated_probability,
)

Z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
X = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)


@pytest.mark.parametrize(
    ("lags", "restricted", "unrestricted", "statistic", "degrees", "observations", "p_value"),
    [
        (1, 4.1338290389, 0.1695139817, 280.6363239633, 12, 15, 1.09195e-9),
        (2, 2.8643202114, 0.1357719743, 90.4344739158, 9, 14, 1.0991287e-6),
    ],
)
def test_granger_is_the_one_taken_by_hand(
    lags: int, restricted: float, unrestricted: float, statistic: float, degrees: int, observations: int, p_value: float
):
    test = granger_causality(Z, X, lags=lags)

    assert test.rss_restricted == pytest.approx(restricted, abs=5e-11)
    assert test.rss_unrestricted == pytest.approx(unrestricted, abs=5e-11)
    assert test.statistic == pytest.approx(statistic, abs=5e-11)
    assert (test.lags, test.degrees, test.observations) == (lags, degrees, observations)
    assert test.p_value == pytest.approx(p_value, rel=1e-6)


@pytest.mark.parametrize(
    ("terms", "tau"),
    [(Terms.NONE, 1.3643805558), (Terms.CONSTANT, -0.7141377084), (Terms.TREND, -6.1361555304)],
)
def test_unit_root_statistic_is_the_one_taken_by_hand(terms: Terms, tau: float):
    test = adf(Z, terms=terms)

    assert test.tau == pytest.approx(tau, abs=5e-11)
    assert (test.raw_observations, test.observations, test.lags) == (16, 15, 0)


def test_f_follows_from_sums():
    test = granger_from_sums(restricted=10, unrestricted=8, observations=40, lags=2)

    assert test.statistic == 4.375
    assert test.p_value == pytest.approx(0.0201407098, abs=5e-11)


def test_a_restricted_sum_that_falls_short_by_rounding_gives_an_f_of_zero():
    test = granger_from_sums(restricted=8 - 1e-12, unrestricted=8, observations=40, lags=2)

    assert (test.statistic, test.p_value) == (0, 1)


@pytest.mark.parametrize(
    ("statistic", "numerator", "denominator", "probability"),
    [
        (18.3107, 1, 37, 0.000127197413),
        (18.3107, 2, 35, 3.613613e-6),
        (0.2741, 1, 37, 0.6037165128),
        (0.2741, 1, 14, 0.6087828161),
    ],
)
def test_printed_f_has_another_probability(statistic: float, numerator: int, denominator: int, probability: float):
    found = f_probability(statistic, numerator=numerator, denominator=denominator)

    assert found == pytest.approx(probability, rel=5e-7, abs=5e-11)


def test_no_whole_degrees_of_freedom_give_the_printed_probability():
    closest = closest_degrees(((18.3107, 0.0131),))

    assert (closest.numerator, closest.denominator) == (1, 4)
    assert closest.p_value == pytest.approx(0.0128568, abs=5e-8)
    assert abs(closest.p_value - 0.0131) > 0.00005
    assert fractional_denominator(18.3107, 0.0131, numerator=1) == pytest.approx(3.9654, abs=5e-5)
    assert f_statistic(0.0131, numerator=1, denominator=37) == pytest.approx(6.79480, abs=5e-6)


def test_no_common_degrees_of_freedom_explain_both_rows():
    joint = closest_degrees(((18.3107, 0.0131), (0.2741, 0.6087)))

    assert (joint.numerator, joint.denominator) == (1, 4)
    assert f_probability(0.2741, numerator=1, denominator=4) == pytest.approx(0.6283, abs=5e-5)


def test_the_paper_decides_rightly_all_the_same():
    assert 18.3107 > f_statistic(0.05, numerator=1, denominator=37) == pytest.approx(4.105456, abs=5e-7)
    assert 18.3107 > f_statistic(0.05, numerator=2, denominator=35) == pytest.approx(3.267424, abs=5e-7)
    assert f_statistic(0.05, numerator=2, denominator=35) > 0.2741


def test_printed_critical_values_belong_to_different_regressions():
    assert critical_value(0.01, terms=Terms.TREND, observations=37) == pytest.approx(-4.2269, abs=5e-5)
    assert critical_value(0.01, terms=Terms.TREND, observations=40) == pytest.approx(-4.2050, abs=5e-5)
    assert critical_value(0.01, terms=Terms.TREND) == pytest.approx(-3.959, abs=5e-4)
    # No sample with a trend is large enough for -3.9107; with a constant alone it takes one of 16.
    assert critical_value(0.01, terms=Terms.TREND) < -3.9107
    found = [critical_value(0.01, terms=Terms.CONSTANT, observations=size) for size in (16, 17)]
    assert found[0] < -3.9107 < found[1]


@pytest.mark.parametrize(
    ("tau", "terms", "asymptotic", "small"),
    [
        (-3.0145, Terms.TREND, 0.128, 0.142),
        (-3.0145, Terms.CONSTANT, 0.034, 0.042),
        (-2.4801, Terms.TREND, 0.338, None),
        (-2.4801, Terms.CONSTANT, None, 0.1275),
    ],
)
def test_printed_probabilities_are_not_those_of_their_statistics(
    tau: float, terms: Terms, asymptotic: float | None, small: float | None
):
    if asymptotic is not None:
        assert asymptotic_probability(tau, terms=terms) == pytest.approx(asymptotic, abs=5e-4)
    if small is not None:
        chance = np.random.default_rng(2024)
        found = simulated_probability(tau, terms=terms, observations=40, rng=chance, draws=200_000)
        assert found == pytest.approx(small, abs=0.003)


def test_each_printed_number_has_its_verdict():
    rows = printed_numbers(draws=20_000)
    verdicts = [(row.printed, row.computed, row.standing.value) for row in rows]

    assert verdicts == [
        ("-3.0145", "", "data missing"),
        ("-3.9107", "-4.2050", "does not follow"),
        ("0.1752", "0.1281", "does not follow"),
        ("-2.4801", "", "data missing"),
        ("-4.2273", "-4.2050", "does not follow"),
        ("0.1267", "0.3380", "does not follow"),
        ("0.1752 > 0.1267", "0.1281 < 0.3380", "does not follow"),
        ("announced", "", "data missing"),
        ("40", "", "data missing"),
        ("18.3107", "", "data missing"),
        ("0.0131", "0.0001", "does not follow"),
        ("0.2741", "", "data missing"),
        ("0.6087", "0.6037", "does not follow"),
        ("none", "none fit both", "does not follow"),
        ("rejected", "rejected", "reproduces"),
        ("not rejected", "not rejected", "reproduces"),
    ]
    notes = " ".join(row.note for row in rows)
    for number in ("-3.959", "T = 16.", "T = 36.", "0.000127", "0.0128568", "3.9654", "6.79480", "0.6037165", "0.6283"):
        assert number in notes


def test_the_table_is_the_same_each_time():
    assert printed_numbers(draws=1_000, seed=4) == printed_numbers(draws=1_000, seed=4)
