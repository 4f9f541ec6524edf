"""The papers' printed numbers beside what follows from them.

given the rows of all papers: they are as expected, and the page in the docs is theirs
given the specification: each finding that it names has its verdict and its number
given a computation that changed: the rows are named
"""

from dataclasses import replace
from pathlib import Path

import pytest

from scfin_chain.errors import InvalidInput
from scfin_chain.reproduction import PAPERS, Finding, NotAsExpected, Row, check, markdown, reproduce, telling
from scfin_chain.reproduction.game import CURES, EXPERIMENTS, found_in

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
        ("003", "strike K", "1", "2", 9_751_705.6, NOT),
        ("003", "Rp and I2", "1", "2", 0.042080406, NOT),
        ("003", "P is a probability", "a probability", "no probability", 0.281138, NOT),
        ("003", "the price becomes stable", "stable", "stable", 0.058588757, FOLLOWS),
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
        ("001", "Table 3, condition 3: what is", "none stable", "(0, 1), (1, 0) stable", 2, NOT),
        ("001", "Table 3, condition 2: traces", "-, +, unknown, -", "-, +, +, -", None, NOT),
        ("001", "Table 3, condition 3: determinants", "three +, and one -", "+, +, +, +", None, NOT),
        ("001", "condition of the printed parameters", "condition 2", "condition 4", None, NOT),
        ("001", "E5 at the printed parameters", "saddle", "centre", 3_822, NOT),
        ("001", "the line AEC", "divides", "approximates", 0.3701653131, NOT),
        ("001", "Corollary 2, influence of k", "-", "+", 0.5142857143, NOT),
        ("001", "section 5.2: c1 increases from", "90", "80", 80, NOT),
        ("001", "section 5.2: u2", "left, S1 > S2", "right, S1 < S2", 0.5333333333, NOT),
        ("001", "figure 8, u1 of its caption", "510", "500", None, NOT),
        ("001", "Table 4, influence of v1", "+", "-", -0.0005714285714, NOT),
        ("001", "figure 8, u1 = 500: areas", "S1 > S2", "S1 > S2", 0.57, FOLLOWS),
        ("001", "figure 8, u1 = 500: E5 moves across", "left", "right", 0.56, NOT),
        ("004", "volume matters more", "more", "more", -0.734364, FOLLOWS),
        ("004", "constraint on the line", "p G", "(1 - p) G", 5_722_253.319884, NOT),
        ("004", "Table 8: line and profit with the rate", "rise", "rise", None, FOLLOWS),
        ("000", "equation 4, the sum", "RSS_2", "RSS_1", None, NOT),
        ("000", "Table 2, probability of LNHJ on LNER", "0.0131", "0.0001", 0.000127197413, NOT),
        ("000", "Table 2, probability of LNER on LNHJ", "0.6087", "0.6037", 0.6037165128, NOT),
    ],
)  # fmt: skip
def test_findings(
    rows: list[Row], paper: str, start: str, printed: str, computed: str, value: float | None, verdict: Finding
) -> None:
    row = found(rows, paper, start)
    assert (row.printed, row.computed, row.verdict) == (printed, computed, verdict)
    assert row.value == (None if value is None else pytest.approx(value, rel=1e-9, abs=5e-7))


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


@pytest.mark.parametrize(
    ("paper", "start", "numbers"),
    [
        ("003", "mark-up of the price", ["38.457 %"]),
        ("003", "deposit F", ["20 % of the loan", "0.374 points"]),
        ("003", "income of the deposit", ["7,116.82"]),
        ("003", "volatility", ["0.0743", "0.09099854"]),
        ("003", "option value", ["2.6163 million", "2,616,280.66", "2,614,270", "1,979.6", "235,401"]),
        ("003", "strike K", ["2,274,128.85"]),
        ("003", "price i", ["6.5767 %", "2.63 points", "327,031"]),
        ("003", "price below", ["19.94", "4.09", "1.80"]),
        ("003", "the price becomes stable", ["5.86 %", "8.49 %"]),
        ("004", "default probability p", ["40.18 %", "50.2 %"]),
        ("004", "mu and sigma", ["371,938", "1,372,974", "707,839.34", "-85.7 million", "1.743106", "95.93 %"]),
        ("001", "E5 at", ["61.822326"]),
        ("001", "figure 5", ["63 %", "37 %", "100 %"]),
        ("001", "figure 8, u1 of its caption", ["0.500000", "0.520468"]),
    ],
)
def test_notes_say_what_would_make_it_follow(rows: list[Row], paper: str, start: str, numbers: list[str]) -> None:
    note = found(rows, paper, start).note
    assert [number for number in numbers if number not in note] == []


