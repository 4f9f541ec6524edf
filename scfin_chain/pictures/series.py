"""Pictures of time series: as they ran, how each answers a shock, and whose shocks make what was not foreseen."""

from collections.abc import Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator, PercentFormatter

from scfin_chain.pictures.style import STROKES, new_figure, strokes

if TYPE_CHECKING:
    from scfin_chain.models.series import Bands, Sample

BAND = "#b0b0b0"
"""Fill of a band, between the line's black and the paper's white."""

LONG_NAME = 24
"""Characters of a series' name for which there is room beside a panel."""

MANY_PERIODS = 60
"""Above so many periods markers would run together."""


def draw_series(sample: "Sample", *, periods: Sequence[date] | None = None, unit: str = "") -> Figure:
    """Each series in a panel of its own, one under the other, over its months or its periods counted from 1."""
    figure, panels = new_figure(len(sample.names), 1, panel=(7.2, 2.6))
    for axes, name, stroke in zip(panels, sample.names, strokes(), strict=False):
        values = sample.column(name)
        marker = stroke["marker"] if len(values) <= MANY_PERIODS else None
        if periods is None:
            axes.plot(np.arange(1, len(values) + 1), values, **{**stroke, "marker": marker}, label=name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        else:
            axes.plot(np.asarray(periods, dtype="datetime64[D]"), values, **{**stroke, "marker": marker}, label=name)
            locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib types a part of itself
            axes.xaxis.set_major_locator(locator)
            axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        _name(axes, name, unit or _short(name), width=50)
        if float(np.max(np.abs(values))) >= 10_000:
            axes.yaxis.set_major_formatter(EngFormatter())
    panels[-1].set_xlabel("month" if periods is not None else "period")
    return figure


def draw_responses(responses: "Bands", *, unit: str = "", period: str = "period") -> Figure:
    """A panel a pair: in its row the series that answers, in its column the one that is shocked; the band in grey."""
    names = responses.names
    figure, panels = new_figure(len(names), len(names), panel=(4.4, 3.0))
    for place, axes in enumerate(panels):
        answer, shock = names[place // len(names)], names[place % len(names)]
        value, lower, upper = responses.of(answer, shock)
        axes.axhline(0.0, color=STROKES[-1]["color"], linewidth=0.8)
        band = f"{responses.level:.0%} band"
        axes.fill_between(responses.periods, lower, upper, color=BAND, alpha=0.6, linewidth=0, label=band)
        axes.plot(responses.periods, value, **STROKES[0], label="response")
        _name(axes, f"{_short(answer)} to a shock of {_short(shock)}", unit or _short(answer), width=36)
        _label_periods(axes, f"{period}s after the shock")
        if float(np.max(np.abs([lower, upper]))) >= 10_000:
            axes.yaxis.set_major_formatter(EngFormatter())
    _legend(figure, panels[0])
    return figure


def draw_shares(shares: "Bands", *, period: str = "period") -> Figure:
    """A panel a series: whose shocks make how much of its forecast error variance, each share with its band."""
    figure, panels = new_figure(1, len(shares.names), panel=(5.2, 3.8))
    for axes, answer in zip(panels, shares.names, strict=True):
        for shock, stroke in zip(shares.names, strokes(), strict=False):
            value, lower, upper = shares.of(answer, shock)
            axes.fill_between(
                shares.periods,
                lower,
                upper,
                facecolor=(stroke["color"], 0.12),
                edgecolor=(stroke["color"], 0.5),
                linestyle=stroke["linestyle"],  # by which bands that overlap are told apart in grey
                linewidth=0.6,
            )
            axes.plot(shares.periods, value, **stroke, label=f"shocks of {_short(shock)}")
        _name(axes, f"{_short(answer)}, {shares.level:.0%} bands", "share of the forecast error variance", width=40)
        axes.set_ylim(-0.02, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        _label_periods(axes, f"{period}s ahead")
    _legend(figure, panels[0])
    return figure


def _legend(figure: Figure, axes: Axes) -> None:
    """What the lines of every panel are, above all panels, where it covers none of them."""
    handles, labels = axes.get_legend_handles_labels()
    columns = max(1, int(figure.get_figwidth() / (0.6 + 0.08 * max(map(len, labels)))))
    legend = figure.legend(handles, labels, loc="outside upper center", ncols=min(columns, len(labels)), frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _name(axes: Axes, title: str, label: str, *, width: int) -> None:
    """Title and vertical label, within the panel however long a series' name is, and as it is spelled."""
    axes.set_title(fill(title, width), parse_math=False)
    axes.set_ylabel(label, parse_math=False)


def _short(name: str) -> str:
    return name if len(name) <= LONG_NAME else f"{name[: LONG_NAME - 3]}..."


def _label_periods(axes: Axes, text: str) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(text)
