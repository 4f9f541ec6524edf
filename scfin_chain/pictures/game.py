"""Pictures of paper 001's game: where its shares move, and whose basin is how large."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scfin_chain.errors import InvalidInput
from scfin_chain.models.basin import Basins, approximate_basins, exact_basins
from scfin_chain.models.border import border_curve
from scfin_chain.models.equilibrium import Equilibrium, Stability, Verdict, stability
from scfin_chain.models.game import Dynamics, Game, replicator_dynamics
from scfin_chain.models.orbit import closed_orbits
from scfin_chain.models.potential import Floats
from scfin_chain.models.trajectory import settle, trajectories
from scfin_chain.pictures.style import new_figure

PANELS_LIMIT: Final = 12
"""Most games in one picture."""

BANKS: Final = "x: share of banks using digital currency"
FIRMS: Final = "y: share of firms that repay"

MARKS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.STABLE: ("o", "black"),
    Verdict.UNSTABLE: ("o", "white"),
    Verdict.SADDLE: ("X", "white"),
    Verdict.CENTRE: ("D", "0.6"),
    Verdict.NON_HYPERBOLIC: ("s", "0.6"),
}
"""Marker and face of each kind of equilibrium: told apart without colour."""

_STARTS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
_MOMENTS: Final = 600
_TITLE: Final = 46
"""Letters that fit over a panel."""
_ROW: Final = 32
"""Letters of a legend of three that fit below a panel in a row."""

_WIDTH, _HEIGHT = 4.2, 4.3
"""Of a panel without its title, inches."""

_UPPER, _LOWER = "0.75", "0.95"
"""Greys of the two basins."""

_START: Final[Mapping[str, Any]] = {"color": "black", "linewidth": 2.4, "marker": "^", "markersize": 9}
"""How the path from a start that was asked for looks; its marker stands at the start."""

_LINE: Final = 0.22
"""Height of a line of a title or a legend, inches."""


def phase_portraits(games: Mapping[str, Game], *, start: tuple[float, float] | None = None) -> Figure:
    """A panel a game: its field, paths from a grid of starts, its equilibria, and the border of two basins.

    ``games`` are named by their panels' titles, at most `PANELS_LIMIT`. The path from ``start``, shares x and y in
    [0, 1], is told apart.
    """
    figure, panels = _figure(list(games))
    seen: set[Verdict] = set()
    bordered = False
    for axes, (title, game) in zip(panels, games.items(), strict=False):
        dynamics = replicator_dynamics(game)
        found = stability(dynamics)
        _field(axes, dynamics)
        _paths(axes, dynamics, found)
        _path(axes, dynamics, found, start)
        bordered = _border(axes, dynamics) or bordered
        seen |= _rest(axes, found)
        where = f"E5 = ({found.x:.4g}, {found.y:.4g})"
        axes.set_title(f"{_wrapped(title)}\n{where}: {found.condition.value}", fontsize="medium")
    handles = _handles(seen)
    handles.append(Line2D([], [], color="0.35", linewidth=0.9, label="path"))
    handles += _start_handle(start)
    if bordered:
        handles.append(Line2D([], [], color="black", linestyle="--", label="border of the basins"))
    _explain(figure, handles)
    return figure


def basin_figure(games: Mapping[str, Game], *, start: tuple[float, float] | None = None) -> Figure:
    """A panel a game: its basins, by the true border and by the paper's straight lines, with their areas.

    ``games`` and ``start`` are as in `phase_portraits`.
    """
    figure, panels = _figure(list(games))
    seen: set[Verdict] = set()
    border: list[Artist] = []
    for axes, (title, game) in zip(panels, games.items(), strict=False):
        dynamics = replicator_dynamics(game)
        found = stability(dynamics)
        exact, straight, areas = exact_basins(dynamics), approximate_basins(found), "no two corners attract"
        if exact is not None and straight is not None:
            border = _basins(axes, dynamics, found, exact)
            areas = f"basin of {exact.s1_corner} {exact.s1:.4f}, lines {straight.s1:.4f}"
        _path(axes, dynamics, found, start)
        seen |= _rest(axes, found)
        axes.set_title(f"{_wrapped(title)}\n{found.condition.value}: {areas}", fontsize="medium")
    _explain(figure, [*_handles(seen), *_start_handle(start), *border])
    return figure


def require_panels(count: int) -> None:
    """Refuse so many games in one picture that none could be read."""
    if not 1 <= count <= PANELS_LIMIT:
        raise InvalidInput("games in one picture", count, f"from 1 to {PANELS_LIMIT}")


def _figure(titles: list[str]) -> tuple[Figure, list[Axes]]:
    """A panel a title, high enough for it."""
    count = len(titles)
    require_panels(count)
    lines = max(len(_wrapped(title).splitlines()) for title in titles)
    columns = min(count, 3 if count != 4 else 2)
    rows = -(-count // columns)
    figure, panels = new_figure(rows, columns, panel=(_WIDTH, _HEIGHT + _LINE * lines))
    for spare in panels[count:]:
        spare.set_visible(False)
    for axes in panels[:count]:
        axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), xlabel=BANKS, ylabel=FIRMS, aspect="equal", anchor="S")
        axes.grid(False)
        axes.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color="0.7", linewidth=0.8, zorder=1)
    return figure, panels


def _wrapped(title: str) -> str:
    return "\n".join(fill(line, _TITLE) for line in title.splitlines())


def _field(axes: Axes, game: Dynamics) -> None:
    x, y = np.meshgrid(np.linspace(0.05, 0.95, 13), np.linspace(0.05, 0.95, 13))
    across, along = x * (1 - x) * (game.c - game.d * y), y * (1 - y) * (game.b * x - game.a)
    length = np.hypot(across, along)
    length[length == 0.0] = 1.0
    axes.quiver(x, y, across / length, along / length, color="0.6", width=0.004, scale=26, pivot="mid", zorder=1)


def _paths(axes: Axes, game: Dynamics, found: Stability) -> None:
    """From a grid of starts."""
    x, y = (part.ravel() for part in np.meshgrid(_STARTS, _STARTS))
    for path in _followed(game, found, x, y):
        axes.plot(*path, color="0.35", linewidth=0.9, zorder=2, gid="path")


def _path(axes: Axes, game: Dynamics, found: Stability, start: tuple[float, float] | None) -> None:
    """From the start that was asked for, if one was."""
    if start is not None:
        (path,) = _followed(game, found, *(np.array([share]) for share in start))
        axes.plot(*path, **_START, gid="start", markevery=[0], zorder=4, clip_on=False)


def _followed(game: Dynamics, found: Stability, x: Floats, y: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Shares along the path from each start: once around a centre, else until it is near rest."""
    spans = _spans(game, found, x, y)
    times = np.union1d(np.linspace(0.0, spans.max(), _MOMENTS), spans)
    paths = trajectories(game, x, y, times=times)
    for place, span in enumerate(spans):
        kept = times <= span
        yield paths.x[kept, place], paths.y[kept, place]


