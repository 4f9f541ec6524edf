"""The published models over HTTP: a registry of typed inputs, the library's pure functions, and typed outputs."""

from typing import Any

from api.calculations import (
    default_model,
    game,
    laws,
    lending,
    paths,
    populations,
    pricing,
    rates,
    rating,
    relationship,
    series,
)
from api.calculations.calculation import Calculation

REGISTRY: dict[str, Calculation[Any, Any]] = {
    calculation.name: calculation
    for module in (relationship, pricing, rating, lending, rates, laws, default_model, game, paths, populations, series)
    for calculation in module.CALCULATIONS
}
"""By the name under which each is asked."""
