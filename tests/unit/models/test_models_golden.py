"""Golden values of the papers that no single model's test holds.

given a rate below cost
    profit should peak at a negative line, and the line be zero
given the printed game
    S1 should be what its formula gives, though it is no basin
given changes of it that are said to have two stable corners
    it should have them, with E5 where the paper prints it
"""

from dataclasses import replace

import pytest

from scfin_chain.models import (
    PAPER_COST_RATE,
    PAPER_GUARANTEE,
    PRINTED_GAME,
    BondQuote,
    Condition,
    Lending,
    ModelDomainError,
    approximate_basins,
    bond_default_probability,
    credit_cap,
    expected_profit,
    optimal_line,
    polyline_area,
    replicator_dynamics,
    stability,
)


def test_no_line_given_a_rate_below_cost() -> None:
    cap = credit_cap(PAPER_GUARANTEE, default_probability=0.4234)
    lending = Lending(rate=0.05, cost_rate=PAPER_COST_RATE, cap=cap)
    once, twice = (expected_profit(lending, line) for line in (1e6, 2e6))
    peak = 1e6 * (4 * once - twice) / (2 * (2 * once - twice))  # of the parabola through them and zero
    assert peak == pytest.approx(-111_319.85, abs=5e-3)
    assert optimal_line(lending).line == 0


def test_refuses_a_bond_below_the_riskless_rate() -> None:
    bond = BondQuote(coupon=0.037, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)
    with pytest.raises(ModelDomainError) as refused:
        bond_default_probability(bond)
    assert refused.value.value == pytest.approx(-0.000620211, abs=5e-10)


def test_area_given_the_printed_game() -> None:
    found = stability(replicator_dynamics(PRINTED_GAME))
    assert polyline_area(found.x, found.y) == pytest.approx(0.475, abs=1e-15)
    assert approximate_basins(found) is None


@pytest.mark.parametrize(
    ("change", "a", "b"),
    [
        ({"fraud_income": 250, "production_cost": 500, "incentive": 500}, 210, 450),
        ({"loan_rate": 0.06, "fraud_share": 0.9, "incentive": 400}, 112, 240),
    ],
)
def test_printed_e5_between_stable_corners(change: dict[str, float], a: float, b: float) -> None:
    dynamics = replicator_dynamics(replace(PRINTED_GAME, **change))
    found = stability(dynamics)
    assert (dynamics.a, dynamics.b) == pytest.approx((a, b), rel=1e-12)
    assert found.condition is Condition.CONDITION_2
    assert (found.x, found.y) == pytest.approx((0.4666666667, 0.65), abs=5e-11)
