"""The formulas of paper 003, written once for numbers and for arrays of them.

Nothing here checks a domain: the functions beside it do so, `value_option` and `price_relationship` for one case and
`price_relationships` for arrays. A function takes either floats or arrays that broadcast, and gives the same back.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from scfin_chain.models.normal import normal_cdf

FloatArray = NDArray[np.float64]
"""An array of real numbers."""

Number = TypeVar("Number", float, FloatArray)
"""One real number, or an array of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elementary(Generic[Number]):
    """The functions beyond arithmetic that the formulas need, for one number or for arrays.

    Parameters
    ----------
    exp, log, sqrt
        The elementary functions.
    cdf
        Standard normal law; the infinities are allowed.
    ratio
        Quotient of a number and one that is not negative; infinite, with the sign of the former, where the latter is 0.
    clip
        The first number, no less than the second and no more than the third.
    share
        Quotient of a number and one that is not negative; 0 where the latter is 0.

    Examples
    --------
    >>> SCALAR.ratio(-1.0, 0.0), SCALAR.clip(5.0, 1.0, 3.0), SCALAR.share(1.0, 0.0)
    (-inf, 3.0, 0.0)
    """

    exp: Callable[[Number], Number]
    log: Callable[[Number], Number]
    sqrt: Callable[[Number], Number]
    cdf: Callable[[Number], Number]
    ratio: Callable[[Number, Number], Number]
    clip: Callable[[Number, Number | float, Number], Number]
    share: Callable[[Number, Number], Number]


