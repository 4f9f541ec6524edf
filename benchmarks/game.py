"""What many games, and many starts of one, cost: a loop over other solvers divided by one call.

Run ``python -m benchmarks.game`` from the repository's root. Paths from a 101 x 101 grid of starts go to rest in the
bistable game (k = 0.8, v1 = 300, else printed), all in one call; nashpy and scipy's solver take a sample of the same
starts one by one, to the moment at which the last of them rests. The figures that must hold
are the ratios: 80 and more.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from statistics import median
from time import perf_counter

import nashpy
import numpy as np
from scipy.integrate import solve_ivp

from scfin_chain.models.game import PRINTED_GAME, Dynamics, Game, Payoff, payoff_matrix, replicator_dynamics
from scfin_chain.models.sweep import sweep_games
from scfin_chain.models.trajectory import settle

BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
SIDE = 101
REQUIRED = 80.0
SETS = 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the game costs.")
    parser.add_argument("--sample", type=int, default=100, help="starts taken one by one (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    _grid(options.sample, options.rounds)
    _sweep(options.rounds)


def _grid(sample: int, rounds: int) -> None:
    dynamics = replicator_dynamics(BISTABLE)
    x, y = np.meshgrid(np.linspace(0.0, 1.0, SIDE), np.linspace(0.0, 1.0, SIDE))
    ends = settle(dynamics, x, y)
    until = float(ends.time.max())
    ours = _seconds(lambda: settle(dynamics, x, y), rounds)
    _say(f"{x.size:,} paths to rest, one call", f"{ours:.3f} s; first integral kept to {ends.drift.max():.0e}")
    starts = np.random.default_rng(1).uniform(0.01, 0.99, (sample, 2))
    for name, one in (("nashpy", _nashpy(until)), ("scipy, LSODA", _scipy(dynamics, until))):
        began = perf_counter()
        for start in starts:
            one(start)
        theirs = (perf_counter() - began) / sample * x.size
        _say(f"{name}, one by one", f"{theirs:.1f} s")
        _say(f"{name} divided by one call (at least {REQUIRED:.0f})", f"{theirs / ours:.0f}")


def _nashpy(until: float) -> Callable[[np.ndarray], object]:
    matrix = payoff_matrix(BISTABLE)
    rows = ((matrix.use_repay, matrix.use_default), (matrix.not_repay, matrix.not_default))

    def payoffs(of: Callable[[Payoff], float]) -> np.ndarray:
        return np.array([[of(cell) for cell in row] for row in rows])

    game = nashpy.Game(payoffs(lambda cell: cell.bank), payoffs(lambda cell: cell.firm))
    times = np.linspace(0.0, until, 101)

    def one(start: np.ndarray) -> object:
        x, y = start
        return game.asymmetric_replicator_dynamics(x0=np.array([x, 1 - x]), y0=np.array([y, 1 - y]), timepoints=times)

    return one


def _scipy(game: Dynamics, until: float) -> Callable[[np.ndarray], object]:
    def field(_: float, state: np.ndarray) -> tuple[float, float]:
        x, y = state
        return x * (1 - x) * (game.c - game.d * y), y * (1 - y) * (game.b * x - game.a)

    return lambda start: solve_ivp(field, (0.0, until), start, method="LSODA", rtol=1e-9, atol=1e-9)


def _sweep(rounds: int) -> None:
    chance = np.random.default_rng(2)
    sets = {field.name: chance.uniform(0.8, 1.2, SETS) * getattr(BISTABLE, field.name) for field in fields(Game)}
    found = sweep_games(sets)
    _say(f"{SETS:,} games, one call", f"{_seconds(lambda: sweep_games(sets), rounds):.3f} s")
    _say("of these with two basins", f"{int((~found.basin.mask).sum()):,}")


def _seconds(work: Callable[[], object], rounds: int) -> float:
    def one() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return median(one() for _ in range(rounds))


def _say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<55} {value}\n")


if __name__ == "__main__":
    main()
