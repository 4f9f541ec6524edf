"""How the shares of paper 001's game move, for many starts at once."""

import math
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.arrays import common_shape
from scfin_chain.models.equilibrium import Verdict, stability
from scfin_chain.models.game import Dynamics
from scfin_chain.models.game_formulas import Coefficients, conserved_terms
from scfin_chain.models.interval import Interval, refuse_first
from scfin_chain.models.potential import Floats, softplus
from scfin_chain.models.sweep import GameSweep

_TOLERANCE: Final = 1e-10
"""Error in log-odds that one step may make."""

_STEPS: Final = 10_000
"""Steps that one interval of time may take."""

_FIRST: Final = 0.4
"""First step, as a share of the fastest payoff's inverse."""

_LONGEST: Final = 1e300
"""Step beyond which none grows, in the game's own time."""

_NEAR: Final = 4.0
"""Way in log-odds that a step may go at once, if not half the way to even odds: a longer one could jump over them."""

_RETURN: Final = 16
"""Steps between two returns to the level of the first integral."""

_REACH: Final = 1e-6
"""Farthest that such a return may move a log-odds: near the saddle, where the level is flat, rounding decides."""

_SUBSTEPS: Final = (1, 2, 3, 4)
"""Parts into which a step is cut before the results are extrapolated to parts without end."""

_TIE: Final = 1e-14
"""Share of the first integral's terms below which two of its values are the same but for rounding."""

