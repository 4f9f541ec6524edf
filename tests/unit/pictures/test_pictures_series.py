"""Pictures of time series, by what their artists hold.

given series, responses or shares
    each line should hold the values given, each band its two ends, and each axis should have a label
given names that are long, or would be formulas: no panel's text should run into another panel's
"""

from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.dates import date2num

from scfin_chain.models.series import (
    Bands,
    Sample,
    fit_autoregression,
    impulse_responses,
    sample_of,
    variance_decomposition,
)
from scfin_chain.pictures.series import draw_responses, draw_series, draw_shares
from scfin_chain.pictures.style import save

CHANCE = np.random.default_rng(4)
A, B = CHANCE.standard_normal((2, 40)).cumsum(axis=1)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return sample_of({"revenue": 1e6 * A, "lending": B})


@pytest.fixture(scope="module")
def responses(sample: Sample) -> Bands:
    return impulse_responses(fit_autoregression(sample, lags=1), horizon=6)


def assert_band(axes: Axes, place: int, periods: tuple[int, ...], lower: np.ndarray, upper: np.ndarray) -> None:
    band = [artist for artist in axes.collections if isinstance(artist, PolyCollection)][place]
    corners = {(float(x), float(y)) for x, y in band.get_paths()[0].vertices}
    assert {corner for ends in (lower, upper) for corner in zip(periods, ends.tolist(), strict=True)} <= corners


def test_a_series_runs_over_its_periods(sample: Sample):
    panels = draw_series(sample).axes

    assert [axes.get_title() for axes in panels] == ["revenue", "lending"]
    for axes, name in zip(panels, sample.names, strict=True):
        (line,) = axes.lines
        assert np.array_equal(line.get_xdata(), np.arange(1, 41))
        assert np.array_equal(line.get_ydata(), sample.column(name))
        assert axes.get_ylabel() == name
    assert panels[-1].get_xlabel() == "period"


def test_a_ledgers_series_runs_over_its_months(sample: Sample):
    months = [date(2021 + place // 12, place % 12 + 1, 1) for place in range(40)]
    panels = draw_series(sample, periods=months, unit="minor units").axes

    assert np.array_equal(date2num(panels[0].lines[0].get_xdata()), date2num(months))
    assert {axes.get_ylabel() for axes in panels} == {"minor units"}
    assert panels[-1].get_xlabel() == "month"


def test_responses_have_a_panel_a_pair(responses: Bands):
    figure = draw_responses(responses, unit="minor units", period="month")

    pairs = [(answer, shock) for answer in responses.names for shock in responses.names]
    for axes, (answer, shock) in zip(figure.axes, pairs, strict=True):
        value, lower, upper = responses.of(answer, shock)
        assert axes.get_title() == f"{answer} to a shock of {shock}"
        assert np.array_equal(axes.lines[1].get_ydata(), value)
        assert_band(axes, 0, responses.periods, lower, upper)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("months after the shock", "minor units")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["95% band", "response"]


def test_shares_have_a_line_a_shock(sample: Sample):
    fit = fit_autoregression(sample, lags=1)
    shares = variance_decomposition(fit, horizon=5, rng=np.random.default_rng(1), draws=100)
    figure = draw_shares(shares)

    for axes, answer in zip(figure.axes, shares.names, strict=True):
        for place, shock in enumerate(shares.names):
            value, lower, upper = shares.of(answer, shock)
            assert np.array_equal(axes.lines[place].get_ydata(), value)
            assert_band(axes, place, shares.periods, lower, upper)
        styles = {(line.get_linestyle(), line.get_marker()) for line in axes.lines}
        assert len(styles) == 2
        assert axes.get_ylabel() == "share of the forecast error variance"
        assert axes.get_xlabel() == "periods ahead"


def test_the_legend_covers_no_panel(responses: Bands, tmp_path: Path):
    figure = draw_responses(responses)
    save(figure, tmp_path / "responses.png")
    legend = figure.legends[0].get_window_extent()

    assert not any(legend.overlaps(axes.get_tightbbox()) for axes in figure.axes)


def test_long_names_and_formulas_stay_in_their_panels(tmp_path: Path):
    names = ("a name of as many words as a column of a file may have, or 64", "x" * 64, r"$\frac{$ of _revenue_")
    series = dict(zip(names, np.random.default_rng(2).standard_normal((3, 40)).cumsum(axis=1), strict=True))
    fit = fit_autoregression(sample_of(series), lags=1)
    shares = variance_decomposition(fit, horizon=5, rng=np.random.default_rng(1), draws=100)
    for figure in (draw_series(fit.sample), draw_responses(impulse_responses(fit, horizon=3)), draw_shares(shares)):
        save(figure, tmp_path / "named.png")
        boxes = [axes.get_tightbbox() for axes in figure.axes] + [key.get_window_extent() for key in figure.legends]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        assert all(figure.bbox.contains(*corner) for box in boxes for corner in box.padded(-1).corners())
