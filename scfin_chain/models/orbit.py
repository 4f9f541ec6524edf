"""The closed paths of paper 001's game around its centre, found by what it conserves and not by following them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scfin_chain.models.equilibrium import Condition, stability
from scfin_chain.models.game import Dynamics
from scfin_chain.models.interval import refuse_first
from scfin_chain.models.potential import Floats, departure, divergence, shift_at, shift_of
from scfin_chain.models.sweep import GameSweep
from scfin_chain.models.trajectory import starts

_NODES: Final = 32
"""Angles with which the first period is summed; they are doubled until it stays."""

_BLOCK: Final = 100_000
"""Angles times orbits that are worked on at once."""

_DOUBLINGS: Final = 9
_AGREEMENT: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedOrbits:
    """Closed paths, one a start, all fields in the starts' own shape.

    ``level`` is H less its value at the centre, money; the shares run between ``x_low`` and ``x_high``, ``y_low`` and
    ``y_high``; ``period`` is in the game's own time (1/money). Over a period each share's mean is the centre's.

    Examples
    --------
    Close to the centre the period is :math:`2 \\pi / \\sqrt{3822}`, by the eigenvalues there:

    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> orbit = closed_orbits(replicator_dynamics(PRINTED_GAME), 0.4 + 1e-6, 0.65)
    >>> bool(np.isclose(orbit.period, 2.0 * np.pi / np.sqrt(3822.0), rtol=1e-9))
    True
    """

    level: Floats
    x_low: Floats
    x_high: Floats
    y_low: Floats
    y_high: Floats
    period: Floats


def closed_orbits(dynamics: Dynamics | GameSweep, x: npt.ArrayLike, y: npt.ArrayLike) -> ClosedOrbits:
    r"""Extent and period of the closed path through each start.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations, of a game with a centre: conditions 1 and 4; or many such games,
        whose shape and the starts' broadcast.
    x, y
        States strictly inside the square, pure numbers, arrays that broadcast.

    Returns
    -------
    ClosedOrbits
        Extents to rounding, periods to 1e-10.

    Raises
    ------
    ModelDomainError
        If the fifth equilibrium is no centre, so that no path closes, a state is not strictly inside the square or is
        masked, or the states' shapes do not broadcast.

    Notes
    -----
    With b and d of one sign, :math:`|b|\,K(x^*, x) + |d|\,K(y^*, y) = e` is a closed curve. Along it
    :math:`|b| K = e \cos^2\theta`, :math:`|d| K = e \sin^2\theta` define an angle, in which the period is the
    integral of a smooth periodic function, so that equal steps give it exactly but for rounding:

    .. math:: T = \frac{2 e}{|b d|} \int_0^{2\pi}
              \frac{\cos\theta \sin\theta}{(x - x^*)(y - y^*)}\,d\theta

    References
    ----------
    .. [1] Hofbauer, Sigmund, *Evolutionary Games and Population Dynamics*, chapter 10: asymmetric games.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> orbit = closed_orbits(replicator_dynamics(PRINTED_GAME), 0.5, 0.5)
    >>> round(float(orbit.x_low), 6), round(float(orbit.x_high), 6), round(float(orbit.period), 7)
    (0.260318, 0.551677, 0.1052317)
    """
    condition = dynamics.condition if isinstance(dynamics, GameSweep) else np.array(stability(dynamics).condition.value)
    closes = np.isin(condition, (Condition.CONDITION_1.value, Condition.CONDITION_4.value))
    refuse_first("condition", condition, closes, "condition 1 or 4: elsewhere no path closes")
    x0, y0 = starts(x, y, condition.shape)
    for field, share in (("x", x0), ("y", y0)):
        refuse_first(field, share, (share > 0.0) & (share < 1.0), "a number in (0, 1)")
    a, b, c, d, gain, saving = (
        np.broadcast_to(getattr(dynamics, name), x0.shape).ravel()
        for name in ("a", "b", "c", "d", "supervised_gain", "saving")
    )
    bank, firm = _Side(a / b, gain / b, np.abs(b)), _Side(c / d, -saving / d, np.abs(d))
    level = bank.level(x0.ravel()) + firm.level(y0.ravel())
    x_low, x_high = bank.extent(level)
    y_low, y_high = firm.extent(level)
    parts = (level, x_low, x_high, y_low, y_high, _period(bank, firm, level))
    names = ("level", "x_low", "x_high", "y_low", "y_high", "period")
    for name, part in zip(names, parts, strict=True):
        refuse_first(name, part, np.isfinite(part), "finite: the arguments are too large or too small for a float")
    return ClosedOrbits(**{name: part.reshape(x0.shape) for name, part in zip(names, parts, strict=True)})


class _Side:
    """One population at each start: its share at rest, what is left of it, the weight of its divergence, money."""

    def __init__(self, rest: Floats, left: Floats, weight: Floats) -> None:
        for field, value in (("share at the centre", rest), ("share left at the centre", left)):
            refuse_first(field, value, (value > 0.0) & (value <= 1.0), "a number in (0, 1]")
        self.rest, self.left, self.weight = rest, left, weight

    def at(self, which: npt.NDArray[np.intp]) -> "_Side":
        return _Side(self.rest[which], self.left[which], self.weight[which])

    def level(self, share: Floats) -> Floats:
        return self.weight * divergence(self.rest, self.left, shift_of(self.rest, self.left, share))

    def extent(self, level: Floats) -> tuple[Floats, Floats]:
        return self.departed(level, above=False) + self.rest, self.departed(level, above=True) + self.rest

    def departed(self, level: Floats, *, above: bool) -> Floats:
        return departure(self.rest, self.left, shift_at(self.rest, self.left, level / self.weight, above=above))


def _period(bank: _Side, firm: _Side, level: Floats) -> Floats:
    period = 2.0 * np.pi / np.sqrt(bank.weight * firm.weight * bank.rest * bank.left * firm.rest * firm.left)
    moving = np.flatnonzero(level > 1e-20 * np.minimum(bank.weight, firm.weight))
    nodes = _NODES
    if moving.size:
        period[moving] = _mean(bank.at(moving), firm.at(moving), level[moving], 0.0, nodes)
    for _ in range(_DOUBLINGS):
        if not moving.size:
            break
        before = period[moving]
        period[moving] = 0.5 * (before + _mean(bank.at(moving), firm.at(moving), level[moving], 1.0, nodes))
        moving = moving[np.abs(period[moving] - before) > _AGREEMENT * before]
        nodes *= 2
    return period


def _mean(bank: _Side, firm: _Side, level: Floats, turn: float, nodes: int) -> Floats:
    """The period by so many angles, all turned by a share of their distance; none is a multiple of a right angle."""
    angle = 2.0 * np.pi * (np.arange(nodes) + 0.25 + 0.5 * turn) / nodes
    total = np.zeros(level.shape)
    at_once = max(_BLOCK // level.size, 1)
    for quadrant in np.split(angle, 4):
        for first in range(0, len(quadrant), at_once):
            some = quadrant[first : first + at_once, None]
            cosine, sine = np.cos(some), np.sin(some)
            x = bank.departed(level * cosine * cosine, above=bool(cosine[0, 0] > 0.0))
            y = firm.departed(level * sine * sine, above=bool(sine[0, 0] > 0.0))
            total += ((cosine / x) * (sine / y)).sum(axis=0)
    return np.asarray(2.0 * level / (bank.weight * firm.weight) * total * (2.0 * np.pi / nodes))
