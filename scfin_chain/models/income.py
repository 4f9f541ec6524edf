"""What a financing earns beside interest, net of tax (paper 003, equations 5 and 6)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.formulas import deposit_income_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTerms:
    """How the bank earns on what a borrower leaves on its account.

    Parameters
    ----------
    balance
        Average balance F >= 0, any currency unit.
    deposit_return
        Yearly return on deposits put to use, r1 in [0, 1], a fraction.
    reserve_return
        Yearly return on reserves, r2 in [0, 1], a fraction.
    required_reserve, excess_reserve
        Reserve ratios b1, b2 >= 0, fractions that add up to at most 1.
    tax_rate
        Tax on income, theta in [0, 1), a fraction.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> DepositTerms(balance=1.0, deposit_return=4.6, reserve_return=0.019, required_reserve=0.165, tax_rate=0.05)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: deposit_return is 4.6: must be a number in [0, 1]
    """

    balance: float
    deposit_return: float
    reserve_return: float
    required_reserve: float
    excess_reserve: float = 0.0
    tax_rate: float

    def __post_init__(self) -> None:
        domain.non_negative("balance", self.balance)
        domain.share("deposit_return", self.deposit_return)
        domain.share("reserve_return", self.reserve_return)
        domain.share("required_reserve", self.required_reserve)
        domain.share("excess_reserve", self.excess_reserve)
        domain.share("required_reserve + excess_reserve", self.required_reserve + self.excess_reserve)
        domain.within("tax_rate", self.tax_rate, 0, 1, open_high=True)


def deposit_income(terms: DepositTerms, *, years: float) -> float:
    r"""Income from the borrower's deposit, net of tax, I2.

    Parameters
    ----------
    terms
        Balance, returns, reserves and tax.
    years
        Years for which the income is counted, in (0, 100]: 1 as the paper prints it, T for the whole term.

    Returns
    -------
    float
        In the balance's unit.

    Raises
    ------
    ModelDomainError
        If ``years`` lies outside its domain.

    Notes
    -----
    .. math:: I_2 = [r_1 (1 - b_1 - b_2) + r_2 (b_1 + b_2)] F (1 - \theta) \cdot n

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (5), where n = 1. Its
       balance of 1,803,200 yuan is 20 % of the loan, not the stated 2 %.

    Examples
    --------
    >>> paper = DepositTerms(
    ...     balance=1_803_200, deposit_return=0.046, reserve_return=0.019, required_reserve=0.165, tax_rate=0.05
    ... )
    >>> round(deposit_income(paper, years=1), 2)
    71168.25
    """
    domain.instance("terms", terms, DepositTerms)
    domain.positive("years", years, domain.YEARS_LIMIT)
    reserves = terms.required_reserve + terms.excess_reserve
    return deposit_income_of(terms.balance, terms.deposit_return, terms.reserve_return, reserves, terms.tax_rate, years)


def service_income(services: Iterable[tuple[float, int]], *, tax_rate: float) -> float:
    r"""Income from services off the balance sheet over the term, net of tax, I3.

    Parameters
    ----------
    services
        Pairs of the price of one service (any currency unit, >= 0) and how often it is provided.
    tax_rate
        Tax on income, theta in [0, 1), a fraction.

    Returns
    -------
    float
        In the prices' unit.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: I_3 = (1 - \theta) \sum_k \lambda_k n_k

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (6).

    Examples
    --------
    A settlement at 30 yuan and a card service at 50 on each of 730 days.

    >>> round(service_income([(30.0, 730), (50.0, 730)], tax_rate=0.05), 2)
    55480.0
    """
    domain.within("tax_rate", tax_rate, 0, 1, open_high=True)
    gross = []
    for service in domain.items("services", services):
        try:
            price, count = service
        except (TypeError, ValueError):
            raise ModelDomainError("services", service, "a pair of a price and a count") from None
        domain.non_negative("service price", price)
        domain.whole("service count", count)
        gross.append(price * count)
    return math.fsum(gross) * (1.0 - tax_rate)
