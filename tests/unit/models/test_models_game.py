"""The game of paper 001: payoffs, dynamics and equilibria.

given the printed parameters
    it has four saddles and a centre, and nothing stable
given a bistable game
    two corners are stable
given a degenerate game
    it refuses an undefined fifth equilibrium, and calls a corner with a zero eigenvalue non-hyperbolic
"""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    PRINTED_GAME,
    Condition,
    Dynamics,
    Game,
    ModelDomainError,
    Payoff,
    Stability,
    Verdict,
    approximate_basins,
    area_slopes,
    payoff_matrix,
    polyline_area,
    replicator_dynamics,
    stability,
)

repeatable = settings(derandomize=True, deadline=None)
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
money = st.integers(0, 1000)
games = st.builds(
    Game,
    loan=st.integers(1, 1000),
    loan_rate=st.floats(0, 0.3),
    investment_rate=st.floats(0, 0.3),
    sales_income=money,
    production_cost=money,
    credit_cost=money,
    technology_cost=money,
    monitoring_cost=money,
    forging_cost=money,
    fraud_income=money,
    fraud_share=st.floats(0, 1),
    incentive=money,
    credibility=money,
    supervised_penalty=money,
    unsupervised_penalty=money,
)


def rest(game: Game) -> Stability:
    return stability(replicator_dynamics(game))


def test_payoffs_given_printed() -> None:
    matrix = payoff_matrix(PRINTED_GAME)
    assert matrix.use_repay == Payoff(bank=10, firm=-180)
    assert matrix.use_default == Payoff(bank=-270, firm=30)
    assert matrix.not_repay == Payoff(bank=-60, firm=-230)
    assert matrix.not_default == Payoff(bank=-140, firm=-370)


def test_dynamics_given_printed() -> None:
    dynamics = replicator_dynamics(PRINTED_GAME)
    assert (dynamics.a, dynamics.b, dynamics.c, dynamics.d) == (-140, -350, -130, -200)
    assert (dynamics.unsupervised_gain, dynamics.supervised_gain, dynamics.saving) == (140, -210, 70)


def test_rest_given_printed() -> None:
    found = rest(PRINTED_GAME)
    assert (found.x, found.y) == (0.4, 0.65)  # printed: (0.467, 0.65)
    assert found.condition is Condition.CONDITION_4
    assert found.stable == ()  # the paper finds two
    assert [corner.eigenvalues for corner in found.corners] == [(-130, 140), (70, -140), (130, -210), (-70, 210)]
    assert [corner.determinant for corner in found.corners] == [-18_200, -9_800, -27_300, -14_700]
    assert {corner.verdict for corner in found.corners} == {Verdict.SADDLE}
    assert found.interior is not None
    assert found.interior.verdict is Verdict.CENTRE
    assert found.interior.determinant == pytest.approx(3_822, rel=1e-12)
    assert found.interior.trace == 0
    assert found.interior.eigenvalues[0].imag == pytest.approx(61.82232606, abs=5e-9)
    assert found.interior.eigenvalues[0].real == pytest.approx(0, abs=1e-12)


def test_rest_given_larger_incentive() -> None:
    found = rest(replace(PRINTED_GAME, incentive=100))
    assert (found.x, found.y) == pytest.approx((0.4666666667, 0.65), abs=5e-11)
    assert found.condition is Condition.CONDITION_4
    assert found.interior is not None
    assert abs(found.interior.eigenvalues[0].imag) == pytest.approx(58.28664799, abs=5e-9)


@pytest.mark.parametrize(
    ("change", "x", "y", "area"),
    [
        ({"credit_cost": 130}, 0.4, 0.4, 0.6),
        ({"technology_cost": 30, "monitoring_cost": 30}, 0.4, 0.9, 0.35),
        ({"fraud_share": 0.7}, 0.0869565, 0.65, 0.631522),
        ({"incentive": 100}, 0.466667, 0.65, 0.441667),
        ({"supervised_penalty": 500}, 0.56, 0.3, 0.57),
        ({"supervised_penalty": 510}, 0.583333, 0.222222, 0.597222),
        ({"unsupervised_penalty": 700}, 0.533333, 0.766667, 0.35),
        ({"incentive": 100, "credit_cost": 130}, 0.466667, 0.4, 0.566667),
        ({"incentive": 100, "fraud_share": 0.7}, 0.111111, 0.65, 0.619444),
        ({"incentive": 100, "supervised_penalty": 500}, 0.7, 0.3, 0.5),
        ({"incentive": 100, "supervised_penalty": 510}, 0.736842, 0.222222, 0.520468),
        ({"incentive": 100, "unsupervised_penalty": 700}, 0.6, 0.766667, 0.316667),
    ],
)
def test_experiments_of_the_paper(change: dict[str, float], x: float, y: float, area: float) -> None:
    found = rest(replace(PRINTED_GAME, **change))
    assert (found.x, found.y) == pytest.approx((x, y), abs=1e-6)
    assert polyline_area(found.x, found.y) == pytest.approx(area, abs=1e-6)
    assert approximate_basins(found) is None  # a centre: the paper compares areas that attract nothing


