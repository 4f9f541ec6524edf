"""The break-even price of supply chain finance (paper 003, equation 2 solved for the price)."""

import math
from dataclasses import dataclass

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.formulas import break_even_of, net_advance_years_of, uncovered_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """Both sides of the bank's balance over one term, all money in one currency unit.

    Parameters
    ----------
    advance
        Amount lent, A > 0, at most the collateral.
    collateral
        Value pledged, S0 > 0; it shows when million yuan are mixed with yuan.
    years
        Term T in (0, 100], years.
    tax_rate
        Tax on income, theta in [0, 1), a fraction.
    firms
        Firms that buy the instrument, N >= 1: each gets its part of the option.
    cost
        C = C1 + C2 + C3 over the term.
    required_return
        Rp: for one year as printed, or for the term.
    option_value
        C(S) of the whole programme, at most the collateral.
    deposit_income
        I2, net of tax.
    service_income
        I3, net of tax.
    commission
        B, before tax; the paper sets none.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> BreakEven(
    ...     advance=9_016_000, collateral=11.27, years=2, tax_rate=0.05, firms=8, cost=1_014_892.32,
    ...     required_return=115_404.8, option_value=2.6162, deposit_income=71_168.2468, service_income=55_480,
    ... )
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: advance is 9016000: must be a number in (0, 11.27]
    """

    advance: float
    collateral: float
    years: float
    tax_rate: float
    firms: int
    cost: float
    required_return: float
    option_value: float
    deposit_income: float
    service_income: float
    commission: float = 0.0

    def __post_init__(self) -> None:
        domain.positive("collateral", self.collateral)
        domain.positive("advance", self.advance, self.collateral)
        domain.positive("years", self.years, domain.YEARS_LIMIT)
        domain.within("tax_rate", self.tax_rate, 0, 1, open_high=True)
        domain.whole("firms", self.firms, low=1)
        domain.non_negative("cost", self.cost)
        domain.non_negative("required_return", self.required_return)
        domain.non_negative("option_value", self.option_value, self.collateral)
        domain.non_negative("deposit_income", self.deposit_income)
        domain.non_negative("service_income", self.service_income)
        domain.non_negative("commission", self.commission)
        domain.positive("net_advance_years", self.net_advance_years)

    @property
    def net_advance_years(self) -> float:
        """Income net of tax from a price of one, A T (1 - theta), in the currency unit."""
        return net_advance_years_of(self.advance, self.years, self.tax_rate)

    @property
    def uncovered(self) -> float:
        """What interest and option must bring, C + Rp - I2 - I3 - B (1 - theta), in the currency unit."""
        return uncovered_of(
            self.cost,
            self.required_return,
            self.deposit_income,
            self.service_income,
            self.commission,
            self.tax_rate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenPrice:
    """A price and what must be known of it.

    ``rate`` and ``limit`` (without end of firms) are yearly fractions; ``negative`` flags a price below zero, which
    no bank can quote; ``residual`` is what is left of the identity, in the currency unit.

    Examples
    --------
    >>> terms = BreakEven(
    ...     advance=100, collateral=125, years=1, tax_rate=0, firms=4, cost=6, required_return=0, option_value=32,
    ...     deposit_income=0, service_income=0,
    ... )
    >>> break_even_price(terms)
    BreakEvenPrice(rate=-0.02, limit=0.06, negative=True, residual=0.0)
    """

    rate: float
    limit: float
    negative: bool
    residual: float


def break_even_price(terms: BreakEven) -> BreakEvenPrice:
    r"""Yearly price at which the bank just earns what it must.

    Parameters
    ----------
    terms
        Both sides of the bank's balance.

    Returns
    -------
    BreakEvenPrice
        The price, flagged if negative, beside its limit for many firms.

    Raises
    ------
    ModelDomainError
        If the advance, over its term and net of tax, is so small beside the costs that no price is reasonable.

    Notes
    -----
    .. math:: i = \frac{C + R_p - C(S)/N - I_2 - I_3 - B(1-\theta)}{A T (1-\theta)}

    It rises with N, from below zero where the option pays more than all costs.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (2). The printed 6.58 %
       needs a printed total cost that is 450,000 yuan above the sum of its parts.

    Examples
    --------
    The paper's case, costs summed from their parts.

    >>> paper = BreakEven(
    ...     advance=9_016_000, collateral=11_270_000, years=2, tax_rate=0.05, firms=8, cost=1_014_892.32,
    ...     required_return=115_404.8, option_value=2_616_249.947991, deposit_income=71_168.2468, service_income=55_480,
    ... )
    >>> price = break_even_price(paper)
    >>> round(price.rate, 6), round(price.limit, 6), price.negative
    (0.039498, 0.058589, False)
    """
    domain.instance("terms", terms, BreakEven)
    net = terms.net_advance_years
    rate, limit = break_even_of(terms.uncovered, terms.option_value, terms.firms, net), terms.uncovered / net
    if not (abs(rate) <= domain.AMOUNT_LIMIT and math.isfinite(limit)):
        raise ModelDomainError("advance * years * (1 - tax_rate)", net, "no vanishing part of costs and incomes")
    return BreakEvenPrice(rate=rate, limit=limit, negative=rate < 0.0, residual=identity_residual(terms, rate))


def identity_residual(terms: BreakEven, rate: float) -> float:
    r"""What a price leaves uncovered (below zero) or brings too much (above).

    Parameters
    ----------
    terms
        Both sides of the bank's balance.
    rate
        Yearly price, a fraction.

    Returns
    -------
    float
        :math:`I(i) + C(S)/N - C - R_p`, in the currency unit.

    Raises
    ------
    ModelDomainError
        If ``rate`` is not a finite number, or the result too large for a float.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (2) to (4).

    Examples
    --------
    >>> terms = BreakEven(
    ...     advance=100, collateral=125, years=1, tax_rate=0, firms=1, cost=6, required_return=0, option_value=0,
    ...     deposit_income=0, service_income=0,
    ... )
    >>> identity_residual(terms, 0.05)
    -1.0
    """
    domain.instance("terms", terms, BreakEven)
    domain.number("rate", rate)
    interest = (terms.advance * rate * terms.years + terms.commission) * (1.0 - terms.tax_rate)
    income = interest + terms.deposit_income + terms.service_income
    return domain.computed("residual", income + terms.option_value / terms.firms - terms.cost - terms.required_return)


def firms_at_price(terms: BreakEven, rate: float = 0.0) -> float | None:
    r"""Number of firms at which the price reaches a given rate; at the default, below which it is negative.

    Parameters
    ----------
    terms
        Both sides of the bank's balance; its own number of firms plays no part.
    rate
        Yearly price, a fraction.

    Returns
    -------
    float or None
        N, not rounded; ``None`` if no number of firms brings the price as high.

    Raises
    ------
    ModelDomainError
        If ``rate`` is not a finite number, or the result too large for a float.

    Notes
    -----
    .. math:: N(i) = \frac{C(S)}{C + R_p - I_2 - I_3 - B(1-\theta) - i A T (1-\theta)}, \qquad N_0 = N(0)

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (2) solved for N.

    Examples
    --------
    >>> paper = BreakEven(
    ...     advance=9_016_000, collateral=11_270_000, years=2, tax_rate=0.05, firms=8, cost=1_014_892.32,
    ...     required_return=115_404.8, option_value=2_616_249.947991, deposit_income=71_168.2468, service_income=55_480,
    ... )
    >>> round(firms_at_price(paper), 5)
    2.60674
    """
    domain.instance("terms", terms, BreakEven)
    domain.number("rate", rate)
    left = terms.uncovered - rate * terms.net_advance_years
    return domain.computed("firms", terms.option_value / left) if left > 0.0 else None


def conventional_quote(
    *, base: float, average_cost: float, risk_premium: float, term_premium: float, target_margin: float
) -> float:
    """Price by base rate and mark-ups, as banks quote without the option.

    Parameters
    ----------
    base, average_cost, risk_premium, term_premium, target_margin
        Yearly rates in (-1, 1], fractions.

    Returns
    -------
    float
        Their sum, a yearly fraction.

    Raises
    ------
    ModelDomainError
        If a rate lies outside its domain.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, section 4.1.

    Examples
    --------
    >>> round(conventional_quote(
    ...     base=0.0475, average_cost=0.0022, risk_premium=0.0125, term_premium=0.0, target_margin=0.015,
    ... ), 4)
    0.0772
    """
    domain.rate("base", base)
    domain.rate("average_cost", average_cost)
    domain.rate("risk_premium", risk_premium)
    domain.rate("term_premium", term_premium)
    domain.rate("target_margin", target_margin)
    return base + average_cost + risk_premium + term_premium + target_margin
