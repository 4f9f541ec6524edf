"""Payoffs of any number of populations with any number of strategies."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters

import numpy as np
import numpy.typing as npt

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.game import PAYOFF_LIMIT, PayoffMatrix
from scfin_chain.models.interval import Interval, refuse_first
from scfin_chain.models.potential import Floats

_POPULATIONS = 20
"""Most populations: of two strategies each, they combine in a million ways."""

_WHOLE = 1e-9
"""How far the shares of a population may sum from one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationGame:
    """A game whose players are drawn one from each population.

    Parameters
    ----------
    payoffs
        For each of N populations, 1 to 20, a tensor with N axes: entry (i, j, ...) is what its player gains, money,
        when the first population's plays i, the second's j, and so on. All have one shape.

    Raises
    ------
    ModelDomainError
        If a payoff is masked, not finite or beyond the limit of money, or the shapes do not fit.

    Examples
    --------
    >>> PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]])).strategies
    (2, 2)
    """

    payoffs: tuple[Floats, ...]

    def __post_init__(self) -> None:
        money = Interval(-PAYOFF_LIMIT, PAYOFF_LIMIT)
        given = parts("payoffs", self.payoffs, low=1, high=_POPULATIONS)
        tensors = tuple(money.check_array(f"payoffs[{place}]", tensor).copy() for place, tensor in enumerate(given))
        shapes = [tensor.shape for tensor in tensors]
        if len(set(shapes)) != 1 or len(shapes[0]) != len(shapes) or 0 in shapes[0]:
            raise ModelDomainError("shapes of payoffs", shapes, "alike, with an axis for each population")
        for tensor in tensors:
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


def advantages(game: PopulationGame) -> tuple[PopulationGame, int]:
    """What strategies gain beyond their population's least gainful one, on a scale near one.

    Parameters
    ----------
    game
        The game.

    Returns
    -------
    game, exponent
        A game that moves and rests as the given one does, but for the unit of time: its largest payoff is in [0.5, 1)
        or 0, and 2 to the exponent of the old unit is its unit of money.

    Examples
    --------
    >>> alike, exponent = advantages(PopulationGame(payoffs=([1e-200, 3e-200],)))
    >>> bool(np.ldexp(alike.payoffs[0], exponent)[1] == 2e-200), bool(alike.payoffs[0].max() < 1)
    (True, True)
    """
    beyond = [tensor - tensor.min(axis=place, keepdims=True) for place, tensor in enumerate(game.payoffs)]
    exponent = int(np.frexp(max(float(tensor.max()) for tensor in beyond))[1])
    return PopulationGame(payoffs=tuple(np.ldexp(tensor, -exponent) for tensor in beyond)), exponent


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
        If a share is masked or outside [0, 1], a population's do not sum to one, or the shapes do not fit the game.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    >>> mixes(game, ([0.5, 0.5], [0.9, 0.3]))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: sum of state[1] is 1.2: must be 1
    """
    populations = len(game.strategies)
    given = parts("state", state, low=populations, high=populations)
    taken: list[Floats] = []
    for place, (part, count) in enumerate(zip(given, game.strategies, strict=True)):
        mix = Interval(0.0, 1.0).check_array(f"state[{place}]", part)
        leading = taken[0].shape[:-1] if taken else mix.shape[:-1]
        if mix.shape != (*leading, count):
            raise ModelDomainError(f"shape of state[{place}]", mix.shape, str((*leading, count)))
        total = mix.sum(axis=-1)
        refuse_first(f"sum of state[{place}]", total, np.abs(total - 1.0) <= _WHOLE, "1")
        taken.append(mix)
    return tuple(taken)


def parts(field: str, given: Sequence[npt.ArrayLike], *, low: int, high: int) -> tuple[npt.ArrayLike, ...]:
    """What is given for one population after the other.

    Parameters
    ----------
    field
        Name of the argument.
    given
        Something for each population.
    low, high
        How many populations there may be.

    Returns
    -------
    tuple
        The same.

    Raises
    ------
    ModelDomainError
        If it is none, or one of another length.

    Examples
    --------
    >>> parts("counts", ([10, 20],), low=2, high=2)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: length of counts is 1: must be 2
    """
    try:
        taken = tuple(given)
    except TypeError:
        raise ModelDomainError(field, given, "a sequence with a part for each population") from None
    if not low <= len(taken) <= high:
        raise ModelDomainError(f"length of {field}", len(taken), str(low) if low == high else f"from {low} to {high}")
    return taken


def fitness(game: PopulationGame, population: int, state: Sequence[npt.ArrayLike]) -> Floats:
    """What each strategy of a population gains on average against the others.

    Parameters
    ----------
    game
        The game.
    population
        Its place, from 0.
    state
        Shares of every population; the population's own play no part.

    Returns
    -------
    ndarray of float
        Money, the strategies on the last axis.

    Raises
    ------
    ModelDomainError
        If there is no such population, or the state does not fit the game.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    >>> fitness(game, 0, ([0.5, 0.5], [0.25, 0.75])).tolist()
    [0.25, 0.75]
    """
    domain.whole("population", population, high=len(game.strategies) - 1)
    return gains(game, population, mixes(game, state))


def gains(game: PopulationGame, population: int, state: Sequence[Floats]) -> Floats:
    """The same as `fitness`, of a state that `mixes` has checked.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    >>> gains(game, 1, mixes(game, ([0.5, 0.5], [0.25, 0.75]))).tolist()
    [0.5, 0.5]
    """
    axes = ascii_letters[: len(state)]
    others = [place for place in range(len(state)) if place != population]
    spelled = ",".join((axes, *(f"...{axes[place]}" for place in others)))
    return np.asarray(
        np.einsum(f"{spelled}->...{axes[population]}", game.payoffs[population], *(state[place] for place in others))
    )
