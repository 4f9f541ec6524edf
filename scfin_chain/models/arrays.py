"""What models do to work on arrays: elementary functions, checks by index, shapes, and blocks that fit a cache."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.formulas import Elementary, FloatArray
from scfin_chain.models.interval import Interval
from scfin_chain.models.normal import normal_cdfs

BLOCK: Final = 16_384
"""Elements that are worked on at a time, so that what is between inputs and results stays in the processor's cache."""

BoolArray = NDArray[np.bool_]
"""An array of yes and no."""


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    if below.size and below.min() > 0.0:  # nearly always, and many times faster
        return above / below
    divides = below > 0.0
    return np.where(divides, above / np.where(divides, below, 1.0), np.copysign(np.inf, above))


def _share(above: FloatArray, below: FloatArray) -> FloatArray:
    if below.size and below.min() > 0.0:
        return above / below
    divides = below > 0.0
    return np.where(divides, above / np.where(divides, below, 1.0), 0.0)


ARRAYS: Final[Elementary[FloatArray]] = Elementary(
    exp=np.exp,
    log=np.log,
    sqrt=np.sqrt,
    cdf=normal_cdfs,
    ratio=_ratio,
    clip=lambda value, low, high: np.minimum(np.maximum(value, low), high),
    share=_share,
)
"""The functions of formulas for arrays."""


def checked_arrays(
    domains: Mapping[str, Interval], base: Mapping[str, float], inputs: Mapping[str, ArrayLike]
) -> dict[str, FloatArray]:
    """A named array for each domain: from the inputs, or else the base's number.

    Parameters
    ----------
    domains
        What each input may be, by its name.
    base
        A number for each.
    inputs
        Numbers of any shape, in place of the base's.

    Returns
    -------
    dict of str to array
        In the order of ``domains``.

    Raises
    ------
    ModelDomainError
        If there is no such input, or an element lies outside its domain: named by its index.

    Examples
    --------
    >>> shares = {"tax_rate": Interval(0.0, 1.0)}
    >>> checked_arrays(shares, {"tax_rate": 0.05}, {"tax_rate": [0.1, 0.2]})
    {'tax_rate': array([0.1, 0.2])}
    """
    for name in inputs:
        if name not in domains:
            raise ModelDomainError("input", name, f"one of {', '.join(domains)}")
    given: dict[str, ArrayLike] = {**base, **inputs}
    return {name: interval.check_array(name, given[name]) for name, interval in domains.items()}


def common_shape(arrays: Mapping[str, FloatArray]) -> tuple[int, ...]:
    """The shape that arrays broadcast to.

    Parameters
    ----------
    arrays
        By their names.

    Returns
    -------
    tuple of int
        The shape.

    Raises
    ------
    ModelDomainError
        If one does not broadcast with those before it.

    Examples
    --------
    >>> common_shape({"firms": np.ones(3), "years": np.ones((2, 1))})
    (2, 3)
    """
    shape: tuple[int, ...] = ()
    for name, values in arrays.items():
        try:
            shape = np.broadcast_shapes(shape, values.shape)
        except ValueError as error:
            raise ModelDomainError(f"shape of {name}", values.shape, f"one that broadcasts with {shape}") from error
    return shape


def in_blocks(
    arrays: Mapping[str, FloatArray],
    work: Callable[[dict[str, FloatArray]], tuple[Sequence[FloatArray], BoolArray]],
    refuse: Callable[[int], None],
) -> list[FloatArray]:
    """Results of work that is done element by element, block after block.

    Parameters
    ----------
    arrays
        Inputs that broadcast.
    work
        Takes a block of each input and gives results and whether each element is sound.
    refuse
        Is told the place of the first element that is not, counted row by row, and raises.

    Returns
    -------
    list of array
        Each result in the common shape.

    Examples
    --------
    >>> def double(some):
    ...     return [2.0 * some["x"]], np.isfinite(some["x"])
    >>> in_blocks({"x": np.array([1.0, 2.0])}, double, print)
    [array([2., 4.])]
    """
    shape = common_shape(arrays)
    size = int(np.prod(shape))
    rows = {
        name: values.reshape(()) if values.size == 1 else np.broadcast_to(values, shape).reshape(-1)
        for name, values in arrays.items()
    }
    results: list[FloatArray] = []
    for start in range(0, max(size, 1), BLOCK):
        block = slice(start, start + BLOCK)
        parts, sound = work({name: values[block] if values.shape else values for name, values in rows.items()})
        if size and not np.all(sound):
            refuse(start + int(np.argmin(sound)))
        results = results or [np.empty(size) for _ in parts]
        for whole, part in zip(results, parts, strict=True):
            whole[block] = part
    return [result.reshape(shape) for result in results]
