"""`scfin price` and `scfin line`: one value or a sweep, in three forms, and drawn.

given the paper's numbers: what its examples in the help say
given a sweep: a row a set, the swept names in front
given a wrong value: one line that names it, and no output
"""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scfin_chain.cli.program import app
from scfin_chain.errors import InvalidInput, ModelDomainError
from scfin_chain.models import PRINTED_RELATIONSHIP, Lending, optimal_line, price_relationship, price_tornado
from scfin_chain.pictures.line import profit_figure
from scfin_chain.pictures.pricing import firms_figure, sweep_figure, tornado_figure


def rows(*arguments: str) -> list[dict[str, Any]]:
    ran = CliRunner().invoke(app, [*arguments, "--form", "json"])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return json.loads(ran.output)


def refusal(*arguments: str) -> BaseException | None:
    ran = CliRunner().invoke(app, list(arguments))
    assert ran.exit_code != 0
    return ran.exception


def test_price_given_paper() -> None:
    (row,) = rows("price")
    assert row["price"] == pytest.approx(0.039498063659, abs=5e-13)
    assert row["vega"] == pytest.approx(235_401, abs=0.5)
    (tenfold,) = rows("price", "--set", "investigation_cost=100000", "--set", "selling_cost=400000")
    assert tenfold["price"] == pytest.approx(0.065767152530, abs=5e-13)


def test_price_swept_over_firms_in_csv() -> None:
    ran = CliRunner().invoke(app, ["price", "--set", "firms=1,2,3,8", "--form", "csv"])
    table = list(csv.DictReader(io.StringIO(ran.output)))
    assert [row["firms"] for row in table] == ["1", "2", "3", "8"]
    assert [row["negative"] for row in table] == ["True", "True", "False", "False"]
    assert float(table[3]["price"]) == rows("price")[0]["price"]


def test_price_given_file_and_switch(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('return_years = "term"\nfirms = 3\n')
    (row,) = rows("price", "--parameters", str(file), "--set", "firms=8")
    assert row["price"] == pytest.approx(0.042080406, abs=5e-10)


def test_tornado_is_the_models() -> None:
    found = rows("price", "--tornado", "--change", "0.2")
    expected = price_tornado(PRINTED_RELATIONSHIP, change=0.2)
    assert [(row["input"], row["swing"]) for row in found] == [(one.name, one.swing) for one in expected]


@pytest.mark.parametrize(
    "arguments",
    [
        ("price",),
        ("price", "--set", "firms=1:40:40"),
        ("price", "--set", "volatility=0:0.5:11"),
        ("price", "--set", "return_years=one_year,term"),
        ("price", "--tornado"),
        ("line",),
        ("line", "--set", "rate=0.07:0.12:6"),
    ],
)
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_plots(tmp_path: Path, arguments: tuple[str, ...], suffix: str) -> None:
    file = tmp_path / f"picture.{suffix}"
    rows(*arguments, "--plot", str(file))
    assert file.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("price", "--set", "firms=0"), "firms is 0: must be a whole number in"),
        (("price", "--set", "tax_rate=5"), r"tax_rate is 5.0: must be a number in \[0, 1\)"),
        (("price", "--set", "compounding=never"), "compounding is 'never': must be one of one_year, term"),
        (("price", "--set", "volatility=0.1,0.2", "--tornado"), "--tornado is '2 sets of parameters'"),
        (("price", "--plot", "a.pdf"), "picture is 'a.pdf'"),
        (("price", "--set", "firms=1:9:9", "--set", "years=1:7:7", "--plot", "a.png"), "--plot is '7 curves by firms'"),
        (("price", "--change", "0.2"), "--change is 0.2: must be left out without --tornado"),
        (("price", "--tornado", "--change", "2"), r"change is 2.0: must be a number in \(0, 1\]"),
        (("line", "--set", "law=normal"), "law is 'normal': must be power or beta"),
        (("line", "--set", "quantile=1.96"), "guaranteed volume is -"),
        (("line", "--set", "confidence=95"), r"confidence is 95.0: must be a number in \[0.5, 1\)"),
        (("line", "--set", "confidence=0.3"), r"confidence is 0.3: must be a number in \[0.5, 1\)"),
        (
            ("line", "--set", "confidence=0.95", "--set", "quantile=1.6"),
            "confidence is 0.95: must be left out beside quantile, which it gives",
        ),
        (("line", "--best-rate"), "ceiling is None: must be given: no rate is best"),
        (("line", "--ceiling", "0.1"), "--ceiling is 0.1: must be left out without --best-rate"),
        (("line", "--response", "20"), "--response is 20.0: must be left out without --best-rate"),
        (("line", "--table", "--best-rate", "--ceiling", "0.1"), "--table is True: must be left out with --best-rate"),
        (("line", "--table", "--plot", "a.png"), "--plot is 'a.png': must be left out with --table"),
        (
            ("line", "--best-rate", "--ceiling", "0.1", "--plot", "a.png"),
            "--plot is 'a.png': must be left out with --b",
        ),
        (
            ("line", "--best-rate", "--ceiling", "0.1", "--set", "rate=0.2"),
            "rate is 0.2: must be left out where --best",
        ),
        (("line", "--set", "shape_a=3"), "shape_a is 3.0: must be left out: the law is power"),
        (("line", "--set", "law=beta", "--set", "exponent=3"), "exponent is 3.0: must be left out: the law is beta"),
        (
            ("line", "--set", "law=beta", "--plot", "a.png"),
            "--plot is '1 sets': must be of at most 6 sets, of the power",
        ),
        (("line", "--table", "--set", "exponent=2"), "--table is True: must be used with the paper's uniform law"),
        (("line", "--set", "law=beta", "--set", "shape_a=0"), "shape_a is 0.0: must be above 0"),
    ],
)
def test_refuses(arguments: tuple[str, ...], message: str) -> None:
    refused = refusal(*arguments)
    assert isinstance(refused, InvalidInput | ModelDomainError)
    with pytest.raises(InvalidInput, match=message):
        raise refused


