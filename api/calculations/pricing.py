"""Paper 003: what a financing costs the bank, brings it, and must be priced at."""

from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.quantities import (
    BasisPointCount,
    Count,
    Fraction,
    Money,
    Points,
    Pure,
    YearlyRate,
    Years,
)
from scfin_chain.models import (
    MODEL_VERSIONS,
    BreakEven,
    CollateralOutlook,
    DepositTerms,
    ExcessProfitOption,
    Horizon,
    ProgrammeTerms,
    basis_points_up,
    break_even_price,
    capital_cost,
    collateral_volatility,
    conventional_quote,
    default_loss,
    deposit_income,
    firms_at_price,
    option_greeks,
    price_programme,
    rate_score,
    required_return,
    service_income,
    value_deviations,
    value_option,
)
from scfin_chain.units import BasisPoints

HorizonName = Literal["one_year", "term"]

_TERMS = ProgrammeTerms()
_VERSION = MODEL_VERSIONS["pricing"]


class BreakEvenInputs(Inputs):
    """The bank's balance; the defaults are the paper's programme, yuan."""

    DOCUMENTED = (BreakEven,)

    advance: Money = 9_016_000
    collateral: Money = 11_270_000
    years: Years = 2
    tax_rate: Fraction = 0.05
    firms: Count = 8
    cost: Money = 1_014_892.32
    required_return: Money = 115_404.8
    option_value: Money = 2_616_249.947991
    deposit_income: Money = 71_168.2468
    service_income: Money = 55_480
    commission: Money = 0


class BreakEvenOutputs(Outputs):
    """The price at which the balance is even."""

    rate: YearlyRate
    limit: Annotated[YearlyRate, Field(description="For ever more firms.")]
    negative: bool
    residual: Annotated[Money, Field(description="What the price leaves uncovered, but for rounding.")]
    quoted_bps: Annotated[BasisPointCount, Field(description="Rounded up.")]
    firms_at_zero: Annotated[Pure | None, Field(description="Below so many firms the price is negative.")]


class ConventionalInputs(Inputs):
    """Base rate and mark-ups; the defaults are the paper's."""

    DOCUMENTED = (conventional_quote,)

    base: YearlyRate = 0.0475
    average_cost: YearlyRate = 0.0022
    risk_premium: YearlyRate = 0.0125
    term_premium: YearlyRate = 0.0
    target_margin: YearlyRate = 0.015


class RateOutputs(Outputs):
    """A yearly rate."""

    rate: YearlyRate


class OptionInputs(Inputs):
    """The option on the collateral; the defaults are the paper's, yuan."""

    DOCUMENTED = (ExcessProfitOption,)

    collateral: Money = 11_270_000
    advance_rate: Fraction = 0.8
    risk_free: YearlyRate = 0.04
    years: Years = 2
    volatility: YearlyRate = 0.0742
    compounding: HorizonName = "one_year"

    def option(self) -> ExcessProfitOption:
        """What is valued."""
        return ExcessProfitOption(**self.model_dump() | {"compounding": Horizon(self.compounding)})


class OptionOutputs(Outputs):
    """What the option is worth; no d1 and d2 where nothing is random."""

    advance: Money
    strike: Money
    intrinsic: Money
    value: Money
    time_value: Money
    d1: Pure | None
    d2: Pure | None


class GreekOutputs(Outputs):
    """Derivatives of the option's value; the last two where the strike follows collateral and rate, as in the paper."""

    delta: Pure
    gamma: Annotated[float, Field(description="One a currency unit.")]
    vega: Annotated[Money, Field(description="A unit of volatility.")]
    theta: Annotated[Money, Field(description="A year.")]
    rho: Annotated[Money, Field(description="A unit of rate.")]
    delta_with_strike: Pure
    rho_with_strike: Annotated[Money, Field(description="A unit of rate.")]


