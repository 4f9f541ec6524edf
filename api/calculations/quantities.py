"""Numbers with their units. How large they may be says the model, and nobody else."""

from typing import Annotated

from pydantic import Field


def _real(unit: str) -> object:
    return Field(allow_inf_nan=False, json_schema_extra={"x-unit": unit})


def _whole(unit: str) -> object:
    return Field(json_schema_extra={"x-unit": unit})


Money = Annotated[float, _real("money, one currency unit throughout")]
Fraction = Annotated[float, _real("fraction of one")]
YearlyRate = Annotated[float, _real("fraction a year")]
PeriodRate = Annotated[float, _real("fraction a period")]
Years = Annotated[float, _real("years")]
Months = Annotated[float, _real("months")]
Points = Annotated[float, _real("points of 100")]
Volume = Annotated[float, _real("units of volume, or of money, a period")]
Pure = Annotated[float, _real("pure number")]

Count = Annotated[int, _whole("count")]
Days = Annotated[int, _whole("days")]
BasisPointCount = Annotated[int, _whole("basis points a year")]
Stake = Annotated[int, _whole("whole money, one unit throughout")]
