"""One relationship between a bank and a firm, priced from all its inputs (paper 003, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from scfin_chain.models import domain
from scfin_chain.models.formulas import SCALAR, RelationshipParts, relationship_parts
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.interval import Interval
from scfin_chain.models.option import ExcessProfitOption
from scfin_chain.models.pricing import BreakEven, BreakEvenPrice, break_even_price, firms_at_price

_AMOUNT: Final = Interval(0.0, domain.AMOUNT_LIMIT)
_POSITIVE: Final = Interval(0.0, domain.AMOUNT_LIMIT, open_low=True)
_SHARE: Final = Interval(0.0, 1.0)

RELATIONSHIP_DOMAINS: Final[Mapping[str, Interval]] = MappingProxyType(
    {
        "collateral": _POSITIVE,
        "advance_rate": Interval(0.0, 1.0, open_low=True),
        "risk_free": Interval(-1.0, 1.0, open_low=True),
        "years": Interval(0.0, domain.YEARS_LIMIT, open_low=True),
        "volatility": _SHARE,
        "tax_rate": Interval(0.0, 1.0, open_high=True),
        "firms": Interval(1, domain.COUNT_LIMIT, whole=True),
        "transfer_price": _SHARE,
        "investigation_cost": _AMOUNT,
        "selling_cost": _AMOUNT,
        "default_probability": _SHARE,
        "loss_given_default": _SHARE,
        "hurdle": _SHARE,
        "allocation": _SHARE,
        "deposit_balance": _AMOUNT,
        "deposit_return": _SHARE,
        "reserve_return": _SHARE,
        "required_reserve": _SHARE,
        "excess_reserve": _SHARE,
        "service_fees": _AMOUNT,
        "commission": _AMOUNT,
    }
)
"""What each input of `Relationship` may be, for one case and for arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """What paper 003 prices: a loan against receivables, the deposit and services that come with it, and its costs.

    Money is in one currency unit, rates are fractions.

    Parameters
    ----------
    collateral
        S0 > 0, value of the pledged receivables.
    advance_rate
        delta in (0, 1], share of it that is lent; A = S0 delta.
    risk_free
        r in (-1, 1] a year.
    years
        T in (0, 100].
    volatility
        s in [0, 1], yearly deviation of the collateral's value.
    tax_rate
        theta in [0, 1).
    firms
        N >= 1, firms that share the option.
    transfer_price
        FTP in [0, 1] a year.
    investigation_cost, selling_cost
        Cf, Cv >= 0 over the term, money.
    default_probability, loss_given_default
        PD, LGD in [0, 1] over the term.
    hurdle, allocation
        min(RAROC) in [0, 1] a year; economic capital a unit lent in [0, 1].
    deposit_balance
        F >= 0, money.
    deposit_return, reserve_return
        r1, r2 in [0, 1] a year.
    required_reserve, excess_reserve
        b1, b2 >= 0, together at most 1.
    service_fees
        Sum of lambda n >= 0 over the term, money before tax.
    commission
        B >= 0, money before tax; the paper sets none.
    compounding
        Years over which the option's strike compounds: one as printed, or the term.
    return_years
        Years for which the yearly I2 and Rp count: one as printed, or the term.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or advance or strike vanish.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, section 4.

    Examples
    --------
    >>> from scfin_chain.models import PRINTED_RELATIONSHIP
    >>> PRINTED_RELATIONSHIP.firms, PRINTED_RELATIONSHIP.deposit_balance
    (8, 1803200.0)
    """

    collateral: float
    advance_rate: float
    risk_free: float
    years: float
    volatility: float
    tax_rate: float
    firms: int
    transfer_price: float
    investigation_cost: float
    selling_cost: float
    default_probability: float
    loss_given_default: float
    hurdle: float
    allocation: float
    deposit_balance: float
    deposit_return: float
    reserve_return: float
    required_reserve: float
    excess_reserve: float = 0.0
    service_fees: float
    commission: float = 0.0
    compounding: Horizon = Horizon.ONE_YEAR
    return_years: Horizon = Horizon.ONE_YEAR

    def __post_init__(self) -> None:
        for field, interval in RELATIONSHIP_DOMAINS.items():
            interval.check(field, getattr(self, field))
        domain.instance("return_years", self.return_years, Horizon)
        domain.share("required_reserve + excess_reserve", self.required_reserve + self.excess_reserve)
        self.option()

    def option(self) -> ExcessProfitOption:
        """The bank's option on the collateral."""
        return ExcessProfitOption(
            collateral=self.collateral,
            advance_rate=self.advance_rate,
            risk_free=self.risk_free,
            years=self.years,
            volatility=self.volatility,
            compounding=self.compounding,
        )

    @property
    def inputs(self) -> dict[str, float]:
        """Every number that enters, by its name."""
        return {field: getattr(self, field) for field in RELATIONSHIP_DOMAINS}