class ProgrammeInputs(Inputs):
    """A bank's terms and the debtor; the defaults are the paper's, as shares of its loan."""

    DOCUMENTED = (ProgrammeTerms, price_programme, rate_score)

    advance_rate: Fraction = _TERMS.advance_rate
    volatility: YearlyRate = _TERMS.volatility
    risk_free: YearlyRate = _TERMS.risk_free
    compounding: HorizonName = "one_year"
    tax_rate: Fraction = _TERMS.tax_rate
    transfer_price: YearlyRate = _TERMS.transfer_price
    investigation_cost: Fraction = _TERMS.investigation_cost
    selling_cost: Fraction = _TERMS.selling_cost
    supervised_share: Pure = _TERMS.supervised_share
    hurdle: YearlyRate = _TERMS.hurdle
    allocation: Fraction = _TERMS.allocation
    return_years: HorizonName = "term"
    deposit_share: Fraction = _TERMS.deposit_share
    deposit_return: YearlyRate = _TERMS.deposit_return
    reserve_return: YearlyRate = _TERMS.reserve_return
    required_reserve: Fraction = _TERMS.required_reserve
    service_income: Fraction = _TERMS.service_income
    floor: BasisPointCount = _TERMS.floor
    cap: BasisPointCount = _TERMS.cap
    score: Points = 68
    firms: Count = 8
    supervised: bool = False

    def terms(self) -> ProgrammeTerms:
        """The bank's part of them."""
        given = self.model_dump(exclude={"score", "firms", "supervised"})
        named = {
            "compounding": Horizon(self.compounding),
            "return_years": Horizon(self.return_years),
            "floor": BasisPoints(self.floor),
            "cap": BasisPoints(self.cap),
        }
        return ProgrammeTerms(**given | named)


class ProgrammeOutputs(Outputs):
    """What the bank asks, earns and pays, a year and a unit of advance."""

    rate: Annotated[YearlyRate, Field(description="The break-even price, before floor and cap.")]
    limit: YearlyRate
    quoted: BasisPointCount
    floor_binds: bool
    above_cap: Annotated[bool, Field(description="Above it a request is refused.")]
    option_value: Fraction
    subsidy: YearlyRate
    earning: YearlyRate
    cost: YearlyRate
    critical_ratio: Pure


class CostInputs(Inputs):
    """What is lent, to whom, on which terms; the defaults are the paper's, yuan."""

    DOCUMENTED = (rate_score, required_return, capital_cost)

    advance: Money = 9_016_000
    transfer_price: YearlyRate = 0.0455
    years: Years = 2
    score: Points = 68
    hurdle: YearlyRate = 0.16
    allocation: Fraction = 0.08
    return_years: Annotated[Years, Field(description="Years for which the return is asked: the paper prints 1.")] = 1


class CostOutputs(Outputs):
    """C1, C3 and Rp of the paper; C2 is what the bank knows of itself."""

    capital_cost: Money
    default_loss: Money
    required_return: Money


class Service(Inputs):
    """A service off the balance sheet."""

    price: Annotated[Money, Field(description="Of one, >= 0.")]
    count: Annotated[Count, Field(description="How often it is provided, >= 0.")]


class IncomeInputs(Inputs):
    """What a borrower leaves on its account and pays for; the defaults are the paper's, yuan."""

    DOCUMENTED = (DepositTerms, deposit_income)

    balance: Money = 1_803_200
    deposit_return: YearlyRate = 0.046
    reserve_return: YearlyRate = 0.019
    required_reserve: Fraction = 0.165
    excess_reserve: Fraction = 0.0
    tax_rate: Fraction = 0.05
    years: Years = 1
    services: Annotated[list[Service], Field(max_length=100, description="What is provided over the term.")] = Field(
        default_factory=lambda: [Service(price=30, count=730), Service(price=50, count=730)]
    )


class IncomeOutputs(Outputs):
    """I2 and I3 of the paper, net of tax."""

    deposit_income: Money
    service_income: Money


class Valuation(Inputs):
    """Market and book value of one period."""

    market: Money
    book: Money


class VolatilityInputs(Inputs):
    """A receivable valued like a bond, or values that were seen; the defaults are the paper's, yuan."""

    DOCUMENTED = (CollateralOutlook,)

    value: Money = 11_270_000
    coupon: YearlyRate = 0.06
    discount_rate: YearlyRate = 0.04
    provision: Fraction = 0.1
    observed: Annotated[
        list[Valuation] | None,
        Field(max_length=1_000, description="One a period, two or more, in place of the bond's values."),
    ] = None


class VolatilityOutputs(Outputs):
    """How far the market value strays from the book value."""

    volatility: YearlyRate
    deviations: Annotated[list[Pure], Field(description="Market over book value, less one, a period.")]


