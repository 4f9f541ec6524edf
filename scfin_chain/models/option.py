"""The bank's option on the next sale: a European call on the collateral (paper 003, equations 7 to 11)."""

import math
from dataclasses import dataclass

from scfin_chain.models import domain
from scfin_chain.models.formulas import SCALAR, OptionTerms, option_parts, strike_rate
from scfin_chain.models.horizon import Horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessProfitOption:
    """What the excess-profit option is written on.

    Parameters
    ----------
    collateral
        Value of the pledged receivables today, S0 > 0, any currency unit.
    advance_rate
        Share of the collateral that is lent, delta in (0, 1]; the paper's "mortgage rate".
    risk_free
        Yearly riskless rate r in (-1, 1], a fraction; it discounts continuously and compounds the strike yearly.
    years
        Term T in [0, 100], years.
    volatility
        Yearly deviation of the collateral's value, s in [0, 1], a fraction.
    compounding
        Years over which the strike compounds; the paper prints one year, whatever T.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or the strike vanishes.

    Examples
    --------
    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> round(paper.advance, 6), round(paper.strike, 6)
    (9016000.0, 9376640.0)
    """

    collateral: float
    advance_rate: float
    risk_free: float
    years: float
    volatility: float
    compounding: Horizon = Horizon.ONE_YEAR

    def __post_init__(self) -> None:
        domain.instance("compounding", self.compounding, Horizon)
        domain.positive("collateral", self.collateral)
        domain.positive("advance_rate", self.advance_rate, 1)
        domain.rate("risk_free", self.risk_free)
        domain.non_negative("years", self.years, domain.YEARS_LIMIT)
        domain.share("volatility", self.volatility)
        domain.positive("advance", self.advance)
        domain.positive("strike", self.strike, math.inf)

    @property
    def advance(self) -> float:
        """Amount lent, A = S0 delta, in the collateral's unit."""
        return self.collateral * self.advance_rate

    @property
    def strike_rate(self) -> float:
        """Strike as a share of the collateral, delta (1+r)^n: n is 1 as printed, T for the whole term."""
        return strike_rate(self.advance_rate, self.risk_free, self.compounding.years(self.years))

    @property
    def strike(self) -> float:
        """Price at which the bank would go on selling, K = S0 delta (1+r)^n, in the collateral's unit."""
        return self.collateral * self.strike_rate

    @property
    def terms(self) -> OptionTerms[float]:
        """What the formulas take."""
        return OptionTerms(
            collateral=self.collateral,
            strike_rate=self.strike_rate,
            risk_free=self.risk_free,
            years=self.years,
            volatility=self.volatility,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """The option's price and its parts, money in the collateral's unit.

    ``d1`` and ``d2`` are ``None`` where nothing is random (no time left, or no volatility).

    Examples
    --------
    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> found = value_option(paper)
    >>> round(found.intrinsic, 2), round(found.time_value, 2), round(found.d1, 6)
    (2614270.34, 1979.61, 2.567584)
    """

    strike: float
    intrinsic: float
    value: float
    d1: float | None
    d2: float | None

    @property
    def time_value(self) -> float:
        """What the option is worth above exercise for sure: value less intrinsic."""
        return self.value - self.intrinsic


def value_option(option: ExcessProfitOption) -> OptionValue:
    r"""Black-Scholes value of the excess-profit option.

    Parameters
    ----------
    option
        The option's terms.

    Returns
    -------
    OptionValue
        :math:`C(S)` with strike, intrinsic value and :math:`d_1, d_2`; never below the intrinsic value nor above
        the collateral.

    Raises
    ------
    ModelDomainError
        If the result is too large for a float.

    Notes
    -----
    .. math:: C(S) = S_0 \Phi(d_1) - K e^{-rT} \Phi(d_2), \qquad
              d_{1,2} = \frac{\ln(S_0/K) + (r \pm s^2/2) T}{s \sqrt T}

    Without volatility or time it is :math:`\max(S_0 - K e^{-rT}, 0)`. The paper discounts continuously and lets the
    strike grow yearly; both are kept as printed.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (8) to (11).

    Examples
    --------
    The paper's receivables, at its rounded volatility, yuan: "2.6162 million".

    >>> paper = ExcessProfitOption(collateral=11_270_000, advance_rate=0.8, risk_free=0.04, years=2, volatility=0.0742)
    >>> round(value_option(paper).value, 2)
    2616249.95
    """
    domain.instance("option", option, ExcessProfitOption)
    parts = option_parts(option.terms, SCALAR)
    domain.computed("strike", parts.discounted_strike)
    random = not math.isinf(parts.d1)
    return OptionValue(
        strike=option.strike,
        intrinsic=parts.intrinsic,
        value=parts.value,
        d1=parts.d1 if random else None,
        d2=parts.d2 if random else None,
    )
