"""The published models as calculations: nothing is read and nothing is written."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from api.calculations import REGISTRY
from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.docs import domain_in
from api.callers import TheCaller

router = APIRouter(prefix="/models", tags=["models"])


class Parameter(BaseModel):
    """What a model wants to know."""

    name: str
    description: str
    unit: str | None
    domain: str | None
    required: bool
    default: object | None


class Model(BaseModel):
    """A model, and where it comes from."""

    name: str
    summary: str
    version: str
    path: str
    parameters: list[Parameter]
    sources: list[str]


class Models(BaseModel):
    """All that there are."""

    items: list[Model]


@router.get("")
def list_models(_caller: TheCaller) -> Models:
    """The models with their parameters, units, domains and sources."""
    return Models(items=[_model(calculation) for calculation in REGISTRY.values()])


def _model(calculation: Calculation[Any, Any]) -> Model:
    return Model(
        name=calculation.name,
        summary=calculation.summary,
        version=calculation.version,
        path=f"/v1/models/{calculation.name}",
        parameters=_parameters(calculation.inputs),
        sources=calculation.sources,
    )


def _parameters(inputs: type[Inputs]) -> list[Parameter]:
    schema = inputs.model_json_schema()
    required = set(schema.get("required", ()))
    return [
        Parameter(
            name=name,
            description=told.get("description", ""),
            unit=_unit(told),
            domain=domain_in(told.get("description", "")),
            required=name in required,
            default=told.get("default"),
        )
        for name, told in schema["properties"].items()
    ]


def _unit(told: dict[str, Any]) -> str | None:
    """Of a number, or of one that may be null."""
    found: str | None = {**told, **told.get("anyOf", [{}])[0]}.get("x-unit")
    return found


def _handler(calculation: Calculation[Any, Any]) -> Callable[..., Outputs]:
    """A route of its own for each: so a client that is generated knows its inputs by name and type."""

    def compute(body: Inputs, _caller: TheCaller) -> Outputs:
        found: Outputs = calculation.run(body)
        return found

    compute.__annotations__["body"] = calculation.inputs
    compute.__doc__ = calculation.summary
    return compute


for _each in REGISTRY.values():
    router.add_api_route(
        f"/{_each.name}",
        _handler(_each),
        methods=["POST"],
        name=f"compute_{_each.name}",
        response_model=_each.outputs,
    )
