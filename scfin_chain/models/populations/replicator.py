"""How shares of strategies move in several populations, and where they rest."""

from collections.abc import Sequence
from string import ascii_letters

import numpy as np
import numpy.typing as npt

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.populations.payoffs import PopulationGame, advantages, gains, mixes
from scfin_chain.models.potential import Floats

Complexes = npt.NDArray[np.complex128]


def replicator_field(game: PopulationGame, state: Sequence[npt.ArrayLike]) -> tuple[Floats, ...]:
    r"""Velocity of every share.

    Parameters
    ----------
    game
        The game.
    state
        Shares of each population, strategies on the last axis; leading axes are states taken at once.

    Returns
    -------
    tuple of ndarray
        For each population :math:`\dot s_{ik}`, money (a payoff a unit of the game's time), in the shape of its shares.

    Raises
    ------
    ModelDomainError
        If the state does not fit the game.

    Notes
    -----
    .. math:: \dot s_{ik} = s_{ik} \left( f_{ik} - \sum_l s_{il} f_{il} \right)

    References
    ----------
    .. [1] Hofbauer, Sigmund, *Evolutionary Games and Population Dynamics*, sections 7.1 and 10.1.

    Examples
    --------
    At the state (x, y) = (0.5, 0.5) the paper's equations give x(1-x)(c - d y) = -7.5 and y(1-y)(b x - a) = -8.75.

    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> bank, firm = replicator_field(of_two_parties(payoff_matrix(PRINTED_GAME)), ([0.5, 0.5], [0.5, 0.5]))
    >>> bank.tolist(), firm.tolist()
    ([-7.5, 7.5], [-8.75, 8.75])
    """
    taken = mixes(game, state)
    velocities = []
    for place, mix in enumerate(taken):
        earned = gains(game, place, taken)
        velocities.append(mix * (earned - (mix * earned).sum(axis=-1, keepdims=True)))
    return tuple(velocities)


def eigenvalues(game: PopulationGame, state: Sequence[npt.ArrayLike]) -> Complexes:
    r"""Eigenvalues of the replicator equations' Jacobian on the shares that sum to one.

    Parameters
    ----------
    game
        The game.
    state
        One state: a list of shares for each population.

    Returns
    -------
    ndarray of complex
        As many as there are strategies less populations, money, sorted by real and imaginary part.

    Raises
    ------
    ModelDomainError
        If the state does not fit the game.

    Notes
    -----
    The derivatives are exact: with :math:`f_{ik,jl}` the payoff of k against l, averaged over the other populations,

    .. math:: \frac{\partial \dot s_{ik}}{\partial s_{jl}} = \delta_{ij}
              \left[\delta_{kl}(f_{ik} - \bar f_i) - s_{ik} f_{il}\right] +
              (1 - \delta_{ij})\, s_{ik}\Big(f_{ik,jl} - \sum_m s_{im} f_{im,jl}\Big)

    of which each population's last share is replaced by what the others leave.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> game = of_two_parties(payoff_matrix(PRINTED_GAME))
    >>> eigenvalues(game, ([0.4, 0.6], [0.65, 0.35])).imag.round(8).tolist()
    [-61.82232606, 61.82232606]
    """
    taken = mixes(game, state)
    for place, mix in enumerate(taken):
        if mix.ndim != 1:
            raise ModelDomainError(f"shape of state[{place}]", mix.shape, "that of one state")
    alike, exponent = advantages(game)
    rows = [[_block(alike, taken, place, other) for other in range(len(taken))] for place in range(len(taken))]
    found = np.linalg.eigvals(np.block(rows)) if sum(game.strategies) > len(taken) else np.empty(0)
    return np.asarray(np.sort_complex(found * 2.0**exponent))


def _block(game: PopulationGame, state: Sequence[Floats], place: int, other: int) -> Floats:
    """Derivatives of one population's velocities by another's shares but the last."""
    mix = state[place]
    if place == other:
        earned = gains(game, place, state)
        full = np.diag(earned - mix @ earned) - np.outer(mix, earned)
    else:
        effect = _effect(game, state, place, other)
        full = mix[:, None] * (effect - mix @ effect)
    return np.asarray((full[:, :-1] - full[:, -1:])[:-1])


def _effect(game: PopulationGame, state: Sequence[Floats], place: int, other: int) -> Floats:
    """Payoff of each strategy against each of one other population, averaged over the rest."""
    axes = ascii_letters[: len(state)]
    rest = [third for third in range(len(state)) if third not in (place, other)]
    spelled = ",".join((axes, *(axes[third] for third in rest)))
    return np.asarray(
        np.einsum(f"{spelled}->{axes[place]}{axes[other]}", game.payoffs[place], *(state[third] for third in rest))
    )
