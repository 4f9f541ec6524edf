"""``scfin series``.

given a CSV file
    its tests should be those of the models, as text, JSON or CSV, for one set of parameters or a sweep
    a row that cannot be used should be named by its line
given the database of a run
    its own series should be tested, by month or by week, and refused where they are too short
    the README's example should run as it stands, on the file that ships
given --plot
    the picture asked for should be written, and no other kind of file
"""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scfin_chain import cli
from scfin_chain.models.series import Terms, adf, granger_causality
from tests.scenarios.files import Row, replayed, write

ROOT = Path(__file__).parents[2]

Z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
X = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Scfin = Callable[..., Ended]


@pytest.fixture
def scfin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scfin:
    """Runs the command in this process, as the console script does."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["scfin", "series", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(code=int(ended.value.code or 0), out=said.out, err=said.err)

    return run


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The two short series of the golden vectors."""
    path = tmp_path / "example.csv"
    lines = [f"2024-{month:02},{z},{x}" for month, (z, x) in enumerate(zip(Z, X, strict=True), start=1)]
    path.write_text("\n".join(("month,z,x", *lines)) + "\n")
    return path


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a run of ten months."""
    folder = tmp_path_factory.mktemp("ledger")
    days = [date(2024, 1, 4) + timedelta(days=17 * step) for step in range(18)]
    rows = [
        Row(
            customer="prompt",
            number=f"{place:04}",
            invoiced=day,
            due=day + timedelta(days=30),
            settled=day + timedelta(days=9 + place % 5),
            amount=f"{50 + 13 * (place * place % 7)}.00",
        )
        for place, day in enumerate(days)
    ]
    database = folder / "run.sqlite"
    with replayed(write(folder / "invoices.csv", rows), database=database):
        pass
    return database


def read(ended: Ended) -> list[dict[str, Any]]:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_the_example_of_the_help_is_true(scfin: Scfin, example: Path):
    rows = read(scfin("--csv", example, "--set", "lags=1,2", "--form", "json"))
    found = [row for row in rows if row["of"] == "x on z"]

    assert [(row["lags"], row["specification"]) for row in found] == [
        ("1", "F(1, 12), lags 1 (given)"),
        ("2", "F(2, 9), lags 2 (given)"),
    ]
    assert [row["statistic"] for row in found] == [granger_causality(Z, X, lags=lags).statistic for lags in (1, 2)]
    assert [round(row["statistic"], 3) for row in found] == [280.636, 90.434]
    assert {row["verdict"] for row in found} == {"causes"}


def test_unit_roots_are_told_with_their_specification(scfin: Scfin, example: Path):
    rows = read(scfin("--csv", example, "--set", "adf_lags=0", "--form", "json"))
    level = next(row for row in rows if row["of"] == "z")
    test = adf(Z, terms=Terms.TREND)

    assert level == {
        "test": "unit root",
        "of": "z",
        "specification": "tau, constant and trend, lags 0",
        "T": 15,
        "statistic": test.tau,
        "critical": test.critical_values[1],
        "p": test.p_value,
        "verdict": "stationary",
    }
    assert [row["of"] for row in rows if row["test"] == "unit root"] == ["z", "x", "change of z", "change of x"]
    assert [row["test"] for row in rows[6:]] == ["residuals", "residuals", "stability"]


def test_text_is_a_table(scfin: Scfin, example: Path):
    ended = scfin("--csv", example)

    assert ended.code == 0, ended.err
    assert "unit root" in ended.out
    assert "bic picks" in ended.out
    assert len(ended.out.splitlines()) == 11


@pytest.mark.parametrize(
    ("table", "given", "columns", "count"),
    [
        ("series", "", ["period", "z", "x"], 16),
        ("lags", "most_lags=2", ["lags", "observations", "aic", "bic", "hq", "picked by"], 3),
        ("responses", "horizon=5 most_lags=2", ["answer", "shock", "period", "value", "lower", "upper"], 4 * 6),
        ("decomposition", "horizon=5 draws=100", ["answer", "shock", "period", "value", "lower", "upper"], 4 * 5),
    ],
)
def test_each_table_has_its_rows(scfin: Scfin, example: Path, table: str, given: str, columns: list[str], count: int):
    settings = [word for text in given.split() for word in ("--set", text)]
    ended = scfin("--csv", example, "--table", table, "--form", "csv", *settings)
    rows = list(csv.DictReader(io.StringIO(ended.out)))

    assert ended.code == 0, ended.err
    assert list(rows[0]) == columns
    assert len(rows) == count


def test_series_keep_their_months_when_they_are_differenced(scfin: Scfin, example: Path):
    ended = scfin("--csv", example, "--table", "series", "--set", "values=differences", "--form", "json")
    first = read(ended)[0]

    assert (first["period"], round(first["z"], 12), round(first["x"], 12)) == ("2024-02", 0.4, -0.3)


def test_columns_are_taken_in_the_order_given(scfin: Scfin, example: Path):
    given = ("--column", "x", "--column", "z", "--table", "responses", "--set", "horizon=2", "--set", "lags=1")
    rows = read(scfin("--csv", example, *given, "--form", "json"))

    assert [(row["answer"], row["shock"]) for row in rows[::3]] == [("x", "x"), ("x", "z"), ("z", "x"), ("z", "z")]
    assert rows[3]["value"] == 0  # the series that comes first does not answer the second at once


def test_a_ledgers_own_series_are_tested(scfin: Scfin, ledger: Path):
    rows = read(scfin("--database", ledger, "--set", "adf_lags=0", "--set", "lags=1", "--form", "json"))

    assert [row["of"] for row in rows if row["test"] == "Granger"] == ["revenue on lending", "lending on revenue"]
    table = read(scfin("--database", ledger, "--table", "series", "--form", "json"))
    assert [row["period"] for row in table] == [f"2024-{month:02}" for month in range(1, 11)]
    assert sum(row["lending"] for row in table) > 0
    other = read(scfin("--database", ledger, "--table", "series", "--set", "freight=600", "--form", "json"))
    assert [row["revenue"] for row in other] == [2 * row["revenue"] for row in table]


def test_weeks_are_as_good_as_months(scfin: Scfin, ledger: Path):
    given = ("--database", ledger, "--set", "period=week", "--table", "series", "--form", "json")
    table = read(scfin(*given, "--since", "2024-02", "--until", "2024-02"))

    assert [row["period"] for row in table] == ["2024-02-05", "2024-02-12", "2024-02-19", "2024-02-26"]
    assert "period is 'day': must be one of month, week" in scfin("--database", ledger, "--set", "period=day").err


def test_the_example_of_the_readme_runs(scfin: Scfin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [
        re.search(pattern, readme, re.MULTILINE)[0].split()  # type: ignore[index]  # None would fail as it should
        for pattern in ("^scfin run --invoices .* --database [^#\\n]*", "^scfin series [^#\\n]*")
    ]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli.app, [*commands[0][1:], "--no-progress"]).exit_code == 0
    ended = scfin(*commands[1][2:])

    assert ended.code == 0, ended.err
    assert "revenue on lending" in ended.out


def test_months_can_be_left_out(scfin: Scfin, ledger: Path):
    given = ("--since", "2024-02", "--until", "2024-05", "--table", "series", "--form", "json")

    assert len(read(scfin("--database", ledger, *given))) == 4


def test_too_few_months_are_refused(scfin: Scfin, ledger: Path):
    ended = scfin("--database", ledger, "--until", "2024-05", "--set", "lags=1", "--set", "adf_lags=0")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "scfin: observations is 3: must be more than the 3 regressors, after lags 0 of the difference\n"
    )


@pytest.mark.parametrize(
    ("table", "given"),
    [
        ("tests", "lags=1 adf_lags=0 horizon=5"),
        ("series", "freight=500"),
        ("responses", "lags=1"),
        ("decomposition", "lags=1 draws=100"),
    ],
)
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_pictures_are_written(scfin: Scfin, ledger: Path, tmp_path: Path, table: str, given: str, suffix: str):
    path = tmp_path / f"picture.{suffix}"
    settings = [word for text in given.split() for word in ("--set", text)]
    ended = scfin("--database", ledger, "--table", table, "--plot", path, *settings)

    assert ended.code == 0, ended.err
    assert path.read_bytes()[:4] in (b"\x89PNG", b"<?xm")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "line 1 is '': must be names of columns, each once"),
        (("z,x", "1,2", "2,"), "line 3: x is '': must be a finite number; a series has no gaps"),
        (("z,x", "1,2", "2,nan"), "line 3: x is 'nan': must be a finite number"),
        (("z,x", "1,2", "2,3,4"), "line 3 is '2,3,4': must be 2 values, as in the header"),
        (("z,z", "1,2"), "line 1 is 'z,z': must be names of columns, each once"),
        ((f"{'z' * 65},x", "1,2"), "must be names of columns, each once, 1 to 64 characters"),
        (("month", "2024-01"), "must be a file with a column of numbers"),
        (("z,x", "1,2", "2,5", "4,1"), "observations is 3: must be at least 6, for a choice of lags"),
        (("z,x", "1,2", "2,5", "3,1"), "change of z is constant at 1.0: must be a series that moves"),
        (("z,x", "1,2", "1,5", "1,1"), "z is constant at 1.0: must be a series that moves"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(scfin: Scfin, tmp_path: Path, lines: tuple[str, ...], said: str):
    path = tmp_path / "bad.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    ended = scfin("--csv", path)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert said in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "lags=0"), "lags is 0: must be a whole number in [1, 1000]"),
        (("--set", "lags=some"), "lags is 'some': must be a whole number or one of aic, bic, hq"),
        (("--set", "adf_lags=-1"), "adf_lags is '-1': must be a whole number or one of aic, bic"),
        (("--set", "terms=ctt"), "terms is 'ctt': must be one of n, c, ct"),
        (("--set", "values=squares"), "values is 'squares': must be one of levels"),
        (("--set", "significance=0.02"), "significance is 0.02: must be 0.01, 0.05 or 0.1"),
        (("--set", "seed=-1", "--table", "decomposition"), "seed is -1: must be 0 or more"),
        (("--column", "y"), "--column is 'y': must be one of z, x"),
        (("--column", "z"), "series is 1: must be at least 2"),
        (("--plot", "picture.pdf"), "must be a file that ends in .png or .svg"),
        (("--plot", "picture.png", "--set", "lags=1,2"), "must be of one set of parameters, not of 2"),
        (("--database", "run.sqlite"), "--csv and --database is 'both': must be one of them"),
        (("--set", "freight=300"), "--set is 'freight=300': must be one of values, terms"),
        (("--set", "horizon=5"), "--set is 'horizon=5': must be one of values, terms"),
        (("--table", "series", "--set", "lags=1"), "must be one of values, of which --table series of a file is made"),
        (("--table", "responses", "--set", "draws=100"), "--set is 'draws=100': must be one of values, lags"),
        (("--set", "lags=1", "--set", "adf_lags=0", "--set", "most_lags=2"), "--set is 'most_lags=2': must be one of"),
        (("--table", "lags", "--plot", "a.png"), "--plot is 'a.png': must be left out with --table lags"),
        (("--column", "z", "--column", "z"), "--column is 'z': must be named once"),
        (("--plot", "no/where.png"), "--plot is 'no/where.png': must be a file that can be written"),
        (("--output", "."), "--output is '.': must be a file, not a folder"),
        (("--output", "example.csv"), "--output is 'example.csv': must be another file than that of --csv"),
        (("--since", "2024-13"), "--since is '2024-13': must be left out: it is of a ledger"),
    ],
)
def test_a_bad_argument_is_refused_in_one_line(
    scfin: Scfin, example: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
):
    monkeypatch.chdir(example.parent)
    ended = scfin("--csv", example, *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_neither_a_file_nor_a_ledger_is_refused(scfin: Scfin):
    assert "--csv and --database is 'neither': must be one of them" in scfin().err
