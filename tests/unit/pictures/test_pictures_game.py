"""Pictures of the game, by what is drawn and not by pixels.

given the printed game: paths close around a centre, corners are marked as saddles
given a bistable game: the border is the level of the first integral through the saddle, and areas are named
given a start: its path is told apart in both pictures, around a centre, to a corner, or along an edge
given too many games: it should refuse
"""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scfin_chain.errors import InvalidInput
from scfin_chain.models import PRINTED_GAME, Game, ModelDomainError, first_integral, replicator_dynamics
from scfin_chain.models.border import border_curve
from scfin_chain.pictures import game as pictures
from scfin_chain.pictures.game import BANKS, FIRMS, PANELS_LIMIT, basin_figure, phase_portraits

BISTABLE = replace(PRINTED_GAME, fraud_share=0.8, incentive=300)
OTHER_CORNERS = replace(
    PRINTED_GAME, credit_cost=0, technology_cost=70, supervised_penalty=600, unsupervised_penalty=400, incentive=0,
    fraud_share=0.0, loan_rate=0.2,
)  # fmt: skip


def marked(axes: Axes) -> dict[str, int]:
    kinds = [str(line.get_gid()) for line in axes.lines if line.get_gid()]
    return {kind: kinds.count(kind) for kind in set(kinds)}


def test_portrait_given_printed_and_bistable() -> None:
    figure = phase_portraits({"printed": PRINTED_GAME, "bistable": BISTABLE})
    printed, bistable = figure.axes
    assert (printed.get_xlabel(), printed.get_ylabel()) == (BANKS, FIRMS)
    assert printed.get_title() == "printed\nE5 = (0.4, 0.65): condition 4"
    assert marked(printed) == {"saddle": 4, "centre": 1, "path": 25}
    assert marked(bistable) == {"evolutionarily stable": 2, "unstable": 2, "saddle": 1, "path": 25}
    for line in (line for line in printed.lines if line.get_gid() == "path"):
        x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        assert (x[-1], y[-1]) == pytest.approx((x[0], y[0]), abs=1e-5)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["evolutionarily stable", "unstable", "saddle", "centre", "path", "border of the basins"]


@pytest.mark.parametrize("draw", [phase_portraits, basin_figure])
@pytest.mark.parametrize(
    ("game", "start", "end"),
    [
        (PRINTED_GAME, (0.33, 0.47), (0.33, 0.47)),
        (PRINTED_GAME, (0.0, 0.3), (0.0, 1.0)),
        (PRINTED_GAME, (1.0, 0.0), (1.0, 0.0)),
        (BISTABLE, (0.33, 0.47), (0.0, 0.0)),
        (BISTABLE, (0.5, 0.9), (1.0, 1.0)),
        (BISTABLE, (0.5, 0.65), (0.5, 0.65)),
    ],
)
def test_path_from_a_start(
    draw: Callable[..., Figure], game: Game, start: tuple[float, float], end: tuple[float, float]
) -> None:
    figure = draw({"game": game}, start=start)
    (line,) = (line for line in figure.axes[0].lines if line.get_gid() == "start")
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert (x[0], y[0]) == start
    assert (x[-1], y[-1]) == pytest.approx(end, abs=2e-3)
    assert f"path from ({start[0]:g}, {start[1]:g})" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_portrait_follows_its_paths_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Mock(wraps=pictures.trajectories)
    monkeypatch.setattr(pictures, "trajectories", counted)
    phase_portraits({"bistable": BISTABLE})
    assert counted.call_count == 1


@pytest.mark.parametrize("game", [BISTABLE, OTHER_CORNERS])
def test_border_is_a_level_through_the_saddle(game: object) -> None:
    dynamics = replicator_dynamics(game)  # type: ignore[arg-type]
    x = np.linspace(0.01, 0.99, 50)
    levels = [first_integral(dynamics, *point) for point in zip(x, border_curve(dynamics, x), strict=True)]
    saddle = first_integral(dynamics, dynamics.a / dynamics.b, dynamics.c / dynamics.d)
    assert levels == pytest.approx([saddle] * 50, rel=1e-8)


def test_border_given_none() -> None:
    with pytest.raises(ModelDomainError, match="condition"):
        border_curve(replicator_dynamics(PRINTED_GAME), 0.5)


def test_basins_name_their_areas() -> None:
    figure = basin_figure({"bistable": BISTABLE, "other": OTHER_CORNERS, "printed": PRINTED_GAME})
    two, _, none = (axes for axes in figure.axes if axes.get_visible())
    assert two.get_title() == "bistable\ncondition 2: basin of (1, 1) 0.3702, lines 0.4250"
    assert none.get_title() == "printed\ncondition 4: no two corners attract"
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[:4] == ["evolutionarily stable", "unstable", "saddle", "centre"]
    assert names[4:] == ["basin where firms repay", "basin where they do not", "true border", "the paper's lines"]


def test_basins_given_none_explain_none() -> None:
    figure = basin_figure({"printed": PRINTED_GAME})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["saddle", "centre"]


def test_the_title_of_the_printed_game_keeps_its_lines() -> None:
    title = "printed parameters\npaper: E5 = (0.467, 0.65), two stable corners\nfollows: a centre, four saddles"
    (axes,) = phase_portraits({title: PRINTED_GAME}).axes
    assert axes.get_title() == f"{title}\nE5 = (0.4, 0.65): condition 4"


def test_a_long_title_keeps_to_its_panel() -> None:
    title = ", ".join(f"parameter_{number} = {number}" for number in range(9))
    for draw in (phase_portraits, basin_figure):
        (axes,) = draw({title: BISTABLE}).axes
        assert all(len(line) <= 55 for line in axes.get_title().splitlines())
        (axes,) = draw({"changed\npaper: stable": BISTABLE}).axes
        assert axes.get_title().startswith("changed\npaper: stable\n")


def test_titles_of_many_panels_are_whole() -> None:
    figure = basin_figure({str(number): BISTABLE for number in range(PANELS_LIMIT)})
    figure.draw_without_rendering()
    titles = [axes.title.get_window_extent() for axes in figure.axes]
    assert max(title.y1 for title in titles) < figure.bbox.y1
    labels = [axes.xaxis.label.get_window_extent() for axes in figure.axes]
    assert all(label.y0 > title.y1 for label, title in zip(labels, titles[3:], strict=False))


@pytest.mark.parametrize("count", [0, PANELS_LIMIT + 1])
def test_refuses_so_many(count: int) -> None:
    with pytest.raises(InvalidInput, match="games in one picture"):
        phase_portraits({str(number): PRINTED_GAME for number in range(count)})
