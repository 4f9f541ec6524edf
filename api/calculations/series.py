"""Paper 000's tests of what drives what over time. The library behind them takes seconds to load, once a process."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.docs import Unloaded
from api.calculations.quantities import Count, Fraction, Pure
from api.problems import Problem
from api.schemas import Strict, example

if TYPE_CHECKING:
    from scfin_chain.models.series import Sample

_VERSION: Final = "000-1"

MOST_VALUES, MOST_SERIES, MOST_LAGS, MOST_PERIODS = 500, 4, 8, 40
"""So that the largest is done within some tenths of a second."""

_ADF = Unloaded("series/unit_root", "adf")
_GRANGER = Unloaded("series/granger", "granger_causality")
_ORDERS = Unloaded("series/autoregression", "lag_orders")
_FIT = Unloaded("series/autoregression", "fit_autoregression")
_RESPONSES = Unloaded("series/responses", "impulse_responses")

_Z = [1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9]
_X = [0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4]
_BOTH = [{"name": "z", "values": _Z}, {"name": "x", "values": _X}]

Values = Annotated[list[Pure], Field(max_length=MOST_VALUES)]
Lags = Annotated[int, Field(ge=1, le=MOST_LAGS)]
Matrix = list[list[float]]


class UnitRootInputs(Inputs):
    """One series, oldest value first."""

    model_config = example(series=_Z)

    DOCUMENTED = (_ADF,)

    series: Values
    terms: Literal["n", "c", "ct"] = "c"
    lags: Annotated[int, Field(ge=0, le=24)] | Literal["aic", "bic"] = 0
    most_lags: Annotated[int, Field(ge=0, le=24)] | None = None


class CriticalValue(Outputs):
    """Below it the unit root is rejected at the level."""

    level: Fraction
    value: Pure
    rejects: bool


class UnitRootOutputs(Outputs):
    """The test with its specification."""

    tau: Pure
    terms: str
    lags: Count
    raw_observations: Count
    observations: Count
    p_value: Fraction
    critical_values: list[CriticalValue]


class GrangerInputs(Inputs):
    """Two series over the same periods."""

    model_config = example(caused=_Z, cause=_X)

    DOCUMENTED = (_GRANGER,)

    caused: Values
    cause: Values
    lags: Lags = 1


class GrangerOutputs(Outputs):
    """An F test of "the past of x does not help to foresee z"."""

    statistic: Pure
    lags: Count
    observations: Count
    degrees: Count
    p_value: Fraction
    rss_unrestricted: Pure
    rss_restricted: Pure


class NamedSeries(Strict):
    """A series, oldest value first."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    values: Values


class SeriesInputs(Inputs):
    """Series over the same periods, in the order of causes."""

    model_config = example(series=_BOTH)

    DOCUMENTED: ClassVar[tuple[object, ...]] = (_FIT,)

    series: Annotated[list[NamedSeries], Field(max_length=MOST_SERIES, description="Two to four, each with a name.")]

    def sample(self) -> "Sample":
        """The series as one."""
        from scfin_chain.models.series import sample_of

        columns = {each.name: each.values for each in self.series}
        if len(columns) < len(self.series):
            raise Problem.of_field("series", [each.name for each in self.series], "of names no two alike")
        return sample_of(columns)


class LagOrdersInputs(SeriesInputs):
    """The series, and up to which number of lags."""

    DOCUMENTED = (_ORDERS,)

    most_lags: Lags = 2


class LagOrder(Outputs):
    """What the criteria say of one number of lags."""

    lags: Count
    aic: Pure
    bic: Pure
    hq: Pure


class LagOrdersOutputs(Outputs):
    """All numbers of lags, from none on, and which has the least value; 0: no past says anything."""

    observations: Count
    orders: list[LagOrder]
    aic: Count
    bic: Count
    hq: Count


class AutoregressionInputs(SeriesInputs):
    """The series, and how many lags of each."""

    lags: Lags = 1


class AutoregressionOutputs(Outputs):
    """The system; of a matrix each row is an equation, each column a regressor."""

    names: list[str]
    observations: Count
    intercept: list[float]
    coefficients: Annotated[list[Matrix], Field(description="V1, V2, ...")]
    covariance: Annotated[Matrix, Field(description="Of the residuals.")]
    aic: Pure
    bic: Pure
    hq: Pure
    moduli: Annotated[list[float], Field(description="Of the companion matrix's eigenvalues, the largest first.")]
    stable: Annotated[bool, Field(description="Whether all moduli are below 1.")]


