"""The papers' printed numbers beside what follows from them.

given the rows of all papers: they are as expected, and the page in the docs is theirs
given the specification: each finding that it names has its verdict and its number
given a computation that changed: the rows are named, and the exit code is not 0
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scfin_chain.cli.program import app
from scfin_chain.errors import InvalidInput
from scfin_chain.reproduction import PAPERS, Finding, NotAsExpected, Row, check, markdown, reproduce, telling

ROOT = Path(__file__).resolve().parents[3]
TABLE_8_LAST = "575,940, 24,477; 633,534, 26,925; 618,234, 26,275"
FOLLOWS, NOT, MISSING = Finding.REPRODUCES, Finding.DOES_NOT_FOLLOW, Finding.DATA_MISSING


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return reproduce()


def found(rows: list[Row], paper: str, start: str) -> Row:
    (row,) = [row for row in rows if row.paper == paper and row.item.startswith(start)]
    return row


def test_rows_are_as_expected_and_each_item_once(rows: list[Row]) -> None:
    check(rows, PAPERS)
    assert len({(row.paper, row.item) for row in rows}) == len(rows)


def test_page_in_the_docs_is_made_of_them(rows: list[Row]) -> None:
    assert markdown(rows) == (ROOT / "docs" / "REPRODUCTION.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("paper", "start", "printed", "computed", "value", "verdict"),
    [
        ("003", "price i", "6.58 %", "3.95 %", 0.039498063659, NOT),
        ("003", "total cost", "1,464,892.32", "1,014,892.32", 1_014_892.32, NOT),
        ("003", "option value", "2.6162 million", "2.6162 million", 2_616_249.947991, FOLLOWS),
        ("003", "volatility", "0.0742", "0.0743", 0.074329753817, NOT),
        ("003", "market value after year 2", "11.6951", "11.9169", 11.916944, NOT),
        ("003", "deposit F", "1.8032 million", "0.1803 million", 180_320, NOT),
        ("003", "income of the deposit", "71,168.25", "71,168.25", 71_168.2468, FOLLOWS),
        ("004", "guarantee G", "13,514,377", "13,514,377", 13_514_377, FOLLOWS),
        ("004", "L* at r = 10 %", "247,913", "247,931", 247_931.208004, NOT),
        ("004", "EQ at r = 10 %", "4,339", "4,339", 4_338.796140, FOLLOWS),
        ("004", "L* at r = 12 %", "382,649", "382,649", 382_648.930720, FOLLOWS),
        ("004", "Table 8, r = 15 %", "lost; lost; lost", TABLE_8_LAST, 575_939.576356, MISSING),
        ("001", "E5, x", "0.467", "0.400", 0.4, NOT),
        ("001", "E5, y", "0.65", "0.65", 0.65, FOLLOWS),
        ("001", "(0, 0)", "evolutionarily stable", "saddle", -18_200, NOT),
        ("001", "(1, 1)", "evolutionarily stable", "saddle", -14_700, NOT),
        ("001", "Table 3, condition 3", "none stable", "(0, 1), (1, 0) stable", 2, NOT),
        ("001", "Table 4, influence of v1", "+", "-", -0.0005714285714, NOT),
        ("001", "figure 8, u1 = 500: areas", "S1 > S2", "S1 > S2", 0.57, FOLLOWS),
        ("001", "figure 8, u1 = 500: E5 moves across", "left", "right", 0.56, NOT),
        ("000", "Table 2, probability of LNHJ on LNER", "0.0131", "0.0001", 0.000127197413, NOT),
        ("000", "Table 2, probability of LNER on LNHJ", "0.6087", "0.6037", 0.6037165128, NOT),
    ],
)  # fmt: skip
def test_findings(
    rows: list[Row], paper: str, start: str, printed: str, computed: str, value: float, verdict: Finding
) -> None:
    row = found(rows, paper, start)
    assert (row.printed, row.computed, row.verdict) == (printed, computed, verdict)
    assert row.value == pytest.approx(value, rel=1e-9, abs=5e-7)


def test_most_telling_stand_on_top(rows: list[Row]) -> None:
    lines = telling(rows)
    assert [line.split(":")[0] for line in lines] == [
        "000, Table 2, degrees of freedom of both rows",
        "001, (0, 0) at the printed parameters",
        "001, (1, 1) at the printed parameters",
        "003, price i, N = 8",
        "004, L* at r = 10 %",
    ]
    page = markdown(rows)
    assert page.index("## The most telling") < page.index("price i, N = 8") < page.index("## 000")


def test_each_number_that_does_not_follow_says_why(rows: list[Row]) -> None:
    assert [row.item for row in rows if row.verdict is not FOLLOWS and not row.note] == []


def test_names_rows_that_changed(rows: list[Row]) -> None:
    price = found(rows, "003", "price i")
    changed = [replace(price, value=0.0658, computed="6.58 %") if row is price else row for row in rows]
    with pytest.raises(
        NotAsExpected, match=r"003, price i, N = 8: computed is '6\.58 %', expected '3\.95 %'; 003, price"
    ):
        check(changed, PAPERS)
    with pytest.raises(NotAsExpected, match="003, price i, N = 8: is no longer computed"):
        check([row for row in rows if row is not price], PAPERS)
    with pytest.raises(NotAsExpected, match="003, new: nothing is expected of it"):
        check([*rows, replace(price, item="new")], PAPERS)


def test_refuses_other_papers() -> None:
    with pytest.raises(InvalidInput, match="PAPER is '002': must be one of 000, 001, 003, 004"):
        reproduce("002")


def test_command_writes_rows_and_page(tmp_path: Path) -> None:
    ran = CliRunner().invoke(
        app, ["reproduce", "003", "--json", str(tmp_path / "rows.json"), "--markdown", str(tmp_path / "page.md")]
    )

    assert ran.exit_code == 0, ran.output
    written = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {row["paper"] for row in written} == {"003"}
    (price,) = [row for row in written if row["item"] == "price i, N = 8"]
    assert set(price) == {"paper", "item", "printed", "computed", "value", "verdict", "note"}
    assert (price["printed"], price["computed"], price["verdict"]) == ("6.58 %", "3.95 %", "does not follow")
    assert price["value"] == pytest.approx(0.039498063659, abs=5e-13)
    assert (tmp_path / "page.md").read_text().startswith("# What the papers print")
    assert ran.output.index("The most telling") < ran.output.index("reproduces")


def test_command_fails_where_a_computation_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    import scfin_chain.reproduction.price as module

    monkeypatch.setattr(module, "BASE_RATE", 0.05)
    ran = CliRunner().invoke(app, ["reproduce", "003"])
    assert ran.exit_code != 0
    assert isinstance(ran.exception, NotAsExpected)
    assert "mark-up of the price" in str(ran.exception)


def test_command_draws_each_change_of_parameters(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["reproduce", "001", "--figures", str(tmp_path / "new"), "--figure-form", "svg"])

    assert ran.exit_code == 0, ran.output
    drawn = {file.name for file in (tmp_path / "new").iterdir()}
    assert drawn == {"figure-5.svg"} | {
        f"figure-{number}-{name}.svg"
        for number, name in [
            (6, "c1-130"), (6, "c2-c3-30"), (7, "k-0_7"), (7, "v1-100"), (8, "u1-500"), (8, "u1-510"), (8, "u2-700"),
        ]
    }  # fmt: skip
