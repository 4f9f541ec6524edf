"""Given whatever, a function of the game or of a pair's line answers with numbers or refuses with `ModelDomainError`.

given for any one argument an undefined, infinite, huge or tiny number, a word, nothing, an array of another shape or
    kind, or one with a mask: it should refuse in one line, or else no result should be undefined; it should never warn
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from scfin_chain.models import (
    PRINTED_GAME,
    ModelDomainError,
    approximate_basins,
    first_integral,
    monthly_volume,
    payoff_matrix,
    polyline_area,
    replicator_dynamics,
    stability,
    trajectory,
)
from scfin_chain.models import populations as many
from scfin_chain.models.basin import exact_basins
from scfin_chain.models.border import Side, area_beyond, border_curve
from scfin_chain.models.game import Dynamics, Game
from scfin_chain.models.orbit import closed_orbits
from scfin_chain.models.populations import paths
from scfin_chain.models.sweep import sweep_games
from scfin_chain.models.trajectory import rising, settle, starts, trajectories

ODD: list[object] = [
    float("nan"), float("inf"), -float("inf"), -0.0, 0.0, 5e-324, 1e308, -1e308, 1e45, -1, 1, 2, 0.5, True, 10**400,
    1 + 2j, "x", "", b"ab", None, {}, set(), object(), range(3), np.float64(0.5),
    np.ma.masked, np.ma.masked_array([0.5, 0.6], mask=[False, True]), np.array([0.5, None], dtype=object), np.array([]),
    np.array([], dtype=object), np.zeros((2, 3, 0)), [[0.1], [0.2, 0.3]], np.array([True, False]), np.array(["a"]),
    np.array([0.1, np.nan]), np.array([1e308, 5e-324, -0.0]), np.array([1 + 1j]),
    np.array(["2020-01-01"], dtype="M8[D]"),
]  # fmt: skip
PRINTED = replicator_dynamics(PRINTED_GAME)
BISTABLE = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
TWO = many.of_two_parties(payoff_matrix(PRINTED_GAME))
HALF = [0.5, 0.5]
PROCESS = many.PairwiseComparison(game=TWO, sizes=(4, 4), selection=1.0, mutation=0.1)
ROUND = many.RoundOutcomes(use_repay=6, use_default=2, not_repay=3, not_default=1)
ROUNDS = [ROUND, replace(ROUND, use_repay=16), replace(ROUND, not_default=9), replace(ROUND, not_repay=90)]
SWEEP = sweep_games({"fraud_share": [0.8], "incentive": [300.0]})
ONE = np.array([1.0])
EVEN = Side(rest=ONE / 2, left=ONE / 2, weight=ONE)

OF_DYNAMICS: list[Callable[[Dynamics], object]] = [
    stability, exact_basins, lambda d: approximate_basins(stability(d)), lambda d: closed_orbits(d, 0.3, 0.4),
    lambda d: settle(d, 0.3, 0.4), lambda d: trajectories(d, 0.3, 0.4, times=[0.1]),
    lambda d: first_integral(d, 0.3, 0.4), lambda d: border_curve(d, [0.3]),
]  # fmt: skip
OF_STATE: list[Callable[[object], object]] = [
    lambda s: many.replicator_field(TWO, s), lambda s: many.eigenvalues(TWO, s), lambda s: many.mixes(TWO, s),
    lambda s: many.fitness(TWO, 0, s), lambda s: many.population_paths(TWO, s, times=[1e-3]),
    lambda s: many.drift(PROCESS, s),
]  # type: ignore[arg-type, list-item]  # fmt: skip


def changed(base: Dynamics, name: str, value: object) -> Dynamics:
    """With another coefficient, and the sums that go with it."""
    new = replace(base, **{name: value})
    if name in ("supervised_gain", "saving"):
        raise ModelDomainError(name, value, "the sum that goes with the others")
    return replace(new, supervised_gain=new.b - new.a, saving=new.c - new.d)


def beside(value: object, other: float) -> object:
    """A row of both; a mask in a list is none that an array would have."""
    return value if value is np.ma.masked else [value, other]


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


CALLS: dict[str, Callable[[object], object]] = {
    "monthly_volume months": lambda v: monthly_volume(v, declared=3),
    "monthly_volume month": lambda v: monthly_volume((1, 2, v), declared=3),
    "monthly_volume declared": lambda v: monthly_volume((1, 2), declared=v),
    "polyline_area x": lambda v: polyline_area(v, 0.5),
    "polyline_area y": lambda v: polyline_area(0.5, v),
    "first_integral x": lambda v: first_integral(PRINTED, v, 0.5),
    "first_integral y": lambda v: first_integral(PRINTED, 0.5, v),
    "border_curve": lambda v: border_curve(BISTABLE, v),
    "closed_orbits x": lambda v: closed_orbits(PRINTED, v, 0.5),
    "closed_orbits y": lambda v: closed_orbits(PRINTED, 0.5, v),
    "settle x": lambda v: settle(BISTABLE, v, 0.5),
    "settle y": lambda v: settle(BISTABLE, 0.5, v),
    "settle near": lambda v: settle(BISTABLE, 0.5, 0.5, near=v),
    "settle many": lambda v: settle(SWEEP, v, v),
    "trajectories x": lambda v: trajectories(BISTABLE, v, 0.5, times=[0.1]),
    "trajectories y": lambda v: trajectories(BISTABLE, 0.5, v, times=[0.1]),
    "rising": rising,
    "starts": lambda v: starts(v, v),
    "PopulationGame": lambda v: many.PopulationGame(payoffs=v),
    "PopulationGame one": lambda v: many.PopulationGame(payoffs=(v,)),
    "rest_points one": lambda v: many.rest_points(many.PopulationGame(payoffs=(beside(v, 0.3),))),
    "rest_points two": lambda v: many.rest_points(
        many.PopulationGame(payoffs=([beside(v, 0.3), [1, 2]], [[1, 3], [2, 0]]))
    ),
    "fitness population": lambda v: many.fitness(TWO, v, (HALF, HALF)),
    "population_paths times": lambda v: many.population_paths(TWO, (HALF, HALF), times=v),
    "sizes": lambda v: replace(PROCESS, sizes=v),
    "size": lambda v: replace(PROCESS, sizes=(v, 4)),
    "selection": lambda v: many.mean_change(replace(PROCESS, selection=v), [[2, 2], [2, 2]]),
    "selection simulated": lambda v: many.simulate(
        replace(PROCESS, selection=v), [[2, 2], [2, 2]], steps=3, chance=chance()
    ),
    "mutation": lambda v: many.mean_change(replace(PROCESS, mutation=v), [[2, 2], [2, 2]]),
    "steps": lambda v: many.simulate(PROCESS, [[2, 2], [2, 2]], steps=v, chance=chance()),
    "counts": lambda v: many.mean_change(PROCESS, v),
    "count": lambda v: many.mean_change(PROCESS, (v, [2, 2])),
    "count simulated": lambda v: many.simulate(PROCESS, (v, [2, 2]), steps=2, chance=chance()),
    "interval": lambda v: many.estimate_dynamics(ROUNDS, interval=v),
    "rounds": lambda v: many.estimate_dynamics(v, interval=1.0),
    "round": lambda v: many.estimate_dynamics([v, v, v], interval=1.0),
    "Side rest": lambda v: area_beyond(replace(EVEN, rest=v), EVEN),
    "Side weight": lambda v: area_beyond(replace(EVEN, weight=v), EVEN),
    **{f"state {n}": call for n, call in enumerate(OF_STATE)},
    **{f"part of state {n}": lambda v, call=call: call((v, HALF)) for n, call in enumerate(OF_STATE)},
    **{f"sweep {f.name}": lambda v, n=f.name: sweep_games({n: v}) for f in fields(Game)},
    **{
        f"Game {f.name}": lambda v, n=f.name: replicator_dynamics(replace(PRINTED_GAME, **{n: v})) for f in fields(Game)
    },
    **{
        f"Dynamics {f.name} {n} {b}": lambda v, name=f.name, call=call, base=base: call(changed(base, name, v))
        for f in fields(Dynamics)
        for n, call in enumerate(OF_DYNAMICS)
        for b, base in enumerate((PRINTED, BISTABLE))
    },
    **{
        f"CoreEnterprise {f.name}": lambda v, n=f.name: many.three_party_game(
            PRINTED_GAME, replace(many.PREVENTING_CORE, **{n: v})
        )
        for f in fields(many.CoreEnterprise)
    },
    **{f"RoundOutcomes {f.name}": lambda v, n=f.name: replace(ROUND, **{n: v}) for f in fields(many.RoundOutcomes)},
}  # type: ignore[dict-item]


def assert_defined(answer: object) -> None:
    if is_dataclass(answer):
        for field in fields(answer):
            assert_defined(getattr(answer, field.name))
    elif isinstance(answer, tuple | list):
        for part in answer:
            assert_defined(part)
    elif isinstance(answer, np.ndarray):
        assert answer.dtype.kind not in "fc" or not np.isnan(np.ma.getdata(answer)).any()
    elif isinstance(answer, str):
        assert len(answer.splitlines()) == 1
        assert len(answer) < 400
    elif isinstance(answer, float | complex):
        assert answer == answer


@pytest.mark.parametrize("call", CALLS)
def test_answers_or_refuses(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "_STEPS", 100)  # payoffs of 1e45 take all of them
    monkeypatch.setattr(paths, "_EVALUATIONS", 1000)
    for value in ODD:
        try:
            answer = CALLS[call](value)
        except ModelDomainError as refusal:
            answer = str(refusal)
        assert_defined(answer)
