"""Finite populations, and payoffs estimated from outcomes.

given large populations under weak selection: the mean change should be the replicator field
given the numbers there are: the mean change should be what many draws show
given outcomes of a known game: it should find the coefficients again, within its own errors
given outcomes that cannot tell: it should refuse
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scfin_chain.models import PRINTED_GAME, ModelDomainError, payoff_matrix, replicator_dynamics
from scfin_chain.models.populations import (
    PREVENTING_CORE,
    PairwiseComparison,
    PopulationGame,
    RoundOutcomes,
    drift,
    estimate_dynamics,
    mean_change,
    of_two_parties,
    replicator_field,
    simulate,
    three_party_game,
)
from scfin_chain.models.trajectory import trajectories

repeatable = settings(derandomize=True, deadline=None, max_examples=40, phases=(Phase.generate,))
TWO = of_two_parties(payoff_matrix(PRINTED_GAME))
share = st.floats(0, 1)


@repeatable
@given(share, share, share)
def test_drift_is_the_replicator_field_under_weak_selection(x: float, z: float, y: float) -> None:
    game = three_party_game(PRINTED_GAME, PREVENTING_CORE)
    state = [[value, 1 - value] for value in (x, z, y)]
    weak = PairwiseComparison(game=game, sizes=(2, 2, 2), selection=1e-7, mutation=0.0)
    for change, velocity in zip(drift(weak, state), replicator_field(game, state), strict=True):
        assert 2e7 * change == pytest.approx(velocity, abs=1e-5)


@repeatable
@given(share, share, st.floats(0, 1e3), share)
def test_drift_of_any_process_is_finite_and_keeps_the_sum(x: float, y: float, beta: float, mu: float) -> None:
    process = PairwiseComparison(game=TWO, sizes=(10, 10), selection=beta, mutation=mu)
    for change in drift(process, ([x, 1 - x], [y, 1 - y])):
        assert np.isfinite(change).all()
        assert change.sum() == pytest.approx(0, abs=1e-12)


def test_drift_approaches_the_field_as_the_square_of_selection() -> None:
    state = [[0.3, 0.7], [0.6, 0.4]]
    exact = replicator_field(TWO, state)[0][0]
    errors = []
    for beta in (2e-3, 1e-3):
        process = PairwiseComparison(game=TWO, sizes=(10, 10), selection=beta, mutation=0.0)
        errors.append(abs(2 / beta * drift(process, state)[0][0] - exact))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)


def test_mean_change_is_the_mean_of_many_draws() -> None:
    process = PairwiseComparison(
        game=PopulationGame(payoffs=([[1.0, 0.0], [0.0, 2.0], [0.5, 0.5]], [[0.0, 1.0], [1.0, 0.0], [0.2, 0.4]])),
        sizes=(12, 9), selection=1.5, mutation=0.1,
    )  # fmt: skip
    start, draws = ([5, 4, 3], [6, 3]), 200_000
    many = [np.tile(part, (draws, 1)) for part in start]
    history = simulate(process, many, steps=1, chance=np.random.default_rng(11))
    for part, expected in zip(history, mean_change(process, start), strict=True):
        seen = (part[1] - part[0]).mean(axis=0)
        assert seen == pytest.approx(expected, abs=4 / np.sqrt(draws))
        assert (part.sum(axis=-1) == part[0, 0].sum()).all()


def test_many_members_follow_the_replicator_path() -> None:
    # time of the field is 2/beta revisions of each member
    size, beta, until = 1000, 4e-3, 0.01
    process = PairwiseComparison(game=TWO, sizes=(size, size), selection=beta, mutation=0.0)
    start = [np.tile([size // 2, size // 2], (200, 1))] * 2
    steps = round(until * size * 2 / beta)
    history = simulate(process, start, steps=steps, chance=np.random.default_rng(3))
    path = trajectories(replicator_dynamics(PRINTED_GAME), 0.5, 0.5, times=[until])
    assert history[0][-1][:, 0].mean() / size == pytest.approx(path.x[0], abs=0.02)
    assert history[1][-1][:, 0].mean() / size == pytest.approx(path.y[0], abs=0.02)


def test_chance_is_the_callers() -> None:
    process = PairwiseComparison(game=TWO, sizes=(20, 20), selection=0.01, mutation=0.01)
    first, again, other = (
        simulate(process, [[10, 10], [10, 10]], steps=200, chance=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()


def test_without_mutation_a_uniform_population_stays() -> None:
    process = PairwiseComparison(game=TWO, sizes=(20, 20), selection=0.01, mutation=0.0)
    history = simulate(process, [[20, 0], [0, 20]], steps=50, chance=np.random.default_rng(1))
    assert (history[0] == [20, 0]).all()
    assert (history[1] == [0, 20]).all()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sizes": (20,)}, "length of sizes"),
        ({"sizes": (20, 1)}, "sizes[1]"),
        ({"sizes": 20}, "sizes"),
        ({"selection": -1.0}, "selection"),
        ({"mutation": 1.1}, "mutation"),
    ],
)
def test_refuses_process(change: dict[str, object], field: str) -> None:
    process = PairwiseComparison(game=TWO, sizes=(20, 20), selection=0.01, mutation=0.0)
    with pytest.raises(ModelDomainError) as refused:
        replace(process, **change)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("counts", [[[10, 10]], [[10, 9], [10, 10]], [[21, -1], [10, 10]], [[10.0, 10.0], [10, 10]]])
def test_refuses_counts(counts: list[list[float]]) -> None:
    process = PairwiseComparison(game=TWO, sizes=(20, 20), selection=0.01, mutation=0.0)
    with pytest.raises(ModelDomainError, match="counts"):
        mean_change(process, counts)


def drawn(financings: int, rounds: int, interval: float, chance: np.random.Generator) -> list[RoundOutcomes]:
    times = interval * np.arange(rounds)
    paths = trajectories(replicator_dynamics(PRINTED_GAME), 0.5, 0.5, times=times)
    outcomes = []
    for x, y in zip(paths.x, paths.y, strict=True):
        cells = chance.multinomial(financings, [x * y, x * (1 - y), (1 - x) * y, (1 - x) * (1 - y)])
        names = ("use_repay", "use_default", "not_repay", "not_default")
        outcomes.append(RoundOutcomes(**dict(zip(names, map(int, cells), strict=True))))
    return outcomes


def test_finds_the_coefficients_within_its_errors() -> None:
    chance = np.random.default_rng(5)
    off, misfits = [], []
    for _ in range(60):
        found = estimate_dynamics(drawn(20_000, 60, 0.002, chance), interval=0.002)
        for name, value in (("a", -140), ("b", -350), ("c", -130), ("d", -200)):
            off.append((getattr(found.dynamics, name) - value) / getattr(found, f"{name}_error"))
        misfits += [found.bank_misfit, found.firm_misfit]
    assert np.mean(np.abs(off) < 2) > 0.85
    assert np.mean(misfits) == pytest.approx(1, abs=0.2)


def test_estimate_scales_with_time_alone() -> None:
    outcomes = drawn(20_000, 60, 0.002, np.random.default_rng(6))
    fast, slow = (estimate_dynamics(outcomes, interval=interval).dynamics for interval in (0.002, 0.02))
    assert (fast.a, fast.d) == pytest.approx((10 * slow.a, 10 * slow.d), rel=1e-9)
    assert fast.a / fast.b == pytest.approx(slow.a / slow.b, rel=1e-9)


@repeatable
@given(
    st.lists(st.tuples(*[st.integers(0, 10**12)] * 4), min_size=0, max_size=6),
    st.one_of(st.floats(), st.floats(1e-6, 10)),
)
def test_estimates_of_any_outcomes_are_finite_or_refused(cells: list[tuple[int, ...]], interval: float) -> None:
    names = ("use_repay", "use_default", "not_repay", "not_default")
    try:
        found = estimate_dynamics(
            [RoundOutcomes(**dict(zip(names, each, strict=True))) for each in cells], interval=interval
        )
    except ModelDomainError:
        return
    assert np.isfinite([found.dynamics.a, found.dynamics.b, found.dynamics.c, found.dynamics.d]).all()
    assert np.isfinite([found.a_error, found.b_error, found.c_error, found.d_error]).all()


def test_refuses_outcomes_that_cannot_tell() -> None:
    same = RoundOutcomes(use_repay=5, use_default=5, not_repay=5, not_default=5)
    with pytest.raises(ModelDomainError, match="repaid"):
        estimate_dynamics([same] * 5, interval=1.0)
    with pytest.raises(ModelDomainError, match="rounds"):
        estimate_dynamics([same] * 2, interval=1.0)
    with pytest.raises(ModelDomainError, match="financings"):
        RoundOutcomes(use_repay=0, use_default=0, not_repay=0, not_default=0)
