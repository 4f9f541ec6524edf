"""The exact basins of paper 001's game. Apart from the package's other names, because it loads scipy: over a second."""

import math
from typing import Final

from scipy.integrate import quad
from scipy.optimize import brentq

from scfin_chain.models.basin import Basins
from scfin_chain.models.equilibrium import Condition, stability
from scfin_chain.models.game import Dynamics

_TOLERANCE: Final = 1e-12
"""Absolute error asked of the area and of the border's log-odds."""


def exact_basins(dynamics: Dynamics) -> Basins | None:
    r"""Shares of the square that the stable corners really attract, if two are stable.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations.

    Returns
    -------
    Basins or None
        ``None`` unless condition 2 or 3 holds. Nine digits are good.

    Raises
    ------
    ModelDomainError
        If b or d is zero.

    Notes
    -----
    The border is the falling branch y(x) of the level set through the saddle, so that no path is followed:

    .. math:: H(x, y(x)) = H(x^*, y^*), \qquad S_1 = 1 - \int_0^1 y(x)\,dx

    Turning y to 1 - y makes condition 3 of condition 2.

    References
    ----------
    .. [1] Hofbauer, Sigmund, *Evolutionary Games and Population Dynamics*, chapter 10: asymmetric games.

    Examples
    --------
    Straight lines give 0.425 here.

    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
    >>> round(exact_basins(replicator_dynamics(bistable)).s1, 8)
    0.37016531
    """
    condition = stability(dynamics).condition
    if condition is Condition.CONDITION_2:
        s1 = _basin_of_use_and_repay(dynamics)
        return Basins(s1=s1, s2=1.0 - s1, s1_corner=(1, 1), s2_corner=(0, 0), exact=True)
    if condition is Condition.CONDITION_3:
        s1 = _basin_of_use_and_repay(_turned(dynamics))
        return Basins(s1=s1, s2=1.0 - s1, s1_corner=(1, 0), s2_corner=(0, 1), exact=True)
    return None


def _turned(dynamics: Dynamics) -> Dynamics:
    """The same game with y read as the share that does *not* repay."""
    return Dynamics(
        a=-dynamics.a,
        b=-dynamics.b,
        c=dynamics.saving,
        d=-dynamics.d,
        supervised_gain=-dynamics.supervised_gain,
        saving=dynamics.c,
    )


def _basin_of_use_and_repay(dynamics: Dynamics) -> float:
    saddle = dynamics.a / dynamics.b
    area = sum(
        quad(lambda x: _border(dynamics, x), low, high, epsabs=_TOLERANCE, full_output=1)[0]
        for low, high in ((0.0, saddle), (saddle, 1.0))
    )
    return min(max(1.0 - area, 0.0), 1.0)


def _border(dynamics: Dynamics, x: float) -> float:
    """Height of the border over x in condition 2: above the saddle on its left, below it on its right."""
    if not 0.0 < x < 1.0:
        return 1.0 if x <= 0.0 else 0.0
    left, right = x * (dynamics.b / dynamics.a), (1.0 - x) * (dynamics.b / dynamics.supervised_gain)
    climbed = -dynamics.a * math.log(left) - dynamics.supervised_gain * math.log(right)
    saddle_odds = math.log(-dynamics.c) - math.log(dynamics.saving)
    if climbed <= 0.0:
        return dynamics.c / dynamics.d

    def drop(odds: float) -> float:
        return _level(dynamics, odds) - _level(dynamics, saddle_odds) + climbed

    step = 1.0 if left < 1.0 else -1.0
    while drop(saddle_odds + step) > 0.0:
        step *= 2.0
    odds = brentq(drop, saddle_odds, saddle_odds + step, xtol=_TOLERANCE)
    return 1.0 / (1.0 + math.exp(-odds)) if odds > -700.0 else 0.0


def _level(dynamics: Dynamics, odds: float) -> float:
    """The part of H that y has, -c ln y + (c - d) ln(1 - y), by the log-odds of y; highest at the saddle."""
    loss = math.log1p(math.exp(-abs(odds)))
    return dynamics.c * (loss + max(-odds, 0.0)) - dynamics.saving * (loss + max(odds, 0.0))
