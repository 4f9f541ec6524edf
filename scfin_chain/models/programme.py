"""The price of a whole programme, per unit of advance: paper 003 on the scale of a relationship, not of an invoice."""

from dataclasses import dataclass
from typing import Final

from scfin_chain.models import domain
from scfin_chain.models.cost import capital_cost, default_loss, required_return
from scfin_chain.models.formulas import critical_ratio_of
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.income import DepositTerms, deposit_income
from scfin_chain.models.option import ExcessProfitOption, value_option
from scfin_chain.models.pricing import BreakEven, break_even_price
from scfin_chain.models.quote import basis_points_up, in_basis_points
from scfin_chain.models.rating import TABLE_YEARS, RatingBand
from scfin_chain.units import BASIS, BasisPoints

PROGRAMME_YEARS: Final = TABLE_YEARS
"""Term of a programme, years: the rating table's and the paper's."""

PAPER_ADVANCE: Final = 9_016_000
"""The paper's loan, yuan, on which its costs and incomes are shares (section 4)."""

DEFAULT_FLOOR: Final = BasisPoints(350)
"""Least quoted rate, basis points a year."""

DEFAULT_CAP: Final = BasisPoints(650)
"""Break-even price above which a request is refused, basis points a year; above 701 it never binds at the defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeTerms:
    """A bank's terms for a programme, per unit of advance; the defaults are paper 003's.

    Parameters
    ----------
    advance_rate
        delta in (0, 1], a fraction of face. Below 0.7365 the floor binds for BBB at 8 firms: a haircut is a discount.
    volatility
        Yearly deviation of the collateral, s in [0, 1], a fraction.
    risk_free
        r in (-1, 1], a yearly fraction.
    compounding
        Years over which the option's strike compounds; the paper prints one.
    tax_rate
        theta in [0, 1), a fraction.
    transfer_price
        FTP in [0, 1], a yearly fraction.
    investigation_cost
        Cf >= 0 over the term, a fraction of the advance: what supervision reduces.
    selling_cost
        Cv >= 0 over the term, a fraction of the advance.
    supervised_share
        What is left of Cf under supervision, (c2 + c3)/c1 >= 0 of paper 001, a pure number.
    hurdle
        min(RAROC) in [0, 1], a yearly fraction of capital. At 0 no line is ever given.
    allocation
        Economic capital in [0, 1], a fraction of the advance.
    return_years
        Years for which required return and deposit income count: the term, or one as the paper prints.
    deposit_share
        F >= 0, a fraction of the advance: the paper's printed amount is 0.2, not its stated 2 %.
    deposit_return, reserve_return
        r1, r2 in [0, 1], yearly fractions.
    required_reserve
        b1 in [0, 1], a fraction.
    service_income
        I3 >= 0 over the term, net of tax, a fraction of the advance.
    floor, cap
        Corridor of the quoted rate, basis points a year.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> round(ProgrammeTerms().operating_cost(supervised=True) * PAPER_ADVANCE, 6)
    41250.0
    """

    advance_rate: float = 0.8
    volatility: float = 0.0742
    risk_free: float = 0.04
    compounding: Horizon = Horizon.ONE_YEAR
    tax_rate: float = 0.05
    transfer_price: float = 0.0455
    investigation_cost: float = 10_000 / PAPER_ADVANCE
    selling_cost: float = 40_000 / PAPER_ADVANCE
    supervised_share: float = 0.125
    hurdle: float = 0.16
    allocation: float = 0.08
    return_years: Horizon = Horizon.TERM
    deposit_share: float = 0.2
    deposit_return: float = 0.046
    reserve_return: float = 0.019
    required_reserve: float = 0.165
    service_income: float = 55_480 / PAPER_ADVANCE
    floor: BasisPoints = DEFAULT_FLOOR
    cap: BasisPoints = DEFAULT_CAP

    def __post_init__(self) -> None:
        domain.within("advance_rate", self.advance_rate, 1e-6, 1)
        for field in ("volatility", "transfer_price", "investigation_cost", "selling_cost", "hurdle", "allocation"):
            domain.share(field, getattr(self, field))
        for field in ("supervised_share", "deposit_share", "service_income"):
            domain.non_negative(field, getattr(self, field), 10)
        domain.whole("floor", self.floor, high=BASIS)
        domain.whole("cap", self.cap, low=self.floor, high=BASIS)
        self.option()
        self.deposit()

    def option(self) -> ExcessProfitOption:
        """The option on an advance of one: collateral 1/delta."""
        return ExcessProfitOption(
            collateral=1.0 / self.advance_rate,
            advance_rate=self.advance_rate,
            risk_free=self.risk_free,
            years=PROGRAMME_YEARS,
            volatility=self.volatility,
            compounding=self.compounding,
        )

    def deposit(self) -> DepositTerms:
        """The deposit that comes with an advance of one."""
        return DepositTerms(
            balance=self.deposit_share,
            deposit_return=self.deposit_return,
            reserve_return=self.reserve_return,
            required_reserve=self.required_reserve,
            tax_rate=self.tax_rate,
        )

    def operating_cost(self, *, supervised: bool) -> float:
        """C2 over the term, a fraction of the advance; supervision leaves (c2 + c3)/c1 of Cf."""
        domain.instance("supervised", supervised, bool)
        left = self.supervised_share if supervised else 1.0
        return self.investigation_cost * left + self.selling_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePrice:
    """What a bank asks in a programme, and what it earns and pays: yearly fractions of the advance.

    Parameters
    ----------
    rate
        i, the break-even price before floor and cap; it may be negative.
    limit
        i for ever more firms.
    quoted
        max(i, floor), rounded up, basis points a year.
    floor_binds, above_cap
        Whether i is below the floor; whether it is above the cap, which refuses.
    option_value
        C(S) over the term, a fraction of the advance.
    subsidy
        C(S)/(N A T), the option's share, which is never received in cash.
    earning
        r, all that the bank must earn, net of tax.
    cost
        c, all that it pays.

    Examples
    --------
    >>> from scfin_chain.models.rating import rate_score
    >>> round(price_programme(ProgrammeTerms(), rate_score(68), firms=8, supervised=False).critical_ratio, 9)
    0.011972879
    """

    rate: float
    limit: float
    quoted: BasisPoints
    floor_binds: bool
    above_cap: bool
    option_value: float
    subsidy: float
    earning: float
    cost: float

    @property
    def critical_ratio(self) -> float:
        """q = (r - c)/(1 + r), a pure number."""
        return critical_ratio_of(self.earning, self.cost)


def programme_balance(terms: ProgrammeTerms, band: RatingBand, *, firms: int, supervised: bool) -> BreakEven:
    r"""Both sides of the bank's balance for an advance of one over the programme's term.

    Parameters
    ----------
    terms
        The bank's terms.
    band
        The debtor's rating.
    firms
        N >= 1: firms that the bank has financed in the programme, this one included, or as many as declared.
    supervised
        Whether the bank supervises by digital currency, which lowers C2.

    Returns
    -------
    BreakEven
        Money as fractions of the advance.

    Raises
    ------
    ModelDomainError
        If ``firms`` lies outside its domain.

    Notes
    -----
    .. math:: A = 1,\; S_0 = 1/\delta,\; T = 2,\; C_1 = FTP \cdot T,\; C_3 = PD_2 \cdot LGD

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equations (2) to (18).

    Examples
    --------
    >>> from scfin_chain.models.rating import rate_score
    >>> balance = programme_balance(ProgrammeTerms(), rate_score(68), firms=8, supervised=False)
    >>> round(balance.cost, 9), round(balance.required_return, 9)
    (0.112565697, 0.0256)
    """
    domain.instance("terms", terms, ProgrammeTerms)
    domain.instance("band", band, RatingBand)
    option = terms.option()
    advance = option.advance
    years = terms.return_years.years(PROGRAMME_YEARS)
    funds = capital_cost(advance, transfer_price=terms.transfer_price, years=PROGRAMME_YEARS)
    return BreakEven(
        advance=advance,
        collateral=option.collateral,
        years=PROGRAMME_YEARS,
        tax_rate=terms.tax_rate,
        firms=firms,
        cost=funds + terms.operating_cost(supervised=supervised) + default_loss(advance, band),
        required_return=required_return(advance, hurdle=terms.hurdle, allocation=terms.allocation, years=years),
        option_value=value_option(option).value,
        deposit_income=deposit_income(terms.deposit(), years=years),
        service_income=terms.service_income,
    )


def price_programme(terms: ProgrammeTerms, band: RatingBand, *, firms: int, supervised: bool) -> ProgrammePrice:
    r"""Price of an advance in a programme, with what the bank earns and pays.

    Parameters
    ----------
    terms
        The bank's terms.
    band
        The debtor's rating.
    firms
        N >= 1: firms that the bank has financed in the programme, this one included, or as many as declared.
    supervised
        Whether the bank supervises by digital currency.

    Returns
    -------
    ProgrammePrice
        A price above the cap is quoted too, and flagged.

    Raises
    ------
    ModelDomainError
        If ``firms`` lies outside its domain.

    Notes
    -----
    .. math:: r = \frac{C + R_p}{A T}, \quad c = \frac{C}{A T}, \qquad
              r = i (1 - \theta) + \frac{I_2 + I_3 + C(S)/N}{A T}

    r is all that the bank must earn and not the quoted rate, part of which the option pays.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (2).

    Examples
    --------
    >>> from scfin_chain.models.rating import rate_score
    >>> price = price_programme(ProgrammeTerms(), rate_score(68), firms=8, supervised=False)
    >>> round(price.rate, 9), price.quoted, price.floor_binds, price.above_cap
    (0.042080406, 421, False, False)
    """
    balance = programme_balance(terms, band, firms=firms, supervised=supervised)
    price = break_even_price(balance)
    asked = basis_points_up(price.rate)
    lent = balance.advance * balance.years
    return ProgrammePrice(
        rate=price.rate,
        limit=price.limit,
        quoted=max(asked, terms.floor),
        floor_binds=in_basis_points(price.rate) < terms.floor,
        above_cap=asked > terms.cap,
        option_value=balance.option_value,
        subsidy=balance.option_value / (firms * lent),
        earning=(balance.cost + balance.required_return) / lent,
        cost=balance.cost / lent,
    )
