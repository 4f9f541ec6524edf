"""How much of the game's square each stable corner attracts (paper 001), and what is conserved on the way."""

import math
from dataclasses import dataclass

from scfin_chain.models import domain
from scfin_chain.models.equilibrium import Condition, Stability
from scfin_chain.models.game import Dynamics, Game, replicator_dynamics


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproximateBasins:
    """Shares of the square that the two stable corners attract, by straight lines through the saddle.

    ``s1`` belongs to the corner ``s1_corner``, where the bank uses digital currency, and ``s2`` to ``s2_corner``. The
    true basins end at a curve through the same saddle.
    """

    s1: float
    s2: float
    s1_corner: tuple[int, int]
    s2_corner: tuple[int, int]


def approximate_basins(found: Stability) -> ApproximateBasins | None:
    r"""Areas attracted by the stable corners, if two are stable.

    Parameters
    ----------
    found
        The game's equilibria.

    Returns
    -------
    ApproximateBasins or None
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
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> bistable = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
    >>> round(approximate_basins(stability(replicator_dynamics(bistable))).s1, 9)
    0.425
    >>> approximate_basins(stability(replicator_dynamics(PRINTED_GAME))) is None
    True
    """
    if found.condition is Condition.CONDITION_2:
        s1 = polyline_area(found.x, found.y)
        return ApproximateBasins(s1=s1, s2=1.0 - s1, s1_corner=(1, 1), s2_corner=(0, 0))
    if found.condition is Condition.CONDITION_3:
        s1 = (1.0 + found.y - found.x) / 2.0
        return ApproximateBasins(s1=s1, s2=1.0 - s1, s1_corner=(1, 0), s2_corner=(0, 1))
    return None


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
    return 1.0 - (x + y) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSlopes:
    """Partial derivatives of S1 by each parameter, one a unit of the parameter; r2 and v2 have none.

    Names are those of `Game`. Costs c2, c3 share a slope, as do B, F and G, P.
    """

    loan: float
    loan_rate: float
    sales_income: float
    production_cost: float
    credit_cost: float
    technology_cost: float
    monitoring_cost: float
    forging_cost: float
    fraud_income: float
    fraud_share: float
    incentive: float
    supervised_penalty: float
    unsupervised_penalty: float


def area_slopes(game: Game) -> AreaSlopes:
    r"""Partial derivatives of the paper's S1.

    Parameters
    ----------
    game
        The parameters.

    Returns
    -------
    AreaSlopes
        Slopes of the formula, also where it is no basin.

    Raises
    ------
    ModelDomainError
        If b or d is zero, or so small that a slope is too large for a float.

    Notes
    -----
    With U = b - a and e = c1 - c2 - c3,

    .. math:: \partial_{c_1} = -\frac{1}{2d}, \quad \partial_k = -\frac{R U}{2 b^2}, \quad
              \partial_{v_1} = \frac{a}{2 b^2}, \quad \partial_{u_1} = \frac{a}{2 b^2} + \frac{e}{2 d^2}, \quad
              \partial_{u_2} = \frac{U}{2 b^2} - \frac{e}{2 d^2}, \\
              \partial_R = -\frac{(k + 2 r_1) b - a (k - 1)}{2 b^2}, \quad \partial_{r_1} = -\frac{R}{b}

    In condition 2 that of k is negative, as the paper's corollary 2 has it against its Table 4, and that of u2 has no
    fixed sign.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 5.1 and Table 4.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> slopes = area_slopes(PRINTED_GAME)
    >>> round(slopes.credit_cost, 9), round(slopes.loan_rate, 9)
    (0.0025, 1.714285714)
    """
    dynamics = replicator_dynamics(game)
    b, d = dynamics.b, dynamics.d
    for field, width in (("b^2", b * b), ("d^2", d * d)):
        domain.within(field, width, 0, math.inf, open_low=True)
    by_cost = 0.5 / d
    by_fraud = dynamics.supervised_gain / (2.0 * b * b)
    by_reward = dynamics.a / (2.0 * b * b)
    by_penalty = dynamics.saving / (2.0 * d * d)
    lost = (game.fraud_share + 2.0 * game.loan_rate) * b - dynamics.a * (game.fraud_share - 1.0)
    slopes = AreaSlopes(
        loan=-lost / (2.0 * b * b),
        loan_rate=-game.loan / b,
        sales_income=by_fraud,
        production_cost=-by_fraud,
        credit_cost=-by_cost,
        technology_cost=by_cost,
        monitoring_cost=by_cost,
        forging_cost=by_fraud,
        fraud_income=-by_fraud,
        fraud_share=-game.loan * by_fraud,
        incentive=by_reward,
        supervised_penalty=by_reward + by_penalty,
        unsupervised_penalty=by_fraud - by_penalty,
    )
    for field in AreaSlopes.__dataclass_fields__:
        domain.computed(f"slope by {field}", getattr(slopes, field))
    return slopes


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
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> round(first_integral(replicator_dynamics(PRINTED_GAME), 0.5, 0.5), 9)
    -381.230949308
    """
    domain.within("x", x, 0, 1, open_low=True, open_high=True)
    domain.within("y", y, 0, 1, open_low=True, open_high=True)
    bank = dynamics.a * math.log(x) + dynamics.supervised_gain * math.log1p(-x)
    firm = dynamics.c * math.log(y) - dynamics.saving * math.log1p(-y)
    return -(bank + firm)
