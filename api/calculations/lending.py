"""Paper 004: how much business is safe to lend against, how likely the debtor defaults, and the best line."""

from dataclasses import asdict
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.quantities import Count, Days, Fraction, Money, Months, PeriodRate, Pure, Volume, YearlyRate
from api.schemas import MinorUnits, example
from scfin_chain.models import (
    MODEL_VERSIONS,
    PAPER_QUANTILE,
    BondQuote,
    BusinessVolume,
    Freight,
    Lateness,
    Lending,
    RepaymentLaw,
    SpreadFormula,
    bond_default_probability,
    credit_cap,
    estimate_volume,
    expected_profit,
    freight_guarantee,
    log_odds,
    monthly_volume,
    normal_quantile,
    optimal_line,
    pair_line,
    predictive_line,
    repayment_law,
)

_VERSION = MODEL_VERSIONS["credit_line"]

Volumes = Annotated[list[MinorUnits], Field(max_length=1_200)]


class GuaranteeInputs(Inputs):
    """A law of volumes, or the volumes themselves; the defaults are the paper's carrier, tons and yuan."""

    DOCUMENTED = (BusinessVolume, Freight, freight_guarantee)

    mean: Volume = 872_456
    deviation: Volume = 500_518
    volumes: Annotated[
        Volumes | None, Field(description="One a period, as whole numbers in text, in place of mean and deviation.")
    ] = None
    unit_price: Money = 0.29
    distance: Pure = 1_000
    quantile: Annotated[Pure, Field(description="Z in [0, 10]; the paper's 1.65 is 95 %, rounded.")] = PAPER_QUANTILE
    periods: Pure = 1


class GuaranteeOutputs(Outputs):
    """The business that may be counted on, in money."""

    guarantee: Money
    certain_volume: Volume
    mean: Volume
    deviation: Volume


class LendingInputs(Inputs):
    """What the bank earns and pays on a line; the defaults are the paper's, at 7 %."""

    DOCUMENTED: ClassVar[tuple[object, ...]] = (Lending, credit_cap)

    guarantee: Money = 13_514_377
    default_probability: Fraction = 0.42341969
    rate: PeriodRate = 0.07
    cost_rate: PeriodRate = 0.065

    def lending(self) -> Lending:
        """The bank's side."""
        cap = credit_cap(self.guarantee, default_probability=self.default_probability)
        return Lending(rate=self.rate, cost_rate=self.cost_rate, cap=cap)


class LineInputs(LendingInputs):
    """The same, and the law of what is repaid; the paper's is uniform."""

    DOCUMENTED: ClassVar[tuple[object, ...]] = (Lending, credit_cap, optimal_line)

    exponent: Pure = 1


class LineOutputs(Outputs):
    """The best line, what is expected of it, and where that is used up."""

    line: Money
    profit: Money
    zero_at: Money
    cap: Annotated[Money, Field(description="M, the part of the guarantee that survives a default.")]
    critical_ratio: Pure


class ProfitInputs(LineInputs):
    """A line of one's own choice; the default is the paper's best."""

    DOCUMENTED = (Lending, credit_cap, optimal_line, expected_profit)

    line: Money = 36_412


class ProfitOutputs(Outputs):
    """What the bank expects of it."""

    profit: Money


class RepaymentInputs(Inputs):
    """Payments and delays; by default none, which is the paper's uniform law."""

    DOCUMENTED = (Lateness, repayment_law)

    paid: Count = 0
    late_days: Days = 0
    prior: Pure = 1
    repaid: Annotated[Fraction, Field(description="Share u in [0, 1] at which the law is asked.")] = 0.5

    def law(self) -> RepaymentLaw:
        """What they teach."""
        return repayment_law(Lateness(paid=self.paid, late_days=self.late_days), prior=self.prior)


class RepaymentOutputs(Outputs):
    """The law of the share repaid."""

    shape: Pure
    rate: Months
    exponent: Pure
    at_most: Annotated[Fraction, Field(description="Probability that at most the share is repaid.")]


class PredictiveInputs(LineInputs):
    """A line whose exponent is learnt, and stays uncertain."""

    DOCUMENTED = (Lending, credit_cap, Lateness, repayment_law)

    exponent: Annotated[Pure, Field(description="Of the line to compare with, alpha > 0.")] = 1
    paid: Count = 0
    late_days: Days = 0
    prior: Pure = 1


class PredictiveOutputs(Outputs):
    """The more prudent line, and the one at the given exponent."""

    line: Money
    optimal_line: Money
    learnt_exponent: Pure


class PairInputs(Inputs):
    """What flowed between a holder and an issuer, and how the issuer paid."""

    model_config = example(declared="60", months=["60", "80", "0", "120", "40"], paid=4, late_days=65)

    DOCUMENTED = (monthly_volume, pair_line, Lateness, repayment_law)

    months: Volumes = Field(default_factory=list)
    declared: MinorUnits
    paid: Count = 0
    late_days: Days = 0
    prior: Pure = 1
    default_probability: Fraction = 0.022503197
    earning: YearlyRate = 0.069082848
    cost: YearlyRate = 0.056282848
    confidence: Annotated[Fraction, Field(description="Of the guarantee, in (0, 1).")] = 0.95


class PairOutputs(Outputs):
    """The line of the pair and how it came about, minor units."""

    limit: Annotated[str, Field(description="The line in whole minor units, rounded down, as text.")]
    line: Money
    guarantee: Money
    cap: Money
    exponent: Pure
    profit: Money
    zero_at: Money
    mean: Volume
    deviation: Volume


