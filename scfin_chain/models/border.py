"""The border of two basins of paper 001's game, and the area beyond it, for one game or many at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.arrays import common_shape
from scfin_chain.models.equilibrium import Condition, stability
from scfin_chain.models.game import PAYOFF_LIMIT, Dynamics
from scfin_chain.models.game_formulas import Coefficients
from scfin_chain.models.interval import Interval, refuse_first
from scfin_chain.models.potential import Floats, departure, divergence, shift_at, shift_of

_STEP: Final = 0.11
_REACH: Final = 3.05
"""Nodes of the double exponential rule: the weights beyond are smaller than 1e-13."""

_LEAST: Final = 1e-150
"""Share at the saddle in place of one that underflows; no area shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One population of many games, arrays of one shape.

    ``rest`` and ``left`` are its share at the saddle and what is left of it, in (0, 1); ``weight`` is |b| of the bank,
    |d| of the firm, money. What is masked, outside its domain or of another shape raises `ModelDomainError`.

    Examples
    --------
    >>> bank = Side(rest=np.array([0.4]), left=np.array([0.6]), weight=np.array([350.0]))
    >>> bank.turned().rest.tolist()
    [0.6]
    """

    rest: Floats
    left: Floats
    weight: Floats

    def __post_init__(self) -> None:
        share = Interval(0.0, 1.0, open_low=True)
        given = {"rest": share.check_array("rest", self.rest), "left": share.check_array("left", self.left)}
        given["weight"] = Interval(0.0, 4.0 * PAYOFF_LIMIT, open_low=True).check_array("weight", self.weight)
        shape = common_shape(given)
        whole = given["rest"] + given["left"]
        refuse_first("rest + left", whole, np.abs(whole - 1.0) <= 1e-9, "1")
        for field, values in given.items():
            object.__setattr__(self, field, np.broadcast_to(values, shape))

    def turned(self) -> "Side":
        """The same with the other strategy's share."""
        return Side(rest=self.left, left=self.rest, weight=self.weight)


def area_beyond(bank: Side, firm: Side) -> Floats:
    r"""Share of the square above the falling border through the saddle: the basin of (1, 1) in condition 2.

    Parameters
    ----------
    bank, firm
        The two populations; turn one of them (`Side.turned`) and condition 3 becomes condition 2.

    Returns
    -------
    ndarray of float
        Areas in [0, 1], pure numbers, to about 1e-10.

    Notes
    -----
    The border is :math:`|b|\,K(x^*, x) = |d|\,K(y^*, y)` with x and y on different sides of the saddle. Below it lie
    the rectangle :math:`x^* y^*` and two pieces, each an integral over the share that moves more slowly along it, by
    the double exponential rule, which bears any power of the distance to a corner.

    References
    ----------
    .. [1] Takahasi, Mori, *Double exponential formulas for numerical integration*, Publ. RIMS 9 (1974).

    Examples
    --------
    >>> half, weight = np.array([0.5]), np.array([1.0])
    >>> even = Side(rest=half, left=half, weight=weight)
    >>> area_beyond(even, even).round(9).tolist()
    [0.5]
    """
    below = bank.rest * firm.rest + _piece(bank, firm) + _piece(firm, bank)
    return np.clip(1.0 - below, 0.0, 1.0)


def basin_of_use(games: Coefficients[float] | Coefficients[Floats], condition: Condition) -> Floats:
    """Share of the square that the stable corner attracts where the bank uses digital currency.

    Parameters
    ----------
    games
        Coefficients of one game or of many, all in the one condition.
    condition
        2 or 3.

    Returns
    -------
    ndarray of float
        Areas in [0, 1], pure numbers, to about 1e-10.

    Raises
    ------
    ModelDomainError
        If the coefficients are not those of a saddle inside the square.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 4.3.2: there by straight lines.

    Examples
    --------
    A saddle in the middle, approached alike from all sides.

    >>> even = Coefficients(a=1.0, b=2.0, c=-1.0, d=-2.0, supervised_gain=1.0, saving=1.0)
    >>> round(float(basin_of_use(even, Condition.CONDITION_2)), 9)
    0.5
    """
    return area_beyond(*_sides(games, condition))


