"""The resources of /v1, a module each."""

from fastapi import APIRouter

from api.routes import cash, clock, keys, participants, transactions

V1: tuple[APIRouter, ...] = (
    participants.router,
    keys.router,
    cash.router,
    clock.router,
    transactions.router,
)
"""In the order of the documentation."""
