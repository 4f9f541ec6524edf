"""Paths, closed orbits, borders and sweeps of the game of paper 001.

given one start: it should move as two other solvers say, and keep the first integral
given a grid of starts in a bistable game: it should bring each to the corner in whose basin it lies
given a centre: it should find the closed path without following it
given many games in one call: it should say of each what the functions of one game say
given what is outside the domain: it should refuse, naming it
"""

import math
from dataclasses import fields, replace

import nashpy
import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from scfin_chain.models import (
    PRINTED_GAME,
    Condition,
    Dynamics,
    Game,
    ModelDomainError,
    approximate_basins,
    first_integral,
    payoff_matrix,
    replicator_dynamics,
    stability,
)
from scfin_chain.models.basin import exact_basins
from scfin_chain.models.orbit import closed_orbits
from scfin_chain.models.potential import departure, divergence, shift_at
from scfin_chain.models.sweep import UNDEFINED, sweep_games
from scfin_chain.models.trajectory import settle, trajectories

repeatable = settings(derandomize=True, deadline=None, max_examples=30, phases=(Phase.explicit, Phase.generate))
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
PRINTED = replicator_dynamics(PRINTED_GAME)
TWO_BASINS = replicator_dynamics(BISTABLE)
FRACTIONS = ("loan_rate", "investment_rate", "fraud_share")
share = st.floats(0, 1)
money = st.floats(0, 1000)
games = st.builds(Game, **{field.name: share if field.name in FRACTIONS else money for field in fields(Game)})
far = st.one_of(money, st.sampled_from((0.0, 5e-324, 1e-300, 1e-12, 1e45)))
wild = st.builds(Game, **{field.name: share if field.name in FRACTIONS else far for field in fields(Game)})
GRID = np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))


def game_of(b: float, d: float, x: float, y: float) -> Dynamics:
    """A game by its fifth equilibrium and the size of its payoffs."""
    return Dynamics(a=b * x, b=b, c=d * y, d=d, supervised_gain=b * (1 - x), saving=-d * (1 - y))


def random_games(seed: int, count: int, bistable: bool) -> list[Dynamics]:
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        sign = chance.choice((-1, 1))
        b, d = sign * chance.uniform(20, 400), (-sign if bistable else sign) * chance.uniform(20, 400)
        found.append(game_of(b, d, *chance.uniform(0.05, 0.95, 2)))
    return found


def test_paths_given_printed() -> None:
    paths = trajectories(PRINTED, 0.5, 0.5, times=[0.0, 0.02])
    assert paths.x[0] == paths.y[0] == 0.5
    assert (paths.x[1], paths.y[1]) == pytest.approx((0.32213058, 0.48147320), abs=5e-9)


def test_paths_equal_nashpy() -> None:
    # its own tolerance is 1.5e-8 a step, and errors grow along the path
    times = np.linspace(0, 0.1, 201)
    for game in (PRINTED_GAME, BISTABLE):
        matrix = payoff_matrix(game)
        rows = ((matrix.use_repay, matrix.use_default), (matrix.not_repay, matrix.not_default))
        theirs = nashpy.Game(
            *(np.array([[getattr(cell, who) for cell in row] for row in rows]) for who in ("bank", "firm"))
        )
        for x, y in ((0.5, 0.5), (0.05, 0.9), (0.8, 0.3)):
            bank, firm = theirs.asymmetric_replicator_dynamics(
                x0=np.array([x, 1 - x]), y0=np.array([y, 1 - y]), timepoints=times
            )
            ours = trajectories(replicator_dynamics(game), x, y, times=times)
            assert np.abs(ours.x - bank[:, 0]).max() < 1e-5
            assert np.abs(ours.y - firm[:, 0]).max() < 1e-5


def test_paths_equal_scipy() -> None:
    times = np.linspace(0, 0.2, 41)
    for game in random_games(1, 6, bistable=True) + random_games(2, 6, bistable=False):
        found = solve_ivp(
            lambda _, s, g=game: (s[0] * (1 - s[0]) * (g.c - g.d * s[1]), s[1] * (1 - s[1]) * (g.b * s[0] - g.a)),
            (0, 0.2), (0.3, 0.6), method="DOP853", rtol=1e-12, atol=1e-13, t_eval=times,
        )  # fmt: skip
        ours = trajectories(game, 0.3, 0.6, times=times)
        assert np.abs(ours.x - found.y[0]).max() < 1e-7
        assert np.abs(ours.y - found.y[1]).max() < 1e-7


