"""The composition: the price of a programme and the line of a pair.

given the paper's company
    it prices as the golden numbers say, and as the paper's own parts do with a return of one year
    when it is supervised: it costs less
given monthly volumes: the line follows from volume, price and history
"""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    MODEL_VERSIONS,
    PRINTED_GAME,
    RATING_TABLE,
    BusinessVolume,
    Horizon,
    Lateness,
    ModelDomainError,
    ProgrammeTerms,
    RepaymentLaw,
    basis_points_up,
    break_even_price,
    default_probability_over,
    monthly_volume,
    normal_quantile,
    optimal_line,
    pair_line,
    price_programme,
    programme_balance,
    rate_score,
    repayment_law,
)
from scfin_chain.models.credit_line import Lending
from scfin_chain.units import BasisPoints

TERMS = ProgrammeTerms()
BBB = rate_score(68)
Z = normal_quantile(0.95)
repeatable = settings(derandomize=True, deadline=None)
bands = st.sampled_from(RATING_TABLE)


@pytest.mark.parametrize(
    ("firms", "expected"),
    [(1, -0.091554460), (3, 0.0103), (8, 0.042080406), (20, 0.0535)],
)
def test_price_by_firms(firms: int, expected: float) -> None:
    price = price_programme(TERMS, BBB, firms=firms, supervised=False)
    digits = 5e-5 if firms in (3, 20) else 5e-10
    assert price.rate == pytest.approx(expected, abs=digits)
    assert price.limit == pytest.approx(0.061171101, abs=5e-10)


def test_price_parts() -> None:
    price = price_programme(TERMS, BBB, firms=8, supervised=False)
    assert price.option_value == pytest.approx(0.290178566, abs=5e-10)
    assert price.subsidy == pytest.approx(0.0181, abs=5e-5)
    assert price.earning == pytest.approx(0.069082848, abs=5e-10)
    assert price.cost == pytest.approx(0.056282848, abs=5e-10)
    assert price.critical_ratio == pytest.approx(0.011972879, abs=5e-10)
    assert price.earning - price.cost == pytest.approx(0.0128, abs=1e-15)
    assert (price.quoted, price.floor_binds, price.above_cap) == (421, False, False)


def test_price_given_return_of_one_year_is_the_papers() -> None:
    terms = replace(TERMS, return_years=Horizon.ONE_YEAR)
    price = price_programme(terms, BBB, firms=8, supervised=False)
    # the paper prints 6.58 %, from a total that is not the sum of its parts
    assert price.rate == pytest.approx(0.039498063659, abs=1e-12)


def test_price_given_supervision() -> None:
    assert TERMS.operating_cost(supervised=False) * 9_016_000 == pytest.approx(50_000, rel=1e-12)
    assert TERMS.operating_cost(supervised=True) * 9_016_000 == pytest.approx(41_250, rel=1e-12)
    plain = price_programme(TERMS, BBB, firms=8, supervised=False)
    supervised = price_programme(TERMS, BBB, firms=8, supervised=True)
    assert (plain.rate - supervised.rate) * 1e4 == pytest.approx(5.1, abs=0.05)
    assert supervised.earning < plain.earning
    assert supervised.cost < plain.cost
    assert supervised.critical_ratio == pytest.approx(plain.critical_ratio, rel=1e-3)


def test_supervised_share_is_the_games() -> None:
    game = PRINTED_GAME
    assert TERMS.supervised_share == (game.technology_cost + game.monitoring_cost) / game.credit_cost


def test_floor_and_cap() -> None:
    cheap = price_programme(TERMS, BBB, firms=1, supervised=False)
    assert (cheap.quoted, cheap.floor_binds, cheap.above_cap) == (350, True, False)
    dear = price_programme(TERMS, rate_score(45), firms=100, supervised=False)
    assert (dear.quoted, dear.floor_binds, dear.above_cap) == (basis_points_up(dear.rate), False, True)
    assert dear.rate > 0.065


def test_floor_binds_below_an_advance_rate_of_0_7365() -> None:
    def binds(advance_rate: float) -> bool:
        terms = replace(TERMS, advance_rate=advance_rate)
        return price_programme(terms, BBB, firms=8, supervised=False).floor_binds

    assert binds(0.7364)
    assert not binds(0.7365)


def test_no_rating_reaches_a_cap_of_7_01_per_cent() -> None:
    highest = max(price_programme(TERMS, band, firms=8, supervised=False).limit for band in RATING_TABLE)
    assert highest == pytest.approx(0.0700195, abs=5e-8)
    assert basis_points_up(highest) == 701


@repeatable
@given(bands, st.integers(1, 1000), st.booleans(), st.floats(0.1, 1), st.sampled_from(Horizon), st.floats(0, 0.9))
def test_earning_identity(
    band: object, firms: int, supervised: bool, advance_rate: float, years: Horizon, tax: float
) -> None:
    terms = replace(TERMS, advance_rate=advance_rate, return_years=years, tax_rate=tax)
    balance = programme_balance(terms, band, firms=firms, supervised=supervised)
    price = price_programme(terms, band, firms=firms, supervised=supervised)
    lent = balance.advance * balance.years
    other = (balance.deposit_income + balance.service_income + balance.option_value / firms) / lent
    assert price.earning == pytest.approx(price.rate * (1 - tax) + other, abs=1e-12)
    assert price.rate == break_even_price(balance).rate
    assert price.quoted >= terms.floor
    assert price.quoted >= price.rate * 1e4 - 1e-6


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0.0, 0),
        (0.0421, 421),
        (0.042100000001, 422),
        (0.0421000000000001, 421),
        (0.1 * 3, 3_000),
        (-0.00011, -1),
        (math.nextafter(0.035, 1), 350),
    ],
)
def test_rounds_up_to_a_basis_point(rate: float, expected: int) -> None:
    assert basis_points_up(rate) == expected


