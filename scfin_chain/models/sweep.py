"""Many games of paper 001 at once: equilibria, verdicts and basins in one call over arrays of parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from scfin_chain.models.arrays import checked_arrays, common_shape
from scfin_chain.models.border import basin_of_use
from scfin_chain.models.domain import AMOUNT_LIMIT
from scfin_chain.models.equilibrium import UNDEFINED as UNDEFINED
from scfin_chain.models.equilibrium import Condition, Verdict, Words, conditions, verdicts
from scfin_chain.models.game import PRINTED_GAME, Game
from scfin_chain.models.game_formulas import (
    ROUNDING,
    Coefficients,
    area_above_falling,
    area_below_rising,
    coefficients_of,
    corner_eigenvalues,
    interior_square,
)
from scfin_chain.models.interval import Interval, refuse_first
from scfin_chain.models.potential import Floats

Masked = np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]

_DOMAINS = {
    field.name: Interval(0.0, 1.0 if field.name in ("loan_rate", "investment_rate", "fraud_share") else AMOUNT_LIMIT)
    for field in fields(Game)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GameSweep(Coefficients[Floats]):
    """What follows from each set of parameters; every field begins with the shape to which the parameters broadcast.

    ``a`` to ``saving`` are the coefficients of `Dynamics`, money. ``condition`` holds the values of `Condition`, or
    ``UNDEFINED``. ``corners`` has the verdicts of (0,0), (0,1), (1,0), (1,1) on a further axis of 4, and
    ``eigenvalues`` both of each, (..., 4, 2), money. Masked where the game has none: ``x``, ``y`` of the fifth
    equilibrium (its place also where that is outside the square), ``interior_square``, the square of its eigenvalues
    where it is inside, money squared (negative at a centre, positive at a saddle), and the shares of the square
    that the corner at which the bank uses digital currency attracts: ``s1`` by the paper's straight lines, ``basin``
    exactly.

    Examples
    --------
    >>> found = sweep_games({"fraud_share": [0.5, 0.8], "incentive": [50, 300]})
    >>> found.corners[0].tolist(), found.only(found.rests).basin.round(8).tolist()
    (['saddle', 'saddle', 'saddle', 'saddle'], [0.37016531])
    """

    condition: Words
    x: Masked
    y: Masked
    corners: Words
    eigenvalues: Floats
    interior_square: Masked
    s1: Masked
    basin: Masked

    @property
    def closes(self) -> npt.NDArray[np.bool_]:
        """Whether paths close around a centre."""
        return _one_of(self.condition, Condition.CONDITION_1, Condition.CONDITION_4)

    @property
    def rests(self) -> npt.NDArray[np.bool_]:
        """Whether a corner attracts and no edge rests, so that each path comes to an end."""
        stable = (self.corners == Verdict.STABLE.value).any(axis=-1)
        flat = (self.corners == Verdict.NON_HYPERBOLIC.value).any(axis=-1)
        return np.asarray(stable & ~flat & (self.condition != UNDEFINED))

    def only(self, which: npt.NDArray[np.bool_]) -> "GameSweep":
        """The chosen games, in a row."""
        return GameSweep(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def sweep_games(parameters: Mapping[str, npt.ArrayLike], base: Game = PRINTED_GAME) -> GameSweep:
    r"""Equilibria, verdicts and basins of many games.

    Parameters
    ----------
    parameters
        Names of `Game`'s fields, each with a number or an array; the arrays broadcast. Units and domains are `Game`'s.
    base
        Where the parameters that are not named come from.

    Returns
    -------
    GameSweep
        What `replicator_dynamics`, `stability`, `approximate_basins` and `exact_basins` say of each.

    Raises
    ------
    ModelDomainError
        If a name is no parameter of the game, a value is masked or outside its domain (named with its index), the
        arrays do not broadcast, or b or d of a game (its index is named) is too small to divide by.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 4.3.2, Tables 3 and 4.

    Examples
    --------
    >>> found = sweep_games({"fraud_share": [0.5, 0.8], "incentive": [50, 300]})
    >>> found.condition.tolist(), found.x.round(9).tolist(), found.basin.round(8).tolist()
    (['condition 4', 'condition 2'], [0.4, 0.5], [None, 0.37016531])
    """
    given = _values(parameters, base)
    found = coefficients_of(given, _total)
    games = Coefficients(**found)
    eigenvalues = np.stack([np.stack(pair, axis=-1) for pair in corner_eigenvalues(games)], axis=-2)
    condition = conditions(games)
    exists = condition != UNDEFINED
    x, y = _ratio("x*", games.a, games.b, exists), _ratio("y*", games.c, games.d, exists)
    inside = _one_of(condition, "condition 1", "condition 2", "condition 3", "condition 4")
    bistable = _one_of(condition, Condition.CONDITION_2, Condition.CONDITION_3)
    xi, yi = np.where(inside, x.data, 0.0), np.where(inside, y.data, 0.0)  # what lies far outside would overflow
    falls = condition == Condition.CONDITION_2
    return GameSweep(
        **found, condition=condition, x=x, y=y,
        corners=verdicts(eigenvalues[..., 0], eigenvalues[..., 1]), eigenvalues=eigenvalues,
        interior_square=_where(inside, interior_square(games, xi, yi)),
        s1=_where(bistable, np.where(falls, area_above_falling(xi, yi), area_below_rising(xi, yi))),
        basin=_where(bistable, _basins(games, condition)),
    )  # fmt: skip


def _values(parameters: Mapping[str, npt.ArrayLike], base: Game) -> dict[str, Floats]:
    given = checked_arrays(_DOMAINS, {name: getattr(base, name) for name in _DOMAINS}, parameters)
    shape = common_shape(given)
    return {name: np.broadcast_to(values, shape) for name, values in given.items()}


def _total(*terms: Floats) -> Floats:
    """Sum without loss (Neumaier's), and exactly zero where it vanishes but for rounding."""
    total, lost = np.zeros_like(terms[0]), np.zeros_like(terms[0])
    for term in terms:
        grown = total + term
        larger = np.abs(total) >= np.abs(term)
        lost = lost + np.where(larger, (total - grown) + term, (term - grown) + total)
        total = grown
    total = total + lost
    size = np.max([np.abs(term) for term in terms], axis=0)
    return np.where(np.abs(total) <= ROUNDING * size, 0.0, total)


def _one_of(condition: Words, *values: str) -> npt.NDArray[np.bool_]:
    return np.isin(condition, [str(value) for value in values])


def _where(there: npt.NDArray[np.bool_], values: Floats) -> Masked:
    return np.ma.masked_array(np.where(there, values, 0.0), mask=~there)


def _ratio(field: str, above: Floats, below: Floats, there: npt.NDArray[np.bool_]) -> Masked:
    with np.errstate(over="ignore"):
        ratio = above / np.where(there, below, 1.0)
    refuse_first(field, ratio, np.isfinite(ratio), "finite: the game's b or d is too small for a float")
    return _where(there, ratio)


def _basins(games: Coefficients[Floats], condition: Words) -> Floats:
    areas = np.zeros(condition.shape)
    for kind in (Condition.CONDITION_2, Condition.CONDITION_3):
        which = condition == kind.value
        if which.any():
            chosen = {field.name: getattr(games, field.name)[which] for field in fields(games)}
            areas[which] = basin_of_use(Coefficients(**chosen), kind)
    return areas