_NAMES: Final = tuple(field.name for field in fields(Coefficients))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """States at moments that were asked for.

    ``times`` has T moments, in the game's own time (1/money); ``x`` and ``y`` have shape (T, ...) with the starts' own
    shape behind. ``drift`` has the starts' shape: how far the first integral ever was from its first value, as a share
    of the sum of its terms' sizes there; zero for starts on an edge, where it is infinite and the path is exact.

    Examples
    --------
    On the edge where all firms repay the bank's share is a logistic curve with rate c - d = 70:

    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> paths = trajectories(replicator_dynamics(PRINTED_GAME), 0.5, 1.0, times=[0.0, 0.01])
    >>> bool(np.isclose(paths.x[1], 1.0 / (1.0 + np.exp(-0.7)))), paths.y.tolist(), float(paths.drift)
    (True, [1.0, 1.0], 0.0)
    """

    times: Floats
    x: Floats
    y: Floats
    drift: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where each start comes to rest, in the starts' own shape.

    ``x`` and ``y`` are the place of rest; ``time`` when the path is within ``near`` of it, in the game's own time:
    zero where it starts there, infinite where it runs along the border into the saddle; ``drift`` as in `Paths`.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
    >>> end = settle(bistable, [1.0, 0.5], [1.0, 0.65])  # a stable corner, and the saddle
    >>> end.x.tolist(), end.y.tolist(), end.time.tolist()
    ([1.0, 0.5], [1.0, 0.65], [0.0, 0.0])
    """

    x: Floats
    y: Floats
    time: Floats
    drift: Floats


def trajectories(dynamics: Dynamics, x: npt.ArrayLike, y: npt.ArrayLike, *, times: npt.ArrayLike) -> Paths:
    r"""Paths of the replicator equations from many starts at once.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations.
    x, y
        Starts in [0, 1], pure numbers, arrays that broadcast; an edge or a corner is never left.
    times
        Rising moments >= 0, in the game's own time (1/money), one dimension.

    Returns
    -------
    Paths
        States at those moments; the first integral is kept to 1e-9 of the sum of its terms' sizes.

    Raises
    ------
    ModelDomainError
        If a start is outside the square or masked, the starts' shapes do not broadcast, or the times are negative,
        fall, or an interval takes more than 10,000 steps.

    Notes
    -----
    In log-odds :math:`\xi = \ln\frac{x}{1-x},\ \upsilon = \ln\frac{y}{1-y}` the equations are a Hamiltonian's that
    separates, :math:`\dot\xi = c - d\,y(\upsilon),\ \dot\upsilon = b\,x(\xi) - a`. A step is Störmer's with 1, 2, 3 and
    4 parts, extrapolated to order 8; each start has steps of its own, and is put back on its own level of the first
    integral. Explicit Euler, clipped to the square, makes corners that absorb where the true paths are closed.

    References
    ----------
    .. [1] Hairer, Lubich, Wanner, *Geometric Numerical Integration*, sections II.4 (extrapolation of symmetric
       methods) and IV.4 (projection).

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> paths = trajectories(replicator_dynamics(PRINTED_GAME), 0.5, 0.5, times=[0.0, 0.02])
    >>> paths.x.round(8).tolist(), paths.y.round(8).tolist()
    ([0.5, 0.32213058], [0.5, 0.4814732])
    """
    flow = _flow(dynamics, ())
    moments = rising(times)
    x0, y0 = starts(x, y)
    state = _start(x0, y0)
    seen_x, seen_y = np.empty((len(moments), x0.size)), np.empty((len(moments), x0.size))
    follow = _Follower(flow, state)
    for row, span in enumerate(np.diff(moments, prepend=0.0)):
        follow.on(span)
        seen_x[row], seen_y[row] = expit(follow.state)
    shape = (len(moments), *x0.shape)
    if len(moments) and moments[0] == 0.0:
        seen_x[0], seen_y[0] = x0.ravel(), y0.ravel()
    return Paths(times=moments, x=seen_x.reshape(shape), y=seen_y.reshape(shape), drift=follow.drift.reshape(x0.shape))


def settle(dynamics: Dynamics | GameSweep, x: npt.ArrayLike, y: npt.ArrayLike, *, near: float = 1e-6) -> Settled:
    r"""Follow each start until it rests.

    Parameters
    ----------
    dynamics
        Coefficients of the replicator equations, or many games: their shape and the starts' broadcast.
    x, y
        Starts in [0, 1], pure numbers, arrays that broadcast.
    near
        In (0, 0.001], a pure number: distance of a share from a corner's at which it has arrived.

    Returns
    -------
    Settled
        Corner (or saddle, for a start on the border of the basins), time, and drift of the first integral.

    Raises
    ------
    ModelDomainError
        If a start or ``near`` is outside its domain, the shapes do not broadcast, nothing attracts (around a centre no
        path rests), or a corner's eigenvalue is zero: of many games see `GameSweep.rests`.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, Figure 2.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> bistable = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
    >>> ends = settle(bistable, [0.2, 0.5, 0.8], [0.3, 0.65, 0.9])
    >>> ends.x.tolist(), ends.y.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.65, 1.0])
    """
    domain.within("near", near, 0, 1e-3, open_low=True)
    middle_x, middle_y = _middle(dynamics)
    x0, y0 = starts(x, y, middle_x.shape)
    middle_x, middle_y = (np.broadcast_to(part, x0.shape).ravel() for part in (middle_x, middle_y))
    flow = _flow(dynamics, x0.shape)
    state = _start(x0, y0)
    ends, time = state.copy(), np.full(x0.size, np.inf)
    saddle = flow.on_border(state, _start(middle_x, middle_y))
    time[saddle & flow.still(state)] = 0.0
    follow = _Follower(flow, state)
    follow.to_rest(far=float(np.log1p(-near) - np.log(near)), leave=saddle)
    ends[:, ~saddle] = follow.state[:, ~saddle]
    time[~saddle] = follow.time[~saddle]
    end_x = np.where(saddle, middle_x, np.where(ends[0] > 0.0, 1.0, 0.0))
    end_y = np.where(saddle, middle_y, np.where(ends[1] > 0.0, 1.0, 0.0))
    return Settled(
        x=end_x.reshape(x0.shape),
        y=end_y.reshape(x0.shape),
        time=time.reshape(x0.shape),
        drift=follow.drift.reshape(x0.shape),
    )


def _middle(dynamics: Dynamics | GameSweep) -> tuple[Floats, Floats]:
    """The fifth equilibrium where it is inside, else nan; games whose paths do not rest are refused."""
    if isinstance(dynamics, GameSweep):
        limit = "one where a corner attracts and no edge rests"
        refuse_first("condition", dynamics.condition, dynamics.rests, limit)
        inside = ~np.ma.getmaskarray(dynamics.interior_square)
        return np.where(inside, dynamics.x.data, np.nan), np.where(inside, dynamics.y.data, np.nan)
    found = stability(dynamics)
    if not found.stable:
        raise ModelDomainError("condition", found.condition.value, "one where a corner attracts: no path rests")
    if any(corner.verdict is Verdict.NON_HYPERBOLIC for corner in found.corners):
        raise ModelDomainError("condition", found.condition.value, "one without an edge at rest: paths never reach it")
    middle = (np.nan, np.nan) if found.interior is None else (found.x, found.y)
    return np.array(middle[0]), np.array(middle[1])


def starts(x: npt.ArrayLike, y: npt.ArrayLike, games: tuple[int, ...] = ()) -> tuple[Floats, Floats]:
    """Both shares of each start, in one shape.

    Parameters
    ----------
    x, y
        Shares in [0, 1], pure numbers, arrays that broadcast.
    games
        Shape of the games that start there.

    Returns
    -------
    tuple of two ndarrays of float
        Of the shape to which they broadcast.

    Raises
    ------
    ModelDomainError
        If one is no share or masked, or the shapes do not broadcast.

    Examples
    --------
    >>> starts([0.1, 0.2], [0.3, 0.4, 0.5])
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: shape of y is (3,): must be one that broadcasts with (2,)
    """
    share = Interval(0.0, 1.0)
    arrays = {"x": share.check_array("x", x), "y": share.check_array("y", y)}
    shape = common_shape({"games": np.empty(games), **arrays})
    return np.broadcast_to(arrays["x"], shape), np.broadcast_to(arrays["y"], shape)


def rising(times: npt.ArrayLike) -> Floats:
    """Moments at which states are asked for.

    Parameters
    ----------
    times
        Numbers >= 0, in the game's own time (1/money), none less than the one before it.

    Returns
    -------
    ndarray of float
        The same, one dimension.

    Raises
    ------
    ModelDomainError
        If they are no such list, or one is masked.

    Examples
    --------
    >>> rising([0.0, 0.2, 0.1])
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: times[2] is 0.1: must be no earlier than the moment before it
    """
    moments = Interval(0.0, math.inf, open_high=True).check_array("times", times)
    if moments.ndim != 1:
        raise ModelDomainError("shape of times", moments.shape, "that of a list")
    refuse_first("times", moments, np.diff(moments, prepend=0.0) >= 0.0, "no earlier than the moment before it")
    return moments


def _start(x: Floats, y: Floats) -> Floats:
    """Log-odds of the starts, (2, n); infinite on the edges."""
    both = np.stack((x.ravel(), y.ravel()))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(both) - np.log1p(-both))


def _flow(dynamics: Dynamics | GameSweep, shape: tuple[int, ...]) -> "_Flow":
    """Of one game, or of one game for each start."""
    parts = [getattr(dynamics, name) for name in _NAMES]
    if isinstance(dynamics, GameSweep):
        return _Flow(np.stack([np.broadcast_to(part, shape).ravel() for part in parts]))
    return _Flow(np.array(parts, dtype=float))


class _Flow:
    """The vector field in log-odds, and what it conserves: of one game for all states, or of one for each, (6, n)."""

    def __init__(self, coefficients: Floats) -> None:
        self.coefficients = coefficients
        self.game = Coefficients(**dict(zip(_NAMES, coefficients, strict=True)))
        self.fastest = np.abs(coefficients[[0, 2, 4, 5]]).max(axis=0)

    def at(self, which: npt.NDArray[np.intp]) -> "_Flow":
        """That of some of the states."""
        return self if self.coefficients.ndim == 1 else _Flow(self.coefficients[:, which])

    def bank(self, upsilon: Floats) -> Floats:
        """c - d y."""
        half = 0.5 * self.game.d
        return np.asarray((self.game.c - half) - half * np.tanh(0.5 * upsilon))

    def firm(self, xi: Floats) -> Floats:
        """b x - a."""
        half = 0.5 * self.game.b
        return np.asarray((half - self.game.a) + half * np.tanh(0.5 * xi))

    def speed(self, state: Floats) -> Floats:
        return np.stack((self.bank(state[1]), self.firm(state[0])))

    def integral(self, state: Floats) -> tuple[Floats, Floats]:
        """The first integral, and the sum of its terms' sizes, money; only where the state is not on an edge."""
        high = softplus(state)
        low = high - state
        terms = conserved_terms(self.game, (low[0], high[0]), (low[1], high[1]))
        total = terms[0] + terms[1] + terms[2] + terms[3]
        return total, np.abs(terms[0]) + np.abs(terms[1]) + np.abs(terms[2]) + np.abs(terms[3])

    def still(self, state: Floats) -> npt.NDArray[np.bool_]:
        """Whether nothing moves, but for rounding."""
        bank, firm = np.abs(self.speed(state))
        return np.asarray(np.maximum(bank, firm) <= 1e-12 * self.fastest)

    def on_border(self, state: Floats, middle: Floats) -> npt.NDArray[np.bool_]:
        """Whether a state is on the branches that lead into the saddle, or on it, but for rounding."""
        which = np.flatnonzero(np.isfinite(state).all(axis=0) & np.isfinite(middle).all(axis=0))
        result = np.zeros(state.shape[1], dtype=bool)
        flow, state, middle = self.at(which), state[:, which], middle[:, which]
        own, size = flow.integral(state)
        level, _ = flow.integral(middle)
        nearing = ((state - middle) * flow.speed(state) <= 0.0).all(axis=0)
        result[which] = ((np.abs(own - level) <= _TIE * size) & nearing) | flow.still(state)
        return result


