"""What the game of paper 001 conserves."""

import math

from scfin_chain.models import domain
from scfin_chain.models.game import Dynamics
from scfin_chain.models.game_formulas import conserved_terms


def first_integral(dynamics: Dynamics, x: float, y: float) -> float:
    r"""Quantity that stays the same along every path of the game.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations.
    x, y
        A state strictly inside the square, pure numbers.

    Returns
    -------
    float
        H, money; its level through E5 is the true border of the basins in condition 2.

    Raises
    ------
    ModelDomainError
        If the state is not strictly inside the square.

    Notes
    -----
    .. math:: H(x, y) = -a \ln x - (b - a) \ln(1 - x) - c \ln y + (c - d) \ln(1 - y)

    References
    ----------
    .. [1] Hofbauer, Sigmund, *Evolutionary Games and Population Dynamics*, chapter 10: asymmetric games.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> round(first_integral(replicator_dynamics(PRINTED_GAME), 0.5, 0.5), 9)
    -381.230949308
    """
    domain.within("x", x, 0, 1, open_low=True, open_high=True)
    domain.within("y", y, 0, 1, open_low=True, open_high=True)
    bank, firm = ((-math.log(share), -math.log1p(-share)) for share in (x, y))
    return sum(conserved_terms(dynamics, bank, firm))
