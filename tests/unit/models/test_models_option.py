"""The excess-profit option of paper 003, and the volatility of its collateral.

given the paper's receivables
    it values the option as printed, and as an independent library and an integral do
given nothing random: the option is worth its exercise
given an argument outside the domain: it refuses
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from vollib.black_scholes import black_scholes

from scfin_chain.models import (
    CollateralOutlook,
    ExcessProfitOption,
    Horizon,
    ModelDomainError,
    collateral_volatility,
    value_deviations,
    value_option,
    value_options,
)

OPTION = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
repeatable = settings(derandomize=True, deadline=None)
options = st.builds(
    ExcessProfitOption,
    collateral=st.floats(1e-3, 1e12),
    advance_rate=st.floats(0.01, 1.0),
    risk_free=st.floats(-0.5, 0.5),
    years=st.floats(0.01, 30),
    volatility=st.floats(0.001, 1.0),
    compounding=st.sampled_from(Horizon),
)


def integrated(option: ExcessProfitOption) -> float:
    """The same call by integrating its payoff over the lognormal law."""
    deviation = option.volatility * math.sqrt(option.years)
    drift = (option.risk_free - option.volatility**2 / 2) * option.years

    def payoff(z: float) -> float:
        return (option.collateral * math.exp(drift + deviation * z) - option.strike) * norm.pdf(z)

    exercise = (math.log(option.strike / option.collateral) - drift) / deviation
    value, _ = quad(payoff, exercise, 40, points=[0.0] if exercise < 0 else None, limit=200)
    return math.exp(-option.risk_free * option.years) * value


def test_option_given_paper() -> None:
    value = value_option(OPTION)
    assert value.strike == pytest.approx(9_376_640, rel=1e-12)
    assert value.d1 == pytest.approx(2.56758361, abs=5e-9)
    assert value.d2 == pytest.approx(2.46264896, abs=5e-9)
    assert value.value == pytest.approx(2_616_249.947991, abs=5e-7)
    assert value.intrinsic == pytest.approx(2_614_270.341817, abs=5e-7)
    assert value.time_value == pytest.approx(1_979.6, abs=0.05)


@pytest.mark.parametrize(
    ("volatility", "expected"),
    [
        (0.0743, 2_616_273.588574),  # what the printed deviations give
        (0.0, 2_614_270.341817),
    ],
)
def test_option_given_other_volatility(volatility: float, expected: float) -> None:
    assert value_option(replace(OPTION, volatility=volatility)).value == pytest.approx(expected, abs=5e-7)


def test_option_given_unrounded_volatility() -> None:
    outlook = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=0.04, provision=0.1)
    volatility = collateral_volatility(value_deviations(outlook.market_values, outlook.book_values))
    assert value_option(replace(OPTION, volatility=volatility)).value == pytest.approx(2_616_280.661406, abs=5e-7)


def test_option_given_strike_of_whole_term() -> None:
    assert value_option(replace(OPTION, compounding=Horizon.TERM)).value == pytest.approx(2_274_128.852655, abs=5e-7)


@pytest.mark.parametrize("change", [{"volatility": 0.0}, {"years": 0.0}])
def test_option_given_nothing_random(change: dict[str, float]) -> None:
    option = replace(OPTION, **change)
    value = value_option(option)
    assert value.d1 is value.d2 is None
    assert value.value == option.collateral - option.strike * math.exp(-option.risk_free * option.years)


@repeatable
@given(options)
def test_option_equals_vollib(option: ExcessProfitOption) -> None:
    expected = black_scholes("c", option.collateral, option.strike, option.years, option.risk_free, option.volatility)
    assert value_option(option).value == pytest.approx(expected, rel=1e-9, abs=1e-12 * option.collateral)


def test_options_equal_vollib_at_ten_thousand_points() -> None:
    rng = np.random.default_rng(20)
    count = 10_000
    drawn = {
        "collateral": 10.0 ** rng.uniform(-2, 12, count),
        "advance_rate": rng.uniform(0.05, 1.0, count),
        "risk_free": rng.uniform(-0.1, 0.3, count),
        "years": rng.uniform(0.01, 10, count),
        "volatility": rng.uniform(0.005, 1.0, count),
    }
    arrays = value_options(OPTION, **drawn)
    for place, (collateral, advance_rate, risk_free, years, volatility) in enumerate(
        zip(*(values.tolist() for values in drawn.values()), strict=True)
    ):
        option = ExcessProfitOption(
            collateral=collateral, advance_rate=advance_rate, risk_free=risk_free, years=years, volatility=volatility
        )
        call, put = (
            black_scholes(kind, collateral, option.strike, years, risk_free, volatility) for kind in ("c", "p")
        )
        value = value_option(option).value
        assert abs(value - call) <= 1e-12 * collateral
        assert abs(arrays.value[place] - call) <= 1e-12 * collateral
        # put-call parity
        assert abs(value - put - (collateral - option.strike * math.exp(-risk_free * years))) <= 2e-12 * collateral


@pytest.mark.parametrize("volatility", [0.05, 0.0742, 0.3, 0.8])
@pytest.mark.parametrize("advance_rate", [0.3, 0.8, 1.0])
def test_option_equals_integral_of_payoff(volatility: float, advance_rate: float) -> None:
    option = ExcessProfitOption(
        collateral=100, advance_rate=advance_rate, risk_free=0.04, years=2, volatility=volatility
    )
    assert value_option(option).value == pytest.approx(integrated(option), rel=1e-8)


@repeatable
@given(options)
def test_option_lies_between_intrinsic_and_collateral(option: ExcessProfitOption) -> None:
    value = value_option(option)
    assert value.intrinsic <= value.value <= option.collateral


def test_collateral_given_paper() -> None:
    outlook = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=0.04, provision=0.1)
    assert outlook.book_values == pytest.approx((10.143, 9.1287), abs=1e-12)
    assert outlook.market_values == pytest.approx((11.486730769, 11.695125740), abs=5e-10)
    deviations = value_deviations(outlook.market_values, outlook.book_values)
    assert deviations == pytest.approx((0.132478632479, 0.281138140112), abs=5e-13)
    # 0.0742 is printed; even the printed deviations give 0.0743
    assert collateral_volatility(deviations) == pytest.approx(0.074329753817, abs=5e-13)
    assert round(collateral_volatility((0.1325, 0.2811)), 4) == 0.0743


def test_collateral_given_more_years() -> None:
    outlook = CollateralOutlook(value=100.0, coupon=0.06, discount_rate=0.04, provision=0.1, years=5)
    assert outlook.book_values == pytest.approx([100 * 0.9**k for k in range(1, 6)], rel=1e-14)
    bonds = [sum(6 / 1.04**t for t in range(1, k)) + 106 / 1.04**k for k in range(1, 6)]
    assert outlook.market_values == pytest.approx(bonds, rel=1e-14)
    with pytest.raises(ModelDomainError, match="years is 0"):
        replace(outlook, years=0)


def test_collateral_given_stated_discount_rate() -> None:
    # the text says 3 %, its table needs 4 %
    outlook = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=0.03, provision=0.1)
    assert outlook.market_values == pytest.approx((11.598252, 11.916944), abs=5e-7)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"collateral": 0.0}, "collateral"),
        ({"advance_rate": 0.0}, "advance_rate"),
        ({"advance_rate": 80.0}, "advance_rate"),
        ({"risk_free": -1.0}, "risk_free"),
        ({"risk_free": 4.0}, "risk_free"),
        ({"years": -1.0}, "years"),
        ({"volatility": -0.1}, "volatility"),
        ({"volatility": 7.42}, "volatility"),
        ({"collateral": 5e-324, "advance_rate": 0.1}, "advance"),  # it vanishes
    ],
)
def test_refuses_option_outside_domain(change: dict[str, float], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        replace(OPTION, **change)
    assert refused.value.field == field


def test_refuses_collateral_outside_domain() -> None:
    with pytest.raises(ModelDomainError, match="book_values is 0"):
        value_deviations((1.0,), (0.0,))
    with pytest.raises(ModelDomainError, match="as many as market_values: 2"):
        value_deviations((1.0, 2.0), (1.0,))
    with pytest.raises(ModelDomainError, match="periods is 1"):
        collateral_volatility((0.1,))
    with pytest.raises(ModelDomainError, match="provision is 1"):
        CollateralOutlook(value=1.0, coupon=0.0, discount_rate=0.0, provision=1.0)
