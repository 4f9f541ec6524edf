"""The look of every picture.

given several lines: no two share line style and marker, so that grey print tells them apart
given a file's suffix: PNG or SVG, the same bytes again; another is refused
"""

from itertools import islice
from pathlib import Path

import pytest

from scfin_chain.errors import InvalidInput
from scfin_chain.pictures.style import STROKES, new_figure, save, strokes


def test_lines_differ_without_colour() -> None:
    assert len({stroke["marker"] for stroke in STROKES}) == len({str(stroke["linestyle"]) for stroke in STROKES}) == 6
    assert list(islice(strokes(), 7))[6] == STROKES[0]


def test_figure_has_its_panels_row_by_row() -> None:
    figure, panels = new_figure(2, 3, share_axes=True)
    assert figure.axes == panels
    assert len(panels) == 6
    assert panels[0].get_shared_x_axes().joined(panels[0], panels[5])


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_saves_the_same_bytes_again(tmp_path: Path, name: str, start: bytes) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        figure, (axes,) = new_figure()
        axes.plot([0, 1], [1, 0], label="falling", **next(strokes()))
        axes.legend()
        save(figure, tmp_path / folder / name)
    first, second = ((tmp_path / folder / name).read_bytes() for folder in ("first", "second"))
    assert first == second
    assert first.startswith(start)


def test_refuses_other_files(tmp_path: Path) -> None:
    figure, _ = new_figure()
    with pytest.raises(InvalidInput, match=r"a\.pdf.*ends in \.png or \.svg"):
        save(figure, tmp_path / "a.pdf")
    with pytest.raises(InvalidInput, match="can be written"):
        save(figure, tmp_path / "none" / "a.png")