@pytest.mark.parametrize("command", ["price", "line"])
@pytest.mark.parametrize(
    "option",
    [("--plot", "a.pdf"), ("--plot", "missing/a.png"), ("--output", "missing/a.csv"), ("--plot", "a.png")],
)
def test_refuses_its_files_before_it_prints(command: str, option: tuple[str, str], tmp_path: Path) -> None:
    flag, name = option
    (tmp_path / "a.png").mkdir()  # a folder is no picture
    ran = CliRunner().invoke(app, [command, flag, str(tmp_path / name)])
    assert isinstance(ran.exception, InvalidInput)
    assert ran.output == ""


@pytest.mark.parametrize(
    ("sweeps", "labels", "across"),
    [
        (("firms=1,8", "volatility=0.1,0.3"), ["volatility 0.1", "volatility 0.3"], "firms, N"),
        (("volatility=0:0.4:5", "years=1,2"), ["years 1.0", "years 2.0"], "volatility, fraction a year"),
        (("return_years=one_year,term",), ["return_years one_year", "return_years term"], "firms, N"),
        (("return_years=one_year,term", "years=1,2,3"), ["return_years one_year", "return_years term"], "years"),
    ],
)
def test_a_picture_has_each_curve_once(
    sweeps: tuple[str, ...], labels: list[str], across: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    monkeypatch.setattr("scfin_chain.pictures.style.save", lambda figure, path: drawn.append(figure))
    given = [part for sweep in sweeps for part in ("--set", sweep)]
    table = rows("price", *given, "--plot", str(tmp_path / "a.png"))
    (figure,) = drawn
    axes = figure.axes[0]
    curves = [line for line in axes.lines if line.get_label()[0] != "_"]
    assert [line.get_label().split(":")[0] for line in curves] == labels
    assert axes.get_xlabel() == across
    shown = {round(float(price), 12) for line in curves for price in line.get_ydata()}
    if len(sweeps) > 1:
        assert {round(row["price"], 12) for row in table} <= shown


@pytest.mark.parametrize(
    ("asked", "scale", "ends"),
    [
        ([8], "linear", (1, 40)),
        ([20, 1, 2, 3, 8], "linear", (1, 20)),
        ([100, 1000, 5000], "log", (100, 5000)),
        ([5000], "log", (1, 5000)),
        ([1, 10**12], "log", (1, 10**12)),
    ],
)
def test_a_picture_by_firms_marks_those_asked_for(asked: list[int], scale: str, ends: tuple[int, int]) -> None:
    (axes,) = firms_figure([("paper", PRINTED_RELATIONSHIP)], asked=asked).axes
    curve = axes.lines[0]
    marked = {int(curve.get_xdata()[place]): curve.get_ydata()[place] for place in curve.get_markevery()}
    assert list(marked) == sorted(asked)
    for firms, price in marked.items():
        expected = price_relationship(replace(PRINTED_RELATIONSHIP, firms=firms)).price.rate
        assert price == pytest.approx(expected, rel=1e-12)
    assert all(tick == round(tick) for tick in axes.get_xticks() if tick > 1)
    assert (axes.get_xscale(), (curve.get_xdata()[0], curve.get_xdata()[-1])) == (scale, ends)


def test_line_given_paper() -> None:
    (row,) = rows("line")
    assert row["guarantee"] == pytest.approx(13_514_377, abs=5e-4)
    assert row["line"] == pytest.approx(247_931.208004, abs=5e-7)
    assert row["elasticity_default"] == pytest.approx(-0.734364, abs=5e-7)


def test_line_given_a_confidence_takes_its_exact_quantile() -> None:
    (exact,) = rows("line", "--set", "confidence=0.95")
    assert exact["guarantee"] == pytest.approx(14_261_374.18, abs=5e-3)
    swept = rows("line", "--set", "confidence=0.9,0.95")
    assert [row["confidence"] for row in swept] == [0.9, 0.95]
    assert swept[0]["guarantee"] > swept[1]["guarantee"] == exact["guarantee"]


def test_line_by_table_law_and_rate() -> None:
    table = rows("line", "--set", "rate=0.07:0.15:9", "--table")
    assert [round(row["line"]) for row in table][::8] == [36_412, 575_940]
    (power,), (beta,) = rows("line", "--set", "exponent=3"), rows("line", "--set", "law=beta", "--set", "shape_a=3")
    assert beta["line"] == pytest.approx(power["line"], rel=1e-9)  # beta(a, 1) is the power law
    (best,) = rows("line", "--best-rate", "--set", "rate=0.07", "--response", "20")
    assert best["best_rate"] == pytest.approx(0.1759, abs=5e-5)
    below, at = rows("line", "--set", "rate=0.05,0.10")
    assert (below["line"], below["elasticity_rate"]) == (0, None)
    assert at["elasticity_rate"] > 1


def test_pictures_hold_the_models_numbers() -> None:
    swings = price_tornado(PRINTED_RELATIONSHIP)
    bars = tornado_figure(swings, price=0.0395).axes[0].patches
    assert [bar.get_x() + bar.get_width() for bar in bars[: len(swings)]] == pytest.approx(
        [one.price_low for one in swings]
    )
    by_firms = firms_figure([("paper", PRINTED_RELATIONSHIP)], asked=[8]).axes[0]
    assert by_firms.lines[0].get_ydata()[7] == pytest.approx(0.039498063659, abs=5e-13)
    assert by_firms.get_xlabel() == "firms, N"
    assert sweep_figure("volatility", {"": [(0.1, 0.03), (0.2, 0.04)]}).axes[0].lines[0].get_ydata().tolist() == [
        0.03,
        0.04,
    ]
    lending = Lending(rate=0.1, cost_rate=0.065, cap=1e6)
    (curve,) = [drawn for drawn in profit_figure([("10 %", lending, 1.0)]).axes[0].lines if drawn.get_label()[0] != "_"]
    best = optimal_line(lending)
    (marked,) = curve.get_markevery()
    assert curve.get_xdata()[marked] == best.line
    assert max(curve.get_ydata()) == curve.get_ydata()[marked] == pytest.approx(best.profit, rel=1e-12)


def test_help_shows_a_worked_example() -> None:
    for command, shown in (("price", "0.06576715253"), ("line", "247931.208"), ("reproduce", "3.95 %")):
        assert shown in CliRunner().invoke(app, [command, "--help"]).output
