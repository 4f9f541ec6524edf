"""Areas of the game of paper 001, exact and by straight lines, their slopes, and the conserved quantity.

given a bistable game: two basins share the square, and the exact border is a level of the conserved quantity
    it should have the areas that adaptive quadrature finds under a border found by roots
given a centre: no corner attracts anything
given any game: slopes equal differences, and the conserved quantity stays along the flow
"""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit

from scfin_chain.models import (
    PRINTED_GAME,
    AreaSlopes,
    Condition,
    Dynamics,
    Game,
    ModelDomainError,
    Stability,
    approximate_basins,
    area_slopes,
    first_integral,
    replicator_dynamics,
    stability,
)
from scfin_chain.models.basin import exact_basins

repeatable = settings(derandomize=True, deadline=None)
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
# a second bistable game: N = -210, U = 240
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


@pytest.mark.parametrize(("x", "y"), [(0, 0.5), (0.5, 1), (-0.1, 0.5), (math.nan, 0.5)])
def test_refuses_state_outside_the_square(x: float, y: float) -> None:
    with pytest.raises(ModelDomainError):
        first_integral(replicator_dynamics(PRINTED_GAME), x, y)


def test_exact_basins_given_bistable() -> None:
    basins = exact_basins(replicator_dynamics(BISTABLE))
    assert basins is not None
    assert basins.s1 == pytest.approx(0.3701653131, abs=5e-11)
    assert (basins.s1 + basins.s2, basins.s1_corner, basins.s2_corner, basins.exact) == (1, (1, 1), (0, 0), True)


def test_exact_basins_given_centre() -> None:
    assert exact_basins(replicator_dynamics(PRINTED_GAME)) is None


def turned(dynamics: Dynamics) -> Dynamics:
    """Both shares read from the other end: use and not use, repay and not repay."""
    return Dynamics(
        a=dynamics.supervised_gain,
        b=dynamics.b,
        c=-dynamics.saving,
        d=dynamics.d,
        supervised_gain=dynamics.a,
        saving=-dynamics.c,
    )


@repeatable
@given(st.sampled_from((-1, 1)), st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.05, 20))
def test_exact_basins_swap_when_the_square_is_turned(sign: int, x: float, y: float, ratio: float) -> None:
    b, d = sign * ratio, -float(sign)
    dynamics = Dynamics(a=b * x, b=b, c=d * y, d=d, supervised_gain=b * (1 - x), saving=-d * (1 - y))
    basins, swapped = exact_basins(dynamics), exact_basins(turned(dynamics))
    assert basins is not None
    assert swapped is not None
    assert 0 < basins.s1 < 1
    assert basins.s1 == pytest.approx(swapped.s2, abs=1e-8)


def by_roots_and_quadrature(dynamics: Dynamics) -> float:
    """Basin of (1, 1) in condition 2: the square less the area under the falling branch of the saddle's level."""

    def level(odds: float) -> float:  # the part of H that y has, by the log-odds of y
        loss = math.log1p(math.exp(-abs(odds)))
        return dynamics.c * (loss + max(-odds, 0)) - dynamics.saving * (loss + max(odds, 0))

    def border(x: float) -> float:
        left, right = x * (dynamics.b / dynamics.a), (1 - x) * (dynamics.b / dynamics.supervised_gain)
        climbed = -dynamics.a * math.log(left) - dynamics.supervised_gain * math.log(right)
        saddle = math.log(-dynamics.c) - math.log(dynamics.saving)
        if climbed <= 0:
            return dynamics.c / dynamics.d

        def drop(odds: float) -> float:
            return level(odds) - level(saddle) + climbed

        step = 1 if left < 1 else -1
        while drop(saddle + step) > 0:
            step *= 2
        return float(expit(brentq(drop, saddle, saddle + step, xtol=1e-12)))

    saddle = dynamics.a / dynamics.b
    return 1 - sum(quad(border, low, high, epsabs=1e-12, full_output=1)[0] for low, high in ((0, saddle), (saddle, 1)))


@settings(repeatable, max_examples=15)
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.05, 20))
def test_exact_basins_are_those_of_roots_and_quadrature(x: float, y: float, ratio: float) -> None:
    b, d = ratio, -1.0
    second = Dynamics(a=b * x, b=b, c=d * y, d=d, supervised_gain=b * (1 - x), saving=-d * (1 - y))
    # the same with y read as the share that does not repay
    third = Dynamics(a=-second.a, b=-b, c=second.saving, d=-d, supervised_gain=-second.supervised_gain, saving=second.c)
    area = by_roots_and_quadrature(second)
    for dynamics, condition in ((second, Condition.CONDITION_2), (third, Condition.CONDITION_3)):
        basins = exact_basins(dynamics)
        assert stability(dynamics).condition is condition
        assert basins is not None
        assert basins.s1 == pytest.approx(area, abs=1e-9)


def test_exact_basins_are_half_given_symmetry() -> None:
    for sign in (-1, 1):
        symmetric = Dynamics(
            a=sign * 1.0, b=sign * 2.0, c=-sign * 1.0, d=-sign * 2.0, supervised_gain=sign * 1.0, saving=sign * 1.0
        )
        basins = exact_basins(symmetric)
        assert basins is not None
        assert basins.s1 == pytest.approx(0.5, abs=1e-10)


@pytest.mark.parametrize("far", [1e-18, 1e-9, 0.5])
@pytest.mark.parametrize("near", [1e-18, 1e-9, 0.5])
@pytest.mark.parametrize("ratio", [1e-6, 1.0, 1e6])
def test_exact_basins_given_saddle_near_an_edge(far: float, near: float, ratio: float) -> None:
    for x, rest_of_x in ((far, 1 - far), (1 - far, far)):
        dynamics = Dynamics(a=x, b=1.0, c=-ratio * near, d=-ratio, supervised_gain=rest_of_x, saving=ratio * (1 - near))
        basins = exact_basins(dynamics)
        assert basins is not None
        assert 0 <= basins.s1 <= 1
