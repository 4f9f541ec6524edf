"""The probability of default that a bond implies.

given a yield above the riskless rate: it implies a probability, and log-odds
given a yield at the riskless rate: the probability is 0 and has no log-odds
given a yield below it, or one that no default explains: it refuses
"""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    BondQuote,
    ModelDomainError,
    SpreadFormula,
    bond_default_probability,
    log_odds,
    probability_from_log_odds,
)

BOND = BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)


def test_implies_probability() -> None:
    assert BOND.net_yield == pytest.approx(0.04, abs=1e-15)
    assert bond_default_probability(BOND) == pytest.approx(0.015350230867, abs=5e-13)
    assert log_odds(bond_default_probability(BOND)) == pytest.approx(-4.161155499465, abs=5e-13)


def test_implies_more_given_loss_of_principal_alone() -> None:
    assert bond_default_probability(BOND, SpreadFormula.PRINCIPAL) == pytest.approx(
        bond_default_probability(BOND) * 1.04, rel=1e-12
    )


def test_paper_probability_needs_absurd_yield() -> None:
    # printed: 42.34 %, which a net yield of 40.18 % and a coupon of 50.2 % would imply
    assert bond_default_probability(replace(BOND, coupon=0.50221981413)) == pytest.approx(0.4234, abs=1e-10)


@pytest.mark.parametrize("risk_free", [0.03, 0.0, 0.02, 0.024])
def test_is_zero_given_no_spread(risk_free: float) -> None:
    bond = replace(BOND, coupon=risk_free / 0.8, risk_free=risk_free)
    assert bond_default_probability(bond) == 0
    with pytest.raises(ModelDomainError, match="probability is 0"):
        log_odds(bond_default_probability(bond))


def test_refuses_yield_below_riskless_rate() -> None:
    with pytest.raises(ModelDomainError, match=r"implied default probability is -0\.00062021"):
        bond_default_probability(replace(BOND, coupon=0.037))


def test_refuses_certain_default() -> None:
    with pytest.raises(ModelDomainError, match="implied default probability is 1"):
        bond_default_probability(replace(BOND, coupon=1.0, interest_tax=0.0, loss_given_default=0.3))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"coupon": 5.0}, "coupon"),
        ({"coupon": -1.0}, "coupon"),
        ({"interest_tax": 1.0}, "interest_tax"),
        ({"risk_free": math.nan}, "risk_free"),
        ({"loss_given_default": 0.0}, "loss_given_default"),
        ({"loss_given_default": 62.64}, "loss_given_default"),
    ],
)
def test_refuses_bond_outside_domain(change: dict[str, float], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        replace(BOND, **change)
    assert refused.value.field == field


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_refuses_log_odds_of_certainty(probability: float) -> None:
    with pytest.raises(ModelDomainError, match="probability"):
        log_odds(probability)


@settings(derandomize=True, deadline=None)
@given(st.floats(-30, 30))
def test_log_odds_invert(odds: float) -> None:
    assert log_odds(probability_from_log_odds(odds)) == pytest.approx(odds, abs=1e-2 if odds > 20 else 1e-6)


@settings(derandomize=True, deadline=None)
@given(st.floats(-0.5, 1), st.floats(0, 0.9), st.floats(-0.5, 1), st.floats(0.01, 1))
def test_probability_balances_the_bond(coupon: float, tax: float, risk_free: float, loss: float) -> None:
    bond = BondQuote(coupon=coupon, interest_tax=tax, risk_free=risk_free, loss_given_default=loss)
    try:
        p = bond_default_probability(bond)
    except ModelDomainError:
        return
    promised = 1 + bond.net_yield
    assert promised * (1 - p) + promised * (1 - loss) * p == pytest.approx(1 + risk_free, abs=1e-12)
