"""Where the game of paper 001 rests, and whether it stays there."""

import cmath
import math
from dataclasses import dataclass
from enum import StrEnum

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.game import Dynamics


class Condition(StrEnum):
    """Which of the paper's four combinations holds, if the fifth equilibrium is inside the square.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
    >>> stability(bistable).condition is Condition.CONDITION_2
    True
    """

    CONDITION_1 = "condition 1"
    """b > 0, d > 0: four saddles and a centre."""

    CONDITION_2 = "condition 2"
    """b > 0, d < 0: (0, 0) and (1, 1) are stable."""

    CONDITION_3 = "condition 3"
    """b < 0, d > 0: (0, 1) and (1, 0) are stable; the paper's table shows none."""

    CONDITION_4 = "condition 4"
    """b < 0, d < 0: four saddles and a centre."""

    BOUNDARY = "boundary"
    """The fifth equilibrium lies on an edge or corner of the square."""

    NO_INTERIOR = "no interior"
    """The fifth equilibrium lies outside the square."""


class Verdict(StrEnum):
    """What an equilibrium does to its neighbours.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> {corner.verdict for corner in stability(replicator_dynamics(PRINTED_GAME)).corners} == {Verdict.SADDLE}
    True
    """

    STABLE = "evolutionarily stable"
    UNSTABLE = "unstable"
    SADDLE = "saddle"
    CENTRE = "centre"
    NON_HYPERBOLIC = "non-hyperbolic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium:
    """A point of rest.

    ``x`` is the share of banks that use digital currency, ``y`` that of firms that repay; ``eigenvalues`` are those
    of the Jacobian, money (payoff a unit of the game's time).

    Examples
    --------
    At the printed parameters E5 is a centre, whose paths close, with determinant :math:`b d x (1 - x) y (1 - y)`:

    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> centre = stability(replicator_dynamics(PRINTED_GAME)).interior
    >>> centre.verdict.value, centre.trace, round(centre.determinant, 9)
    ('centre', 0.0, 3822.0)
    """

    x: float
    y: float
    eigenvalues: tuple[complex, complex]
    verdict: Verdict

    @property
    def determinant(self) -> float:
        """Determinant of the Jacobian, money squared."""
        return (self.eigenvalues[0] * self.eigenvalues[1]).real

    @property
    def trace(self) -> float:
        """Trace of the Jacobian, money."""
        return (self.eigenvalues[0] + self.eigenvalues[1]).real


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """All five equilibria: the corners in the order (0,0), (0,1), (1,0), (1,1).

    ``x`` and ``y`` are the fifth's coordinates, ``interior`` the fifth itself where it lies inside the square.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> found = stability(replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300)))
    >>> [(corner.x, corner.y) for corner in found.stable]
    [(0.0, 0.0), (1.0, 1.0)]
    """

    condition: Condition
    x: float
    y: float
    corners: tuple[Equilibrium, Equilibrium, Equilibrium, Equilibrium]
    interior: Equilibrium | None

    @property
    def stable(self) -> tuple[Equilibrium, ...]:
        """The evolutionarily stable corners."""
        return tuple(corner for corner in self.corners if corner.verdict is Verdict.STABLE)


def stability(dynamics: Dynamics) -> Stability:
    r"""Equilibria of the game and their stability.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations.

    Returns
    -------
    Stability
        Condition, corners, and the interior equilibrium if there is one.

    Raises
    ------
    ModelDomainError
        If b or d is zero: the fifth equilibrium is undefined, or a line.

    Notes
    -----
    .. math:: x^* = a / b, \quad y^* = c / d, \qquad
              \lambda_5^2 = -b d\, x^* (1 - x^*)\, y^* (1 - y^*)

    Corner eigenvalues: (0,0) c, -a; (0,1) c-d, a; (1,0) -c, b-a; (1,1) d-c, a-b. One that is zero makes its corner
    non-hyperbolic, never stable.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, section 4.3.2 and Table 3. At the paper's own
       parameters x* is 0.4, not 0.467, and nothing is stable.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> found = stability(replicator_dynamics(PRINTED_GAME))
    >>> found.x, found.y, found.condition.value, found.stable
    (0.4, 0.65, 'condition 4', ())
    """
    for field, value in (("b", dynamics.b), ("d", dynamics.d)):
        if value == 0.0:
            raise ModelDomainError(field, value, "different from zero: no single fifth equilibrium")
    x = domain.computed("x*", dynamics.a / dynamics.b)
    y = domain.computed("y*", dynamics.c / dynamics.d)
    condition = _condition(dynamics)
    outside = condition in (Condition.BOUNDARY, Condition.NO_INTERIOR)
    interior = None if outside else _interior(dynamics, x, y)
    return Stability(condition=condition, x=x, y=y, corners=_corners(dynamics), interior=interior)


def _condition(dynamics: Dynamics) -> Condition:
    """Condition from signs alone: x* is inside iff a and U have b's sign, y* iff c and d - c have d's."""
    gain = math.copysign(1.0, dynamics.b)
    penalty = math.copysign(1.0, dynamics.d)
    least = min(gain * dynamics.a, gain * dynamics.supervised_gain, penalty * dynamics.c, -penalty * dynamics.saving)
    if least < 0.0:
        return Condition.NO_INTERIOR
    if least == 0.0:
        return Condition.BOUNDARY
    if gain > 0.0:
        return Condition.CONDITION_1 if penalty > 0.0 else Condition.CONDITION_2
    return Condition.CONDITION_3 if penalty > 0.0 else Condition.CONDITION_4


def _corners(dynamics: Dynamics) -> tuple[Equilibrium, Equilibrium, Equilibrium, Equilibrium]:
    return (
        _corner(0.0, 0.0, dynamics.c, -dynamics.a),
        _corner(0.0, 1.0, dynamics.saving, dynamics.a),
        _corner(1.0, 0.0, -dynamics.c, dynamics.supervised_gain),
        _corner(1.0, 1.0, -dynamics.saving, -dynamics.supervised_gain),
    )


def _corner(x: float, y: float, first: float, second: float) -> Equilibrium:
    if first == 0.0 or second == 0.0:
        verdict = Verdict.NON_HYPERBOLIC
    elif (first < 0.0) != (second < 0.0):
        verdict = Verdict.SADDLE
    else:
        verdict = Verdict.STABLE if first < 0.0 else Verdict.UNSTABLE
    return Equilibrium(x=x, y=y, eigenvalues=(complex(first), complex(second)), verdict=verdict)


def _interior(dynamics: Dynamics, x: float, y: float) -> Equilibrium:
    root = cmath.sqrt(-dynamics.b * dynamics.d * x * (1.0 - x) * y * (1.0 - y))
    verdict = Verdict.CENTRE if (dynamics.b < 0.0) == (dynamics.d < 0.0) else Verdict.SADDLE
    return Equilibrium(x=x, y=y, eigenvalues=(root, -root), verdict=verdict)
