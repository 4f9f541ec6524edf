"""The Greeks of paper 003's option, one by one and in arrays.

given the paper's receivables: vega as the audit has it
given any option: they equal vollib's and differences of the value
given nothing random: those of the exercise, and no derivative at the money
given arrays: the scalar's numbers, and the scalar's refusal with an index
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vollib.black_scholes.greeks import analytical

from scfin_chain.models import ExcessProfitOption, Horizon, ModelDomainError, option_greeks, value_option, value_options
from scfin_chain.models.greeks import OPTION_DOMAINS

OPTION = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
repeatable = settings(derandomize=True, deadline=None)
options = st.builds(
    ExcessProfitOption,
    collateral=st.floats(1, 1e9),
    advance_rate=st.floats(0.3, 1.0),
    risk_free=st.floats(-0.2, 0.3),
    years=st.floats(0.1, 10),
    volatility=st.floats(0.02, 1.0),
    compounding=st.sampled_from(Horizon),
)


def test_greeks_given_paper() -> None:
    greeks = option_greeks(OPTION)
    assert greeks.vega == pytest.approx(235_401, abs=0.5)
    assert greeks.delta_with_strike == pytest.approx(2_616_249.947991 / 11_270_000, rel=1e-12)


@repeatable
@given(options)
def test_greeks_equal_vollib(option: ExcessProfitOption) -> None:
    greeks = option_greeks(option)
    arguments = ("c", option.collateral, option.strike, option.years, option.risk_free, option.volatility)
    size = option.collateral
    assert greeks.delta == pytest.approx(analytical.delta(*arguments), abs=1e-12)
    assert greeks.gamma * size == pytest.approx(analytical.gamma(*arguments) * size, abs=1e-9)
    assert greeks.vega == pytest.approx(100 * analytical.vega(*arguments), abs=1e-9 * size)  # theirs: a point
    assert greeks.theta == pytest.approx(365 * analytical.theta(*arguments), abs=1e-9 * size)  # theirs: a day
    assert greeks.rho == pytest.approx(100 * analytical.rho(*arguments), abs=1e-9 * size * option.years)


@repeatable
@given(options)
def test_derivatives_with_the_strike_are_differences_of_the_value(option: ExcessProfitOption) -> None:
    greeks = option_greeks(option)
    step = 1e-5
    up, down = (value_option(replace(option, risk_free=option.risk_free + sign * step)).value for sign in (1, -1))
    assert greeks.rho_with_strike == pytest.approx((up - down) / (2 * step), abs=1e-6 * option.collateral)
    doubled = value_option(replace(option, collateral=2 * option.collateral)).value
    assert greeks.delta_with_strike == pytest.approx(doubled / (2 * option.collateral), abs=1e-12)


def test_greeks_given_nothing_random() -> None:
    sure, worthless = replace(OPTION, volatility=0.0), replace(OPTION, volatility=0.0, advance_rate=1.0, risk_free=0.9)
    greeks = option_greeks(sure)
    assert (greeks.delta, greeks.gamma, greeks.vega) == (1, 0, 0)
    assert greeks.rho == pytest.approx(2 * sure.strike * math.exp(-0.08), rel=1e-12)
    assert worthless.strike * math.exp(-1.8) < worthless.collateral
    nothing = option_greeks(replace(OPTION, volatility=0.0, advance_rate=1.0, risk_free=-0.5, compounding=Horizon.TERM))
    assert nothing.delta in (0, 1)
    expired = option_greeks(replace(OPTION, years=0.0, advance_rate=1.0))  # the strike is above the collateral
    assert (expired.delta, expired.gamma, expired.vega, expired.theta, expired.rho) == (0, 0, 0, 0, 0)


def test_refuses_kink() -> None:
    kink = ExcessProfitOption(collateral=1.0, advance_rate=1.0, risk_free=0.0, years=1.0, volatility=0.0)
    with pytest.raises(ModelDomainError, match=r"volatility is 0\.0: must be above 0 where the option is at the money"):
        option_greeks(kink)
    with pytest.raises(ModelDomainError, match=r"volatility\[1\] is 0\.0: must be above 0"):
        value_options(kink, volatility=[0.1, 0.0])


@repeatable
@given(st.lists(options, min_size=1, max_size=5), st.sampled_from(Horizon))
def test_arrays_equal_numbers(several: list[ExcessProfitOption], compounding: Horizon) -> None:
    several = [replace(option, compounding=compounding) for option in several]
    arrays = value_options(
        several[0], **{name: [getattr(option, name) for option in several] for name in OPTION_DOMAINS}
    )
    for place, option in enumerate(several):
        greeks = option_greeks(option)
        assert arrays.value[place] == pytest.approx(
            value_option(option).value, rel=1e-12, abs=1e-12 * option.collateral
        )
        for name in ("delta", "gamma", "vega", "theta", "rho"):
            expected = getattr(greeks, name)
            assert getattr(arrays, name)[place] == pytest.approx(expected, rel=1e-9, abs=1e-12 * option.collateral)


def test_arrays_given_no_volatility_beside_some() -> None:
    values = value_options(OPTION, volatility=[[0.0], [0.0742]], years=[0.0, 2.0])
    assert values.value.shape == (2, 2)
    assert values.value[0, 0] == values.value[1, 0]  # at no time
    assert values.value[0, 1] == pytest.approx(2_614_270.341817, abs=5e-7)
    assert not np.isnan(values.theta).any()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"volatility": [0.1, math.nan]}, r"volatility\[1\] is nan: must be a number in \[0, 1\]"),
        ({"volatility": [[0.1], [7.42]]}, r"volatility\[1, 0\] is 7.42"),
        ({"years": -1.0}, r"years is -1.0: must be a number in \[0, 100\]"),
        ({"sigma": [0.1]}, r"input is 'sigma': must be one of collateral, "),
        ({"volatility": ["a"]}, r"volatility is 'str\d*': must be an array of real numbers"),
        ({"years": [1.0, 2.0], "volatility": [0.1, 0.2, 0.3]}, r"shape of years is \(2,\): must be one that"),
        ({"collateral": [1.0, 5e-324], "advance_rate": 0.1}, r"advance\[1\] is 0.0: must be a number in \(0, "),
    ],
)
def test_arrays_refuse_by_index(inputs: dict[str, object], message: str) -> None:
    with pytest.raises(ModelDomainError, match=message):
        value_options(OPTION, **inputs)
