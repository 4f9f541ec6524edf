"""Which input moves a price most: a tornado of one relationship."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.relationship import RELATIONSHIP_DOMAINS, Relationship
from scfin_chain.models.relationship_arrays import price_relationships


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """What the price becomes when one input alone is moved down and up.

    ``low`` and ``high`` are values of the input, in its own unit, ``price_low`` and ``price_high`` the yearly prices
    there, fractions.

    Examples
    --------
    Income net of tax is 95 % of interest, so that a price of funds that is one point higher costs 1/0.95 points.

    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> by_name = {one.name: one for one in price_tornado(PRINTED_RELATIONSHIP)}
    >>> round(by_name["transfer_price"].slope * 0.95, 9), by_name["firms"].low
    (1.0, 7)
    """

    name: str
    low: float
    high: float
    price_low: float
    price_high: float

    @property
    def swing(self) -> float:
        """Price at the higher value less price at the lower, a yearly fraction."""
        return self.price_high - self.price_low

    @property
    def slope(self) -> float:
        """Swing a unit of the input."""
        return self.swing / (self.high - self.low)


def price_tornado(
    relationship: Relationship, *, change: float = 0.1, bounds: Mapping[str, tuple[float, float]] | None = None
) -> tuple[Sensitivity, ...]:
    r"""Sensitivity of the break-even price to each input, the widest first.

    Parameters
    ----------
    relationship
        Inputs of paper 003.
    change
        Relative change of each input, in (0, 1]. A number of firms moves by at least one, to whole numbers, but not
        below one. An input that is zero has no relative change and is left out, unless ``bounds`` has it.
    bounds
        Lower and higher values of inputs, by the names of `Relationship`, in place of the relative change.

    Returns
    -------
    tuple of Sensitivity
        By the size of their swings; equal ones by name.

    Raises
    ------
    ModelDomainError
        If ``change`` or a moved input lies outside its domain, or bounds are no pair of a lower and a higher.

    Notes
    -----
    .. math:: \Delta i_k = i(\ldots, x_k (1 + h), \ldots) - i(\ldots, x_k (1 - h), \ldots)

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (2), varied.

    Examples
    --------
    A tenth more or less of each input: what is lent, what money costs and the firms count, the volatility does not.

    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> [one.name for one in price_tornado(PRINTED_RELATIONSHIP)][:3]
    ['advance_rate', 'transfer_price', 'firms']
    """
    domain.instance("relationship", relationship, Relationship)
    domain.within("change", change, 0.0, 1.0, open_low=True)
    domain.instance("bounds", {} if bounds is None else bounds, Mapping)
    moved = _moved(relationship, change) | dict(bounds or {})
    for name, pair in moved.items():
        if name not in RELATIONSHIP_DOMAINS:
            raise ModelDomainError("bounds", name, f"one of {', '.join(RELATIONSHIP_DOMAINS)}")
        try:
            low, high = pair
        except (TypeError, ValueError):
            raise ModelDomainError(f"bounds of {name}", pair, "a lower value and a higher") from None
        RELATIONSHIP_DOMAINS[name].check(name, low)
        RELATIONSHIP_DOMAINS[name].check(name, high)
        if not low < high:
            raise ModelDomainError(f"bounds of {name}", (low, high), "a lower value and a higher")
    if not moved:
        return ()
    inputs = {name: np.full((len(moved), 2), relationship.inputs[name]) for name in moved}
    for row, (name, pair) in enumerate(moved.items()):
        inputs[name][row] = pair
    prices = price_relationships(relationship, **inputs).rate.tolist()
    found = [
        Sensitivity(name=name, low=pair[0], high=pair[1], price_low=rates[0], price_high=rates[1])
        for (name, pair), rates in zip(moved.items(), prices, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.swing), one.name)))


def _moved(relationship: Relationship, change: float) -> dict[str, tuple[float, float]]:
    moved: dict[str, tuple[float, float]] = {}
    for name, value in relationship.inputs.items():
        low, high = sorted((value * (1.0 - change), value * (1.0 + change)))
        if RELATIONSHIP_DOMAINS[name].whole:
            moved[name] = max(1, min(math.floor(low), int(value) - 1)), max(math.ceil(high), int(value) + 1)
        elif low < high:
            moved[name] = low, high
    return moved