def _break_even(inputs: BreakEvenInputs) -> BreakEvenOutputs:
    terms = BreakEven(**inputs.model_dump())
    price = break_even_price(terms)
    return BreakEvenOutputs(
        **asdict(price), quoted_bps=basis_points_up(price.rate), firms_at_zero=firms_at_price(terms)
    )


def _conventional(inputs: ConventionalInputs) -> RateOutputs:
    return RateOutputs(rate=conventional_quote(**inputs.model_dump()))


def _option(inputs: OptionInputs) -> OptionOutputs:
    option = inputs.option()
    value = value_option(option)
    return OptionOutputs(**asdict(value), advance=option.advance, time_value=value.time_value)


def _greeks(inputs: OptionInputs) -> GreekOutputs:
    return GreekOutputs(**asdict(option_greeks(inputs.option())))


def _programme(inputs: ProgrammeInputs) -> ProgrammeOutputs:
    price = price_programme(inputs.terms(), rate_score(inputs.score), firms=inputs.firms, supervised=inputs.supervised)
    return ProgrammeOutputs(**asdict(price), critical_ratio=price.critical_ratio)


def _costs(inputs: CostInputs) -> CostOutputs:
    advance = inputs.advance
    return CostOutputs(
        capital_cost=capital_cost(advance, transfer_price=inputs.transfer_price, years=inputs.years),
        default_loss=default_loss(advance, rate_score(inputs.score)),
        required_return=required_return(
            advance, hurdle=inputs.hurdle, allocation=inputs.allocation, years=inputs.return_years
        ),
    )


def _income(inputs: IncomeInputs) -> IncomeOutputs:
    terms = DepositTerms(**inputs.model_dump(exclude={"years", "services"}))
    return IncomeOutputs(
        deposit_income=deposit_income(terms, years=inputs.years),
        service_income=service_income(
            [(service.price, service.count) for service in inputs.services], tax_rate=inputs.tax_rate
        ),
    )


def _volatility(inputs: VolatilityInputs) -> VolatilityOutputs:
    outlook = CollateralOutlook(**inputs.model_dump(exclude={"observed"}))
    markets: tuple[float, ...] = outlook.market_values
    books: tuple[float, ...] = outlook.book_values
    if inputs.observed is not None:
        markets = tuple(each.market for each in inputs.observed)
        books = tuple(each.book for each in inputs.observed)
    deviations = value_deviations(markets, books)
    return VolatilityOutputs(volatility=collateral_volatility(deviations), deviations=list(deviations))


CALCULATIONS = (
    Calculation(
        name="break_even_price",
        version=_VERSION,
        inputs=BreakEvenInputs,
        outputs=BreakEvenOutputs,
        compute=_break_even,
        formulas=(break_even_price, firms_at_price),
    ),
    Calculation(
        name="programme_price",
        version=MODEL_VERSIONS["programme"],
        inputs=ProgrammeInputs,
        outputs=ProgrammeOutputs,
        compute=_programme,
        formulas=(price_programme, rate_score),
    ),
    Calculation(
        name="excess_profit_option",
        version=_VERSION,
        inputs=OptionInputs,
        outputs=OptionOutputs,
        compute=_option,
        formulas=(value_option,),
    ),
    Calculation(
        name="option_greeks",
        version=_VERSION,
        inputs=OptionInputs,
        outputs=GreekOutputs,
        compute=_greeks,
        formulas=(option_greeks,),
    ),
    Calculation(
        name="conventional_quote",
        version=_VERSION,
        inputs=ConventionalInputs,
        outputs=RateOutputs,
        compute=_conventional,
        formulas=(conventional_quote,),
    ),
    Calculation(
        name="financing_costs",
        version=_VERSION,
        inputs=CostInputs,
        outputs=CostOutputs,
        compute=_costs,
        formulas=(capital_cost, default_loss, required_return),
    ),
    Calculation(
        name="side_income",
        version=_VERSION,
        inputs=IncomeInputs,
        outputs=IncomeOutputs,
        compute=_income,
        formulas=(deposit_income, service_income),
    ),
    Calculation(
        name="collateral_volatility",
        version=_VERSION,
        inputs=VolatilityInputs,
        outputs=VolatilityOutputs,
        compute=_volatility,
        formulas=(collateral_volatility, value_deviations),
    ),
)
