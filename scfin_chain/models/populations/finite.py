"""Populations of a finite number, whose members imitate those that do better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.interval import Interval, refuse_first
from scfin_chain.models.populations.payoffs import PopulationGame, gains, mixes, parts
from scfin_chain.models.potential import Floats

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairwiseComparison:
    r"""A process in which one member at a time looks at another of its population and may do as it does.

    Parameters
    ----------
    game
        Payoffs; a member earns its strategy's average against the other populations.
    sizes
        Members of each population, at least 2.
    selection
        beta >= 0, 1/money: how much a difference of payoffs weighs; at 0 imitation is blind.
    mutation
        mu in [0, 1]: chance that a member takes a strategy by lot instead.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or the sizes do not fit the game.

    Notes
    -----
    At each step a member of each population, drawn by lot, revises. It takes a strategy by lot with chance mu; else it
    meets another member of its population and takes its strategy with Fermi's probability

    .. math:: p = \frac{1}{1 + e^{-\beta (f_\text{other} - f_\text{own})}}

    References
    ----------
    .. [1] Traulsen, Nowak, Pacheco, *Stochastic dynamics of invasion and fixation*, Phys. Rev. E 74 (2006), 011909.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> game = of_two_parties(payoff_matrix(PRINTED_GAME))
    >>> process = PairwiseComparison(game=game, sizes=(50, 200), selection=0.01, mutation=0.0)
    >>> history = simulate(process, [[25, 25], [100, 100]], steps=100, chance=np.random.default_rng(1))
    >>> history[0].shape, history[1].sum(axis=-1).tolist() == [200] * 101
    ((101, 2), True)
    """

    game: PopulationGame
    sizes: tuple[int, ...]
    selection: float
    mutation: float

    def __post_init__(self) -> None:
        populations = len(self.game.strategies)
        sizes = parts("sizes", self.sizes, low=populations, high=populations)
        for place, size in enumerate(sizes):
            domain.whole(f"sizes[{place}]", size, low=2, high=10**9)
        object.__setattr__(self, "sizes", sizes)
        domain.non_negative("selection", self.selection)
        domain.share("mutation", self.mutation)


def drift(process: PairwiseComparison, state: Sequence[npt.ArrayLike]) -> tuple[Floats, ...]:
    r"""Mean change of each share, for populations without number.

    Parameters
    ----------
    process
        The process; its sizes play no part.
    state
        Shares of each population, strategies on the last axis.

    Returns
    -------
    tuple of ndarray
        Mean change of a share in one revision, times the population's size; pure numbers.

    Raises
    ------
    ModelDomainError
        If the state does not fit the game.

    Notes
    -----
    .. math:: D_{ik} = (1 - \mu) \sum_l s_{ik} s_{il} \tanh\frac{\beta (f_{ik} - f_{il})}{2} +
              \mu \Big(\frac{1}{n_i} - s_{ik}\Big)

    As :math:`\beta \to 0` and without mutation :math:`2 D / \beta` is the replicator field, whose time is thus 2/beta
    revisions of every member. At a larger beta the paths differ, though not the signs where there are two strategies.
    In populations of Z members the first term is larger by Z/(Z - 1): nobody meets itself.

    References
    ----------
    .. [1] Traulsen, Claussen, Hauert, *Coevolutionary dynamics: from finite to infinite populations*, Phys. Rev. Lett.
       95 (2005), 238701.

    Examples
    --------
    The replicator field there is -7.5 and -8.75.

    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> game = of_two_parties(payoff_matrix(PRINTED_GAME))
    >>> weak = PairwiseComparison(game=game, sizes=(50, 50), selection=1e-6, mutation=0.0)
    >>> bank, firm = drift(weak, ([0.5, 0.5], [0.5, 0.5]))
    >>> (2e6 * bank).round(6).tolist(), (2e6 * firm).round(6).tolist()
    ([-7.5, 7.5], [-8.75, 8.75])
    """
    taken = mixes(process.game, state)
    return tuple(_mean_change(process, mix, gains(process.game, place, taken), 1.0) for place, mix in enumerate(taken))


def mean_change(process: PairwiseComparison, counts: Sequence[npt.ArrayLike]) -> tuple[Floats, ...]:
    """Mean change of each count in one revision, exact for the numbers there are.

    Parameters
    ----------
    process
        The process.
    counts
        Members that play each strategy, one list a population.

    Returns
    -------
    tuple of ndarray
        Members, for each population.

    Raises
    ------
    ModelDomainError
        If the counts are no whole numbers, negative, or do not sum to the sizes.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> game = of_two_parties(payoff_matrix(PRINTED_GAME))
    >>> blind = PairwiseComparison(game=game, sizes=(4, 4), selection=0.0, mutation=1.0)
    >>> mean_change(blind, [[4, 0], [2, 2]])[0].tolist()
    [-0.5, 0.5]
    """
    taken = _counts(process, counts)
    state = [part / size for part, size in zip(taken, process.sizes, strict=True)]
    return tuple(
        _mean_change(process, mix, gains(process.game, place, state), size / (size - 1))
        for place, (mix, size) in enumerate(zip(state, process.sizes, strict=True))
    )


def simulate(
    process: PairwiseComparison, counts: Sequence[npt.ArrayLike], *, steps: int, chance: np.random.Generator
) -> tuple[Counts, ...]:
    """One history, or many at once.

    Parameters
    ----------
    process
        The process.
    counts
        Members that play each strategy at the start, strategies on the last axis; leading axes are histories.
    steps
        Revisions of each population, at least 0.
    chance
        Where chance comes from; nothing else is random.

    Returns
    -------
    tuple of ndarray
        For each population the counts after 0, 1, ... steps, along the first axis.

    Raises
    ------
    ModelDomainError
        If the counts do not fit the process, or the steps are no whole number.

    Examples
    --------
    >>> game = PopulationGame(payoffs=([1.0, 0.0],))
    >>> process = PairwiseComparison(game=game, sizes=(10,), selection=5.0, mutation=0.0)
    >>> simulate(process, [[5, 5]], steps=500, chance=np.random.default_rng(1))[0][-1].tolist()
    [10, 0]
    """
    domain.whole("steps", steps, high=10**8)
    now = [part.copy() for part in _counts(process, counts)]
    histories = [np.empty((steps + 1, *part.shape), dtype=np.int64) for part in now]
    for step in range(steps + 1):
        for history, part in zip(histories, now, strict=True):
            history[step] = part
        if step < steps:
            state = [part / size for part, size in zip(now, process.sizes, strict=True)]
            earned = [gains(process.game, place, state) for place in range(len(now))]
            now = [_revised(process, part, gain, chance) for part, gain in zip(now, earned, strict=True)]
    return tuple(histories)


def _mean_change(process: PairwiseComparison, mix: Floats, earned: Floats, meeting: float) -> Floats:
    gaps = earned[..., :, None] - earned[..., None, :]
    imitated = (mix * (np.tanh(0.5 * process.selection * gaps) @ mix[..., None])[..., 0]) * meeting
    return np.asarray((1.0 - process.mutation) * imitated + process.mutation * (1.0 / mix.shape[-1] - mix))


def _counts(process: PairwiseComparison, counts: Sequence[npt.ArrayLike]) -> tuple[Counts, ...]:
    populations = len(process.sizes)
    given = parts("counts", counts, low=populations, high=populations)
    taken: list[Counts] = []
    for place, (part, size, number) in enumerate(zip(given, process.sizes, process.game.strategies, strict=True)):
        members = Interval(0, size, whole=True).check_array(f"counts[{place}]", part).astype(np.int64)
        leading = taken[0].shape[:-1] if taken else members.shape[:-1]
        if members.shape != (*leading, number):
            raise ModelDomainError(f"shape of counts[{place}]", members.shape, str((*leading, number)))
        total = members.sum(axis=-1)
        refuse_first(f"sum of counts[{place}]", total, total == size, str(size))
        taken.append(members)
    return tuple(taken)


def _revised(process: PairwiseComparison, counts: Counts, earned: Floats, chance: np.random.Generator) -> Counts:
    """The counts after one member has looked about."""
    flat, gain = counts.reshape(-1, counts.shape[-1]), earned.reshape(-1, counts.shape[-1])
    row = np.arange(len(flat))
    own = _drawn(flat, chance)
    others = flat.copy()
    others[row, own] -= 1
    other = _drawn(others, chance)
    follows = chance.random(len(flat)) < expit(process.selection * (gain[row, other] - gain[row, own]))
    by_lot = chance.random(len(flat)) < process.mutation
    taken = np.where(by_lot, chance.integers(0, flat.shape[1], len(flat)), np.where(follows, other, own))
    moved = flat.copy()
    np.subtract.at(moved, (row, own), 1)
    np.add.at(moved, (row, taken), 1)
    return moved.reshape(counts.shape)


def _drawn(counts: Counts, chance: np.random.Generator) -> npt.NDArray[np.intp]:
    """Strategy of a member drawn by lot, for each history."""
    until = counts.cumsum(axis=-1)
    ticket = chance.integers(0, until[:, -1])
    return np.asarray((until <= ticket[:, None]).sum(axis=-1))
