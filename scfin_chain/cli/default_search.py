"""How ``scfin default fit`` chooses among indicators: by none, or stepwise by a criterion."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich import progress as bars

import scfin_chain.models.default_model as fitted
from scfin_chain.cli.program import errors
from scfin_chain.cli.sweeps import require_left_out
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.sample import Sample
from scfin_chain.models.default_model.selection import Selection

Choice = Literal["none", "forward", "backward", "both"]
Measure = Literal["aic", "bic", "p_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A stepwise selection, and what it went by."""

    direction: Choice
    criterion: Measure
    found: Selection

    @property
    def path(self) -> list[dict[str, object]]:
        """Each move that was taken, with the criterion's value."""
        return [
            {"move": step.taken.move, "value": step.taken.value} for step in self.found.path if step.taken is not None
        ]

    @property
    def told(self) -> str:
        """The path in a line."""
        moves = ", then ".join(f"{move['move']} ({move['value']:.6g})" for move in self.path)
        return f"path by {self.criterion}: {moves or 'no move'}"

    @property
    def document(self) -> dict[str, object]:
        """What JSON has of it."""
        return {
            "direction": self.direction,
            "criterion": self.criterion,
            "candidates": list(self.found.candidates),
            "trials": self.found.tried,
            "path": self.path,
        }


def check_search(select: Choice, criterion: Measure | None, enter: float | None, leave: float | None) -> None:
    """Refuse what a search would not look at."""
    thresholds = {"--enter": enter, "--leave": leave}
    if select == "none":
        require_left_out({"--criterion": criterion, **thresholds}, "left out without --select")
    elif criterion != "p_value":
        require_left_out(thresholds, "left out unless --criterion is p_value")
    elif select == "forward":
        require_left_out({"--leave": leave}, "left out with --select forward, which removes nothing")
    elif select == "backward":
        require_left_out({"--enter": enter}, "left out with --select backward, which adds nothing")


def fitted_to(
    sample: Sample,
    estimator: Estimator,
    select: Choice,
    criterion: Measure | None,
    thresholds: tuple[float | None, float | None],
) -> tuple[DefaultFit, Search | None]:
    """The fit to a sample, of all its indicators or of those that a search keeps, and that search."""
    if select == "none":
        return fitted.fit_default_model(sample, estimator), None
    measure = criterion or "aic"
    enter = fitted.ENTER if thresholds[0] is None else thresholds[0]
    leave = fitted.LEAVE if thresholds[1] is None else thresholds[1]
    if select == "forward":
        leave = max(leave, enter)  # of which nothing is asked
    elif select == "backward" and leave > 0.0:
        enter = min(enter, leave)
    with _progress() as progress:
        selection = fitted.select_indicators(
            sample,
            estimator,
            direction=fitted.Direction(select),
            criterion=fitted.Criterion(measure),
            enter=enter,
            leave=leave,
            progress=progress,
        )
    return selection.fit, Search(direction=select, criterion=measure, found=selection)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A count of fits on standard error, where somebody looks on."""
    columns = (bars.TextColumn("{task.description}"), bars.TextColumn("{task.completed:.0f}"), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("fits tried", total=None)
        yield lambda tried: bar.update(task, completed=tried)
