"""Paper 004's regression of default: fitted to rows, kept as a document, and asked for probabilities."""

import json
from typing import Annotated, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.docs import Unloaded
from api.calculations.quantities import Count, Fraction, Pure, Years
from api.schemas import Strict, example
from scfin_chain.models import MODEL_VERSIONS
from scfin_chain.models.default_model import (
    PAPER_LOSS,
    DefaultFit,
    DefaultModel,
    DefaultProxy,
    Estimator,
    Sample,
    marks_of,
    model_from_json,
    model_to_json,
)

_VERSION = MODEL_VERSIONS["default_probability"]

MOST_ROWS, MOST_INDICATORS = 500, 10
"""Of a fit, which then takes some tenths of a second; a model may have been made with more."""

_SHOWN = DefaultModel(
    fit=DefaultFit(
        estimator=Estimator.LOGIT,
        indicators=("prompt_share",),
        intercept=1.0,
        coefficients=(-6.0,),
        standard_errors=(0.5, 1.5),
        p_values=(0.0455, 0.0001),
        observations=100,
        log_likelihood=-30.0,
    ),
    proxy=DefaultProxy(late_days=90, grace_days=5),
    cut=19_723,
)
"""One that is written down, not fitted."""

EstimatorName = Literal["log_odds", "logit", "fractional"]


class DefaultModelDocument(Strict):
    """A model as `scfin default fit` writes it; whatever is changed in it, its version is then another."""

    kind: str
    version: Annotated[str, Field(description="SHA-256 of everything else, hexadecimal.")]
    estimator: EstimatorName
    indicators: list[str]
    intercept: Pure
    coefficients: list[Pure]
    standard_errors: list[Pure] | None
    p_values: list[Fraction] | None
    observations: Count
    log_likelihood: Pure | None
    years: Years
    loss_given_default: Fraction
    late_days: int | None
    grace_days: int | None
    cut: int | None
    seen: list[str]


class DefaultPredictInputs(Inputs):
    """A model, and rows of which it has never known the outcome."""

    model_config = example(model=json.loads(model_to_json(_SHOWN)), rows=[{"prompt_share": 0.68}])

    model: Annotated[
        DefaultModelDocument, Field(description="As `default_fit` answers it, or `scfin default fit` saves it.")
    ]
    rows: Annotated[
        list[dict[str, Pure]],
        Field(
            max_length=MOST_ROWS, description="Indicators of each by name; those that the model has not are no harm."
        ),
    ]


class DefaultPrediction(Outputs):
    """What the model says of one row."""

    probability: Annotated[Fraction, Field(description="Of default over the model's own years.")]
    over_two_years: Annotated[Fraction | None, Field(description="The same over the rating table's; null if refused.")]
    rating: Annotated[str | None, Field(description="By the rating table; null where it is worse than any.")]


class DefaultPredictOutputs(Outputs):
    """One a row, in their order."""

    predictions: list[DefaultPrediction]


class DefaultFitInputs(Inputs):
    """Rows of which the outcome is known."""

    model_config = example(indicators=["arrears"], rows=[[0.0], [1.0], [2.0]], outcomes=[0.1, 0.3, 0.4])

    DOCUMENTED = (Sample, DefaultModel)

    estimator: Annotated[
        EstimatorName,
        Field(description="Least squares on log-odds (outcomes in (0, 1)), logit (0 and 1), fractional ([0, 1])."),
    ] = "log_odds"
    indicators: Annotated[list[str], Field(max_length=MOST_INDICATORS)]
    rows: Annotated[
        list[Annotated[list[Pure], Field(max_length=MOST_INDICATORS)]],
        Field(max_length=MOST_ROWS),
    ]
    outcomes: Annotated[list[Fraction], Field(max_length=MOST_ROWS)]
    years: Years = 1
    loss_given_default: Fraction = PAPER_LOSS


class DefaultFitOutputs(Outputs):
    """The model, to be kept and asked, and how well it stands."""

    model: DefaultModelDocument
    residual_freedom: Annotated[int, Field(description="n - k - 1, what is left to judge the fit by.")]
    aic: Pure | None
    bic: Pure | None
    caution: Annotated[str | None, Field(description="What must be said beside the numbers, if anything.")]


def _predict(inputs: DefaultPredictInputs) -> DefaultPredictOutputs:
    model = model_from_json(json.dumps(inputs.model.model_dump()))
    found = []
    for row in inputs.rows:
        probability = model.fit.probability(row)
        band = model.rated(probability)
        found.append(
            DefaultPrediction(
                probability=probability,
                over_two_years=None if band is None else band.default_probability,
                rating=None if band is None else band.rating.value,
            )
        )
    return DefaultPredictOutputs(predictions=found)


def _fit(inputs: DefaultFitInputs) -> DefaultFitOutputs:
    from scfin_chain.models.default_model import fit_default_model  # statsmodels takes a second to load

    sample = Sample(
        indicators=tuple(inputs.indicators), rows=tuple(map(tuple, inputs.rows)), outcomes=tuple(inputs.outcomes)
    )
    fit = fit_default_model(sample, Estimator(inputs.estimator))
    model = DefaultModel(
        fit=fit, years=inputs.years, loss_given_default=inputs.loss_given_default, seen=marks_of(sample)
    )
    return DefaultFitOutputs(
        model=DefaultModelDocument(**json.loads(model_to_json(model))),
        residual_freedom=fit.residual_freedom,
        aic=fit.aic,
        bic=fit.bic,
        caution=fit.caution,
    )


CALCULATIONS = (
    Calculation(
        name="default_predict",
        version=_VERSION,
        inputs=DefaultPredictInputs,
        outputs=DefaultPredictOutputs,
        compute=_predict,
        formulas=(DefaultFit.probability, DefaultModel.rated),
    ),
    Calculation(
        name="default_fit",
        version=_VERSION,
        inputs=DefaultFitInputs,
        outputs=DefaultFitOutputs,
        compute=_fit,
        formulas=(Unloaded("default_model/fitting", "fit_default_model"),),
    ),
)
