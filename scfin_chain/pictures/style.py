"""How every picture looks: readable in grey, since line styles and markers tell lines apart before colours do."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scfin_chain.errors import InvalidInput

FORMATS: Final = ("png", "svg")
"""Suffixes of the files that `save` writes."""

DOTS_PER_INCH: Final = 150

PANEL: Final = (6.4, 4.2)
"""Width and height of one panel, inches."""

STROKES: Final[tuple[dict[str, Any], ...]] = (
    {"color": "#000000", "linestyle": "-", "marker": "o"},
    {"color": "#0060a8", "linestyle": "--", "marker": "s"},
    {"color": "#b34700", "linestyle": "-.", "marker": "^"},
    {"color": "#4d7a29", "linestyle": ":", "marker": "D"},
    {"color": "#7a3b8f", "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": "#666666", "linestyle": (0, (8, 2)), "marker": "x"},
)
"""Line styles in the order in which lines take them; two that share a grey differ in dashes and marker."""

_LOOK: Final[dict[Any, Any]] = {  # names that matplotlib types from 3.11 on
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.facecolor": "white",
    "font.size": 10.0,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.5,
}


def new_figure(
    rows: int = 1, columns: int = 1, *, panel: tuple[float, float] = PANEL, share_axes: bool = False
) -> tuple[Figure, list[Axes]]:
    """An empty figure with so many panels, row by row, whose labels and legends keep out of one another's way."""
    with rc_context(_LOOK):
        figure = Figure(figsize=(panel[0] * columns, panel[1] * rows), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, columns, squeeze=False, sharex=share_axes, sharey=share_axes)
    return figure, [axes for row in grid for axes in row]


def strokes() -> Iterator[dict[str, Any]]:
    """Keyword arguments of `Axes.plot` for one line after another."""
    return cycle(STROKES)


def require_format(path: Path) -> str:
    """The suffix of a picture's file, without its dot; another than those of `FORMATS` is refused."""
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise InvalidInput("picture", str(path), f"a file that ends in {' or '.join(f'.{name}' for name in FORMATS)}")
    return suffix


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, by the suffix of the file; equal figures make equal files."""
    suffix = require_format(path)
    metadata = {"Date": None} if suffix == "svg" else {"Software": None}
    with rc_context({**_LOOK, "svg.hashsalt": "scfin", "svg.fonttype": "path"}):
        try:
            figure.savefig(path, format=suffix, dpi=DOTS_PER_INCH, metadata=metadata)
        except OSError as error:
            raise InvalidInput("picture", str(path), f"a file that can be written ({error.strerror})") from error
