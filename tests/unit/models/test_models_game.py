"""The game of paper 001: payoffs, dynamics, equilibria, areas and the conserved quantity.

given the printed parameters
    it has four saddles and a centre, and nothing stable
given a bistable game
    two corners are stable, their basins meet near E5, and slopes equal differences
given a degenerate game
    it refuses an undefined fifth equilibrium, and calls a corner with a zero eigenvalue non-hyperbolic
"""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    PRINTED_GAME,
    AreaSlopes,
    Condition,
    Dynamics,
    Game,
    ModelDomainError,
    Payoff,
    Stability,
    Verdict,
    approximate_basins,
    area_slopes,
    first_integral,
    payoff_matrix,
    polyline_area,
    replicator_dynamics,
    stability,
)

repeatable = settings(derandomize=True, deadline=None)
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
# a second bistable game, whose slopes the audit gives: N = -210, U = 240
RICH = replace(PRINTED_GAME, fraud_income=250, production_cost=500, incentive=500)
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


def test_areas_given_bistable() -> None:
    areas = approximate_basins(rest(BISTABLE))
    assert areas is not None
    assert areas.s1 == pytest.approx(0.425, abs=1e-12)
    assert (areas.s1 + areas.s2, areas.s1_corner, areas.s2_corner) == (1, (1, 1), (0, 0))


def test_areas_given_condition_3() -> None:
    # it needs costs that digital currency does not save, against the paper's own assumption
    game = replace(
        PRINTED_GAME, credit_cost=0, technology_cost=70, supervised_penalty=600, unsupervised_penalty=400, incentive=0
    )
    game = replace(game, loan=600, fraud_share=0.0, loan_rate=0.2)
    found = rest(game)
    assert found.condition is Condition.CONDITION_3
    assert [(corner.x, corner.y) for corner in found.stable] == [(0, 1), (1, 0)]
    areas = approximate_basins(found)
    assert areas is not None
    assert (areas.s1_corner, areas.s2_corner) == ((1, 0), (0, 1))
    assert areas.s1 == (1 + found.y - found.x) / 2


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (
            PRINTED_GAME,
            {
                "credit_cost": 0.0025,
                "technology_cost": -0.0025,
                "monitoring_cost": -0.0025,
                "fraud_share": 0.5142857143,
                "incentive": -0.0005714285714,
                "supervised_penalty": 0.0003035714286,
                "unsupervised_penalty": -0.001732142857,
                "sales_income": -0.0008571428571,
                "forging_cost": -0.0008571428571,
                "fraud_income": 0.0008571428571,
                "production_cost": 0.0008571428571,
                "loan": 0.001142857143,
                "loan_rate": 1.714285714,
            },
        ),
        (
            BISTABLE,
            {
                "fraud_share": -1.875,
                "incentive": 0.003125,
                "supervised_penalty": 0.004,
                "unsupervised_penalty": 0.00225,
            },
        ),
        (
            RICH,
            {
                "fraud_share": -0.3555555556,
                "incentive": 0.0005185185185,
                "supervised_penalty": 0.001393518519,
                "unsupervised_penalty": -0.0002824074074,
            },
        ),
    ],
    ids=["printed", "bistable", "rich"],
)
def test_slopes(game: Game, expected: dict[str, float]) -> None:
    slopes = area_slopes(game)
    for field, value in expected.items():
        assert getattr(slopes, field) == pytest.approx(value, rel=5e-10), field


@pytest.mark.parametrize("game", [PRINTED_GAME, BISTABLE, RICH], ids=["printed", "bistable", "rich"])
def test_slopes_equal_differences(game: Game) -> None:
    def area(changed: Game) -> float:
        dynamics = replicator_dynamics(changed)
        return 1 - (dynamics.a / dynamics.b + dynamics.c / dynamics.d) / 2

    slopes = area_slopes(game)
    for field in fields(AreaSlopes):
        value = getattr(game, field.name)
        step = 1e-6 * max(value, 1.0)
        up, down = replace(game, **{field.name: value + step}), replace(game, **{field.name: value - step})
        assert getattr(slopes, field.name) == pytest.approx((area(up) - area(down)) / (2 * step), rel=1e-5), field.name


def test_first_integral_given_printed() -> None:
    dynamics = replicator_dynamics(PRINTED_GAME)
    assert first_integral(dynamics, 0.5, 0.5) == pytest.approx(-381.2309493080, abs=5e-11)
    # a point of the same orbit, t = 0.02
    assert first_integral(dynamics, 0.32213058, 0.48147320) == pytest.approx(-381.2309493080, abs=1e-5)


@repeatable
@given(games, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_first_integral_is_constant_along_the_flow(game: Game, x: float, y: float) -> None:
    dynamics = replicator_dynamics(game)
    dx = x * (1 - x) * (dynamics.c - dynamics.d * y)
    dy = y * (1 - y) * (dynamics.b * x - dynamics.a)
    by_x = -dynamics.a / x + dynamics.supervised_gain / (1 - x)
    by_y = -dynamics.c / y - dynamics.saving / (1 - y)
    assert by_x * dx + by_y * dy == pytest.approx(0, abs=1e-9 * (1 + abs(by_x * dx)))


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


@pytest.mark.parametrize(("x", "y"), [(0, 0.5), (0.5, 1), (-0.1, 0.5), (math.nan, 0.5)])
def test_refuses_state_outside_the_square(x: float, y: float) -> None:
    with pytest.raises(ModelDomainError):
        first_integral(replicator_dynamics(PRINTED_GAME), x, y)
