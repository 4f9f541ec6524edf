"""Paths of several populations.

given two populations of two strategies: they should move as `trajectories`, and as nashpy, say
given three parties: they should stay in the simplex, on edges they start on, and at rest where they rest
given a unit of money and of time, or several starts at once: nothing else should change
given what does not fit: it should refuse, naming it
"""

import math
from dataclasses import replace

import nashpy
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    PRINTED_GAME,
    ModelDomainError,
    Verdict,
    first_integral,
    payoff_matrix,
    replicator_dynamics,
)
from scfin_chain.models.populations import (
    PREVENTING_CORE,
    PopulationGame,
    of_two_parties,
    population_paths,
    replicator_field,
    rest_points,
    three_party_game,
)
from scfin_chain.models.trajectory import trajectories

repeatable = settings(derandomize=True, deadline=None, max_examples=30, phases=(Phase.generate,))
THREE = three_party_game(PRINTED_GAME, PREVENTING_CORE)
TWO = of_two_parties(payoff_matrix(PRINTED_GAME))
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)


def mixed(*firsts: float) -> list[list[float]]:
    return [[first, 1 - first] for first in firsts]


def random_game(seed: int, shape: tuple[int, ...]) -> PopulationGame:
    chance = np.random.default_rng(seed)
    return PopulationGame(payoffs=tuple(chance.normal(0, 1, shape) for _ in shape))


@pytest.mark.parametrize("game", [PRINTED_GAME, BISTABLE])
@pytest.mark.parametrize("start", [(0.5, 0.5), (0.05, 0.9), (0.0, 0.3), (1.0, 1.0)])
def test_two_parties_move_as_the_paper_says(game: object, start: tuple[float, float]) -> None:
    times = np.linspace(0, 0.3, 31)
    expected = trajectories(replicator_dynamics(game), *start, times=times)  # type: ignore[arg-type]
    found = population_paths(of_two_parties(payoff_matrix(game)), mixed(*start), times=times)  # type: ignore[arg-type]
    assert found.shares[0][:, 0] == pytest.approx(expected.x, abs=1e-9)
    assert found.shares[1][:, 0] == pytest.approx(expected.y, abs=1e-9)


def test_more_strategies_move_as_nashpy_says() -> None:
    chance = np.random.default_rng(1)
    rows, columns = chance.normal(0, 1, (2, 3, 4))
    x, y = chance.dirichlet(np.ones(3)), chance.dirichlet(np.ones(4))
    times = np.linspace(0, 10, 51)
    ours = population_paths(PopulationGame(payoffs=(rows, columns)), (x, y), times=times).shares
    theirs = nashpy.Game(rows, columns).asymmetric_replicator_dynamics(x0=x, y0=y, timepoints=times)
    for mine, path in zip(ours, theirs, strict=True):
        assert np.abs(mine - path).max() < 1e-6


def test_keeps_the_first_integral_over_turns() -> None:
    dynamics = replicator_dynamics(PRINTED_GAME)
    bank, firm = population_paths(TWO, mixed(0.5, 0.5), times=np.linspace(0, 2, 41)).shares
    levels = [first_integral(dynamics, float(x), float(y)) for x, y in zip(bank[:, 0], firm[:, 0], strict=True)]
    assert levels == pytest.approx([levels[0]] * len(levels), rel=1e-8)


@repeatable
@given(st.integers(0, 10_000), st.sampled_from([(2, 2, 2), (3, 2), (2, 3, 2), (4,), (2, 2, 2, 2)]))
def test_stays_in_the_simplex_and_follows_the_field(seed: int, shape: tuple[int, ...]) -> None:
    chance = np.random.default_rng(seed)
    game, start = random_game(seed, shape), [chance.dirichlet(np.ones(count)) for count in shape]
    step = 1e-4
    found = population_paths(game, start, times=[0.0, 3.0 - step, 3.0, 3.0 + step, 200.0])
    field = replicator_field(game, [path[2] for path in found.shares])
    for path, begin, speed in zip(found.shares, start, field, strict=True):
        assert (path[0] == begin).all()
        assert (path >= 0).all()
        assert path.sum(axis=-1) == pytest.approx(np.ones(5), abs=1e-14)
        assert (path[3] - path[1]) / (2 * step) == pytest.approx(speed, abs=1e-6)


