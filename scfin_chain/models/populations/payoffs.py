"""Payoffs of any number of populations with any number of strategies."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters

import numpy as np
import numpy.typing as npt

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.game import PayoffMatrix
from scfin_chain.models.potential import Floats, numbers, shares

_LIMIT = 100.0 * domain.AMOUNT_LIMIT
"""Largest payoff, money: a sum of some amounts within their own limit."""

_WHOLE = 1e-9
"""How far the shares of a population may sum from one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationGame:
    """A game whose players are drawn one from each population.

    Parameters
    ----------
    payoffs
        For each of N >= 1 populations a tensor with N axes: entry (i, j, ...) is what its player gains, money, when the
        first population's plays i, the second's j, and so on. All have one shape.

    Raises
    ------
    ModelDomainError
        If a payoff is not finite or beyond the limit of money, or the shapes do not fit.

    Examples
    --------
    >>> PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]])).strategies
    (2, 2)
    """

    payoffs: tuple[Floats, ...]

    def __post_init__(self) -> None:
        tensors = tuple(numbers("payoffs", tensor) for tensor in self.payoffs)
        shapes = {tensor.shape for tensor in tensors}
        if len(shapes) != 1 or len(next(iter(shapes))) != len(tensors) or 0 in next(iter(shapes)):
            raise ModelDomainError("payoffs", shapes, "one tensor a population, with one axis a population")
        for tensor in tensors:
            domain.within("payoffs", float(np.abs(tensor).max()), 0, _LIMIT)
            tensor.flags.writeable = False
        object.__setattr__(self, "payoffs", tensors)

    @property
    def strategies(self) -> tuple[int, ...]:
        """Number of strategies of each population."""
        return self.payoffs[0].shape


def of_two_parties(matrix: PayoffMatrix) -> PopulationGame:
    """The bank and the firm of paper 001 as a game of two populations.

    Parameters
    ----------
    matrix
        The payoffs, money.

    Returns
    -------
    PopulationGame
        Strategies in the order use, not use; repay, not repay.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, Table 2.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> of_two_parties(payoff_matrix(PRINTED_GAME)).payoffs[1].tolist()
    [[-180.0, 30.0], [-230.0, -370.0]]
    """
    rows = ((matrix.use_repay, matrix.use_default), (matrix.not_repay, matrix.not_default))
    bank = np.array([[cell.bank for cell in row] for row in rows])
    firm = np.array([[cell.firm for cell in row] for row in rows])
    return PopulationGame(payoffs=(bank, firm))


def mixes(game: PopulationGame, state: Sequence[npt.ArrayLike]) -> tuple[Floats, ...]:
    """Take a state: one distribution over strategies for each population.

    Parameters
    ----------
    game
        The game.
    state
        For each population its shares, the strategies on the last axis, summing to one; leading axes are alike.

    Returns
    -------
    tuple of ndarray
        The same, as arrays.

    Raises
    ------
    ModelDomainError
        If a share is outside [0, 1], a population's do not sum to one, or the shapes do not fit the game.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    >>> mixes(game, ([0.5, 0.5], [0.9, 0.3]))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: state[1] is [0.9, 0.3]: must be shares that sum to 1
    """
    if len(state) != len(game.strategies):
        raise ModelDomainError("state", len(state), f"{len(game.strategies)} populations")
    taken: list[Floats] = []
    for place, (part, count) in enumerate(zip(state, game.strategies, strict=True)):
        mix = shares(f"state[{place}]", part)
        if mix.ndim == 0 or mix.shape[-1] != count or (taken and mix.shape[:-1] != taken[0].shape[:-1]):
            raise ModelDomainError(f"state[{place}]", mix.shape, f"an array with {count} strategies on its last axis")
        if (np.abs(mix.sum(axis=-1) - 1.0) > _WHOLE).any():
            raise ModelDomainError(f"state[{place}]", mix.tolist(), "shares that sum to 1")
        taken.append(mix)
    return tuple(taken)


def fitness(game: PopulationGame, population: int, state: Sequence[Floats]) -> Floats:
    """What each strategy of a population gains on average against the others.

    Parameters
    ----------
    game
        The game.
    population
        Its place, from 0.
    state
        Shares of every population, as `mixes` returns them; the population's own play no part.

    Returns
    -------
    ndarray of float
        Money, the strategies on the last axis.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    >>> fitness(game, 0, mixes(game, ([0.5, 0.5], [0.25, 0.75]))).tolist()
    [0.25, 0.75]
    """
    axes = ascii_letters[: len(state)]
    others = [place for place in range(len(state)) if place != population]
    spelled = ",".join((axes, *(f"...{axes[place]}" for place in others)))
    return np.asarray(
        np.einsum(f"{spelled}->...{axes[population]}", game.payoffs[population], *(state[place] for place in others))
    )
