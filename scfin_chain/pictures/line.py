"""Paper 004 drawn: what a bank expects of a line."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from scfin_chain.models import Lending, expected_profit, optimal_line
from scfin_chain.pictures.style import new_figure, strokes

POINTS = 241
"""Lines at which each curve is computed."""


def profit_figure(lendings: Sequence[tuple[str, Lending, float]]) -> Figure:
    """Expected profit by line, up to a little past where it is used up, with the best line of each curve.

    Each curve has a name, its lending and the exponent of its repayment law.
    """
    figure, (axes,) = new_figure()
    for (name, lending, exponent), stroke in zip(lendings, strokes(), strict=False):
        best = optimal_line(lending, exponent=exponent)
        lines = np.union1d(np.linspace(0.0, 1.1 * (best.zero_at or lending.cap), POINTS), [best.line])
        profits = [expected_profit(lending, float(line), exponent=exponent) for line in lines]
        label = f"{name}: best line {best.line:,.0f}, profit {best.profit:,.0f}"
        axes.plot(lines, profits, label=label, markevery=[int(np.searchsorted(lines, best.line))], **stroke)
    axes.axhline(0.0, color="#000000", linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set(xlabel="line, yuan", ylabel="expected profit, yuan a period", title="Expected profit by line")
    axes.tick_params(axis="x", labelrotation=20)
    figure.legend(loc="outside lower center", ncols=1)
    return figure
