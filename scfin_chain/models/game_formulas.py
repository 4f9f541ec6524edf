"""The formulas of paper 001's game, written once for numbers and for arrays of them.

Nothing here checks a domain: the functions beside it do so, `replicator_dynamics` and `stability` for one game and
`sweep_games` for many. A function takes either floats or arrays of one shape, and gives the same back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic

import numpy as np

from scfin_chain.models.formulas import Number

ROUNDING: Final = 1e-12
"""A sum smaller than this share of its largest term is zero but for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients(Generic[Number]):
    """Coefficients of the replicator equations, money: ``a``, ``b``, ``c``, ``d`` are the paper's.

    ``supervised_gain`` is U = b - a and ``saving`` c - d, each from its own terms, so that neither loses digits.

    Examples
    --------
    >>> printed = Coefficients(a=-140.0, b=-350.0, c=-130.0, d=-200.0, supervised_gain=-210.0, saving=70.0)
    >>> printed.b - printed.a == printed.supervised_gain, printed.c - printed.d == printed.saving
    (True, True)
    """

    a: Number
    b: Number
    c: Number
    d: Number
    supervised_gain: Number
    saving: Number


def coefficients_of(game: Mapping[str, Number], total: Callable[..., Number]) -> dict[str, Number]:
    r"""Coefficients of the replicator equations, by the names of `Coefficients`.

    Parameters
    ----------
    game
        The parameters, by the names of `Game`; r2 and v2 play no part.
    total
        Sum of its arguments without loss, zero where it vanishes but for `ROUNDING`.

    Returns
    -------
    dict of str to number
        Money, in the parameters' unit.

    Notes
    -----
    .. math:: a = -(B + F - G - P + u_2 - kR - 2 R r_1), \quad b = kR - B - F + G + P - R + u_1 - u_2 + v_1, \\
              c = c_1 - c_2 - c_3 + u_1 - u_2, \quad d = u_1 - u_2

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, equations (3) and (7), section 4.3.2.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> found = coefficients_of(asdict(PRINTED_GAME), lambda *terms: sum(terms))
    >>> [found[name] for name in ("a", "b", "c", "d")]
    [-140.0, -350.0, -130, -200]
    """
    kept, interest = game["fraud_share"] * game["loan"], game["loan"] * game["loan_rate"]
    saving = (game["credit_cost"], -game["technology_cost"], -game["monitoring_cost"])
    penalties = (game["supervised_penalty"], -game["unsupervised_penalty"])
    fraud = (kept, -game["sales_income"], -game["forging_cost"], game["fraud_income"], game["production_cost"])
    return {
        "a": total(*fraud, 2.0 * interest, -game["unsupervised_penalty"]),
        "b": total(*fraud, -game["loan"], *penalties, game["incentive"]),
        "c": total(*saving, *penalties),
        "d": total(*penalties),
        "supervised_gain": total(game["incentive"], game["supervised_penalty"], -game["loan"], -2.0 * interest),
        "saving": total(*saving),
    }


def corner_eigenvalues(game: Coefficients[Number]) -> tuple[tuple[Number, Number], ...]:
    """Eigenvalues of the Jacobian at (0,0), (0,1), (1,0), (1,1): the bank's and the firm's, money.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> corner_eigenvalues(replicator_dynamics(PRINTED_GAME))
    ((-130.0, 140.0), (70.0, -140.0), (130.0, -210.0), (-70.0, 210.0))
    """
    return (
        (game.c, 0.0 - game.a),
        (game.saving, game.a),
        (0.0 - game.c, game.supervised_gain),
        (0.0 - game.saving, 0.0 - game.supervised_gain),
    )


def interior_margins(game: Coefficients[Number]) -> tuple[Number, Number, Number, Number]:
    """Numbers all of which are positive where the fifth equilibrium is inside, and none negative where on the edge.

    The share x* is inside if a and U have b's sign, y* if c and d - c have d's.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> [float(margin) for margin in interior_margins(replicator_dynamics(PRINTED_GAME))]
    [140.0, 210.0, 130.0, 70.0]
    """
    bank, firm = np.sign(game.b), np.sign(game.d)
    return bank * game.a, bank * game.supervised_gain, firm * game.c, 0.0 - firm * game.saving


def interior_square(game: Coefficients[Number], x: Number, y: Number) -> Number:
    r"""Square of the eigenvalues at the fifth equilibrium, :math:`-b d\, x^* (1 - x^*)\, y^* (1 - y^*)`.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> round(interior_square(replicator_dynamics(PRINTED_GAME), 0.4, 0.65), 9)
    -3822.0
    """
    return -game.b * game.d * x * (1.0 - x) * y * (1.0 - y)


def area_above_falling(x: Number, y: Number) -> Number:
    r"""Share of the square above the straight lines from (0,1) over (x, y) to (1,0), :math:`1 - (x + y)/2`.

    Examples
    --------
    >>> area_above_falling(0.5, 0.75)
    0.375
    """
    return 1.0 - (x + y) / 2.0


def area_below_rising(x: Number, y: Number) -> Number:
    r"""Share of the square below the straight lines from (0,0) over (x, y) to (1,1), :math:`(1 + y - x)/2`.

    Examples
    --------
    >>> area_below_rising(0.5, 0.5)
    0.5
    """
    return (1.0 + y - x) / 2.0


def conserved_terms(
    game: Coefficients[Number], bank: tuple[Number, Number], firm: tuple[Number, Number]
) -> list[Number]:
    r"""Terms of the first integral, money: H is their sum.

    ``bank`` is :math:`-\ln x` and :math:`-\ln(1 - x)`, ``firm`` the same of y.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> conserved_terms(replicator_dynamics(PRINTED_GAME), (1.0, 1.0), (1.0, 1.0))
    [-140.0, -210.0, -130.0, -70.0]
    """
    return [game.a * bank[0], game.supervised_gain * bank[1], game.c * firm[0], -game.saving * firm[1]]