def test_paths_given_hardly_any_share() -> None:
    # on the edge where all firms repay, the share's odds grow at the rate c - d = 70
    paths = trajectories(PRINTED, 1e-30, 1.0, times=[0.1])
    assert float(paths.x[0]) == pytest.approx(1e-30 * math.exp(7), rel=1e-9)


def test_paths_given_a_hundred_turns_keep_the_first_integral() -> None:
    x, y = np.random.default_rng(3).uniform(0.02, 0.98, (2, 40))
    paths = trajectories(PRINTED, x, y, times=np.linspace(0, 10, 30))
    before = np.array([first_integral(PRINTED, *start) for start in zip(x, y, strict=True)])
    after = np.array([first_integral(PRINTED, *end) for end in zip(paths.x[-1], paths.y[-1], strict=True)])
    assert np.abs(after / before - 1).max() < 1e-9
    assert paths.drift.max() < 1e-12
    assert paths.x.shape == (30, 40)


def test_paths_given_edges_stay_on_them() -> None:
    paths = trajectories(TWO_BASINS, [0, 1, 0.5, 0.5, 1], [0.5, 0.5, 0, 1, 1], times=[0.0, 0.05, 5.0])
    assert paths.x[:, 0].tolist() == [0, 0, 0]
    assert paths.x[:, 1].tolist() == [1, 1, 1]
    assert paths.y[:, 2].tolist() == [0, 0, 0]
    assert (paths.x[-1].round(9).tolist(), paths.y[-1].round(9).tolist()) == ([0, 1, 0, 1, 1], [0, 1, 0, 1, 1])
    logistic = 1 / (1 + math.exp(TWO_BASINS.a * 0.05))
    assert paths.y[1, 0] == pytest.approx(logistic, rel=1e-12)


@repeatable
@given(wild, st.floats(1e-9, 1 - 1e-9), st.floats(1e-9, 1 - 1e-9))
def test_orbits_of_any_game_are_finite_or_refused(game: Game, x: float, y: float) -> None:
    try:
        orbit = closed_orbits(replicator_dynamics(game), x, y)
    except ModelDomainError:
        return
    assert 0 < orbit.x_low <= x * (1 + 1e-6)
    assert x <= orbit.x_high * (1 + 1e-6)
    assert 0 < orbit.period < math.inf


@repeatable
@given(games, share, share)
def test_any_game_settles_or_is_refused(game: Game, x: float, y: float) -> None:
    try:
        ends = settle(replicator_dynamics(game), [x, y], [y, x])
    except ModelDomainError:
        return
    assert ((ends.x >= 0) & (ends.x <= 1) & (ends.y >= 0) & (ends.y <= 1)).all()
    assert (ends.time >= 0).all()
    assert ends.drift.max() < 1e-9


@repeatable
@given(games, share, share, st.floats(0, 0.5))
def test_paths_of_any_game_stay_in_the_square(game: Game, x: float, y: float, until: float) -> None:
    paths = trajectories(replicator_dynamics(game), [x, y], [y, x], times=[until])
    for part in (paths.x, paths.y):
        assert np.isfinite(part).all()
        assert ((part >= 0) & (part <= 1)).all()
    assert paths.drift.max() < 1e-9


def test_settles_a_grid() -> None:
    ends = settle(TWO_BASINS, *GRID)
    assert ends.drift.max() < 1e-9
    assert set(zip(ends.x.ravel().tolist(), ends.y.ravel().tolist(), strict=True)) == {
        (0, 0), (1, 1), (0.5, 0.65), (0, 1), (1, 0),
    }  # fmt: skip
    assert (ends.x[65, 50], ends.y[65, 50], ends.time[65, 50]) == (0.5, 0.65, 0.0)
    assert [float(ends.time[row, column]) for row, column in ((0, 0), (0, 100), (100, 0), (100, 100))] == [0, 0, 0, 0]
    assert np.isfinite(ends.time).all()
    assert ends.time.max() == pytest.approx(0.5864, abs=1e-4)


def test_settles_when_a_path_is_there() -> None:
    ends = settle(TWO_BASINS, [0.2, 0.8, 0.6], [0.3, 0.9, 0.2], near=1e-5)
    for x, y, corner, time in zip([0.2, 0.8, 0.6], [0.3, 0.9, 0.2], ends.x, ends.time, strict=True):
        then = trajectories(TWO_BASINS, x, y, times=[0.999 * time, 1.001 * time])
        off = np.maximum(np.abs(then.x - corner), np.abs(then.y - corner)) / 1e-5
        assert off[0] > 1 > off[1]


