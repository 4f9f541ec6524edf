"""Paper 003, Table 2: from a payment history to a rating and a probability of default."""

from typing import Annotated

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.quantities import Count, Fraction, Points, Years
from scfin_chain.models import (
    MODEL_VERSIONS,
    PaymentRecord,
    RatingBand,
    default_probability_over,
    rate_record,
    rate_score,
)


class RecordInputs(Inputs):
    """A debtor's payments; by default none, which is the paper's company."""

    DOCUMENTED = (PaymentRecord, default_probability_over)

    prompt: Count = 0
    due: Count = 0
    years: Years = 1


class ScoreInputs(Inputs):
    """A score; by default the paper's company's."""

    DOCUMENTED = (rate_score, default_probability_over)

    score: Points = 68
    years: Years = 1


class BandOutputs(Outputs):
    """A row of the rating table."""

    rating: str
    floor: Annotated[int, Field(description="Lowest score of the row.")]
    default_probability: Annotated[Fraction, Field(description="Over the table's two years.")]
    loss_given_default: Fraction | None
    expected_loss: Annotated[Fraction, Field(description="Over the table's two years, a unit lent.")]
    default_probability_over: Annotated[Fraction, Field(description="Over the years that were asked for.")]


class RecordOutputs(Outputs):
    """The score of a debtor, and its row; null below the lowest: such a debtor is refused."""

    score: Points
    points: Annotated[Count, Field(description="Numerator of the score.")]
    weight: Annotated[Count, Field(description="Its denominator: rows are compared in whole numbers.")]
    band: BandOutputs | None


def _record(inputs: RecordInputs) -> RecordOutputs:
    record = PaymentRecord(prompt=inputs.prompt, due=inputs.due)
    band = rate_record(record)
    return RecordOutputs(
        score=record.score,
        points=record.points,
        weight=record.weight,
        band=None if band is None else _band(band, inputs.years),
    )


def _score(inputs: ScoreInputs) -> BandOutputs:
    return _band(rate_score(inputs.score), inputs.years)


def _band(band: RatingBand, years: float) -> BandOutputs:
    return BandOutputs(
        rating=band.rating.value,
        floor=band.floor,
        default_probability=band.default_probability,
        loss_given_default=band.loss_given_default,
        expected_loss=band.expected_loss,
        default_probability_over=default_probability_over(band, years=years),
    )


CALCULATIONS = (
    Calculation(
        name="payment_rating",
        version=MODEL_VERSIONS["rating"],
        inputs=RecordInputs,
        outputs=RecordOutputs,
        compute=_record,
        formulas=(rate_record, default_probability_over),
    ),
    Calculation(
        name="score_rating",
        version=MODEL_VERSIONS["rating"],
        inputs=ScoreInputs,
        outputs=BandOutputs,
        compute=_score,
        formulas=(rate_score, default_probability_over),
    ),
)
