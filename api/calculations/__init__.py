"""The published models over HTTP: a registry of typed inputs, the library's pure functions, and typed outputs."""

from typing import Any

from api.calculations import game, lending, pricing, rates, rating, relationship
from api.calculations.calculation import Calculation

REGISTRY: dict[str, Calculation[Any, Any]] = {
    calculation.name: calculation
    for module in (relationship, pricing, rating, lending, rates, game)
    for calculation in module.CALCULATIONS
}
"""By the name under which each is asked."""
