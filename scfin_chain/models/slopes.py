"""How each parameter of the game moves the paper's area S1 (paper 001, Table 4)."""

import math
from dataclasses import dataclass

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.game import Game, replicator_dynamics


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSlopes:
    """Partial derivatives of S1 by each parameter, one a unit of the parameter; r2 and v2 have none.

    Names are those of `Game`. Costs c2, c3 share a slope, as do B, F and G, P.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> slopes = area_slopes(PRINTED_GAME)
    >>> slopes.technology_cost == slopes.monitoring_cost == -slopes.credit_cost
    True
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
        If b or d, of `Dynamics`, is zero, or so small that a slope is too large for a float.

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
    for field, value in (("b of the game", b), ("d of the game", d)):
        if not 0.0 < value * value < math.inf:
            raise ModelDomainError(field, value, "so far from 0 and from infinity that its square is neither")
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