def border_curve(dynamics: Dynamics, x: npt.ArrayLike) -> Floats:
    r"""Height of the border between two basins over given shares of banks.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations, of a game in condition 2 or 3.
    x
        Shares in [0, 1], pure numbers.

    Returns
    -------
    ndarray of float
        y of the border, in the shape of x; it runs from corner to corner through the saddle.

    Raises
    ------
    ModelDomainError
        If a share is masked or outside its domain, or no two corners are stable.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, Figure 4, where it is the line A-E-C.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
    >>> border_curve(bistable, [0.0, 0.25, 0.5, 0.75, 1.0]).round(6).tolist()
    [1.0, 0.796343, 0.65, 0.481432, 0.0]
    """
    here = Interval(0.0, 1.0).check_array("x", x)
    condition = stability(dynamics).condition
    if condition not in (Condition.CONDITION_2, Condition.CONDITION_3):
        raise ModelDomainError("condition", condition.value, "condition 2 or 3: elsewhere there is no border")
    bank, firm = _sides(dynamics, condition)
    inner = np.clip(here, 1e-300, 1.0 - 1e-16)
    level = divergence(bank.rest, bank.left, shift_of(bank.rest, bank.left, inner))
    level = level * (bank.weight / firm.weight)
    up, down = (
        firm.rest + departure(firm.rest, firm.left, shift_at(firm.rest, firm.left, level, above=side))
        for side in (True, False)
    )
    height = np.where(here < bank.rest, up, down)
    height = np.where(here == 0.0, 1.0, np.where(here == 1.0, 0.0, height))
    return np.asarray(height if condition is Condition.CONDITION_2 else 1.0 - height)


def _sides(games: Coefficients[float] | Coefficients[Floats], condition: Condition) -> tuple[Side, Side]:
    """Both populations at the saddle; in condition 3 the firm is turned, which makes condition 2 of it."""
    bank = _side(games.a, games.supervised_gain, games.b)
    firm = _side(games.c, -games.saving, games.d)
    return bank, firm if condition is Condition.CONDITION_2 else firm.turned()


def _side(share: float | Floats, left: float | Floats, whole: float | Floats) -> Side:
    rest, left = np.maximum(np.divide(share, whole), _LEAST), np.maximum(np.divide(left, whole), _LEAST)
    return Side(rest=rest, left=left, weight=np.abs(whole))


def _piece(below: Side, above: Side) -> Floats:
    """Area between saddle and border where one share is below its rest and the other above."""
    direct = below.weight * below.rest <= above.weight * above.left
    over = _chosen(direct, below, above.turned())
    beside = _chosen(direct, above, below.turned())
    total = np.zeros(over.rest.shape)
    for position in np.arange(-_REACH, _REACH + _STEP / 2, _STEP):
        exponent = np.pi * np.sinh(position)
        part, rest_of_part = expit(-exponent), expit(exponent)
        shift = np.log1p(-rest_of_part) if part > 0.5 else np.log(part)
        shift = shift - np.log1p(over.rest * rest_of_part / over.left)
        level = divergence(over.rest, over.left, shift) * (over.weight / beside.weight)
        gone = departure(beside.rest, beside.left, shift_at(beside.rest, beside.left, level, above=True))
        height = np.where(direct, gone, beside.left - gone)
        total += np.pi * np.cosh(position) * part * rest_of_part * _STEP * height
    return np.asarray(over.rest * total)


def _chosen(first: np.ndarray, one: Side, other: Side) -> Side:
    return Side(
        rest=np.where(first, one.rest, other.rest),
        left=np.where(first, one.left, other.left),
        weight=np.where(first, one.weight, other.weight),
    )
