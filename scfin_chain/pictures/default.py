"""How well a model told who would default: receiver operating characteristic, and calibration."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from scfin_chain.models.default_model import calibration, evaluate, roc_curve
from scfin_chain.pictures.style import new_figure, strokes

Judged = tuple[Sequence[float], Sequence[float]]
"""Probabilities, and the outcomes beside them."""


def judgement_figure(samples: Mapping[str, Judged]) -> Figure:
    """Two panels: hits against false alarms, and default shares against probabilities in ten groups.

    ``samples`` are named probabilities with their outcomes, of both kinds; each is a line in both panels.
    """
    figure, (roc, groups) = new_figure(columns=2, panel=(5.6, 4.6))
    highest = 0.0
    for (name, (probabilities, outcomes)), stroke in zip(samples.items(), strokes(), strict=False):
        figures = evaluate(probabilities, outcomes)
        points = roc_curve(probabilities, outcomes)
        plain = {key: value for key, value in stroke.items() if key != "marker"}
        roc.plot(*zip(*points, strict=True), **plain, label=f"{name}: AUC {figures.auc:.3f}, KS {figures.ks:.3f}")
        bins = calibration(probabilities, outcomes)
        means, shares = [group.mean_probability for group in bins], [group.default_share for group in bins]
        highest = max(highest, *means, *shares)
        groups.plot(means, shares, **stroke, label=f"{name}: Brier {figures.brier:.4f}")
    dotted: dict[str, Any] = {"color": "#666666", "linewidth": 0.9, "linestyle": (0, (1, 2))}
    roc.plot([0.0, 1.0], [0.0, 1.0], **dotted, label="a coin")
    groups.plot([0.0, highest], [0.0, highest], **dotted, label="as said")
    roc.set(title="Receiver operating characteristic", xlabel="false alarm rate (fraction of those that paid)")
    roc.set_ylabel("hit rate (fraction of those that defaulted)")
    groups.set(title="Calibration, ten groups of like probability", xlabel="mean probability of default (fraction)")
    groups.set_ylabel("share that defaulted (fraction)")
    for axes in (roc, groups):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14))  # below, where no line can run
    return figure
