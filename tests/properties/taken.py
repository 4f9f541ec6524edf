"""An act that was tried, and what came of it."""

from dataclasses import dataclass
from typing import Any

from scfin_chain.chain import DecodedLog
from scfin_chain.errors import ContractReverted
from tests.properties.acts import Act
from tests.properties.reading import Reading
from tests.properties.records import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of an act: `error` is why the contracts refused it, `refusals` why the rules do."""

    act: Act
    refusals: frozenset[Reason]
    error: ContractReverted | None
    before: Reading
    after: Reading
    events: tuple[DecodedLog, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.error is None

    def did(self, *kinds: type[Act]) -> bool:
        """Whether it is of such a kind, and was accepted."""
        return self.accepted and isinstance(self.act, kinds)

    def change(self, *key: Any) -> int:
        """By how much a number grew."""
        return int(self.after.get(key, 0) - self.before.get(key, 0))

    def __str__(self) -> str:
        return f"{self.act}" + ("" if self.error is None else f"  # refused: {self.error.name}")
