"""Games of several populations: field, Jacobian, rest, and the three parties.

given two populations: it should be paper 001's game
given three: its equilibria should be those of an independent elimination
given a passive core enterprise: bank and supplier should play the paper's game exactly
given what does not fit: it should refuse, naming it
"""

import math
from dataclasses import fields, replace

import nashpy
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import fsolve

from scfin_chain.models import (
    PRINTED_GAME,
    Game,
    ModelDomainError,
    Verdict,
    payoff_matrix,
    replicator_dynamics,
    stability,
)
from scfin_chain.models.populations import (
    PREVENTING_CORE,
    CoreEnterprise,
    PopulationGame,
    eigenvalues,
    of_two_parties,
    pure_rest_points,
    replicator_field,
    rest_points,
    three_party_game,
)

repeatable = settings(derandomize=True, deadline=None, max_examples=50, phases=(Phase.generate,))
share = st.floats(0, 1)
FRACTIONS = ("loan_rate", "investment_rate", "fraud_share")
amounts = st.one_of(st.floats(0, 1000), st.sampled_from((0.0, 5e-324, 1e45)))
games = st.builds(Game, **{field.name: share if field.name in FRACTIONS else amounts for field in fields(Game)})
cores = st.builds(
    CoreEnterprise, prevention_cost=amounts, confirmation_reward=amounts, exposure_loss=amounts,
    exposure_probability=share, recovered_share=share,
)  # fmt: skip
BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)


def mixed(*firsts: float) -> list[list[float]]:
    return [[first, 1 - first] for first in firsts]


def random_tensors(seed: int, shape: tuple[int, ...]) -> PopulationGame:
    chance = np.random.default_rng(seed)
    return PopulationGame(payoffs=tuple(chance.normal(0, 1, shape) for _ in shape))


@pytest.mark.parametrize("game", [PRINTED_GAME, BISTABLE])
def test_two_parties_are_the_paper(game: Game) -> None:
    dynamics = replicator_dynamics(game)
    two = of_two_parties(payoff_matrix(game))
    for x, y in ((0.1, 0.9), (0.5, 0.5), (0.0, 0.3)):
        bank, firm = replicator_field(two, mixed(x, y))
        assert bank[0] == pytest.approx(x * (1 - x) * (dynamics.c - dynamics.d * y), abs=1e-11)
        assert firm[0] == pytest.approx(y * (1 - y) * (dynamics.b * x - dynamics.a), abs=1e-11)
    found, one = rest_points(two), stability(dynamics)
    assert not found.lines
    assert one.interior is not None
    assert [point.verdict for point in found.points[:4]] == [one.corners[place].verdict for place in (3, 2, 1, 0)]
    (inner,) = found.points[4:]
    assert [mix[0] for mix in inner.state] == pytest.approx([one.x, one.y], rel=1e-12)
    assert inner.verdict is one.interior.verdict
    assert sorted(map(abs, inner.eigenvalues)) == pytest.approx([abs(one.interior.eigenvalues[0])] * 2, rel=1e-9)


def test_field_is_the_slope_of_nashpy() -> None:
    chance = np.random.default_rng(1)
    rows, columns = chance.normal(0, 1, (2, 3, 4))
    x, y = chance.dirichlet(np.ones(3)), chance.dirichlet(np.ones(4))
    step = 1e-3
    ours = replicator_field(PopulationGame(payoffs=(rows, columns)), (x, y))
    theirs = nashpy.Game(rows, columns).asymmetric_replicator_dynamics(x0=x, y0=y, timepoints=np.array([0, step]))
    for mine, path in zip(ours, theirs, strict=True):
        assert mine == pytest.approx((path[1] - path[0]) / step, abs=1e-3)


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2), (2, 3, 4), (4,), (2, 2, 2, 2)])
def test_eigenvalues_are_those_of_differences(shape: tuple[int, ...]) -> None:
    chance = np.random.default_rng(7)
    game = random_tensors(8, shape)
    state = [chance.dirichlet(np.ones(count)) for count in shape]
    free = [(place, k) for place, count in enumerate(shape) for k in range(count - 1)]

    def reduced(moved: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[:-1] for part in replicator_field(game, moved)])

    columns = []
    for place, k in free:
        up, down = ([part.copy() for part in state] for _ in range(2))
        for part, step in ((up, 1e-6), (down, -1e-6)):
            part[place][k] += step
            part[place][-1] -= step
        columns.append((reduced(up) - reduced(down)) / 2e-6)
    expected = np.sort_complex(np.linalg.eigvals(np.array(columns).T))
    assert eigenvalues(game, state) == pytest.approx(expected, abs=1e-7)


