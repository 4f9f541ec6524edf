"""How the value of the excess-profit option moves with what it is written on."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.arrays import ARRAYS, BoolArray, checked_arrays, common_shape, in_blocks
from scfin_chain.models.formulas import SCALAR, FloatArray, OptionTerms, greek_parts, option_parts, strike_rate
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.interval import Interval
from scfin_chain.models.option import ExcessProfitOption, value_option
from scfin_chain.models.relationship import RELATIONSHIP_DOMAINS

OPTION_DOMAINS = {
    **{name: RELATIONSHIP_DOMAINS[name] for name in ("collateral", "advance_rate", "risk_free", "volatility")},
    "years": Interval(0.0, domain.YEARS_LIMIT),
}
"""What each input of an `ExcessProfitOption` may be; here the term may be 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Derivatives of an option's value, money in the collateral's unit.

    Parameters
    ----------
    delta
        dC/dS0 at a fixed strike, a pure number.
    gamma
        Second derivative in S0, per currency unit.
    vega
        dC/ds, currency units per unit of volatility: a hundredth of it is a percentage point's.
    theta
        Change of value as a year passes, -dC/dT at a fixed strike, currency units a year.
    rho
        dC/dr at a fixed strike, currency units per unit of rate.
    delta_with_strike
        dC/dS0 where the strike is a share of the collateral, as in the paper: C/S0.
    rho_with_strike
        dC/dr where the strike grows with r, as in the paper.

    Examples
    --------
    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> greeks = option_greeks(paper)
    >>> round(greeks.delta, 6), round(greeks.vega), round(greeks.delta_with_strike, 6)
    (0.994879, 235401, 0.232143)
    """

    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float
    delta_with_strike: float
    rho_with_strike: float


def option_greeks(option: ExcessProfitOption) -> Greeks:
    r"""Greeks of the excess-profit option.

    Parameters
    ----------
    option
        The option's terms.

    Returns
    -------
    Greeks
        Where nothing is random, the derivatives of S0 - K exp(-rT), or zeros where it is not exercised.

    Raises
    ------
    ModelDomainError
        If nothing is random and the option is exactly at the money, where no derivative exists; or if a result is too
        large for a float.

    Notes
    -----
    .. math:: \Delta = \Phi(d_1), \quad \Gamma = \frac{\varphi(d_1)}{S_0 s \sqrt T}, \quad
              \mathcal V = S_0 \varphi(d_1) \sqrt T, \quad \rho = K T e^{-rT} \Phi(d_2)

    With the strike :math:`K = S_0 \delta (1+r)^n`, :math:`dC/dr = \rho - \frac{n}{1+r} K e^{-rT} \Phi(d_2)`.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (8) to (11), derived.

    Examples
    --------
    The printed volatility is off by 0.00013, which is worth 31 yuan of 2.6 million.

    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> round(option_greeks(paper).vega * (0.074329753817 - 0.0742))
    31
    """
    domain.instance("option", option, ExcessProfitOption)
    parts = option_parts(option.terms, SCALAR)
    if parts.deviation == 0.0 and option.collateral == parts.discounted_strike:
        raise ModelDomainError("volatility", option.volatility, "above 0 where the option is at the money")
    greeks = greek_parts(option.terms, SCALAR)
    exercised = parts.discounted_strike * SCALAR.cdf(parts.d2)
    growth = option.compounding.years(option.years) / (1.0 + option.risk_free)
    return Greeks(
        delta=greeks.delta,
        gamma=domain.computed("gamma", greeks.gamma),
        vega=domain.computed("vega", greeks.vega),
        theta=domain.computed("theta", greeks.theta),
        rho=domain.computed("rho", greeks.rho),
        delta_with_strike=value_option(option).value / option.collateral,
        rho_with_strike=domain.computed("rho_with_strike", greeks.rho - growth * exercised),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionArrays:
    """Values and Greeks of many options at a fixed strike, arrays of one shape; units as of `Greeks`.

    Examples
    --------
    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> arrays = value_options(paper, years=[0.0, 2.0])
    >>> arrays.delta.round(6).tolist(), arrays.vega.round().tolist()
    ([1.0, 0.994879], [0.0, 235401.0])
    """

    value: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray


def value_options(base: ExcessProfitOption, **inputs: ArrayLike) -> OptionArrays:
    """Values and Greeks for arrays of any of an option's inputs.

    Parameters
    ----------
    base
        An option; its compounding holds for all.
    **inputs
        Numbers of any shapes that broadcast, by the names of `ExcessProfitOption`, in place of those of ``base``.

    Returns
    -------
    OptionArrays
        In the shape to which the inputs broadcast.

    Raises
    ------
    ModelDomainError
        If there is no such input, shapes do not broadcast, or an element is refused: named by its index.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (8) to (11).

    Examples
    --------
    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> value_options(paper, volatility=[0.0, 0.0742, 0.0743]).value.round(2).tolist()
    [2614270.34, 2616249.95, 2616273.59]
    """
    domain.instance("base", base, ExcessProfitOption)
    numbers = {name: float(getattr(base, name)) for name in OPTION_DOMAINS}
    arrays = checked_arrays(OPTION_DOMAINS, numbers, inputs)
    one_year = base.compounding is Horizon.ONE_YEAR

    def work(some: dict[str, FloatArray]) -> tuple[list[FloatArray], BoolArray]:
        with np.errstate(all="ignore"):
            years = np.ones(()) if one_year else some["years"]
            terms = OptionTerms(
                collateral=some["collateral"],
                strike_rate=strike_rate(some["advance_rate"], some["risk_free"], years),
                risk_free=some["risk_free"],
                years=some["years"],
                volatility=some["volatility"],
            )
            parts, greeks = option_parts(terms, ARRAYS), greek_parts(terms, ARRAYS)
            kink = (parts.deviation == 0.0) & (some["collateral"] == parts.discounted_strike)
            results = [parts.value, greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho]
            sound = ~kink & (parts.strike > 0.0) & (some["collateral"] * some["advance_rate"] > 0.0)
            for result in results:
                sound = sound & np.isfinite(result)
        return results, sound

    def refuse(place: int) -> None:
        shape = common_shape(arrays)
        index = tuple(int(part) for part in np.unravel_index(place, shape))
        where = f"[{', '.join(map(str, index))}]" if index else ""
        case = {name: float(np.broadcast_to(values, shape)[index]) for name, values in arrays.items()}
        try:
            option_greeks(ExcessProfitOption(**case, compounding=base.compounding))
        except ModelDomainError as refusal:
            raise ModelDomainError(f"{refusal.field}{where}", refusal.value, refusal.limit) from None
        raise ModelDomainError(f"value{where}", math.nan, "finite")

    value, delta, gamma, vega, theta, rho = in_blocks(arrays, work, refuse)
    return OptionArrays(value=value, delta=delta, gamma=gamma, vega=vega, theta=theta, rho=rho)
