"""Scenarios: what the actors of a supply chain do, day by day, and what came of it."""