def test_rest_of_three_equals_elimination_by_many_starts() -> None:
    # Newton's method from a grid of starts on the three advantages, computed here by loops and not by tensors
    for seed in range(12):
        game = random_tensors(100 + seed, (2, 2, 2))

        def gaps(s: np.ndarray, game: PopulationGame = game) -> list[float]:
            mixes = [(float(value), 1 - float(value)) for value in s]
            result = []
            for who in range(3):
                gap = 0.0
                for i in range(2):
                    for j in range(2):
                        for k in range(2):
                            weight = math.prod(
                                m[p] for q, (m, p) in enumerate(zip(mixes, (i, j, k), strict=True)) if q != who
                            )
                            gap += (1 if (i, j, k)[who] == 0 else -1) * weight * game.payoffs[who][i, j, k]
                result.append(gap)
            return result

        expected: set[tuple[float, ...]] = set()
        for start in np.stack(np.meshgrid(*[[0.1, 0.35, 0.65, 0.9]] * 3), axis=-1).reshape(-1, 3):
            root, _, code, _ = fsolve(gaps, start, full_output=True)
            if code == 1 and (root > 1e-6).all() and (root < 1 - 1e-6).all():
                expected.add(tuple(np.round(root, 6)))
        found = {tuple(np.round([mix[0] for mix in p.state], 6)) for p in rest_points(game).points if len(p.mixed) == 3}
        assert found == expected


def test_rest_on_faces_rests() -> None:
    for seed in range(20):
        game = random_tensors(seed, (2, 2, 2))
        found = rest_points(game)
        assert len(found.points) >= 8
        for point in found.points:
            assert max(np.abs(part).max() for part in replicator_field(game, point.state)) < 1e-12
            assert len(point.eigenvalues) == 3


def test_stable_pure_states_are_strict_equilibria() -> None:
    for seed in range(20):
        game = random_tensors(seed, (2, 3, 2))
        for point in pure_rest_points(game).points:
            played = tuple(int(mix.argmax()) for mix in point.state)
            strict = True
            for who, tensor in enumerate(game.payoffs):
                row = np.moveaxis(tensor, who, 0)[(slice(None), *(p for q, p in enumerate(played) if q != who))]
                others = np.delete(row, played[who])
                strict = strict and bool((others < row[played[who]]).all())
            assert (point.verdict is Verdict.STABLE) == strict


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e-107, 1e44])
def test_rest_does_not_hang_on_the_unit_of_money(scale: float) -> None:
    chance = np.random.default_rng(11)
    whole = [PopulationGame(payoffs=tuple(chance.integers(-99, 99, (2, 2, 2)) for _ in range(3))) for _ in range(20)]
    for game in whole:
        scaled = PopulationGame(payoffs=tuple(tensor * scale for tensor in game.payoffs))
        expected, found = rest_points(game), rest_points(scaled)
        assert found.lines == expected.lines
        for one, other in zip(found.points, expected.points, strict=True):
            assert np.array(one.state) == pytest.approx(np.array(other.state), abs=1e-12)
            assert one.verdict is other.verdict


def test_rest_does_not_hang_on_a_gain_that_every_strategy_has_or_on_another_partys_unit() -> None:
    game = random_tensors(5, (2, 2, 2))
    moved = tuple(tensor * size + 1e6 * size for tensor, size in zip(game.payoffs, (1e-20, 1.0, 1e30), strict=True))
    found, expected = rest_points(PopulationGame(payoffs=moved)), rest_points(game)
    assert len(expected.points) > 8
    for one, other in zip(found.points, expected.points, strict=True):
        assert np.array(one.state) == pytest.approx(np.array(other.state), abs=1e-7)


def test_rest_given_an_advantage_that_falls_into_factors() -> None:
    # the third is indifferent where x = 1/2, whatever y is, and where y = 3/10, whatever x is
    third = np.array([[(1 - 0.5) * (1 - 0.3), (1 - 0.5) * -0.3], [-0.5 * (1 - 0.3), -0.5 * -0.3]])
    first = np.array([[1.0, -1.0], [-1.0, 0.5]])  # y, z; share 1 first
    second = np.array([[-1.0, 2.0], [0.7, -1.5]])  # x, z
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 0], payoffs[1, :, 0], payoffs[2, :, :, 0] = first, second, third
    found = [point for point in rest_points(PopulationGame(payoffs=tuple(payoffs))).points if len(point.mixed) == 3]
    assert any(point.state[0][0] == pytest.approx(0.5, abs=1e-12) for point in found)
    assert any(point.state[1][0] == pytest.approx(0.3, abs=1e-12) for point in found)