class _Follower:
    """States on their way, (2, n), each with its own next step."""

    def __init__(self, flow: _Flow, state: Floats) -> None:
        self.flow, self.state = flow, state.copy()
        self.inside: npt.NDArray[np.bool_] = np.isfinite(state[0]) & np.isfinite(state[1])
        self.level, self.size = np.zeros(state.shape[1]), np.ones(state.shape[1])
        inside = np.flatnonzero(self.inside)
        self.level[inside], self.size[inside] = flow.at(inside).integral(state[:, inside])
        self.size = np.maximum(self.size, np.finfo(float).tiny)
        self.drift, self.time = np.zeros(state.shape[1]), np.zeros(state.shape[1])
        fastest = np.broadcast_to(flow.fastest, state.shape[1:])
        self.next = _FIRST / np.maximum(fastest, 1.0 / _LONGEST)

    def on(self, span: float) -> None:
        """Move all on by a span of time."""
        left = np.full(self.state.shape[1], span)
        under_way = np.flatnonzero(left > 0.0)
        for count in range(_STEPS):
            if not under_way.size:
                return
            done = self._step(under_way, np.minimum(self.next[under_way], left[under_way]))
            left[under_way] -= done
            arrived = left[under_way] <= 0.0
            self._return_to_level(under_way if count % _RETURN == 0 else under_way[arrived])
            under_way = under_way[~arrived]
        raise ModelDomainError("times", span, f"reached in {_STEPS} steps: the payoffs are too large for such times")

    def to_rest(self, *, far: float, leave: npt.NDArray[np.bool_]) -> None:
        """Move each on until both log-odds are beyond ``far`` and growing."""
        under_way = np.flatnonzero(~leave)
        for count in range(_STEPS):
            under_way = self._still_moving(under_way, far)
            if not under_way.size:
                return
            if count % _RETURN == 0:
                self._return_to_level(under_way)
            self.time[under_way] += self._step(under_way, self.next[under_way])
        raise ModelDomainError(
            "dynamics", float(self.flow.fastest.max()), f"such that paths rest within {_STEPS} steps"
        )

    def _still_moving(self, under_way: npt.NDArray[np.intp], far: float) -> npt.NDArray[np.intp]:
        state = self.state[:, under_way]
        speed = self.flow.at(under_way).speed(state)
        edge = np.isinf(state)
        resting = edge | ((np.abs(state) >= far) & (np.sign(state) * speed > 0.0))
        rests = np.asarray(resting[0] & resting[1])
        if not rests.any():
            return under_way
        with np.errstate(divide="ignore"):
            passed = np.where(edge, np.inf, (np.abs(state) - far) / np.abs(speed))
        since = np.minimum(passed[0], passed[1])[rests]
        arrived = np.asarray(under_way[rests])
        self.time[arrived] = np.maximum(self.time[arrived] - np.where(np.isinf(since), 0.0, since), 0.0)
        self._return_to_level(arrived)
        still: npt.NDArray[np.intp] = under_way[~rests]
        return still

    def _step(self, which: npt.NDArray[np.intp], span: Floats) -> Floats:
        """Try a step of each; what was done of it, zero where the step was too long."""
        flow, state = self.flow.at(which), self.state[:, which]
        speed = flow.speed(state)
        sight = np.maximum(_NEAR, 0.5 * np.abs(state)) / np.maximum(np.abs(speed), 1e-20 * flow.fastest + 1e-290)
        span = np.minimum(span, np.minimum(sight[0], sight[1]))
        moved, error = _extrapolated(flow, state, speed[0], span)
        fits = np.asarray(error <= _TOLERANCE)
        self.state[:, which] = np.where(fits, moved, state)
        factor = 0.9 * (_TOLERANCE / np.maximum(error, 1e-300)) ** (1.0 / 7.0)
        tried = np.where(fits, np.minimum(np.maximum(self.next[which], span), _LONGEST), span)
        self.next[which] = tried * np.clip(factor, 0.2, 4.0)
        return np.where(fits, span, 0.0)

    def _return_to_level(self, moved: npt.NDArray[np.intp]) -> None:
        """Put states back on their level of the first integral, and note how far off it they are then."""
        which = moved[self.inside[moved]]
        if not which.size:
            return
        flow, state, level = self.flow.at(which), self.state[:, which], self.level[which]
        speed = flow.speed(state)
        steepness = np.maximum(speed[0] * speed[0] + speed[1] * speed[1], np.finfo(float).tiny)
        off = (flow.integral(state)[0] - level) / steepness
        shift = np.stack((-speed[1], speed[0])) * off
        back = state + np.where(np.abs(shift).max(axis=0) <= _REACH, shift, 0.0)
        self.state[:, which] = back
        off_level = np.abs(flow.integral(back)[0] - level) / self.size[which]
        self.drift[which] = np.maximum(self.drift[which], off_level)


def _extrapolated(flow: _Flow, state: Floats, pull: Floats, span: Floats) -> tuple[Floats, Floats]:
    """The state a span later, and the error of its last digit but one."""
    before: list[Floats] = []
    for row, parts in enumerate(_SUBSTEPS):
        line = [_leapfrog(flow, state, pull, span / parts, parts)]
        for column in range(row):
            ratio = (parts / _SUBSTEPS[row - column - 1]) ** 2
            line.append(line[column] + (line[column] - before[column]) / (ratio - 1.0))
        before = line
    return state + before[-1], np.abs(before[-1] - before[-2]).max(axis=0)


def _leapfrog(flow: _Flow, state: Floats, pull: Floats, part: Floats, parts: int) -> Floats:
    """Movement, not place, after so many parts: bank half, firm whole, bank half."""
    xi, upsilon = 0.5 * part * pull, np.zeros_like(part)
    for left in range(parts - 1, -1, -1):
        upsilon = upsilon + part * flow.firm(state[0] + xi)
        xi = xi + (part if left else 0.5 * part) * flow.bank(state[1] + upsilon)
    return np.stack((xi, upsilon))