@pytest.mark.slow
def test_exact_basins_equal_a_grid_of_paths() -> None:
    middle = (np.arange(300) + 0.5) / 300
    for game in random_games(4, 20, bistable=True):
        basins = exact_basins(game)
        assert basins is not None
        ends = settle(game, *np.meshgrid(middle, middle), near=1e-3)
        assert set(np.unique(ends.x + 2 * ends.y)) <= {0.0, 1.0, 2.0, 3.0}
        attracted = (ends.x == basins.s1_corner[0]) & (ends.y == basins.s1_corner[1])
        assert attracted.mean() == pytest.approx(basins.s1, abs=1e-3)


def test_settles_on_the_border_into_the_saddle() -> None:
    # the border of a symmetric game is its diagonal
    ends = settle(game_of(100.0, -100.0, 0.5, 0.5), [0.25, 0.5, 0.2], [0.75, 0.5, 0.2])
    assert (ends.x.tolist(), ends.y.tolist()) == ([0.5, 0.5, 0.0], [0.5, 0.5, 0.0])
    assert ends.time[0] == math.inf
    assert ends.time[1] == 0


@pytest.mark.parametrize("game", [PRINTED, replicator_dynamics(replace(PRINTED_GAME, fraud_share=440 / 600))])
def test_refuses_to_settle_given_no_rest(game: Dynamics) -> None:
    with pytest.raises(ModelDomainError, match="condition is"):
        settle(game, 0.5, 0.5)


