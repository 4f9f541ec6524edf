"""Approves, prices and supervises each financing, sends the decisions, and keeps the ledger's calendar."""
