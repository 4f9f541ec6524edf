"""How far the collateral's market value strays from its book value (paper 003, equations 12 and 13)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralOutlook:
    """A receivable valued like a bond of some years whose debtor may default at the end of each.

    Parameters
    ----------
    value
        Value today, S0 > 0, any currency unit.
    coupon
        Yearly coupon rate g in (-1, 1], a fraction.
    discount_rate
        Yearly rate y in (-1, 1], a fraction; the printed market values need 4 %, not the stated 3 %.
    provision
        Bad-debt provision a year, h in [0, 1), a fraction.
    years
        Years to value, in [1, 100]; the paper has two.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> outlook = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=0.04, provision=0.1)
    >>> [round(book, 4) for book in outlook.book_values]  # million yuan
    [10.143, 9.1287]
    >>> [round(market, 4) for market in outlook.market_values]
    [11.4867, 11.6951]
    """

    value: float
    coupon: float
    discount_rate: float
    provision: float
    years: int = 2

    def __post_init__(self) -> None:
        domain.positive("value", self.value)
        domain.rate("coupon", self.coupon)
        domain.rate("discount_rate", self.discount_rate)
        domain.within("provision", self.provision, 0, 1, open_high=True)
        domain.whole("years", self.years, low=1, high=int(domain.YEARS_LIMIT))

    @property
    def book_values(self) -> tuple[float, ...]:
        """Book value after one provision, two, and so on: S0 (1-h)^k, in the unit of ``value``."""
        kept, book, books = 1.0 - self.provision, self.value, []
        for _ in range(self.years):
            book = book * kept
            books.append(book)
        return tuple(books)

    @property
    def market_values(self) -> tuple[float, ...]:
        """Market value of a bond with one year left, two, and so on, in the unit of ``value``."""
        discount = 1.0 / (1.0 + self.discount_rate)
        redemption, coupon = self.value * (1.0 + self.coupon), self.value * self.coupon
        coupons, markets = 0.0, []
        for _ in range(self.years):
            redemption, coupon = redemption * discount, coupon * discount
            markets.append(domain.computed("market value", coupons + redemption))
            coupons += coupon
        return tuple(markets)


def value_deviations(market_values: Sequence[float], book_values: Sequence[float]) -> tuple[float, ...]:
    r"""Market value over book value, less one, a period.

    Parameters
    ----------
    market_values, book_values
        One a period, in one currency unit; book values above zero.

    Returns
    -------
    tuple of float
        Pure numbers, unbounded above. The paper calls them probabilities of default, which they are not.

    Raises
    ------
    ModelDomainError
        If the lengths differ, a market value is negative or a book value is not positive.

    Notes
    -----
    .. math:: P_k = MV_k / BV_k - 1

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (12).

    Examples
    --------
    >>> [round(p, 4) for p in value_deviations((11.486731, 11.695126), (10.143, 9.1287))]
    [0.1325, 0.2811]
    """
    markets, books = domain.items("market_values", market_values), domain.items("book_values", book_values)
    if len(markets) != len(books):
        raise ModelDomainError("book_values", len(books), f"as many as market_values: {len(markets)}")
    for market, book in zip(markets, books, strict=True):
        domain.non_negative("market_values", market)
        domain.positive("book_values", book)
    return tuple(domain.computed("deviation", market / book - 1.0) for market, book in zip(markets, books, strict=True))


def collateral_volatility(deviations: Sequence[float]) -> float:
    r"""Volatility of the collateral's value: the population deviation of its relative surplus over book.

    Parameters
    ----------
    deviations
        At least two, one a period, pure numbers (see `value_deviations`).

    Returns
    -------
    float
        s, a fraction, divided by the number of periods and not by one less.

    Raises
    ------
    ModelDomainError
        If there are fewer than two periods, or one is not a finite number of reasonable size.

    Notes
    -----
    .. math:: s = \sqrt{\tfrac1T \sum_k (P_k - \bar P)^2}

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (13); the bracket of
       equation (23) is misprinted, and 0.0742 there should read 0.0743.

    Examples
    --------
    >>> round(collateral_volatility((0.132478632479, 0.281138140112)), 6)
    0.07433
    """
    seen = domain.items("deviations", deviations)
    domain.whole("periods", len(seen), low=2)
    for deviation in seen:
        domain.number("deviations", deviation)
    mean = math.fsum(seen) / len(seen)
    return math.sqrt(math.fsum((deviation - mean) ** 2 for deviation in seen) / len(seen))
