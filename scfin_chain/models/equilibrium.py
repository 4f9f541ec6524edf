"""Where the game of paper 001 rests, and whether it stays there."""

import cmath
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.formulas import Number
from scfin_chain.models.game import Dynamics
from scfin_chain.models.game_formulas import Coefficients, corner_eigenvalues, interior_margins, interior_square
from scfin_chain.models.potential import Floats

Words = npt.NDArray[np.str_]

UNDEFINED: Final = "undefined"
"""Condition of a game with b or d zero, of which `stability` refuses to speak: no single fifth equilibrium."""


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


def _by_b_and_d(condition_1: str, condition_2: str, condition_3: str, condition_4: str) -> list[list[str]]:
    """What each sign of b and d has, in the order 0, 1, -1 of both, so that a sign is an index."""
    none = [UNDEFINED] * 3
    return [none, [UNDEFINED, condition_1, condition_2], [UNDEFINED, condition_3, condition_4]]


_CONDITIONS: Final = np.array(
    [
        _by_b_and_d(*[Condition.BOUNDARY] * 4),
        _by_b_and_d(Condition.CONDITION_1, Condition.CONDITION_2, Condition.CONDITION_3, Condition.CONDITION_4),
        _by_b_and_d(*[Condition.NO_INTERIOR] * 4),
    ]
)
"""By the sign of the least of `interior_margins` and those of b and d, each in the order 0, 1, -1."""

_VERDICTS: Final = np.array(
    [
        [Verdict.NON_HYPERBOLIC] * 3,
        [Verdict.NON_HYPERBOLIC, Verdict.UNSTABLE, Verdict.SADDLE],
        [Verdict.NON_HYPERBOLIC, Verdict.SADDLE, Verdict.STABLE],
    ]
)
"""By the signs of a corner's eigenvalues, each in the order 0, 1, -1."""


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
    corners: tuple[Equilibrium, ...]
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
    condition = Condition(str(conditions(dynamics)))
    outside = condition in (Condition.BOUNDARY, Condition.NO_INTERIOR)
    interior = None if outside else _interior(dynamics, x, y)
    return Stability(condition=condition, x=x, y=y, corners=_corners(dynamics), interior=interior)


def conditions(games: Coefficients[Number]) -> Words:
    """Values of `Condition` for one game or many, or ``UNDEFINED``, by signs alone.

    Examples
    --------
    >>> even = Coefficients(a=1.0, b=2.0, c=-1.0, d=-2.0, supervised_gain=1.0, saving=1.0)
    >>> nothing = Coefficients(a=0.0, b=0.0, c=0.0, d=0.0, supervised_gain=0.0, saving=0.0)
    >>> str(conditions(even)), str(conditions(nothing))
    ('condition 2', 'undefined')
    """
    inside = _signs(np.min(interior_margins(games), axis=0))
    return np.asarray(_CONDITIONS[inside, _signs(games.b), _signs(games.d)])


def verdicts(first: float | Floats, second: float | Floats) -> Words:
    """Values of `Verdict` for corners with these eigenvalues; one that is zero makes its corner non-hyperbolic.

    Examples
    --------
    >>> verdicts(np.array([-1.0, -1.0, 0.0]), np.array([-1.0, 1.0, -1.0])).tolist()
    ['evolutionarily stable', 'saddle', 'non-hyperbolic']
    """
    return np.asarray(_VERDICTS[_signs(first), _signs(second)])


def _signs(values: float | Floats) -> npt.NDArray[np.int_]:
    return np.sign(values).astype(int)


def _corners(dynamics: Dynamics) -> tuple[Equilibrium, ...]:
    places = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
    return tuple(
        Equilibrium(
            x=x, y=y, eigenvalues=(complex(first), complex(second)), verdict=Verdict(str(verdicts(first, second)))
        )
        for (x, y), (first, second) in zip(places, corner_eigenvalues(dynamics), strict=True)
    )


def _interior(dynamics: Dynamics, x: float, y: float) -> Equilibrium:
    root = cmath.sqrt(interior_square(dynamics, x, y))
    verdict = Verdict.CENTRE if (dynamics.b < 0.0) == (dynamics.d < 0.0) else Verdict.SADDLE
    return Equilibrium(x=x, y=y, eigenvalues=(root, -root), verdict=verdict)