PRINTED_RELATIONSHIP: Final = Relationship(
    collateral=11_270_000.0,
    advance_rate=0.8,
    risk_free=0.04,
    years=2.0,
    volatility=0.0742,
    tax_rate=0.05,
    firms=8,
    transfer_price=0.0455,
    investigation_cost=10_000.0,
    selling_cost=40_000.0,
    default_probability=0.0445,
    loss_given_default=0.36,
    hurdle=0.16,
    allocation=0.08,
    deposit_balance=1_803_200.0,
    deposit_return=0.046,
    reserve_return=0.019,
    required_reserve=0.165,
    service_fees=58_400.0,
)
"""The inputs of paper 003 in yuan: rating BBB, and 730 settlements at 30 with 730 card services at 50 yuan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipPrice:
    """A price with all that it is made of, money in the collateral's unit.

    ``firms_at_zero`` is N0, below which the price is negative, or ``None`` where no number of firms brings it up to
    zero; ``price`` holds the rate, its limit for many firms and the flag of a negative one.

    Examples
    --------
    >>> priced = price_relationship(PRINTED_RELATIONSHIP)
    >>> round(priced.cost, 2), round(priced.parts.option.strike), priced.price.negative
    (1014892.32, 9376640, False)
    """

    price: BreakEvenPrice
    firms_at_zero: float | None
    parts: RelationshipParts[float]

    @property
    def cost(self) -> float:
        """C = C1 + C2 + C3, money over the term."""
        return self.parts.capital_cost + self.parts.operating_cost + self.parts.default_loss


def price_relationship(relationship: Relationship) -> RelationshipPrice:
    r"""Yearly price at which a bank breaks even on a relationship.

    Parameters
    ----------
    relationship
        All inputs of paper 003.

    Returns
    -------
    RelationshipPrice
        The price, flagged if negative, and its parts.

    Raises
    ------
    ModelDomainError
        If an amount vanishes or is too large for a float.

    Notes
    -----
    .. math:: i = \frac{C_1 + C_2 + C_3 + R_p - C(S)/N - I_2 - I_3 - B(1-\theta)}{A T (1-\theta)}, \qquad
              N_0 = \frac{C(S)}{C + R_p - I_2 - I_3 - B(1-\theta)}

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (2) to (18). It prints
       6.58 %, which needs an operating cost of ten times the printed one.

    Examples
    --------
    >>> priced = price_relationship(PRINTED_RELATIONSHIP)
    >>> round(priced.price.rate, 9), round(priced.firms_at_zero, 5)
    (0.039498064, 2.60674)
    >>> from dataclasses import replace
    >>> tenfold = replace(PRINTED_RELATIONSHIP, investigation_cost=100_000.0, selling_cost=400_000.0)
    >>> round(price_relationship(tenfold).price.rate, 4)
    0.0658
    """
    domain.instance("relationship", relationship, Relationship)
    years = relationship.years
    parts = relationship_parts(
        relationship.inputs,
        SCALAR,
        strike_years=relationship.compounding.years(years),
        return_years=relationship.return_years.years(years),
    )
    balance = BreakEven(
        advance=parts.advance,
        collateral=relationship.collateral,
        years=years,
        tax_rate=relationship.tax_rate,
        firms=relationship.firms,
        cost=parts.capital_cost + parts.operating_cost + parts.default_loss,
        required_return=parts.required_return,
        option_value=parts.option.value,
        deposit_income=parts.deposit_income,
        service_income=parts.service_income,
        commission=relationship.commission,
    )
    return RelationshipPrice(price=break_even_price(balance), firms_at_zero=firms_at_price(balance), parts=parts)