def test_rest_given_a_share_that_is_nearly_nothing() -> None:
    found = rest_points(PopulationGame(payoffs=([[1.0, 0.0], [0.0, 1e-10]], [[1e-10, 0.0], [0.0, 1.0]])))
    (inner,) = found.points[4:]
    assert inner.state[0][0] == pytest.approx(1 - 1e-10, abs=1e-16)
    assert inner.state[1][0] == pytest.approx(1e-10, rel=1e-9)


def test_says_that_rest_fills_a_line() -> None:
    flat = PopulationGame(payoffs=([[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]))
    assert rest_points(flat).lines


@repeatable
@given(games, cores)
def test_passive_core_enterprise_leaves_the_paper(game: Game, core: CoreEnterprise) -> None:
    bank, middle, supplier = three_party_game(game, core).payoffs
    matrix = payoff_matrix(game)
    cells = ((matrix.use_repay, matrix.use_default), (matrix.not_repay, matrix.not_default))
    for watched in range(2):
        for paid in range(2):
            assert bank[watched, 0, paid] == cells[watched][paid].bank
            assert supplier[watched, 0, paid] == cells[watched][paid].firm
    assert np.count_nonzero(middle[:, 0, :]) <= 1  # it gains where the supplier forges, and nowhere else
    for tensor in (bank, middle, supplier):
        assert np.isfinite(tensor).all()


@given(share, share)
@repeatable
def test_field_of_a_passive_core_enterprise_is_the_papers(x: float, y: float) -> None:
    dynamics = replicator_dynamics(PRINTED_GAME)
    bank, core, supplier = replicator_field(three_party_game(PRINTED_GAME, PREVENTING_CORE), mixed(x, 1.0, y))
    assert bank[0] == pytest.approx(x * (1 - x) * (dynamics.c - dynamics.d * y), abs=1e-10)
    assert supplier[0] == pytest.approx(y * (1 - y) * (dynamics.b * x - dynamics.a), abs=1e-10)
    assert core.tolist() == [0, 0]


def test_prevention_pays_unless_fraud_does() -> None:
    deterred = rest_points(three_party_game(PRINTED_GAME, PREVENTING_CORE))
    assert all(point.verdict is not Verdict.STABLE or point.state[1][1] == 1 for point in deterred.points)
    unseen = replace(PREVENTING_CORE, exposure_probability=0.0, confirmation_reward=0)
    tensors = three_party_game(PRINTED_GAME, unseen).payoffs
    assert tensors[1][1, 0, 1] == 300  # (1 - k) R: the fraud's other half
    assert (tensors[1][:, 1, :] == -10).all()


@pytest.mark.parametrize(
    ("payoffs", "field"),
    [
        (([1.0, math.nan],), "payoffs[0][1]"),
        (([1.0, 2.0], [1.0, 2.0]), "shapes of payoffs"),
        (([1.0, 1e48],), "payoffs[0][1]"),
        (([[1.0, 2.0]], [[1.0], [2.0]]), "shapes of payoffs"),
        ((np.ma.masked_array([1.0, 2.0], mask=[False, True]),), "payoffs[0]"),
        (([],), "shapes of payoffs"),
        ((), "length of payoffs"),
        (None, "payoffs"),
    ],
)
def test_refuses_payoffs(payoffs: tuple[object, ...], field: str) -> None:
    with pytest.raises(ModelDomainError) as refused:
        PopulationGame(payoffs=payoffs)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    "state", [([0.5, 0.5],), ([0.5, 0.6], [1, 0]), ([0.5, 0.5], [1.5, -0.5]), ([0.5, 0.5], [1, 0, 0])]
)
def test_refuses_states(state: tuple[list[float], ...]) -> None:
    with pytest.raises(ModelDomainError, match="state"):
        replicator_field(of_two_parties(payoff_matrix(PRINTED_GAME)), state)


def test_refuses_to_count_what_it_cannot() -> None:
    with pytest.raises(ModelDomainError, match="strategies"):
        rest_points(random_tensors(1, (3, 2)))
    with pytest.raises(ModelDomainError, match="strategies"):
        pure_rest_points(random_tensors(1, (70, 70)))


@pytest.mark.parametrize(
    "change", [{"exposure_probability": 1.5}, {"recovered_share": -0.1}, {"exposure_loss": math.inf}]
)
def test_refuses_core_enterprise(change: dict[str, float]) -> None:
    with pytest.raises(ModelDomainError, match=next(iter(change))):
        replace(PREVENTING_CORE, **change)