@given(st.integers(-10_000, 1_000_000))
@repeatable
def test_whole_basis_points_stay(points: int) -> None:
    for rate in (points / 10_000, math.nextafter(points / 10_000, math.inf), points * 1e-4):
        assert basis_points_up(rate) == points


def test_monthly_volume() -> None:
    assert monthly_volume((60, 80, 0, 120, 40), declared=1) == BusinessVolume(mean=60, deviation=40)
    assert monthly_volume((90,), declared=30) == BusinessVolume(mean=50, deviation=math.sqrt(800))
    assert monthly_volume((100,) * 5, declared=1) == BusinessVolume(mean=100, deviation=25)
    assert monthly_volume((10**9,) + (100,) * 12, declared=1) == BusinessVolume(mean=100, deviation=25)
    assert monthly_volume((), declared=0) == BusinessVolume(mean=0, deviation=0)


def pair_of(band_score: float = 68, law: RepaymentLaw | None = None, quantile: float = Z):
    band = rate_score(band_score)
    price = price_programme(TERMS, band, firms=8, supervised=False)
    return pair_line(
        monthly_volume((60, 80, 0, 120, 40), declared=60),
        law or repayment_law(Lateness(paid=4, late_days=65)),
        default_probability=default_probability_over(band, years=1),
        earning=price.earning,
        cost=price.cost,
        quantile=quantile,
    )


def test_pair_line() -> None:
    line = pair_of()
    assert line.exponent == pytest.approx(1.593886463, abs=5e-10)
    assert line.guarantee == pytest.approx(492.082395768, abs=5e-10)
    assert line.cap == pytest.approx(481.008968708, abs=5e-10)
    assert line.line == pytest.approx(29.951615077, abs=5e-10)
    assert line.profit == pytest.approx(0.235579033, abs=5e-10)
    assert line.limit == 29
    assert pair_of(quantile=1.65).guarantee == pytest.approx(491.369293401, abs=5e-10)


@pytest.mark.parametrize(("exponent", "expected"), [(1, 0.012), (5, 0.41), (11, 0.67), (20, 0.80)])
def test_pair_line_by_exponent(exponent: float, expected: float) -> None:
    line = pair_of(law=RepaymentLaw(shape=exponent, rate=1))
    assert line.line / line.cap == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(
    ("paid", "late_days", "expected"),
    [
        (30, 300, "0.21"),  # always 10, 20, 30 days late
        (30, 600, "0.052"),
        (30, 900, "0.013"),
        (12, 0, "0.71"),  # prompt, then one unpaid for 0, 3, 6, 12 months
        (12, 91, "0.26"),
        (12, 183, "0.09"),
        (12, 365, "0.012"),
    ],
)
def test_pair_line_by_history(paid: int, late_days: int, expected: str) -> None:
    line = pair_of(law=repayment_law(Lateness(paid=paid, late_days=late_days)))
    assert f"{line.line / line.cap:.{len(expected) - 2}f}" == expected


def test_line_falls_with_the_rating() -> None:
    law = RepaymentLaw(shape=5, rate=1)
    lines = [pair_of(band.floor, law).line for band in RATING_TABLE]
    assert lines == sorted(lines, reverse=True)
    assert len(set(lines)) == len(lines)


def test_no_line_given_too_uneven_a_volume() -> None:
    line = pair_line(
        monthly_volume((0,) * 11 + (100,), declared=0),
        RepaymentLaw(shape=5, rate=1),
        default_probability=0.02,
        earning=0.07,
        cost=0.056,
        quantile=3.5,
    )
    assert line.guarantee < 0
    assert (line.cap, line.line, line.profit, line.limit) == (0, 0, 0, 0)


def test_no_line_given_no_required_return() -> None:
    price = price_programme(replace(TERMS, hurdle=0.0), BBB, firms=8, supervised=False)
    assert price.critical_ratio == 0
    assert optimal_line(Lending(rate=price.earning, cost_rate=price.cost, cap=100)).line == 0


def test_line_given_no_history_is_hypothesis_3() -> None:
    line = pair_of(law=repayment_law(Lateness(paid=0, late_days=0)))
    ratio = price_programme(TERMS, BBB, firms=8, supervised=False).critical_ratio
    assert line.line == pytest.approx(ratio * line.cap, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: replace(TERMS, advance_rate=80), "advance_rate"),
        (lambda: replace(TERMS, tax_rate=1.0), "tax_rate"),
        (lambda: replace(TERMS, hurdle=16), "hurdle"),
        (lambda: replace(TERMS, required_reserve=16.5), "required_reserve"),
        (lambda: replace(TERMS, service_income=-1.0), "service_income"),
        (lambda: replace(TERMS, floor=BasisPoints(-1)), "floor"),
        (lambda: replace(TERMS, cap=BasisPoints(349)), "cap"),
        (lambda: programme_balance(TERMS, BBB, firms=0, supervised=False), "firms"),
        (lambda: basis_points_up(math.nan), "rate"),
        (lambda: monthly_volume((-1,), declared=1), "volumes"),
    ],
)
def test_refuses_outside_domain(call, field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        call()
    assert refused.value.field == field


def test_versions_are_text_and_fixed() -> None:
    assert MODEL_VERSIONS["pricing"] == "003-1"
    assert all(isinstance(name, str) and isinstance(version, str) for name, version in MODEL_VERSIONS.items())
    with pytest.raises(TypeError):
        MODEL_VERSIONS["pricing"] = "other"
