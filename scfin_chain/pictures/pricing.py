"""Paper 003 drawn: the price by the number of firms, and what moves it."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, PercentFormatter

from scfin_chain.models import Relationship, Sensitivity, price_relationship, price_relationships
from scfin_chain.pictures.style import new_figure, strokes

BAR = 0.32
"""Height of a tornado's bar, inches."""

FIRMS: Final = 40
"""Firms to which a picture goes by itself, and the ratio of most to fewest past which its axis is logarithmic."""

POINTS: Final = 400
"""Most numbers of firms at which a curve is computed, beside those that are marked."""

UNITS: Final = {
    **dict.fromkeys(
        ("collateral", "investigation_cost", "selling_cost", "deposit_balance", "service_fees", "commission"), ", yuan"
    ),
    **dict.fromkeys(
        ("risk_free", "volatility", "transfer_price", "hurdle", "deposit_return", "reserve_return"), ", fraction a year"
    ),
    "years": "",
}
"""Units of inputs, as they follow their names; the others are fractions."""


def firms_figure(relationships: Sequence[tuple[str, Relationship]], *, asked: Sequence[int]) -> Figure:
    """Break-even price by the number of firms, the limit that it rises to, and where it turns negative.

    The numbers that were asked for are marked and span the axis; one alone lies on an axis from 1 to at least `FIRMS`.
    """
    figure, (axes,) = new_figure()
    marked = np.unique(np.asarray(asked, dtype=np.int64))
    low, high = (marked[0], marked[-1]) if len(marked) > 1 else (1, max(marked[0], FIRMS))
    firms = np.union1d(np.rint(np.geomspace(low, high, POINTS)).astype(np.int64), marked)
    lowest = 0.0
    for (name, relationship), stroke in zip(relationships, strokes(), strict=False):
        priced = price_relationship(relationship)
        prices = price_relationships(relationship, firms=firms).rate
        lowest = min(lowest, float(prices[0]))
        below = "never negative" if priced.firms_at_zero is None else f"negative below N = {priced.firms_at_zero:.2f}"
        label = f"{name}: {below}, limit {priced.price.limit:.2%} (dotted)"
        axes.plot(firms, prices, label=label, markevery=np.searchsorted(firms, marked).tolist(), **stroke)
        axes.axhline(priced.price.limit, color=stroke["color"], linestyle=(0, (1, 3)), linewidth=0.9)
    if lowest < 0.0:
        axes.axhline(0.0, color="#000000", linewidth=0.8)
    axes.set(xlabel="firms, N", ylabel="break-even price, % a year", title="Price by the number of firms")
    if high > FIRMS * low:
        axes.set_xscale("log")
    else:
        axes.locator_params(axis="x", integer=True)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def tornado_figure(sensitivities: Sequence[Sensitivity], *, price: float) -> Figure:
    """Price where each input is moved down and up, the widest bar on top."""
    figure, (axes,) = new_figure(panel=(7.6, 1.4 + BAR * max(len(sensitivities), 1)))
    places = np.arange(len(sensitivities))[::-1]
    for label, ends, colour, hatch in (
        ("input lower", [one.price_low for one in sensitivities], "#ffffff", "////"),
        ("input higher", [one.price_high for one in sensitivities], "#666666", ""),
    ):
        widths = np.asarray(ends) - price
        axes.barh(places, widths, left=price, height=0.7, label=label, color=colour, hatch=hatch, edgecolor="#000000")
    axes.axvline(price, color="#000000", linewidth=0.8)
    axes.set_yticks(places, [one.name.replace("_", " ") for one in sensitivities])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel=f"break-even price, % a year (unmoved: {price:.2%})", title="What moves the price")
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    return figure


def sweep_figure(name: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> Figure:
    """Break-even price over one input, a curve of (value, price) for each name."""
    figure, (axes,) = new_figure()
    for (label, points), stroke in zip(curves.items(), strokes(), strict=False):
        values, prices = zip(*points, strict=True)
        axes.plot(values, prices, label=label, markevery=max(len(points) // 20, 1), **stroke)
    axes.axhline(0.0, color="#000000", linewidth=0.8)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    unit = UNITS.get(name, ", fraction")
    axes.set(xlabel=f"{name.replace('_', ' ')}{unit}", ylabel="break-even price, % a year", title="Break-even price")
    if len(curves) > 1:
        figure.legend(loc="outside lower center", ncols=1)
    return figure
