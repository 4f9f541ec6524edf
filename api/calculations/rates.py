"""Paper 004's rate: which is best, if any, and how the best line answers to it and to the rest."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.quantities import Fraction, Money, PeriodRate, Pure
from scfin_chain.models import (
    MODEL_VERSIONS,
    PAPER_COST_RATE,
    PAPER_DEFAULT_PROBABILITY,
    PAPER_GUARANTEE,
    RateResponse,
    best_rate,
    line_elasticities,
)

_VERSION = MODEL_VERSIONS["credit_line"]


class BestRateInputs(Inputs):
    """A debtor whose default answers to the rate; all but the answer and the ceiling is the paper's by default."""

    DOCUMENTED = (RateResponse, best_rate)

    guarantee: Money = PAPER_GUARANTEE
    cost_rate: PeriodRate = PAPER_COST_RATE
    default_probability: Fraction = PAPER_DEFAULT_PROBABILITY
    reference_rate: PeriodRate = 0.07
    slope: Pure = 20
    ceiling: Annotated[
        PeriodRate | None, Field(description="Highest rate allowed, in (c, 1]; needed where the slope is too small.")
    ] = None


class BestRateOutputs(Outputs):
    """The rate with the highest expected profit, and the line and profit there."""

    rate: PeriodRate
    line: Money
    profit: Money
    at_ceiling: Annotated[bool, Field(description="Whether no rate below the ceiling is best.")]


class ElasticityInputs(Inputs):
    """Where the elasticities are asked for; the paper's at 10 % by default."""

    DOCUMENTED = (line_elasticities,)

    rate: PeriodRate = 0.1
    cost_rate: PeriodRate = PAPER_COST_RATE
    default_probability: Fraction = PAPER_DEFAULT_PROBABILITY


class Elasticity(Outputs):
    """Percent that each moves by when the input rises by one percent."""

    line: Pure
    profit: Pure


class ElasticityOutputs(Outputs):
    """Of the best line and of its profit, by input."""

    guarantee: Elasticity
    default_probability: Elasticity
    rate: Elasticity
    cost_rate: Elasticity


def _best(inputs: BestRateInputs) -> BestRateOutputs:
    answer = RateResponse(
        default_probability=inputs.default_probability, reference_rate=inputs.reference_rate, slope=inputs.slope
    )
    found = best_rate(inputs.guarantee, cost_rate=inputs.cost_rate, default_probability=answer, ceiling=inputs.ceiling)
    return BestRateOutputs(**asdict(found))


def _elasticities(inputs: ElasticityInputs) -> ElasticityOutputs:
    found = asdict(line_elasticities(**inputs.model_dump()))
    return ElasticityOutputs(**{name: Elasticity(line=line, profit=profit) for name, (line, profit) in found.items()})


CALCULATIONS = (
    Calculation(
        name="best_rate",
        version=_VERSION,
        inputs=BestRateInputs,
        outputs=BestRateOutputs,
        compute=_best,
        formulas=(best_rate,),
    ),
    Calculation(
        name="line_elasticities",
        version=_VERSION,
        inputs=ElasticityInputs,
        outputs=ElasticityOutputs,
        compute=_elasticities,
        formulas=(line_elasticities,),
    ),
)
