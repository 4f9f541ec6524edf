"""From a payment record to a rating and a probability of default.

given a score: it finds the row of Table 2, or refuses
given a payment record: it rates without rounding, or has no row
given another horizon: it scales the probability of default at a constant hazard
"""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    RATING_TABLE,
    ModelDomainError,
    PaymentRecord,
    Rating,
    RatingBand,
    default_probability_over,
    rate_record,
    rate_score,
)

repeatable = settings(derandomize=True, deadline=None)
records = st.integers(0, 10**6).flatmap(
    lambda due: st.builds(PaymentRecord, prompt=st.integers(0, due), due=st.just(due))
)
BBB = rate_score(68)


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (100, "AAA"),
        (90, "AAA"),
        (math.nextafter(90, 0), "AA"),
        (80, "AA"),
        (79.999, "A"),
        (70, "A"),
        (68, "BBB"),
        (60, "BBB"),
        (50, "BB"),
        (49.5, "B"),
        (40, "B"),
    ],
)
def test_rates_score(score: float, rating: str) -> None:
    assert rate_score(score).rating == Rating(rating)


@pytest.mark.parametrize("score", [39.999, 100.001, -1, math.nan, math.inf, -math.inf, True])
def test_refuses_score_without_row(score: float) -> None:
    with pytest.raises(ModelDomainError, match=r"score is .*: must be a number in \[40, 100\]"):
        rate_score(score)


@pytest.mark.parametrize(
    ("prompt", "due", "score", "rating"),
    [
        (0, 0, 68.0, "BBB"),
        (9, 10, 83.714285714, "AA"),
        (30, 30, 96.235294118, "AAA"),
        (0, 2, 45.333333333, "B"),
        (0, 3, 38.857142857, None),
    ],
)
def test_rates_record(prompt: int, due: int, score: float, rating: str | None) -> None:
    record = PaymentRecord(prompt=prompt, due=due)
    band = rate_record(record)
    assert record.score == pytest.approx(score, abs=1e-9)
    assert (band and band.rating) == rating


@repeatable
@given(records)
def test_rates_record_as_exact_fractions_do(record: PaymentRecord) -> None:
    score = Fraction(100 * record.prompt + 272, record.due + 4)
    expected = [band for band in RATING_TABLE if score >= band.floor]
    assert rate_record(record) == (expected[0] if expected else None)


@repeatable
@given(records)
def test_one_more_prompt_payment_never_harms(record: PaymentRecord) -> None:
    better = PaymentRecord(prompt=record.prompt + 1, due=record.due + 1)
    assert better.score > record.score or record.score >= 100


@pytest.mark.parametrize(("prompt", "due"), [(1, 0), (-1, 2), (0, -1), (0.5, 1), (True, 1)])
def test_refuses_record_outside_domain(prompt: int, due: int) -> None:
    with pytest.raises(ModelDomainError):
        PaymentRecord(prompt=prompt, due=due)


def test_scales_default_probability() -> None:
    assert default_probability_over(BBB, years=2) == pytest.approx(0.0445, abs=1e-15)
    assert default_probability_over(BBB, years=1) == pytest.approx(0.022503197, abs=5e-10)
    assert default_probability_over(BBB, years=30 / 365) == pytest.approx(0.001868957, abs=5e-10)
    assert default_probability_over(BBB, years=0) == 0


@repeatable
@given(st.sampled_from(RATING_TABLE), st.floats(0, 50), st.floats(0, 50))
def test_survival_multiplies_over_time(band: RatingBand, first: float, second: float) -> None:
    def survival(years: float) -> float:
        return 1 - default_probability_over(band, years=years)

    assert survival(first) * survival(second) == pytest.approx(survival(first + second), abs=1e-12)


def test_certain_default() -> None:
    lost = RatingBand(rating=Rating.B, floor=40, default_probability=1.0, loss_given_default=1.0)
    assert default_probability_over(lost, years=0) == 0
    assert default_probability_over(lost, years=0.1) == 1


def test_refuses_default_without_loss_rate() -> None:
    with pytest.raises(ModelDomainError, match="loss_given_default is None"):
        RatingBand(rating=Rating.B, floor=40, default_probability=0.1, loss_given_default=None)


def test_refuses_negative_horizon() -> None:
    with pytest.raises(ModelDomainError, match="years is -1"):
        default_probability_over(BBB, years=-1)


def test_worse_ratings_default_more() -> None:
    risks = [band.default_probability for band in RATING_TABLE]
    assert risks == sorted(risks)
    assert RATING_TABLE[0].expected_loss == 0
