"""Every state at which a game of several populations rests, where they can be counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.equilibrium import Verdict
from scfin_chain.models.populations.payoffs import PopulationGame
from scfin_chain.models.populations.replicator import Complexes, eigenvalues
from scfin_chain.models.potential import Floats

_ROUNDING = 1e-9
"""Sizes below this share of the largest advantage are zero but for rounding."""

_EDGE = 1e-12
"""Shares nearer to 0 or 1 than this are those of an edge but for rounding."""

_FLAT = 1e-12
"""Advantages below this share of the payoffs that make them are zero but for rounding."""

_SAME = 1e-7
"""Two roots whose shares differ by less are one."""

_PURE_LIMIT = 4096
"""Most combinations of strategies that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestPoint:
    """A state without motion: for each population its shares, the Jacobian's eigenvalues (money) and what they say.

    Examples
    --------
    Matching pennies mixes evenly, and turns around it:

    >>> pennies = PopulationGame(payoffs=([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]))
    >>> point = rest_points(pennies).points[-1]
    >>> [mix.tolist() for mix in point.state], point.mixed, point.verdict.value, point.eigenvalues.imag.tolist()
    ([[0.5, 0.5], [0.5, 0.5]], (0, 1), 'centre', [-1.0, 1.0])
    """

    state: tuple[Floats, ...]
    eigenvalues: Complexes
    verdict: Verdict

    @property
    def mixed(self) -> tuple[int, ...]:
        """Places of the populations that play more than one strategy."""
        return tuple(place for place, mix in enumerate(self.state) if np.count_nonzero(mix) > 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestPoints:
    """Isolated states of rest, the pure ones first; ``lines`` tells whether others fill an edge or a face.

    Examples
    --------
    Where the first population never cares and the second does, whole edges rest:

    >>> indifferent = PopulationGame(payoffs=([[1, 0], [1, 0]], [[0, 1], [1, 0]]))
    >>> found = rest_points(indifferent)
    >>> len(found.points), found.lines
    (4, True)
    """

    points: tuple[RestPoint, ...]
    lines: bool


def rest_points(game: PopulationGame) -> RestPoints:
    r"""All isolated states of rest of one, two or three populations with two strategies each, or of pure states alone.

    Parameters
    ----------
    game
        Up to three populations with two strategies each; of any other game the pure states are returned, and it is
        refused where a population has more than two strategies or there are more than three.

    Returns
    -------
    RestPoints
        Pure states, states on edges and faces, and inside; with their eigenvalues and verdicts.

    Raises
    ------
    ModelDomainError
        If the game has more than three populations or another number of strategies than two: use `pure_rest_points`.

    Notes
    -----
    A population that mixes must be indifferent. With two that mix, each one's indifference is a linear equation in the
    other's share. With three, the advantages :math:`g_1(y, z), g_2(x, z), g_3(x, y)` are bilinear: :math:`g_2 = 0` and
    :math:`g_3 = 0` give z and y as fractions of x, and :math:`g_1 = 0` is then a quadratic in x, with up to two roots.

    References
    ----------
    .. [1] McKelvey, McLennan, *Computation of equilibria in finite games*, Handbook of Computational Economics 1
       (1996), section 2: two by two by two.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> found = rest_points(of_two_parties(payoff_matrix(PRINTED_GAME)))
    >>> [[mix.round(9).tolist() for mix in point.state] for point in found.points if point.mixed]
    [[[0.4, 0.6], [0.65, 0.35]]]
    """
    if len(game.strategies) > 3 or set(game.strategies) != {2}:
        raise ModelDomainError("strategies", game.strategies, "two for each of at most three populations")
    points = list(pure_rest_points(game).points)
    lines = False
    for held in product((0.0, 1.0, None), repeat=len(game.strategies)):
        if any(value is None for value in held):
            found, line = _mixed(game, held)
            points += [_point(game, tuple(np.array([value, 1.0 - value]) for value in shares)) for shares in found]
            lines = lines or line
    return RestPoints(points=tuple(points), lines=lines)


def pure_rest_points(game: PopulationGame) -> RestPoints:
    """The states in which each population plays one strategy: all rest, with any number of populations and strategies.

    Parameters
    ----------
    game
        The game.

    Returns
    -------
    RestPoints
        In the order of the strategies; a stable one is a strict Nash equilibrium. ``lines`` is not looked into: False.

    Raises
    ------
    ModelDomainError
        If there are more than 4,096 of them.

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, payoff_matrix
    >>> from scfin_chain.models.populations.payoffs import of_two_parties
    >>> found = pure_rest_points(of_two_parties(payoff_matrix(PRINTED_GAME)))
    >>> {point.verdict.value for point in found.points}
    {'saddle'}
    """
    count = prod(game.strategies)
    if count > _PURE_LIMIT:
        raise ModelDomainError("strategies", game.strategies, f"such that at most {_PURE_LIMIT:,} combine")
    units = [np.eye(number) for number in game.strategies]
    states = product(*units)
    return RestPoints(points=tuple(_point(game, tuple(state)) for state in states), lines=False)


def _point(game: PopulationGame, state: tuple[Floats, ...]) -> RestPoint:
    values = eigenvalues(game, state)
    return RestPoint(state=state, eigenvalues=values, verdict=_verdict(values, _spread(game)))


def _verdict(values: Complexes, spread: float) -> Verdict:
    real = np.where(np.abs(values.real) <= _ROUNDING * spread, 0.0, values.real)
    if (real == 0.0).any():
        turning = (np.abs(values.imag) > _ROUNDING * spread).all() and (real == 0.0).all()
        return Verdict.CENTRE if turning and values.size else Verdict.NON_HYPERBOLIC
    if (real < 0.0).all():
        return Verdict.STABLE
    return Verdict.UNSTABLE if (real > 0.0).all() else Verdict.SADDLE


def _spread(game: PopulationGame) -> float:
    return max(float(np.ptp(tensor, axis=place).max()) for place, tensor in enumerate(game.payoffs))


def _mixed(game: PopulationGame, held: tuple[float | None, ...]) -> tuple[list[tuple[float, ...]], bool]:
    """States where just the populations without a share mix, and whether they fill a line."""
    free = [place for place, value in enumerate(held) if value is None]
    gaps = [_advantages(game.payoffs[place], place, held) for place in free]
    if not all(gap.any() for gap in gaps):
        return [], True
    solved: list[tuple[float, ...]] = []
    if len(free) == 2:
        solved = list(_pair(gaps))
    elif len(free) == 3:
        solved = _triple(gaps)
    return [
        tuple(found[free.index(place)] if value is None else value for place, value in enumerate(held))
        for found in solved
        if all(_EDGE < share < 1.0 - _EDGE for share in found)
    ], False


def _advantages(payoffs: Floats, place: int, held: tuple[float | None, ...]) -> Floats:
    """First strategy's advantage at each pure state of the free others, an axis each: share 0, share 1.

    On a scale near one, of which no rest depends; all zero where it vanishes but for rounding.
    """
    where = tuple(slice(None, None, -1) if share is None else int(1.0 - share) for share in held)
    first, second = (payoffs[(*where[:place], strategy, *where[place + 1 :])] for strategy in (0, 1))
    gap = np.asarray(first - second)
    largest = float(np.abs(gap).max())
    if largest <= _FLAT * max(float(np.abs(first).max()), float(np.abs(second).max())):
        return np.zeros_like(gap)
    return np.asarray(np.ldexp(gap, -int(np.frexp(largest)[1])))


def _pair(gaps: list[Floats]) -> Iterator[tuple[float, ...]]:
    """Two that mix: each one's advantage is linear in the other's share."""
    slopes = [gap[1] - gap[0] for gap in gaps]
    if all(slopes):
        yield (float(-gaps[1][0] / slopes[1]), float(-gaps[0][0] / slopes[0]))


def _triple(gaps: list[Floats]) -> list[tuple[float, ...]]:
    """Three that mix: by the first share, and, where another cannot be told from it, by the second or the third."""
    solved: list[Floats] = []
    first, second, third = gaps
    for turn in range(3):
        for found in _by_first(first, second, third):
            state = _nearer(gaps, np.roll(found, turn))
            if state is not None and all(np.abs(state - other).max() > _SAME for other in solved):
                solved.append(state)
        first, second, third = second.T, third.T, first  # each axis is the share of one of the other two, in turn
    return [tuple(map(float, state)) for state in solved]


def _by_first(of_first: Floats, of_second: Floats, of_third: Floats) -> Iterator[Floats]:
    """A quadratic in the first share."""
    # g2(x, z) = (p + q x) + (r + s x) z, g3(x, y) = (t + u x) + (v + w x) y
    z_above, z_below = _linear(of_second)
    y_above, y_below = _linear(of_third)
    one, y, z, yz = _bilinear(of_first)
    polynomial = np.polynomial.Polynomial
    z_top, z_low, y_top, y_low = (polynomial(part) for part in (-z_above, z_below, -y_above, y_below))
    equation = one * y_low * z_low + y * y_top * z_low + z * y_low * z_top + yz * y_top * z_top
    size = max(np.abs(equation.coef).max(), np.finfo(float).tiny)
    coefficients = np.where(np.abs(equation.coef) <= 1e-14 * size, 0.0, equation.coef)
    for root in polynomial(np.trim_zeros(coefficients, "b") if coefficients.any() else [1.0]).roots():
        x = float(np.real(root))
        below = float(y_low(x)), float(z_low(x))
        if abs(np.imag(root)) <= _ROUNDING and min(abs(below[0]), abs(below[1])) > _ROUNDING:
            yield np.array((x, float(y_top(x)) / below[0], float(z_top(x)) / below[1]))


def _nearer(gaps: list[Floats], state: Floats) -> Floats | None:
    """A root without the rounding of its quadratic, or nothing where it is none."""
    for _ in range(3):
        value, slopes = np.zeros(3), np.zeros((3, 3))
        for place, gap in enumerate(gaps):
            one, other = (third for third in range(3) if third != place)
            by_one = gap @ (1.0 - state[other], state[other])
            by_other = (1.0 - state[one], state[one]) @ gap
            value[place] = by_one @ (1.0 - state[one], state[one])
            slopes[place, one], slopes[place, other] = by_one[1] - by_one[0], by_other[1] - by_other[0]
        try:
            state = state - np.linalg.solve(slopes, value)
        except np.linalg.LinAlgError:  # two roots in one
            break
    return state if np.abs(value).max() <= _ROUNDING else None


def _linear(gap: Floats) -> tuple[Floats, Floats]:
    """Coefficients in the first share: of the part without the other share, and of the part with it."""
    without, with_other = gap[:, 0], gap[:, 1] - gap[:, 0]
    return (
        np.array([without[0], without[1] - without[0]]),
        np.array([with_other[0], with_other[1] - with_other[0]]),
    )


def _bilinear(gap: Floats) -> tuple[float, float, float, float]:
    return (
        float(gap[0, 0]),
        float(gap[1, 0] - gap[0, 0]),
        float(gap[0, 1] - gap[0, 0]),
        float(gap[1, 1] - gap[1, 0] - gap[0, 1] + gap[0, 0]),
    )
