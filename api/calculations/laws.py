"""Paper 004's line under other laws of repayment than its own, and the tables of its experiment at any rates."""

from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.lending import LendingInputs
from api.calculations.quantities import Fraction, Money, PeriodRate, Pure
from api.schemas import Strict, example
from scfin_chain.models import (
    MODEL_VERSIONS,
    PAPER_COST_RATE,
    PAPER_DEFAULT_PROBABILITY,
    PAPER_GUARANTEE,
    CreditLine,
    Lending,
    RepaymentDistribution,
    credit_cap,
    line_scenarios,
    optimal_line_under,
    profits_by_line,
)

_VERSION = MODEL_VERSIONS["credit_line"]

MOST_ROWS = 200
"""Rates or lines of a table."""


class UniformLaw(Strict):
    """Each share between two is as likely; the paper's own by default."""

    family: Literal["uniform"]
    low: Fraction = 0
    high: Fraction = 1

    def of(self, most: float) -> RepaymentDistribution:
        """The law of amounts."""
        from scipy import stats  # takes a second to load

        law: RepaymentDistribution = stats.uniform(loc=self.low * most, scale=(self.high - self.low) * most)
        return law


class BetaLaw(Strict):
    """Shares cluster anywhere in [0, 1]."""

    family: Literal["beta"]
    a: Annotated[Pure, Field(gt=0)]
    b: Annotated[Pure, Field(gt=0)]

    def of(self, most: float) -> RepaymentDistribution:
        """The law of amounts."""
        from scipy import stats

        law: RepaymentDistribution = stats.beta(self.a, self.b, scale=most)
        return law


class TruncatedNormalLaw(Strict):
    """A normal law of shares, of which nothing lies outside [0, 1]."""

    family: Literal["truncated_normal"]
    mean: Pure
    deviation: Annotated[Pure, Field(gt=0)]

    def of(self, most: float) -> RepaymentDistribution:
        """The law of amounts."""
        from scipy import stats

        low, high = -self.mean / self.deviation, (1 - self.mean) / self.deviation
        law: RepaymentDistribution = stats.truncnorm(low, high, loc=self.mean * most, scale=self.deviation * most)
        return law


class TriangularLaw(Strict):
    """From 0 up to the likeliest share, and down again to 1."""

    family: Literal["triangular"]
    mode: Annotated[Fraction, Field(ge=0, le=1)]

    def of(self, most: float) -> RepaymentDistribution:
        """The law of amounts."""
        from scipy import stats

        law: RepaymentDistribution = stats.triang(self.mode, scale=most)
        return law


class LawLineInputs(LendingInputs):
    """What the bank earns and pays, and any law of what is repaid."""

    model_config = example(law={"family": "uniform", "low": 0, "high": 1})

    law: Annotated[
        UniformLaw | BetaLaw | TruncatedNormalLaw | TriangularLaw,
        Field(
            discriminator="family", description="Of the share of what is owed on the cap, M (1 + r), that is repaid."
        ),
    ]


class LawLineOutputs(Outputs):
    """The best line, what is expected of it, and whether it is the cap that holds it down."""

    line: Money
    profit: Money
    capped: bool
    cap: Annotated[Money, Field(description="M, the part of the guarantee that survives a default.")]


class LineTableInputs(Inputs):
    """Rates, and what is changed; all is the paper's by default."""

    DOCUMENTED = (line_scenarios,)

    rates: Annotated[list[PeriodRate], Field(max_length=MOST_ROWS)] = Field(
        default_factory=lambda: [0.07, 0.08, 0.09, 0.1, 0.11, 0.12]
    )
    guarantee: Money = PAPER_GUARANTEE
    default_probability: Fraction = PAPER_DEFAULT_PROBABILITY
    cost_rate: PeriodRate = PAPER_COST_RATE
    change: Fraction = 0.1
    absolute: bool = False


class LineTableLine(Outputs):
    """A best line, what is expected of it, and where that is used up."""

    line: Money
    profit: Money
    zero_at: Money


class LineTableRow(Outputs):
    """At one rate: as things stand, with more business, with a debtor less likely to default."""

    rate: PeriodRate
    basic: LineTableLine
    more_volume: LineTableLine
    safer: LineTableLine


class LineTableOutputs(Outputs):
    """One a rate."""

    rows: list[LineTableRow]


class LineProfitsInputs(LendingInputs):
    """Lines of one's own choice at one rate."""

    DOCUMENTED = (Lending, credit_cap, profits_by_line)

    lines: Annotated[list[Money], Field(max_length=MOST_ROWS)] = Field(
        default_factory=lambda: [10_000.0, 36_412.0, 72_824.0]
    )


class LineProfitsOutputs(Outputs):
    """One a line."""

    profits: list[Money]


def _under(inputs: LawLineInputs) -> LawLineOutputs:
    lending = inputs.lending()
    found = optimal_line_under(lending, inputs.law.of(lending.cap * (1 + lending.rate)))
    return LawLineOutputs(**asdict(found), cap=lending.cap)


def _table(inputs: LineTableInputs) -> LineTableOutputs:
    def told(line: CreditLine) -> LineTableLine:
        return LineTableLine(**asdict(line))

    return LineTableOutputs(
        rows=[
            LineTableRow(rate=row.rate, basic=told(row.basic), more_volume=told(row.more_volume), safer=told(row.safer))
            for row in line_scenarios(**inputs.model_dump())
        ]
    )


def _profits(inputs: LineProfitsInputs) -> LineProfitsOutputs:
    return LineProfitsOutputs(profits=list(profits_by_line(inputs.lending(), inputs.lines)))


CALCULATIONS = (
    Calculation(
        name="law_line",
        version=_VERSION,
        inputs=LawLineInputs,
        outputs=LawLineOutputs,
        compute=_under,
        formulas=(optimal_line_under, credit_cap),
    ),
    Calculation(
        name="line_scenarios",
        version=_VERSION,
        inputs=LineTableInputs,
        outputs=LineTableOutputs,
        compute=_table,
        formulas=(line_scenarios,),
    ),
    Calculation(
        name="line_profits",
        version=_VERSION,
        inputs=LineProfitsInputs,
        outputs=LineProfitsOutputs,
        compute=_profits,
        formulas=(profits_by_line,),
    ),
)
