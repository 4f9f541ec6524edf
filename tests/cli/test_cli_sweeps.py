"""Parameters in, rows out.

given defaults alone: one set
given a flag: a value, a list, or a range with both ends; several sweep the product
given a file: TOML's names, CSV's rows; flags win over it
given what is no parameter or no number: it refuses, naming it
given files that cannot be written: it refuses them before anything is computed
"""

import csv
import io
import json
from pathlib import Path

import pytest

from scfin_chain.cli.sweeps import check_targets, parameter_sets, show, varying
from scfin_chain.errors import InvalidInput

DEFAULTS = {"rate": 0.07, "firms": 8, "variant": "one_year"}


def test_defaults_alone() -> None:
    assert parameter_sets(DEFAULTS) == [DEFAULTS]
    assert parameter_sets(DEFAULTS, given=None) == [DEFAULTS]


def test_flags_make_a_product() -> None:
    sets = parameter_sets(DEFAULTS, given=["rate=0.07:0.15:9", "firms=1,8"])

    assert [(one["rate"], one["firms"]) for one in sets[:4]] == [(0.07, 1), (0.07, 8), (0.08, 1), (0.08, 8)]
    assert [one["rate"] for one in sets[::2]] == [0.07, 0.08, 0.09, 0.10, 0.11, 0.12, 0.13, 0.14, 0.15]
    assert varying(sets) == ["rate", "firms"]


def test_whole_numbers_stay_whole() -> None:
    assert [one["firms"] for one in parameter_sets(DEFAULTS, given=["firms=10:2:5"])] == [10, 8, 6, 4, 2]
    with pytest.raises(InvalidInput, match=r"firms is '1\.5': must be a whole number"):
        parameter_sets(DEFAULTS, given=["firms=1:2:3"])


def test_words_may_hold_colons() -> None:
    sets = parameter_sets(DEFAULTS, given=["variant=one_year,a:b"])
    assert [one["variant"] for one in sets] == ["one_year", "a:b"]


