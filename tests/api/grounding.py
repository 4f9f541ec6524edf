"""Grounds requests that are drawn at random: numbers of what is there, so that they come as far as the ledger."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.api.client import amount
from tests.api.world import World, documents

Pick = Callable[[Sequence[Any]], Any]
"""Draws one of several values."""


class Grounds:
    """What there is in a world, by the names that requests call it."""

    def __init__(self, world: World) -> None:
        sides = world.a, world.b
        participants = [client.participant for pair in world.clients.values() for client in pair if client.participant]
        receivables = [number for side in sides for number in side.receivables.values()]
        credits_ = [number for side in sides for number in side.credits.values()]
        cores = [side.core.participant for side in sides]
        amounts = [amount(units) for units in (0, 1, 100, 10_000, 2**63 - 1)]
        self._fields: dict[str, Sequence[Any]] = {
            "amount": amounts,
            "credit": credits_,
            "creditor": [side.supplier.participant for side in sides],
            "debtor": cores,
            "documents": [documents("DRAWN-1"), documents("FRESH-1")],
            "due": ["2024-11-26", "2030-01-01", "9999-12-31"],
            "evidence": [documents("evidence")],
            "expires": ["2024-06-01", "9999-12-31"],
            "face": amounts,
            "holder": participants,
            "issuer": cores,
            "limit": [*amounts, 1, 500],
            "participant": participants,
            "receivable": receivables,
            "to": participants,
            "trade": receivables,
        }
        self._numbers: dict[str, Sequence[Any]] = {
            "commands": range(1, 60),
            "financings": [number for side in sides for number in side.financings.values()],
            "ledger": range(1, 60),
            "participants": participants,
            "receivables": receivables,
            "scenarios": range(1, 5),
        }

    def ground(self, case: Any, pick: Pick, *, path: bool) -> None:
        """Put real values in place of about half of the drawn ones; ``path`` says whether in the path too."""
        if path and isinstance(case.path_parameters, Mapping):
            resource = case.operation.path.removeprefix("/v1/").split("/")[0]
            known = self._fields | {"number": self._numbers.get(resource, ())}
            self._replace(case.path_parameters, known, pick)
        if isinstance(case.body, dict):
            kinds = {"limit": self._fields["amount"]} if "limit" in case.body else {}
            self._replace(case.body, self._fields | kinds, pick)
        if isinstance(case.query, dict):
            self._replace(case.query, self._fields, pick)

    @staticmethod
    def _replace(values: Any, known: Mapping[str, Sequence[Any]], pick: Pick) -> None:
        for name in values:
            if known.get(name) and pick((True, True, False)):
                values[name] = pick(known[name])
