"""`scfin reproduce`, from its arguments to its exit code.

given what it cannot do: it refuses in one line before it computes or writes anything
given a paper: it prints, writes and draws what was found
given a computation that changed: the rows are named, and the exit code is not 0
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scfin_chain.cli.program import app
from scfin_chain.errors import InvalidInput
from scfin_chain.reproduction import NotAsExpected, Row


@pytest.mark.parametrize(
    ("given", "field", "allowed"),
    [
        (["002"], "PAPER", "one of 000, 001, 003, 004"),
        (["--json", "rows.txt"], "--json", "a file that ends in .json"),
        (["--json", "none/rows.json"], "--json", "a file that can be written (No such file or directory)"),
        (["--json", "folder.json"], "--json", "a file that can be written (Is a directory)"),
        (["--markdown", "page.html"], "--markdown", "a file that ends in .md"),
        (["--markdown", "file/page.md"], "--markdown", "a file that can be written (Not a directory)"),
        (["--figures", "file"], "--figures", "a folder that can be made and written to (Not a directory)"),
        (["--figures", "file/below"], "--figures", "a folder that can be made and written to (Not a directory)"),
        (
            ["--figures", "/proc/none"],
            "--figures",
            "a folder that can be made and written to (No such file or directory)",
        ),
        (["003", "--figures", "new"], "PAPER", "001, or none, with --figures: it has them"),
    ],
)
def test_command_refuses_before_it_computes_or_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], field: str, allowed: str
) -> None:
    from scfin_chain import reproduction

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reproduction, "reproduce", lambda paper: pytest.fail("it computed"))
    Path("file").touch()
    Path("folder.json").mkdir()
    ran = CliRunner().invoke(app, ["reproduce", "--json", "good.json", *given])

    assert isinstance(ran.exception, InvalidInput)
    assert (ran.exception.field, ran.exception.limit, ran.exception.exit_code) == (field, allowed, 2)
    assert "\n" not in str(ran.exception)
    assert (ran.output, sorted(file.name for file in tmp_path.iterdir())) == ("", ["file", "folder.json"])


def test_command_keeps_a_file_that_is_there_until_it_has_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scfin_chain import reproduction

    def fail(paper: str | None) -> list[Row]:
        raise NotAsExpected("reproduction changed")

    monkeypatch.setattr(reproduction, "reproduce", fail)
    (tmp_path / "old.json").write_text("old")
    assert CliRunner().invoke(app, ["reproduce", "--json", str(tmp_path / "old.json")]).exit_code != 0
    assert (tmp_path / "old.json").read_text() == "old"


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
