"""The two halves of what the game of paper 001 conserves, over arrays and without loss of digits."""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SERIES: Final = 0.02
"""Below this distance in log-odds the divergence is summed as a series: elsewhere no digits cancel."""

_ROUNDS: Final = 100
"""Newton steps allowed; a convex function met from outside takes fewer than ten."""


def softplus(odds: Floats) -> Floats:
    """Minus the logarithm of the share that is left, ln(1 + exp(odds)), pure numbers, without overflow.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 1000.0])).tolist()
    [0.0, 1000.0]
    """
    return np.asarray(np.maximum(odds, 0.0) + np.log1p(np.exp(-np.abs(odds))))


def shift_of(rest: Floats, left: Floats, share: Floats) -> Floats:
    """Log-odds of a share in (0, 1) less those of the share at rest, pure numbers; ``left`` is what rest leaves.

    Examples
    --------
    >>> half = np.array(0.5)
    >>> bool(np.isclose(shift_of(half, half, np.array(0.75)), np.log(3.0)))
    True
    """
    return np.asarray(np.log(share / rest) - np.log((1.0 - share) / left))


def divergence(rest: Floats, left: Floats, shift: Floats) -> Floats:
    r"""How far one population is from its share at rest, in the game's own measure.

    Parameters
    ----------
    rest, left
        s and 1 - s in (0, 1): the share at rest and what is left of it, given apart so that neither loses digits.
    shift
        Log-odds of the state less those at rest, pure numbers.

    Returns
    -------
    ndarray of float
        K >= 0, pure numbers, zero at rest, convex in the shift.

    Notes
    -----
    .. math:: K(s, z) = s \ln\frac{s}{z} + (1 - s) \ln\frac{1 - s}{1 - z} = \ln(1 - s + s e^{\eta}) - s \eta

    with :math:`\eta` the shift. With it the first integral of paper 001's game is

    .. math:: H(x, y) - H(x^*, y^*) = b\,K(x^*, x) + d\,K(y^*, y)

    so that its levels are closed curves where b and d have one sign, and a saddle where they have not.

    References
    ----------
    .. [1] Hofbauer, Sigmund, *Evolutionary Games and Population Dynamics*, chapters 7 and 10: relative entropy.

    Examples
    --------
    >>> half = np.array(0.5)
    >>> bool(np.isclose(divergence(half, half, np.log(3.0)), 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)))
    True
    """
    turned = rest > 0.5
    low, high = np.where(turned, left, rest), np.where(turned, rest, left)
    step = np.where(turned, -shift, shift)
    far = np.abs(step) >= 1.0
    near = np.where(np.abs(step) < _SERIES, step, 0.0)
    middle = np.where(far, 0.0, step)
    rising = np.maximum(step, 1.0)
    falling = np.minimum(step, -1.0)
    result = np.log1p(low * np.expm1(middle)) - low * middle
    result = np.where(step >= 1.0, high * rising + np.log(low + high * np.exp(-rising)), result)
    result = np.where(step <= -1.0, np.log1p(low * np.expm1(falling)) - low * falling, result)
    return np.where(np.abs(step) < _SERIES, _near(low, near), result)


def _near(low: Floats, step: Floats) -> Floats:
    """The divergence for a small step, from what the logarithm and the exponential leave beyond their first terms."""
    beyond = step * step * (1 / 2 + step * (1 / 6 + step * (1 / 24 + step * (1 / 120 + step / 720))))
    moved = low * (step + beyond)
    ratio = moved / (2.0 + moved)
    square = ratio * ratio
    log_beyond = 2.0 * ratio * square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9)))
    return low * beyond - moved * ratio + log_beyond


def departure(rest: Floats, left: Floats, shift: Floats) -> Floats:
    """Share less its share at rest, the divergence's slope, without loss of digits where the two are close.

    Parameters
    ----------
    rest, left
        s and 1 - s in (0, 1).
    shift
        Log-odds of the state less those at rest.

    Returns
    -------
    ndarray of float
        z - s, pure numbers.

    Examples
    --------
    >>> half = np.array(0.5)
    >>> float(departure(half, half, np.log(np.array(3.0))).round(12))
    0.25
    """
    size = np.abs(shift)
    low, high = np.where(shift > 0.0, rest, left), np.where(shift > 0.0, left, rest)
    return np.asarray(np.sign(shift) * low * high * -np.expm1(-size) / (low + high * np.exp(-size)))


def shift_at(rest: Floats, left: Floats, level: Floats, *, above: bool) -> Floats:
    r"""Shift in log-odds at which the divergence has a level: the inverse of `divergence` on one side of rest.

    Parameters
    ----------
    rest, left
        s and 1 - s in (0, 1).
    level
        K >= 0, pure numbers.
    above
        Whether the share is above its rest, or below.

    Returns
    -------
    ndarray of float
        The shift, of the sign that ``above`` says.

    Notes
    -----
    Newton's steps from outside, where a convex function's do not pass the root.

    Examples
    --------
    >>> half = np.array(0.5)
    >>> shift_at(half, half, divergence(half, half, np.array([0.5, 2.0])), above=True).round(12).tolist()
    [0.5, 2.0]
    """
    shape = np.broadcast_shapes(np.shape(rest), np.shape(left), np.shape(level))
    rest, left, level = (np.broadcast_to(part, shape).ravel() for part in (rest, left, level))
    low, high = (rest, left) if above else (left, rest)
    entropy = -(low * np.log(low) + high * np.log(high))
    close = np.sqrt(2.0 * np.e * level / (low * high))
    shift = np.where(close < 1.0, close, (level + entropy) / high)
    open_ones = np.flatnonzero(level > 0.0)
    for _ in range(_ROUNDS):
        if not open_ones.size:
            break
        now, s, t = shift[open_ones], low[open_ones], high[open_ones]
        step = (divergence(s, t, now) - level[open_ones]) / departure(s, t, now)
        shift[open_ones] = np.maximum(now - step, 0.5 * now * (now - step <= 0.0))
        open_ones = open_ones[np.abs(step) > 4e-15 * now]
    result = np.where(level > 0.0, shift, 0.0).reshape(shape)
    return result if above else -result