def test_never_plays_what_nobody_plays() -> None:
    game = random_game(3, (3, 3, 2))
    found = population_paths(game, ([0.0, 0.4, 0.6], [0.2, 0.8, 0.0], [0.5, 0.5]), times=[1.0, 50.0])
    assert (found.shares[0][:, 0] == 0).all()
    assert (found.shares[1][:, 2] == 0).all()


def test_three_parties_rest_where_they_rest_and_go_to_what_is_stable() -> None:
    points = rest_points(THREE).points
    for point in points:
        found = population_paths(THREE, point.state, times=[0.0, 0.01])
        for path, mix in zip(found.shares, point.state, strict=True):
            assert path[1] == pytest.approx(mix, abs=1e-9)
    free = three_party_game(BISTABLE, PREVENTING_CORE)
    for point in rest_points(free).points:
        if point.verdict is Verdict.STABLE:
            near = [0.98 * mix + 0.01 for mix in point.state]
            found = population_paths(free, near, times=[10.0])
            for path, mix in zip(found.shares, point.state, strict=True):
                assert path[0] == pytest.approx(mix, abs=1e-6)
            return
    pytest.fail("nothing is stable")


def test_many_starts_move_as_each() -> None:
    chance = np.random.default_rng(5)
    many = [chance.dirichlet([1, 1], (4, 3)) for _ in range(3)]
    times = [0.0, 0.01, 0.01, 0.05]
    found = population_paths(THREE, many, times=times)
    assert found.shares[0].shape == (4, 4, 3, 2)
    alone = population_paths(THREE, [part[2, 1] for part in many], times=times)
    for path, one in zip(found.shares, alone.shares, strict=True):
        assert path[:, 2, 1] == pytest.approx(one, abs=1e-9)
        assert (path[1] == path[2]).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-20, 1e40])
def test_the_unit_of_money_is_one_of_time(scale: float) -> None:
    game = random_game(7, (2, 2, 2))
    scaled = PopulationGame(payoffs=tuple(tensor * scale for tensor in game.payoffs))
    expected = population_paths(game, mixed(0.3, 0.4, 0.5), times=[1.0, 5.0])
    found = population_paths(scaled, mixed(0.3, 0.4, 0.5), times=[1.0 / scale, 5.0 / scale])
    for path, other in zip(found.shares, expected.shares, strict=True):
        assert path == pytest.approx(other, abs=1e-9)


def test_no_moments_and_no_starts() -> None:
    assert population_paths(TWO, mixed(0.5, 0.5), times=[]).shares[0].shape == (0, 2)
    assert population_paths(TWO, [np.empty((0, 2))] * 2, times=[0.0, 1.0]).shares[1].shape == (2, 0, 2)
    still = population_paths(PopulationGame(payoffs=([2.0, 2.0],)), ([0.5, 0.5],), times=[1e300])
    assert still.shares[0].tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("state", "times", "field"),
    [
        (mixed(0.5), [1.0], "length of state"),
        (mixed(0.5, 1.5), [1.0], "state[1][0]"),
        (mixed(0.5, 0.5), [1.0, 0.5], "times[1]"),
        (mixed(0.5, 0.5), [math.nan], "times[0]"),
        (mixed(0.5, 0.5), 1.0, "shape of times"),
        (mixed(0.5, 0.5), np.ma.masked_array([1.0], mask=[True]), "times"),
        (mixed(0.5, 0.5), [1e300], "times"),
        (mixed(0.5, 0.5), [1.7e308], "times"),
    ],
)
def test_refuses(state: list[list[float]], times: npt.ArrayLike, field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        population_paths(TWO, state, times=times)
    assert refused.value.field == field