@pytest.mark.parametrize(
    ("name", "across", "along", "high"),
    [
        ("figure 6, c1 = 130", "(0.4, 0.4)", "(0.466667, 0.4)", "0.566667, S1 > S2"),
        ("figure 6, c2 = c3 = 30", "(0.4, 0.9)", "(0.466667, 0.9)", "0.316667, S1 < S2"),
        ("figure 7, k = 0.7", "(0.0869565, 0.65)", "(0.111111, 0.65)", "0.619444, S1 > S2"),
        ("figure 7, v1 = 100", "(0.466667, 0.65)", "(0.466667, 0.65)", "0.441667, S1 < S2"),
        ("figure 8, u1 = 500", "(0.56, 0.3)", "(0.7, 0.3)", "0.500000, S1 = S2"),
        ("figure 8, u1 = 510", "(0.583333, 0.222222)", "(0.736842, 0.222222)", "0.520468, S1 > S2"),
        ("figure 8, u2 = 700", "(0.533333, 0.766667)", "(0.6, 0.766667)", "0.316667, S1 < S2"),
    ],
)
def test_each_change_of_parameters_with_either_incentive(
    rows: list[Row], name: str, across: str, along: str, high: str
) -> None:
    moves = found(rows, "001", f"{name}: E5 moves across").note
    assert f"to {across}; with v1 = 100 throughout to {along}" in moves
    assert f"with v1 = 100 throughout {high}" in found(rows, "001", f"{name}: areas").note
    assert found(rows, "001", f"{name}: more starts converge").computed == "to none"


def test_each_figure_is_titled_by_what_the_paper_says_and_by_what_follows() -> None:
    assert {one.name: (one.said, one.follows) for one in EXPERIMENTS} == {
        "c1 = 130": ("E5 left, down, S1 > S2", "E5 stays, down, S1 > S2"),
        "c2 = c3 = 30": ("E5 right, up, S1 < S2", "E5 stays, up, S1 < S2"),
        "k = 0.7": ("E5 left, down, S1 > S2", "E5 left, stays, S1 > S2"),
        "v1 = 100": ("E5 right, up, S1 > S2", "E5 right, stays, S1 < S2"),
        "u1 = 500": ("E5 left, S1 > S2", "E5 right, down, S1 > S2"),
        "u1 = 510": ("E5 left, S1 > S2", "E5 right, down, S1 > S2"),
        "u2 = 700": ("E5 right, S1 < S2", "E5 right, up, S1 < S2"),
    }


@pytest.mark.parametrize("change", CURES)
def test_changes_that_make_the_claimed_corners_stable(change: str) -> None:
    rest = found_in(CURES[change])
    assert [(corner.x, corner.y) for corner in rest.stable] == [(0, 0), (1, 1)]


def test_printed_place_of_e5_takes_three_changes() -> None:
    rest = found_in(CURES["G = 250, P = 500 and v1 = 500"])
    assert (rest.x, rest.y) == pytest.approx((0.467, 0.65), abs=5e-4)


def test_each_number_that_does_not_follow_says_why(rows: list[Row]) -> None:
    assert [row.item for row in rows if row.verdict is not FOLLOWS and not row.note] == []


def test_decision_record_names_each_printed_number_that_does_not_follow(rows: list[Row]) -> None:
    record = (ROOT / "docs" / "adr" / "0012-computed-not-copied.md").read_text(encoding="utf-8")
    numbers = {row.printed for row in rows if row.verdict is NOT and any(sign.isdigit() for sign in row.printed)}
    assert {number for number in numbers if number not in " ".join(record.split())} == set()


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
