"""How the shares of any number of populations move."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.populations.payoffs import PopulationGame, advantages, gains, mixes
from scfin_chain.models.potential import Floats
from scfin_chain.models.trajectory import rising

_TOLERANCE: Final = 1e-11
"""Error in the logarithm of a share that one step may make."""

_EVALUATIONS: Final = 100_000
"""Times that payoffs may be averaged on the way to the last moment."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationPaths:
    """States at moments that were asked for.

    ``times`` has T moments, in the game's own time (1/money); ``shares`` is for each population an array of shape
    (T, ..., strategies), with the starts' own leading axes between.

    Examples
    --------
    Two strategies, one a unit of money better: the logistic curve.

    >>> paths = population_paths(PopulationGame(payoffs=([1.0, 0.0],)), ([0.5, 0.5],), times=[0.0, 1.0])
    >>> bool(np.isclose(paths.shares[0][1, 0], 1.0 / (1.0 + np.exp(-1.0)), rtol=1e-10))
    True
    """

    times: Floats
    shares: tuple[Floats, ...]


def population_paths(game: PopulationGame, state: Sequence[npt.ArrayLike], *, times: npt.ArrayLike) -> PopulationPaths:
    r"""Paths of the replicator equations of any number of populations and strategies.

    Parameters
    ----------
    game
        The game.
    state
        Where they start: shares of each population, strategies on the last axis; leading axes are starts taken at once.
    times
        Rising moments >= 0, in the game's own time (1/money), one dimension.

    Returns
    -------
    PopulationPaths
        States at those moments. Shares sum to one but for rounding, and one that is zero remains so.

    Raises
    ------
    ModelDomainError
        If the state does not fit the game, the times are negative, fall or are masked, or the last one is too far to be
        reached in 100,000 evaluations.

    Notes
    -----
    What is followed is not the shares but what each strategy has gained more than its population's average,

    .. math:: \dot v_{ik} = f_{ik} - \sum_l s_{il} f_{il}, \qquad
              s_{ik} = \frac{s_{ik}(0)\,e^{v_{ik}}}{\sum_l s_{il}(0)\,e^{v_{il}}}

    so that no step can leave the simplex. For two populations of two strategies, for which more is known,
    `scfin_chain.models.trajectory.trajectories` keeps the first integral too.

    References
    ----------
    .. [1] Hofbauer, Sorin, Viossat, *Time average replicator and best-reply dynamics*, Math. Oper. Res. 34 (2009).
    .. [2] Dormand, Prince, *A family of embedded Runge-Kutta formulae*, J. Comp. Appl. Math. 6 (1980): order 8(5,3).

    Examples
    --------
    Beside a passive core enterprise bank and supplier move as in paper 001, to (0.32213058, 0.4814732):

    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> from scfin_chain.models.populations.three_party import PREVENTING_CORE, three_party_game
    >>> game = three_party_game(PRINTED_GAME, PREVENTING_CORE)
    >>> bank, core, supplier = population_paths(game, ([0.5, 0.5], [1.0, 0.0], [0.5, 0.5]), times=[0.02]).shares
    >>> bank[:, 0].round(8).tolist(), core.tolist(), supplier[:, 0].round(8).tolist()
    ([0.32213058], [[1.0, 0.0]], [0.4814732])
    """
    begin = mixes(game, state)
    moments = rising(times)
    alike, exponent = advantages(game)
    with np.errstate(over="ignore"):
        scaled = np.ldexp(moments, exponent)  # the time of a game whose payoffs are near one
    if not np.isfinite(scaled).all():
        raise ModelDomainError("times", float(moments[-1]), "such that no payoff grows beyond a float by then")
    gained = _gained(alike, begin, scaled)
    shares = [_shares(start, part) for start, part in zip(begin, gained, strict=True)]
    for start, path in zip(begin, shares, strict=True):
        path[moments == 0.0] = start
    return PopulationPaths(times=moments, shares=tuple(shares))


def _gained(game: PopulationGame, begin: tuple[Floats, ...], times: Floats) -> list[Floats]:
    """Each strategy's gain beyond its population's average until each moment."""
    ends = np.cumsum([start.size for start in begin])
    evaluations = 0

    def parts(flat: Floats) -> list[Floats]:
        leading = flat.shape[:-1]
        split = np.split(flat, ends[:-1], axis=-1)
        return [part.reshape(leading + start.shape) for part, start in zip(split, begin, strict=True)]

    def speed(_: float, flat: Floats) -> Floats:
        nonlocal evaluations
        evaluations += 1
        if evaluations > _EVALUATIONS:
            limit = f"reached in {_EVALUATIONS:,} evaluations: the payoffs are too large for such times"
            raise ModelDomainError("times", float(times[-1]), limit)
        now = [_shares(start, part) for start, part in zip(begin, parts(flat), strict=True)]
        earned = [gains(game, place, now) for place in range(len(now))]
        beyond = [gain - (mix * gain).sum(axis=-1, keepdims=True) for mix, gain in zip(now, earned, strict=True)]
        return np.concatenate([part.ravel() for part in beyond])

    size = int(ends[-1])
    moments, places = np.unique(times, return_inverse=True)
    if not size or not moments.size or not moments[-1]:
        return parts(np.zeros((len(times), size)))
    tolerance = max(_TOLERANCE / math.sqrt(size), 1e-13)  # what is held to it is a mean over all
    until = float(moments[-1])
    found = solve_ivp(
        speed, (0.0, until), np.zeros(size), method="DOP853", t_eval=moments, rtol=tolerance, atol=tolerance
    )
    if not found.success:
        raise ModelDomainError("times", until, "reached by steps that are not too small for a float")
    return parts(found.y.T[places])


def _shares(start: Floats, gained: Floats) -> Floats:
    """Shares by what each strategy has gained since the start; what was nothing remains nothing."""
    alive = start > 0.0
    best = np.where(alive, gained, -np.inf).max(axis=-1, keepdims=True)
    weights = start * np.exp(np.where(alive, gained - best, 0.0))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
