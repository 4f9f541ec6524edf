"""The resources of /v1, a module each."""

from fastapi import APIRouter

from api.routes import (
    cash,
    clock,
    events,
    financings,
    keys,
    ledger,
    lines,
    models,
    participants,
    receivables,
    scenarios,
    settlements,
    transactions,
)
from api.routes.credits import router as credits_router

V1: tuple[APIRouter, ...] = (
    participants.router,
    keys.router,
    cash.router,
    receivables.router,
    lines.router,
    credits_router,
    financings.router,
    settlements.router,
    clock.router,
    transactions.router,
    events.router,
    ledger.router,
    models.router,
    scenarios.router,
)
"""In the order of the documentation."""