def _spans(game: Dynamics, found: Stability, x: Floats, y: Floats) -> Floats:
    """How long each path is followed."""
    rates = [abs(value) for corner in found.corners for value in corner.eigenvalues if value]
    quick, slow = (20.0 / max(rates), 20.0 / min(rates)) if rates else (0.0, 0.0)
    if found.interior is not None and found.interior.verdict is Verdict.CENTRE:
        spans = np.full(x.shape, slow)
        inside = (x > 0.0) & (x < 1.0) & (y > 0.0) & (y < 1.0)
        spans[inside] = closed_orbits(game, x[inside], y[inside]).period
        return spans
    hyperbolic = all(corner.verdict is not Verdict.NON_HYPERBOLIC for corner in found.corners)
    if not found.stable or not hyperbolic:
        return np.full(x.shape, quick)
    time = settle(game, x, y, near=1e-3).time
    return np.where(np.isfinite(time), time, slow)


def _border(axes: Axes, game: Dynamics) -> bool:
    if exact_basins(game) is None:
        return False
    x = np.linspace(0.0, 1.0, 401)
    axes.plot(x, border_curve(game, x), color="black", linestyle="--", linewidth=1.6, zorder=3)
    return True


def _basins(axes: Axes, game: Dynamics, found: Stability, exact: Basins) -> list[Artist]:
    """Draw both, and say in a legend's handles what is drawn."""
    x = np.linspace(0.0, 1.0, 401)
    border = border_curve(game, x)
    ends = (1.0, 0.0) if exact.s1_corner == (1, 1) else (0.0, 1.0)
    return [
        axes.fill_between(x, border, 1.0, color=_UPPER, linewidth=0, zorder=0, label="basin where firms repay"),
        axes.fill_between(x, 0.0, border, color=_LOWER, linewidth=0, zorder=0, label="basin where they do not"),
        *axes.plot(x, border, color="black", linestyle="-", linewidth=1.6, label="true border"),
        *axes.plot(
            [0.0, found.x, 1.0], [ends[0], found.y, ends[1]], color="black", linestyle=":", linewidth=1.6,
            label="the paper's lines",
        ),
    ]  # fmt: skip


def _rest(axes: Axes, found: Stability) -> set[Verdict]:
    points: list[Equilibrium] = [*found.corners, *([] if found.interior is None else [found.interior])]
    for point in points:
        marker, face = MARKS[point.verdict]
        axes.plot(
            [point.x], [point.y], marker=marker, markerfacecolor=face, markeredgecolor="black", markersize=9,
            linestyle="none", zorder=5, clip_on=False, gid=point.verdict.value,
        )  # fmt: skip
    return {point.verdict for point in points}


def _explain(figure: Figure, handles: Sequence[Artist]) -> None:
    """A legend below all panels, for which the figure grows."""
    in_a_row = len(handles) <= 3 and sum(len(str(handle.get_label())) for handle in handles) <= _ROW
    columns = 3 if in_a_row else round(figure.get_figwidth() / _WIDTH)
    figure.set_figheight(figure.get_figheight() + _LINE * (1.0 - (-len(handles) // columns)))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)


def _start_handle(start: tuple[float, float] | None) -> list[Line2D]:
    return [] if start is None else [Line2D([], [], **_START, label=f"path from ({start[0]:g}, {start[1]:g})")]


def _handles(seen: set[Verdict]) -> list[Line2D]:
    return [_handle(verdict) for verdict in MARKS if verdict in seen]


def _handle(verdict: Verdict) -> Line2D:
    marker, face = MARKS[verdict]
    return Line2D(
        [], [], marker=marker, markerfacecolor=face, markeredgecolor="black", markersize=8, linestyle="none",
        label=verdict.value,
    )  # fmt: skip