class ShockResponseInputs(AutoregressionInputs):
    """A system, and what is asked of it."""

    DOCUMENTED = (_FIT, _RESPONSES)

    horizon: Annotated[int, Field(ge=1, le=MOST_PERIODS)] = 12
    level: Fraction = 0.95
    orthogonal: bool = True


class ShockResponse(Outputs):
    """What one series does after a shock to one, period by period from that of the shock on."""

    shock: str
    answer: str
    values: list[float]
    lower: list[float]
    upper: list[float]


class ShockResponseOutputs(Outputs):
    """Of each series to each."""

    responses: list[ShockResponse]


def _unit_root(inputs: UnitRootInputs) -> UnitRootOutputs:
    from scfin_chain.models.series import LagCriterion, Terms, adf
    from scfin_chain.models.series.unit_root import LEVELS

    lags = inputs.lags if isinstance(inputs.lags, int) else LagCriterion(inputs.lags)
    found = adf(inputs.series, terms=Terms(inputs.terms), lags=lags, most_lags=inputs.most_lags)
    return UnitRootOutputs(
        tau=found.tau,
        terms=found.terms.value,
        lags=found.lags,
        raw_observations=found.raw_observations,
        observations=found.observations,
        p_value=found.p_value,
        critical_values=[
            CriticalValue(level=level, value=value, rejects=found.rejects(level))
            for level, value in zip(LEVELS, found.critical_values, strict=True)
        ],
    )


def _granger(inputs: GrangerInputs) -> GrangerOutputs:
    from scfin_chain.models.series import granger_causality

    found = granger_causality(inputs.caused, inputs.cause, lags=inputs.lags)
    return GrangerOutputs(**{name: getattr(found, name) for name in GrangerOutputs.model_fields})


def _orders(inputs: LagOrdersInputs) -> LagOrdersOutputs:
    from scfin_chain.models.series import Criterion, lag_orders

    found = lag_orders(inputs.sample(), most_lags=inputs.most_lags)
    rows = enumerate(zip(found.aic, found.bic, found.hq, strict=True))
    best: dict[str, Any] = {criterion.value: found.best(criterion) for criterion in Criterion}
    return LagOrdersOutputs(
        observations=found.observations,
        orders=[LagOrder(lags=lags, aic=aic, bic=bic, hq=hq) for lags, (aic, bic, hq) in rows],
        **best,
    )


def _fit(inputs: AutoregressionInputs) -> AutoregressionOutputs:
    from scfin_chain.models.series import fit_autoregression

    found = fit_autoregression(inputs.sample(), lags=inputs.lags)
    return AutoregressionOutputs(
        names=list(found.names),
        observations=found.observations,
        intercept=found.intercept.tolist(),
        coefficients=found.coefficients.tolist(),
        covariance=found.covariance.tolist(),
        aic=found.aic,
        bic=found.bic,
        hq=found.hq,
        moduli=list(found.moduli),
        stable=found.moduli[0] < 1,
    )


def _responses(inputs: ShockResponseInputs) -> ShockResponseOutputs:
    from scfin_chain.models.series import fit_autoregression, impulse_responses

    fit = fit_autoregression(inputs.sample(), lags=inputs.lags)
    found = impulse_responses(fit, horizon=inputs.horizon, level=inputs.level, orthogonal=inputs.orthogonal)
    told = []
    for shock in found.names:
        for answer in found.names:
            values, lower, upper = (each.tolist() for each in found.of(answer, shock))
            told.append(ShockResponse(shock=shock, answer=answer, values=values, lower=lower, upper=upper))
    return ShockResponseOutputs(responses=told)


CALCULATIONS = (
    Calculation(
        name="unit_root",
        version=_VERSION,
        inputs=UnitRootInputs,
        outputs=UnitRootOutputs,
        compute=_unit_root,
        formulas=(_ADF,),
    ),
    Calculation(
        name="granger",
        version=_VERSION,
        inputs=GrangerInputs,
        outputs=GrangerOutputs,
        compute=_granger,
        formulas=(_GRANGER,),
    ),
    Calculation(
        name="lag_orders",
        version=_VERSION,
        inputs=LagOrdersInputs,
        outputs=LagOrdersOutputs,
        compute=_orders,
        formulas=(_ORDERS,),
    ),
    Calculation(
        name="autoregression",
        version=_VERSION,
        inputs=AutoregressionInputs,
        outputs=AutoregressionOutputs,
        compute=_fit,
        formulas=(_FIT,),
    ),
    Calculation(
        name="impulse_responses",
        version=_VERSION,
        inputs=ShockResponseInputs,
        outputs=ShockResponseOutputs,
        compute=_responses,
        formulas=(_RESPONSES, _FIT),
    ),
)