class BondInputs(Inputs):
    """A bond beside a riskless one; tax and loss rate are the paper's by default."""

    DOCUMENTED = (BondQuote, bond_default_probability)

    coupon: YearlyRate = 0.05
    interest_tax: Fraction = 0.2
    risk_free: YearlyRate = 0.03
    loss_given_default: Fraction = 0.6264
    formula: Literal["promised", "principal"] = "promised"


class BondOutputs(Outputs):
    """What the yield implies."""

    default_probability: Annotated[Fraction, Field(description="Over one year, risk-neutral.")]
    log_odds: Annotated[Pure | None, Field(description="null where the probability is 0")]
    net_yield: YearlyRate


def _guarantee(inputs: GuaranteeInputs) -> GuaranteeOutputs:
    law = BusinessVolume(mean=inputs.mean, deviation=inputs.deviation)
    if inputs.volumes is not None:
        law = estimate_volume([int(volume) for volume in inputs.volumes])
    freight = Freight(unit_price=inputs.unit_price, distance=inputs.distance)
    return GuaranteeOutputs(
        guarantee=freight_guarantee(law, freight, quantile=inputs.quantile, periods=inputs.periods),
        certain_volume=law.lower_bound(quantile=inputs.quantile, periods=inputs.periods),
        mean=law.mean,
        deviation=law.deviation,
    )


def _line(inputs: LineInputs) -> LineOutputs:
    lending = inputs.lending()
    best = optimal_line(lending, exponent=inputs.exponent)
    return LineOutputs(**asdict(best), cap=lending.cap, critical_ratio=lending.critical_ratio)


def _profit(inputs: ProfitInputs) -> ProfitOutputs:
    return ProfitOutputs(profit=expected_profit(inputs.lending(), inputs.line, exponent=inputs.exponent))


def _repayment(inputs: RepaymentInputs) -> RepaymentOutputs:
    law = inputs.law()
    return RepaymentOutputs(
        shape=law.shape, rate=law.rate, exponent=law.exponent, at_most=law.predictive_cdf(inputs.repaid)
    )


def _predictive(inputs: PredictiveInputs) -> PredictiveOutputs:
    lending = inputs.lending()
    law = repayment_law(Lateness(paid=inputs.paid, late_days=inputs.late_days), prior=inputs.prior)
    return PredictiveOutputs(
        line=predictive_line(lending, law),
        optimal_line=optimal_line(lending, exponent=inputs.exponent).line,
        learnt_exponent=law.exponent,
    )


def _pair(inputs: PairInputs) -> PairOutputs:
    volume = monthly_volume([int(month) for month in inputs.months], declared=int(inputs.declared))
    found = pair_line(
        volume,
        repayment_law(Lateness(paid=inputs.paid, late_days=inputs.late_days), prior=inputs.prior),
        default_probability=inputs.default_probability,
        earning=inputs.earning,
        cost=inputs.cost,
        quantile=normal_quantile(inputs.confidence),
    )
    return PairOutputs(
        limit=str(found.limit),
        line=found.line,
        guarantee=found.guarantee,
        cap=found.cap,
        exponent=found.exponent,
        profit=found.profit,
        zero_at=found.zero_at,
        mean=volume.mean,
        deviation=volume.deviation,
    )


def _bond(inputs: BondInputs) -> BondOutputs:
    bond = BondQuote(**inputs.model_dump(exclude={"formula"}))
    probability = bond_default_probability(bond, SpreadFormula(inputs.formula))
    return BondOutputs(
        default_probability=probability,
        log_odds=log_odds(probability) if probability else None,
        net_yield=bond.net_yield,
    )


CALCULATIONS = (
    Calculation(
        name="guarantee",
        version=_VERSION,
        inputs=GuaranteeInputs,
        outputs=GuaranteeOutputs,
        compute=_guarantee,
        formulas=(freight_guarantee, estimate_volume),
    ),
    Calculation(
        name="credit_line",
        version=_VERSION,
        inputs=LineInputs,
        outputs=LineOutputs,
        compute=_line,
        formulas=(optimal_line, credit_cap),
    ),
    Calculation(
        name="expected_profit",
        version=_VERSION,
        inputs=ProfitInputs,
        outputs=ProfitOutputs,
        compute=_profit,
        formulas=(expected_profit, credit_cap),
    ),
    Calculation(
        name="predictive_line",
        version=_VERSION,
        inputs=PredictiveInputs,
        outputs=PredictiveOutputs,
        compute=_predictive,
        formulas=(predictive_line, repayment_law),
    ),
    Calculation(
        name="repayment_law",
        version=MODEL_VERSIONS["repayment"],
        inputs=RepaymentInputs,
        outputs=RepaymentOutputs,
        compute=_repayment,
        formulas=(repayment_law, RepaymentLaw.predictive_cdf),
    ),
    Calculation(
        name="pair_line",
        version=MODEL_VERSIONS["pair"],
        inputs=PairInputs,
        outputs=PairOutputs,
        compute=_pair,
        formulas=(pair_line, monthly_volume),
    ),
    Calculation(
        name="bond_default_probability",
        version=MODEL_VERSIONS["default_probability"],
        inputs=BondInputs,
        outputs=BondOutputs,
        compute=_bond,
        formulas=(bond_default_probability, log_odds),
    ),
)
