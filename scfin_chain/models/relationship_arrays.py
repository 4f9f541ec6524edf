"""Many relationships priced in one call: the formulas of `price_relationship` on arrays."""

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Never

import numpy as np
from numpy.typing import ArrayLike

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.arrays import ARRAYS, BoolArray, checked_arrays, common_shape, in_blocks
from scfin_chain.models.formulas import (
    FloatArray,
    break_even_of,
    net_advance_years_of,
    relationship_parts,
    uncovered_of,
)
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.relationship import RELATIONSHIP_DOMAINS, Relationship, price_relationship


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipPrices:
    """Prices of many relationships, arrays of one shape.

    ``rate`` and ``limit`` (without end of firms) are yearly fractions, ``option_value`` is C(S) in the collateral's
    unit, ``negative`` flags prices below zero, and ``firms_at_zero`` is N0, infinite where no number of firms brings
    the price up to zero.

    Examples
    --------
    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> prices = price_relationships(PRINTED_RELATIONSHIP, firms=[2, 8], investigation_cost=[[10_000], [100_000]])
    >>> prices.negative.tolist(), prices.firms_at_zero[0].round(5).tolist()
    ([[True, False], [True, False]], [2.60674, 2.60674])
    """

    rate: FloatArray
    limit: FloatArray
    option_value: FloatArray
    firms_at_zero: FloatArray
    negative: BoolArray


def price_relationships(base: Relationship, **inputs: ArrayLike) -> RelationshipPrices:
    r"""Yearly prices at which a bank breaks even, for arrays of any inputs.

    Parameters
    ----------
    base
        Inputs of paper 003; its two switches hold for every price.
    **inputs
        Numbers of any shapes that broadcast, by the names of `Relationship`, in place of those of ``base``.

    Returns
    -------
    RelationshipPrices
        In the shape to which the inputs broadcast.

    Raises
    ------
    ModelDomainError
        If there is no such input, shapes do not broadcast, or an element lies outside its domain: named by its index.

    Notes
    -----
    The formulas are those of `price_relationship`; results differ from its by rounding in the last place alone.

    .. math:: i = \frac{C_1 + C_2 + C_3 + R_p - C(S)/N - I_2 - I_3 - B(1-\theta)}{A T (1-\theta)}

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (2) to (18).

    Examples
    --------
    The price by the number of firms, and the limit that it rises to.

    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> prices = price_relationships(PRINTED_RELATIONSHIP, firms=[1, 2, 3, 8])
    >>> prices.rate.round(6).tolist(), prices.negative.tolist()
    ([-0.094137, -0.017774, 0.00768, 0.039498], [True, True, False, False])
    >>> price_relationships(PRINTED_RELATIONSHIP, volatility=[0.0742, 7.42])
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: volatility[1] is 7.42: must be a number in [0, 1]
    """
    domain.instance("base", base, Relationship)
    arrays = checked_arrays(RELATIONSHIP_DOMAINS, base.inputs, inputs)
    rate, limit, option_value, firms_at_zero = in_blocks(
        arrays, partial(_price, base), lambda place: _refuse(base, arrays, place)
    )
    return RelationshipPrices(
        rate=rate, limit=limit, option_value=option_value, firms_at_zero=firms_at_zero, negative=rate < 0.0
    )


def _price(base: Relationship, some: dict[str, FloatArray]) -> tuple[list[FloatArray], BoolArray]:
    """Rate, limit, option value and N0, and whether each element is one that `price_relationship` takes."""
    one = np.ones(())
    years = some["years"]
    with np.errstate(all="ignore"):
        parts = relationship_parts(
            some,
            ARRAYS,
            strike_years=one if base.compounding is Horizon.ONE_YEAR else years,
            return_years=one if base.return_years is Horizon.ONE_YEAR else years,
        )
        net = net_advance_years_of(parts.advance, years, some["tax_rate"])
        uncovered = uncovered_of(
            parts.capital_cost + parts.operating_cost + parts.default_loss,
            parts.required_return,
            parts.deposit_income,
            parts.service_income,
            some["commission"],
            some["tax_rate"],
        )
        rate = break_even_of(uncovered, parts.option.value, some["firms"], net)
        limit = uncovered / net
        firms_at_zero = ARRAYS.ratio(parts.option.value, uncovered)  # a share of nothing is infinite
        reserved = some["required_reserve"] + some["excess_reserve"] <= 1.0
        bounded = np.abs(rate) <= domain.AMOUNT_LIMIT  # as no NaN is
        sound = bounded & np.isfinite(limit) & reserved & (parts.option.strike > 0.0)
    return [rate, limit, parts.option.value, firms_at_zero], sound


def _refuse(base: Relationship, arrays: dict[str, FloatArray], place: int) -> Never:
    """Have the scalar function say what is wrong with an element, and name it by its index."""
    shape = common_shape(arrays)
    index = tuple(int(part) for part in np.unravel_index(place, shape))
    case: dict[str, Any] = {name: float(np.broadcast_to(values, shape)[index]) for name, values in arrays.items()}
    where = f"[{', '.join(map(str, index))}]" if index else ""
    try:
        price_relationship(replace(base, **{**case, "firms": int(case["firms"])}))
    except ModelDomainError as refusal:
        raise ModelDomainError(f"{refusal.field}{where}", refusal.value, refusal.limit) from None
    raise ModelDomainError(f"price{where}", math.nan, "finite: the arguments are too large or too small for a float")
