"""A mutant: a contract with one check taken out, the property that fails then, and a short history in which it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.properties.acts import Act
from tests.properties.invariants import AT_THE_END
from tests.properties.run import Property, Run, ask


class StaleMutant(AssertionError):
    """A snippet no longer stands in its contract exactly once: the contract was edited, and the mutant must follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`edits` are exact pieces of the contract's source, each to be found once, and what stands there instead."""

    name: str
    contract: str
    edits: tuple[tuple[str, str], ...]
    breaks: Property
    stage: str
    acts: tuple[Act, ...] = ()
    salt: int = 0

    @property
    def unit(self) -> str:
        """The mutated contract's name."""
        return f"{self.contract}_{self.name.replace(' ', '_')}"

    def source(self, sources: Mapping[str, str]) -> str:
        """The contract with its edits, under the name of the mutant."""
        unit = f"contracts/{self.contract}.sol"
        text = sources[unit]
        for old, new in ((f"contract {self.contract} ", f"contract {self.unit} "), *self.edits):
            if text.count(old) != 1:
                raise StaleMutant(
                    f"mutant {self.name!r} of {self.breaks.__name__}: this stands {text.count(old)} times in {unit}, "
                    f"not once; update the mutant in tests/properties/mutants:\n{old}"
                )
            text = text.replace(old, new)
        return text


def live_through(run: Run, mutant: Mutant) -> None:
    """The mutant's history, its property asked after each act, and at the end."""
    run.salt = mutant.salt
    run.start(mutant.stage)
    in_the_end = mutant.breaks in AT_THE_END
    for act in mutant.acts:
        run.take(act)
        if not in_the_end:
            ask(run, [mutant.breaks])
    if in_the_end:
        ask(run, [mutant.breaks])
