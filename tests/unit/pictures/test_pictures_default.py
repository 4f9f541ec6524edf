"""How well a model told who would default, drawn.

given probabilities with their outcomes: a line a sample in both panels, and a legend that covers none
"""

from pathlib import Path

import numpy as np

from scfin_chain.models.default_model import calibration, evaluate, roc_curve
from scfin_chain.pictures.default import judgement_figure
from scfin_chain.pictures.style import save

CHANCE = np.random.default_rng(5)
SAID = CHANCE.random(60).tolist()
SAMPLES = {
    "rows of the fit": (SAID, [float(CHANCE.random() < p) for p in SAID]),
    "later rows": ([0.1, 0.2, 0.2, 0.3], [0.0, 1.0, 0.0, 1.0]),
}


def test_each_sample_is_a_line_in_both_panels() -> None:
    roc, groups = judgement_figure(SAMPLES).axes
    for place, (name, said) in enumerate(SAMPLES.items()):
        assert np.column_stack(roc.lines[place].get_data()).tolist() == [list(point) for point in roc_curve(*said)]
        bins = [[group.mean_probability, group.default_share] for group in calibration(*said)]
        assert np.column_stack(groups.lines[place].get_data()).tolist() == bins
        assert roc.lines[place].get_label().startswith(f"{name}: AUC {evaluate(*said).auc:.3f}")
    for axes in (roc, groups):
        assert "fraction" in axes.get_xlabel()
        assert "fraction" in axes.get_ylabel()


def test_no_legend_covers_a_line(tmp_path: Path) -> None:
    figure = judgement_figure(SAMPLES)
    save(figure, tmp_path / "judged.png")
    for axes in figure.axes:
        legend = axes.get_legend()
        assert legend is not None
        assert not legend.get_window_extent().overlaps(axes.get_window_extent())
        assert not legend.get_window_extent().overlaps(axes.xaxis.get_tightbbox())