@pytest.mark.parametrize(
    ("x", "times", "field"),
    [
        (1.5, [0.1], "x"), (math.nan, [0.1], "x"), ("half", [0.1], "x"), ([0.1, -0.1], [0.1], "x[1]"),
        (0.5, [-1.0], "times[0]"), (0.5, [0.2, 0.1], "times[1]"), (0.5, [math.inf], "times[0]"),
        (0.5, 0.1, "shape of times"),
    ],
)  # fmt: skip
def test_refuses_paths_outside_the_domain(x: object, times: object, field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        trajectories(PRINTED, x, 0.5, times=times)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("near", [0.0, 0.5, math.nan])
def test_refuses_arrival_far_away(near: float) -> None:
    with pytest.raises(ModelDomainError, match="near"):
        settle(TWO_BASINS, 0.5, 0.5, near=near)


def test_closed_orbit_given_printed() -> None:
    orbit = closed_orbits(PRINTED, 0.5, 0.5)
    assert [float(part) for part in (orbit.x_low, orbit.x_high, orbit.y_low, orbit.y_high)] == pytest.approx(
        [0.260318, 0.551677, 0.449862, 0.819313], abs=5e-7
    )
    assert orbit.period == pytest.approx(0.1052317, abs=5e-8)
    assert orbit.level == pytest.approx(
        abs(first_integral(PRINTED, 0.5, 0.5) - first_integral(PRINTED, 0.4, 0.65)), rel=1e-12
    )


def test_closed_orbit_given_centre_takes_the_linear_period() -> None:
    orbit = closed_orbits(PRINTED, [0.4, 0.4 + 1e-9], [0.65, 0.65])
    assert orbit.period == pytest.approx(0.10163295, abs=5e-9)
    assert (orbit.x_low[0], orbit.x_high[0]) == pytest.approx((0.4, 0.4), abs=1e-12)


@repeatable
@given(st.sampled_from((-1, 1)), st.floats(20, 100), st.floats(20, 100), *[st.floats(0.1, 0.9)] * 4)
def test_closed_orbits_return(sign: int, b: float, d: float, x: float, y: float, x0: float, y0: float) -> None:
    game = game_of(sign * b, sign * d, x, y)
    orbit = closed_orbits(game, x0, y0)
    paths = trajectories(game, x0, y0, times=np.linspace(0, float(orbit.period), 200))
    assert (paths.x[-1], paths.y[-1]) == pytest.approx((x0, y0), abs=1e-6)
    assert orbit.x_low - 1e-9 <= paths.x.min() <= orbit.x_low + 0.02
    assert orbit.y_high - 0.02 <= paths.y.max() <= orbit.y_high + 1e-9
    assert np.abs(paths.x[1:-1] - x0).max() <= orbit.x_high - orbit.x_low + 1e-9
    # the mean over a period is the centre
    assert np.trapezoid(paths.x, paths.times) / orbit.period == pytest.approx(x, abs=0.01)


@pytest.mark.parametrize(("game", "x"), [(TWO_BASINS, 0.5), (PRINTED, 0.0), (PRINTED, 1.0)])
def test_refuses_orbit_given_none(game: Dynamics, x: float) -> None:
    with pytest.raises(ModelDomainError):
        closed_orbits(game, x, 0.5)


@repeatable
@given(st.floats(1e-6, 1 - 1e-6), st.floats(-30, 30))
def test_divergence_and_its_inverse(rest: float, shift: float) -> None:
    here, left, moved = np.array(rest), np.array(1 - rest), np.array(shift)
    level = divergence(here, left, moved)
    assert level >= 0
    if abs(shift) > 1e-6:
        assert shift_at(here, left, level, above=shift > 0) == pytest.approx(shift, rel=1e-6)
    now = 1 / (1 + (1 - rest) / rest * math.exp(-shift))
    assert departure(here, left, moved) == pytest.approx(now - rest, abs=1e-12)


def test_sweep_given_printed_and_bistable() -> None:
    found = sweep_games({"fraud_share": [0.5, 0.8, 440 / 600], "incentive": [50, 300, 400]})
    assert found.condition.tolist() == ["condition 4", "condition 2", "boundary"]
    assert found.basin.mask.tolist() == [True, False, True]
    assert found.basin[1] == pytest.approx(0.3701653131, abs=5e-11)
    assert found.s1[1] == pytest.approx(0.425, abs=1e-12)
    assert found.interior_square[0] == pytest.approx(-3822, rel=1e-12)
    assert found.corners.shape == (3, 4)


def test_sweep_equals_one_game_at_a_time() -> None:
    chance = np.random.default_rng(5)
    sets = {
        field.name: chance.uniform(0, 0.9, 400) if field.name in FRACTIONS else chance.integers(0, 1000, 400) * 1.0
        for field in fields(Game)
    }
    for name in ("fraud_share", "incentive", "production_cost", "fraud_income"):  # more that have two basins
        sets[name][:200] = chance.uniform(0.9, 1.1, 200) * getattr(BISTABLE, name)
    for field in fields(Game):
        if field.name not in ("fraud_share", "incentive", "production_cost", "fraud_income"):
            sets[field.name][:200] = getattr(BISTABLE, field.name)
    found = sweep_games(sets)
    assert (~found.basin.mask).sum() > 50
    for place in range(400):
        dynamics = replicator_dynamics(Game(**{name: float(values[place]) for name, values in sets.items()}))
        for field in fields(Dynamics):
            assert getattr(found, field.name)[place] == getattr(dynamics, field.name), field.name
        one = stability(dynamics)
        assert found.condition[place] == one.condition
        assert (found.x[place], found.y[place]) == (one.x, one.y)
        assert found.corners[place].tolist() == [corner.verdict for corner in one.corners]
        assert found.eigenvalues[place].tolist() == [[v.real for v in corner.eigenvalues] for corner in one.corners]
        assert found.interior_square.mask[place] == (one.interior is None)
        straight, exact = approximate_basins(one), exact_basins(dynamics)
        assert found.s1.mask[place] == found.basin.mask[place] == (exact is None)
        if exact is not None and straight is not None:
            assert found.s1[place] == pytest.approx(straight.s1, abs=1e-12)
            assert found.basin[place] == pytest.approx(exact.s1, abs=1e-9)


def test_sweep_given_undefined_and_a_grid() -> None:
    found = sweep_games({"incentive": [[400.0], [300.0]], "supervised_penalty": [400.0, 500.0, 600.0]})
    assert found.condition.shape == (2, 3)
    assert found.condition[0, 0] == UNDEFINED
    assert found.x.mask[0, 0]
    assert found.condition[1, 2] == UNDEFINED  # d = 0
    assert not np.isnan(found.x.data).any()


def test_paths_of_many_games_are_those_of_each() -> None:
    chance = np.random.default_rng(8)
    chosen = {"fraud_share": chance.uniform(0.4, 1.0, 60), "incentive": chance.uniform(0, 500, 60)}
    x, y = chance.uniform(0.05, 0.95, (2, 60))
    found = sweep_games(chosen)
    closes, rests = found.closes, found.rests
    assert min(closes.sum(), rests.sum()) > 10
    orbits = closed_orbits(found.only(closes), x[closes], y[closes])
    ends = settle(found.only(rests), x[rests], y[rests])
    for which, many, alone in ((closes, orbits, closed_orbits), (rests, ends, settle)):
        for row, place in enumerate(np.flatnonzero(which)):
            game = replace(PRINTED_GAME, **{name: float(values[place]) for name, values in chosen.items()})
            one = alone(replicator_dynamics(game), x[place], y[place])
            for field in fields(one):
                assert getattr(many, field.name)[row] == pytest.approx(float(getattr(one, field.name)), abs=1e-9)


def test_refuses_the_game_of_many_whose_paths_do_not_end() -> None:
    found = sweep_games({"fraud_share": [0.8, 0.5], "incentive": [300, 50]})
    with pytest.raises(ModelDomainError) as refused:
        settle(found, 0.5, 0.5)
    assert refused.value.field == "condition[1]"
    with pytest.raises(ModelDomainError) as refused:
        closed_orbits(found, 0.5, 0.5)
    assert refused.value.field == "condition[0]"
    with pytest.raises(ModelDomainError, match="shape of x"):
        settle(sweep_games({"fraud_share": 0.8, "incentive": [300, 310]}), [0.1, 0.2, 0.3], 0.5)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"fraud": 1.0}, "input"),
        ({"fraud_share": [0.5, 1.5]}, "fraud_share[1]"),
        ({"incentive": [[1.0], [math.nan]]}, "incentive[1, 0]"),
        ({"incentive": [-1.0]}, "incentive[0]"),
        ({"incentive": np.ma.masked_array([1.0, 2.0], mask=[False, True])}, "incentive"),
        ({"incentive": [1.0, 2.0], "loan": [1.0, 2.0, 3.0]}, "shape of incentive"),
        ({"incentive": "much"}, "incentive"),
        ({"supervised_penalty": [300.0, 5e-324], "unsupervised_penalty": 0.0}, "y*[1]"),
    ],
)
def test_refuses_sweep_outside_the_domain(parameters: dict[str, object], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        sweep_games(parameters)  # type: ignore[arg-type]
    assert refused.value.field == field


FAR_OUTSIDE = replace(
    PRINTED_GAME,
    credit_cost=1000,
    technology_cost=1e-300,
    monitoring_cost=0,
    supervised_penalty=1e-300,
    unsupervised_penalty=0,
)
"""E5 lies at 1e300."""

AT_THE_EDGE = Game(
    loan=0,
    loan_rate=0,
    investment_rate=0,
    sales_income=603,
    production_cost=8e-282,
    credit_cost=5.2e-10,
    technology_cost=0,
    monitoring_cost=6.6e-294,
    forging_cost=1.3e-309,
    fraud_income=1e15,
    fraud_share=0.5,
    incentive=0,
    credibility=0,
    supervised_penalty=1.3e-288,
    unsupervised_penalty=58.08,
)
"""E5 lies at the edge but for 1e-290."""


@repeatable
@given(st.lists(st.one_of(games, wild), min_size=1, max_size=3))
@example([FAR_OUTSIDE])
@example([AT_THE_EDGE])
def test_sweep_of_any_games_is_finite(drawn: list[Game]) -> None:
    try:
        found = sweep_games({field.name: [getattr(game, field.name) for game in drawn] for field in fields(Game)})
    except ModelDomainError:  # a coefficient too small to divide by
        return
    for name in ("x", "y", "s1", "basin", "interior_square", "eigenvalues"):
        assert np.isfinite(np.ma.getdata(getattr(found, name))).all()
    known = {condition.value for condition in Condition} | {UNDEFINED}
    assert set(found.condition.tolist()) <= known


@pytest.mark.parametrize(("incentive", "attracted"), [(50, 0.37), (100, 1.0)])
def test_clipped_euler_makes_corners_that_absorb(incentive: float, attracted: float) -> None:
    # a plausible source of the paper's pictures: the true orbits of both games close
    game = replicator_dynamics(replace(PRINTED_GAME, incentive=incentive))
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(0.05, 0.95, 19), np.linspace(0.05, 0.95, 19)))
    closed_orbits(game, x, y)
    for _ in range(5000):
        across, along = x * (1 - x) * (game.c - game.d * y), y * (1 - y) * (game.b * x - game.a)
        x, y = np.clip(x + 0.005 * across, 0, 1), np.clip(y + 0.005 * along, 0, 1)
    high, low = ((x > 1 - 1e-9) & (y > 1 - 1e-9)).mean(), ((x < 1e-9) & (y < 1e-9)).mean()
    assert high == pytest.approx(attracted, abs=0.1)
    assert high + low == pytest.approx(1.0, abs=0.02)