def test_toml_lies_between_defaults_and_flags(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('rate = [0.08, 0.09]\nfirms = 3\nvariant = "term"\n')

    assert parameter_sets(DEFAULTS, file=file, given=["firms=5"]) == [
        {"rate": 0.08, "firms": 5, "variant": "term"},
        {"rate": 0.09, "firms": 5, "variant": "term"},
    ]


def test_csv_has_a_set_a_row(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("firms, rate\n1,0.08\n\n2,1e-2\n")

    sets = parameter_sets(DEFAULTS, file=file, given=["variant=term"])

    assert [(one["firms"], one["rate"], one["variant"]) for one in sets] == [(1, 0.08, "term"), (2, 0.01, "term")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("rat=1", "parameter is 'rat': must be one of rate, firms, variant"),
        ("rate", "--set is 'rate': must be NAME=VALUE"),
        ("rate=x", "rate is 'x': must be a finite number"),
        ("rate=", "rate is '': must be a finite number"),
        ("rate=nan", "rate is 'nan': must be a finite number"),
        ("rate=1e999", "rate is '1e999': must be a finite number"),
        ("firms=2.0", "firms is '2.0': must be a whole number"),
        ("rate=1:2", "rate is '1:2': must be FROM:TO:COUNT"),
        ("rate=1:2:1", "count of rate is 1: must be from 2 to 100,000"),
        ("rate=1:2:100001", "count of rate is 100001: must be from 2 to 100,000"),
        ("variant=", "variant is '': must be a word"),
    ],
)
def test_refuses_flag(given: str, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parameter_sets(DEFAULTS, given=[given])
    assert str(refused.value) == message


def test_refuses_parameter_given_twice_and_too_many_sets() -> None:
    with pytest.raises(InvalidInput, match="--set is 'rate=2': must be the only one of rate"):
        parameter_sets(DEFAULTS, given=["rate=1", "rate=2"])
    with pytest.raises(InvalidInput, match="sets of parameters is 1000000: must be at most 100,000"):
        parameter_sets(DEFAULTS, given=["rate=0:1:1000", "firms=1:1000:1000"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "rate\n0.1\nhigh\n", "a.csv, line 3: rate is 'high': must be a finite number"),
        ("a.csv", "rate,firms\n0.1\n", "a.csv, line 2 is '0.1': must be 2 values"),
        ("a.csv", "rate,speed\n", "a.csv, line 1: parameter is 'speed': must be one of rate, firms, variant"),
        ("a.csv", "rate,rate\n", "a.csv, line 1 is 'rate,rate': must be names of parameters, each once"),
        ("a.csv", "", "a.csv, line 1 is '': must be names of parameters, each once"),
        ("a.csv", "rate\n", "--parameters is 'a.csv': must be a file with a row of values"),
        ("a.csv", 'rate\n"0.1\n', "a.csv, line 2 is 'unexpected end of data': must be a row of CSV"),
        ("a.toml", "rate = true\n", "a.toml: rate is True: must be a finite number"),
        ("a.toml", "[rate]\nx = 1\n", "a.toml: rate is {'x': 1}: must be a finite number"),
        ("a.toml", "firms = 2.5\n", "a.toml: firms is 2.5: must be a whole number"),
        ("a.toml", "speed = 1\n", "a.toml: parameter is 'speed': must be one of rate, firms, variant"),
    ],
)
def test_refuses_file(tmp_path: Path, name: str, text: str, message: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        parameter_sets(DEFAULTS, file=file)
    assert str(refused.value) == message


def test_refuses_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"ends in .toml or .csv"):
        parameter_sets(DEFAULTS, file=tmp_path / "a.yaml")
    with pytest.raises(InvalidInput, match="a readable file"):
        parameter_sets(DEFAULTS, file=tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("rate = = 1")
    with pytest.raises(InvalidInput, match=r"must be TOML \("):
        parameter_sets(DEFAULTS, file=tmp_path / "bad.toml")
    (tmp_path / "bad.csv").write_bytes(b"\xff\n1")
    with pytest.raises(InvalidInput, match="UTF-8"):
        parameter_sets(DEFAULTS, file=tmp_path / "bad.csv")


ROWS = [
    {"firms": 8, "price": 0.039498063658970164, "negative": False, "firms_at": None, "verdict": "a saddle, no rest"},
    {"firms": 1, "price": -0.1, "negative": True, "firms_at": 2.5, "verdict": "x"},
]


def test_shows_json_and_csv_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, form="json")
    assert json.loads(capsys.readouterr().out) == ROWS

    show(ROWS, form="csv", output=tmp_path / "rows.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text())))
    assert [float(row["price"]) for row in table] == [row["price"] for row in ROWS]
    assert [table[0]["firms_at"], table[0]["verdict"]] == ["", "a saddle, no rest"]


def test_shows_one_row_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS[:1], title="A price")
    assert capsys.readouterr().out == (
        "A price\n\nfirms     8\nprice     0.03949806366\nnegative  no\nfirms_at  -\nverdict   a saddle, no rest\n"
    )


def test_shows_more_rows_as_a_table_that_no_terminal_narrows(capsys: pytest.CaptureFixture[str]) -> None:
    show([{f"name_of_a_column_{column}": column for column in range(20)}] * 2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == [f"name_of_a_column_{column}" for column in range(20)]
    assert lines[2].split() == [str(column) for column in range(20)]


def test_refuses_output_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--output"):
        show(ROWS, output=tmp_path)


@pytest.mark.parametrize(
    ("paths", "refusal"),
    [
        ({"--plot": "a.bmp"}, r"picture is '.*a\.bmp': must be a file that ends in \.png or \.svg"),
        ({"--plot": "missing/a.png"}, r"--plot is .*must be a file that can be written"),
        ({"--output": "."}, "--output is .*must be a file, not a folder"),
        ({"--output": "a.svg", "--plot": "a.svg"}, "--plot is .*must be another file than that of --output"),
        (
            {"--parameters": "a.csv", "--output": "a.csv"},
            "--output is .*must be another file than that of --parameters",
        ),
    ],
)
def test_targets_that_cannot_be_written_are_refused(tmp_path: Path, paths: dict[str, str], refusal: str) -> None:
    with pytest.raises(InvalidInput, match=refusal):
        check_targets({option: tmp_path / name for option, name in paths.items()})


def test_targets_that_can_be_written_are_not_made(tmp_path: Path) -> None:
    check_targets({"--parameters": None, "--output": tmp_path / "a.csv", "--plot": tmp_path / "a.png"})
    assert list(tmp_path.iterdir()) == []