SCALAR: Final[Elementary[float]] = Elementary(
    exp=math.exp,
    log=math.log,
    sqrt=math.sqrt,
    cdf=normal_cdf,
    ratio=lambda above, below: above / below if below > 0.0 else math.copysign(math.inf, above),
    clip=lambda value, low, high: min(max(value, low), high),
    share=lambda above, below: above / below if below > 0.0 else 0.0,
)
"""The functions for one number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms(Generic[Number]):
    """What an option is valued from; ``strike_rate`` is K as a share of the collateral.

    Examples
    --------
    The paper's strike, 9,376,640 yuan, as a share.

    >>> terms = OptionTerms(collateral=11_270_000.0, strike_rate=0.832, risk_free=0.04, years=2.0, volatility=0.0742)
    >>> round(terms.collateral * terms.strike_rate)
    9376640
    """

    collateral: Number
    strike_rate: Number
    risk_free: Number
    years: Number
    volatility: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionParts(Generic[Number]):
    """Value of an option and what it is made of; ``d1`` and ``d2`` are infinite where nothing is random.

    Examples
    --------
    >>> terms = OptionTerms(collateral=11_270_000.0, strike_rate=0.832, risk_free=0.04, years=2.0, volatility=0.0742)
    >>> parts = option_parts(terms, SCALAR)
    >>> round(parts.d1, 6), round(parts.d2, 6), round(parts.value - parts.intrinsic, 1)
    (2.567584, 2.462649, 1979.6)
    """

    strike: Number
    discounted_strike: Number
    intrinsic: Number
    value: Number
    d1: Number
    d2: Number
    deviation: Number


def strike_rate(advance_rate: Number, risk_free: Number, years: Number) -> Number:
    r"""Strike as a share of the collateral, :math:`\delta (1 + r)^n`.

    Examples
    --------
    >>> round(strike_rate(0.8, 0.04, 1.0), 12)
    0.832
    """
    growth: Number = (1.0 + risk_free) ** years
    return advance_rate * growth


def option_parts(terms: OptionTerms[Number], maths: Elementary[Number]) -> OptionParts[Number]:
    r"""Black-Scholes value of a call, between its intrinsic value and the collateral.

    .. math:: C(S) = S_0 \Phi(d_1) - K e^{-rT} \Phi(d_2), \qquad
              d_{1,2} = \frac{\ln(S_0/K) + (r \pm s^2/2) T}{s \sqrt T}

    Examples
    --------
    >>> terms = OptionTerms(collateral=11_270_000.0, strike_rate=0.832, risk_free=0.04, years=2.0, volatility=0.0742)
    >>> round(option_parts(terms, SCALAR).value, 2)
    2616249.95
    """
    strike = terms.collateral * terms.strike_rate
    discounted_strike = strike * maths.exp(-terms.risk_free * terms.years)
    intrinsic = maths.clip(terms.collateral - discounted_strike, 0.0, terms.collateral)
    deviation = terms.volatility * maths.sqrt(terms.years)
    drift = (terms.risk_free + terms.volatility**2 / 2.0) * terms.years - maths.log(terms.strike_rate)
    d1 = maths.ratio(drift, deviation)
    d2 = d1 - deviation
    value = terms.collateral * maths.cdf(d1) - discounted_strike * maths.cdf(d2)
    return OptionParts(
        strike=strike,
        discounted_strike=discounted_strike,
        intrinsic=intrinsic,
        value=maths.clip(value, intrinsic, terms.collateral),
        d1=d1,
        d2=d2,
        deviation=deviation,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GreekParts(Generic[Number]):
    """First derivatives of an option's value at a fixed strike, and the second in the collateral.

    Examples
    --------
    Nothing is random: it is exercised for sure, or it is not.

    >>> terms = OptionTerms(collateral=100.0, strike_rate=0.8, risk_free=0.0, years=1.0, volatility=0.0)
    >>> greeks = greek_parts(terms, SCALAR)
    >>> greeks.delta, greeks.gamma, greeks.rho
    (1.0, 0.0, 80.0)
    """

    delta: Number
    gamma: Number
    vega: Number
    theta: Number
    rho: Number


def greek_parts(terms: OptionTerms[Number], maths: Elementary[Number]) -> GreekParts[Number]:
    r"""The Greeks of a call; where nothing is random, those of its exercise.

    .. math:: \Delta = \Phi(d_1), \quad \Gamma = \frac{\varphi(d_1)}{S_0 s \sqrt T}, \quad
              \mathcal V = S_0 \varphi(d_1) \sqrt T, \quad
              \Theta = -\frac{S_0 \varphi(d_1) s}{2 \sqrt T} - r K e^{-rT} \Phi(d_2), \quad
              \rho = K T e^{-rT} \Phi(d_2)

    Examples
    --------
    >>> terms = OptionTerms(collateral=11_270_000.0, strike_rate=0.832, risk_free=0.04, years=2.0, volatility=0.0742)
    >>> round(greek_parts(terms, SCALAR).vega)
    235401
    """
    parts = option_parts(terms, maths)
    density = maths.exp(-parts.d1 * parts.d1 / 2.0) / math.sqrt(2.0 * math.pi)
    root = maths.sqrt(terms.years)
    exercised = parts.discounted_strike * maths.cdf(parts.d2)
    decay = maths.share(terms.collateral * density * terms.volatility, 2.0 * root)
    return GreekParts(
        delta=maths.cdf(parts.d1),
        gamma=maths.share(density, terms.collateral * parts.deviation),
        vega=terms.collateral * density * root,
        theta=-decay - terms.risk_free * exercised,
        rho=terms.years * exercised,
    )


def capital_cost_of(advance: Number, transfer_price: Number, years: Number) -> Number:
    r"""Cost of the funds lent, :math:`C_1 = A \cdot FTP \cdot T`.

    Examples
    --------
    >>> round(capital_cost_of(9_016_000.0, 0.0455, 2.0), 2)
    820456.0
    """
    return advance * transfer_price * years


def default_loss_of(advance: Number, expected_loss: Number) -> Number:
    r"""Expected loss by default, :math:`C_3 = A \cdot PD \cdot LGD`.

    Examples
    --------
    >>> round(default_loss_of(9_016_000.0, 0.0445 * 0.36), 2)
    144436.32
    """
    return advance * expected_loss


def required_return_of(advance: Number, hurdle: Number, allocation: Number, years: Number) -> Number:
    r"""Return asked of economic capital, :math:`R_p = A \cdot \min(RAROC) \cdot \kappa \cdot n`.

    Examples
    --------
    >>> round(required_return_of(9_016_000.0, 0.16, 0.08, 1.0), 2)
    115404.8
    """
    return advance * hurdle * allocation * years


def deposit_income_of(
    balance: Number, deposit_return: Number, reserve_return: Number, reserves: Number, tax_rate: Number, years: Number
) -> Number:
    r"""Income of a deposit, :math:`I_2 = [r_1 (1 - b) + r_2 b] F (1 - \theta) n`.

    Examples
    --------
    >>> round(deposit_income_of(1_803_200.0, 0.046, 0.019, 0.165, 0.05, 1.0), 2)
    71168.25
    """
    yearly = deposit_return * (1.0 - reserves) + reserve_return * reserves
    return yearly * balance * (1.0 - tax_rate) * years


def net_advance_years_of(advance: Number, years: Number, tax_rate: Number) -> Number:
    r"""Income net of tax from a price of one, :math:`A T (1 - \theta)`.

    Examples
    --------
    >>> round(net_advance_years_of(9_016_000.0, 2.0, 0.05), 6)
    17130400.0
    """
    return advance * years * (1.0 - tax_rate)


def uncovered_of(
    cost: Number,
    required_return: Number,
    deposit_income: Number,
    service_income: Number,
    commission: Number,
    tax_rate: Number,
) -> Number:
    r"""What interest and option must bring, :math:`U = C + R_p - I_2 - I_3 - B(1 - \theta)`.

    Examples
    --------
    >>> round(uncovered_of(1_014_892.32, 115_404.8, 71_168.2468, 55_480.0, 0.0, 0.05), 4)
    1003648.8732
    """
    net_commission = commission * (1.0 - tax_rate)
    return cost + required_return - deposit_income - service_income - net_commission


def break_even_of(uncovered: Number, option_value: Number, firms: Number, net_advance_years: Number) -> Number:
    r"""Price of the break-even identity, :math:`i = (U - C(S)/N) / [A T (1 - \theta)]`.

    Examples
    --------
    >>> round(break_even_of(1_003_648.8732, 2_616_249.947991, 8.0, 17_130_400.0), 9)
    0.039498064
    """
    return (uncovered - option_value / firms) / net_advance_years


def critical_ratio_of(rate: float, cost_rate: float) -> float:
    """Accepted probability of a loss at the margin, q = (r - c)/(1 + r), or 0 where nothing is earned.

    Examples
    --------
    >>> round(critical_ratio_of(0.07, 0.065), 9)
    0.004672897
    """
    return max(rate - cost_rate, 0.0) / (1.0 + rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipParts(Generic[Number]):
    """Every amount of paper 003 that follows from its inputs, in the collateral's currency unit.

    Examples
    --------
    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> parts = relationship_parts(PRINTED_RELATIONSHIP.inputs, SCALAR, strike_years=1.0, return_years=1.0)
    >>> round(parts.advance), round(parts.required_return, 1), round(parts.deposit_income, 2)
    (9016000, 115404.8, 71168.25)
    """

    advance: Number
    option: OptionParts[Number]
    capital_cost: Number
    operating_cost: Number
    default_loss: Number
    required_return: Number
    deposit_income: Number
    service_income: Number


def relationship_parts(
    inputs: Mapping[str, Number], maths: Elementary[Number], *, strike_years: Number, return_years: Number
) -> RelationshipParts[Number]:
    """All parts of the break-even identity, from inputs by the names of `Relationship`.

    Examples
    --------
    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> parts = relationship_parts(PRINTED_RELATIONSHIP.inputs, SCALAR, strike_years=1.0, return_years=1.0)
    >>> round(parts.capital_cost + parts.operating_cost + parts.default_loss, 2)
    1014892.32
    """
    advance = inputs["collateral"] * inputs["advance_rate"]
    terms = OptionTerms(
        collateral=inputs["collateral"],
        strike_rate=strike_rate(inputs["advance_rate"], inputs["risk_free"], strike_years),
        risk_free=inputs["risk_free"],
        years=inputs["years"],
        volatility=inputs["volatility"],
    )
    return RelationshipParts(
        advance=advance,
        option=option_parts(terms, maths),
        capital_cost=capital_cost_of(advance, inputs["transfer_price"], inputs["years"]),
        operating_cost=inputs["investigation_cost"] + inputs["selling_cost"],
        default_loss=default_loss_of(advance, inputs["default_probability"] * inputs["loss_given_default"]),
        required_return=required_return_of(advance, inputs["hurdle"], inputs["allocation"], return_years),
        deposit_income=deposit_income_of(
            inputs["deposit_balance"],
            inputs["deposit_return"],
            inputs["reserve_return"],
            inputs["required_reserve"] + inputs["excess_reserve"],
            inputs["tax_rate"],
            return_years,
        ),
        service_income=inputs["service_fees"] * (1.0 - inputs["tax_rate"]),
    )
