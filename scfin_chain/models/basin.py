"""How much of the game's square each stable corner attracts, by the paper's straight lines and exactly (paper 001)."""

from dataclasses import dataclass

from scfin_chain.models import domain
from scfin_chain.models.border import basin_of_use
from scfin_chain.models.equilibrium import Condition, Stability, stability
from scfin_chain.models.game import Dynamics
from scfin_chain.models.game_formulas import area_above_falling, area_below_rising


@dataclass(frozen=True, slots=True, kw_only=True)
class Basins:
    """Shares of the square that the two stable corners attract.

    ``s1`` belongs to the corner ``s1_corner``, where the bank uses digital currency, and ``s2`` to ``s2_corner``.
    ``exact`` tells whether the border is the game's own curve through the saddle, or straight lines in its place.

    Examples
    --------
    The saddle (1/2, 0.65) and the paper's formula 1 - (x + y)/2:

    >>> from dataclasses import replace
    >>> from scfin_chain.models.equilibrium import stability
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
    >>> basins = approximate_basins(stability(bistable))
    >>> basins.s1_corner, round(basins.s1, 9), basins.s2_corner, round(basins.s2, 9)
    ((1, 1), 0.425, (0, 0), 0.575)
    """

    s1: float
    s2: float
    s1_corner: tuple[int, int]
    s2_corner: tuple[int, int]
    exact: bool


def approximate_basins(found: Stability) -> Basins | None:
    r"""Areas attracted by the stable corners, if two are stable.

    Parameters
    ----------
    found
        The game's equilibria.

    Returns
    -------
    Basins or None
        ``None`` unless condition 2 or 3 holds: around a centre no corner attracts anything.

    Notes
    -----
    In condition 2 the lines run from (0,1) over E5 to (1,0), in condition 3, for which the paper has no formula, from
    (0,0) to (1,1):

    .. math:: S_1 = 1 - \frac{x^* + y^*}{2}, \qquad S_1' = \frac{1 + y^* - x^*}{2}, \qquad S_2 = 1 - S_1

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 4.3.2, formula of S1.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.equilibrium import stability
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
    >>> round(approximate_basins(stability(replicator_dynamics(bistable))).s1, 9)
    0.425
    >>> approximate_basins(stability(replicator_dynamics(PRINTED_GAME))) is None
    True
    """
    if found.condition is Condition.CONDITION_2:
        return _basins(polyline_area(found.x, found.y), found.condition, exact=False)
    if found.condition is Condition.CONDITION_3:
        return _basins(area_below_rising(found.x, found.y), found.condition, exact=False)
    return None


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
        If b or d is zero, or U is not b - a or the saving not c - d where two corners are stable.

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
    if condition not in (Condition.CONDITION_2, Condition.CONDITION_3):
        return None
    return _basins(float(basin_of_use(dynamics, condition)), condition, exact=True)


def _basins(s1: float, condition: Condition, *, exact: bool) -> Basins:
    bank_uses, other = ((1, 1), (0, 0)) if condition is Condition.CONDITION_2 else ((1, 0), (0, 1))
    return Basins(s1=s1, s2=1.0 - s1, s1_corner=bank_uses, s2_corner=other, exact=exact)


def polyline_area(x: float, y: float) -> float:
    r"""The paper's S1 as a formula, whatever it may mean: the area of (0,1), E5, (1,0), (1,1).

    Parameters
    ----------
    x, y
        Coordinates of E5 in [0, 1], pure numbers.

    Returns
    -------
    float
        Share of the unit square; a basin only in condition 2, see `approximate_basins`.

    Raises
    ------
    ModelDomainError
        If a coordinate lies outside the square.

    Notes
    -----
    .. math:: S_1 = 1 - \frac{x^* + y^*}{2}

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 4.3.2, formula of S1.

    Examples
    --------
    >>> round(polyline_area(0.4, 0.65), 9)
    0.475
    """
    domain.share("x", x)
    domain.share("y", y)
    return area_above_falling(x, y)
