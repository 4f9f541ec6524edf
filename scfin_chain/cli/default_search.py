"""How ``scfin default fit`` chooses among indicators: by none, or stepwise by a criterion."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from rich import progress as bars

import scfin_chain.models.default_model as fitted
from scfin_chain.cli.program import errors
from scfin_chain.cli.sweeps import require_left_out
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.sample import Sample

Choice = Literal["none", "forward", "backward", "both"]
Measure = Literal["aic", "bic", "p_value"]


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
) -> tuple[DefaultFit, list[str]]:
    """The fit to a sample, of all its indicators or of those that a search keeps, and what must be said beside it."""
    if select == "none":
        found = fitted.fit_default_model(sample, estimator)
        return found, [found.caution] if found.caution else []
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
    moves = [f"{step.taken.move} ({step.taken.value:.6g})" for step in selection.path if step.taken is not None]
    return selection.fit, [f"path by {measure}: {', then '.join(moves) or 'no move'}", selection.warning]


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A count of fits on standard error, where somebody looks on."""
    columns = (bars.TextColumn("{task.description}"), bars.TextColumn("{task.completed:.0f}"), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("fits tried", total=None)
        yield lambda tried: bar.update(task, completed=tried)