def test_rest_given_bistable() -> None:
    dynamics = replicator_dynamics(BISTABLE)
    assert (dynamics.a, dynamics.b, dynamics.c, dynamics.d) == pytest.approx((40, 80, -130, -200), rel=1e-12)
    found = stability(dynamics)
    assert (found.x, found.y) == pytest.approx((0.5, 0.65), rel=1e-12)
    assert found.condition is Condition.CONDITION_2
    assert [(corner.x, corner.y) for corner in found.stable] == [(0, 0), (1, 1)]
    assert [corner.verdict for corner in found.corners[1:3]] == [Verdict.UNSTABLE] * 2
    assert found.interior is not None
    assert found.interior.verdict is Verdict.SADDLE
    assert found.interior.determinant == pytest.approx(-910, rel=1e-12)
    assert found.interior.eigenvalues[0].real == pytest.approx(30.16620626, abs=5e-9)


@repeatable
@given(games, st.floats(0, 1), st.floats(0, 1))
def test_dynamics_follow_from_payoffs(game: Game, x: float, y: float) -> None:
    matrix, dynamics = payoff_matrix(game), replicator_dynamics(game)
    bank = y * (matrix.use_repay.bank - matrix.not_repay.bank)
    bank += (1 - y) * (matrix.use_default.bank - matrix.not_default.bank)
    firm = x * (matrix.use_repay.firm - matrix.use_default.firm)
    firm += (1 - x) * (matrix.not_repay.firm - matrix.not_default.firm)
    assert dynamics.c - dynamics.d * y == pytest.approx(bank, abs=1e-8)
    assert dynamics.b * x - dynamics.a == pytest.approx(firm, abs=1e-8)


@repeatable
@given(games)
def test_investment_rate_and_credibility_change_nothing(game: Game) -> None:
    changed = replace(game, investment_rate=0.2, credibility=99)
    assert replicator_dynamics(changed) == replicator_dynamics(game)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.sampled_from((-1, 1)), st.sampled_from((-1, 1)), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_conditions_follow_signs(b_sign: int, d_sign: int, x: float, y: float) -> None:
    b, d = 100.0 * b_sign, 100.0 * d_sign
    dynamics = Dynamics(a=b * x, b=b, c=d * y, d=d, supervised_gain=b * (1 - x), saving=d * (y - 1))
    found = stability(dynamics)
    number = {(1, 1): 1, (1, -1): 2, (-1, 1): 3, (-1, -1): 4}[b_sign, d_sign]
    assert found.condition == f"condition {number}"
    bistable = number in (2, 3)
    assert len(found.stable) == (2 if bistable else 0)
    assert found.interior is not None
    assert found.interior.verdict is (Verdict.SADDLE if bistable else Verdict.CENTRE)
    assert (approximate_basins(found) is not None) == bistable
    assert all((corner.determinant > 0) == bistable for corner in found.corners)
    assert (found.interior.determinant < 0) == bistable


@repeatable
@given(games)
def test_saving_games_are_never_of_condition_1_or_3(game: Game) -> None:
    assume(game.saves_cost)
    try:
        found = rest(game)
    except ModelDomainError:
        return
    assert found.condition not in (Condition.CONDITION_1, Condition.CONDITION_3)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unsupervised_penalty": 400}, "d"),
        ({"incentive": 400}, "b"),
        ({"incentive": 300.1, "supervised_penalty": 499.9}, "b"),  # zero but for rounding
    ],
)
def test_refuses_undefined_equilibrium(change: dict[str, float], field: str) -> None:
    with pytest.raises(ModelDomainError, match="different from zero") as refused:
        rest(replace(PRINTED_GAME, **change))
    assert refused.value.field == field
    with pytest.raises(ModelDomainError):
        area_slopes(replace(PRINTED_GAME, **change))


def test_corner_given_zero_eigenvalue_is_not_stable() -> None:
    found = rest(replace(PRINTED_GAME, fraud_share=440 / 600))  # a = 0
    assert (found.condition, found.interior) == (Condition.BOUNDARY, None)
    assert found.corners[0].verdict is Verdict.NON_HYPERBOLIC
    assert approximate_basins(found) is None


def test_rest_given_equilibrium_outside() -> None:
    found = rest(replace(PRINTED_GAME, incentive=300))
    assert (found.condition, found.interior) == (Condition.NO_INTERIOR, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fraud_share": 1.5}, "fraud_share"),
        ({"loan_rate": 5.0}, "loan_rate"),
        ({"loan": -1.0}, "loan"),
        ({"incentive": math.nan}, "incentive"),
        ({"supervised_penalty": math.inf}, "supervised_penalty"),
    ],
)
def test_refuses_game_outside_domain(change: dict[str, float], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        replace(PRINTED_GAME, **change)
    assert refused.value.field == field
