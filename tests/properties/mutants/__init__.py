"""Contracts with one check taken out, and for each the property that must fail."""

from tests.properties.mutants import access, conservation, double_finance, reference, settlement, time_and_state
from tests.properties.mutants.mutant import Mutant, StaleMutant, live_through

MUTANTS: tuple[Mutant, ...] = (
    *conservation.MUTANTS,
    *double_finance.MUTANTS,
    *settlement.MUTANTS,
    *time_and_state.MUTANTS,
    *access.MUTANTS,
    *reference.MUTANTS,
)

__all__ = ["MUTANTS", "Mutant", "StaleMutant", "live_through"]
