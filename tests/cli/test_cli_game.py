"""``scfin game``.

given nothing: it should say that the printed game has four saddles and a centre
given a sweep: a row a game, also as JSON and CSV, with basins where there are two
given --start: where the path rests, or how its orbit closes
given JSON or CSV: eigenvalues are numbers, of the corners too; text spells them, the corners' for one game
given --plot: a picture, with the path from --start; another file is refused, as are unknown names and starts
"""

import csv
import io
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scfin_chain.cli import app
from scfin_chain.errors import InvalidInput


def game(*words: str) -> Result:
    return CliRunner().invoke(app, ["game", *words])


def rows_of(*words: str) -> list[dict[str, object]]:
    answer = game(*words, "--form", "json")
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.output))


def test_printed() -> None:
    (row,) = rows_of("--start", "0.5,0.5", "--slopes")
    assert (row["x"], row["y"], row["condition"], row["E5"]) == (0.4, 0.65, "condition 4", "centre")
    assert [row[name] for name in ("(0,0)", "(0,1)", "(1,0)", "(1,1)")] == ["saddle"] * 4
    assert row["S1 exact"] is None
    assert row["period"] == pytest.approx(0.1052317, abs=5e-8)
    assert row["S1 by credit_cost"] == pytest.approx(0.0025)
    assert "condition 4" in game().output


def test_eigenvalues() -> None:
    (row,) = rows_of()
    places = [f"({x},{y}) eigenvalue along {axis}" for x, y in ("00", "01", "10", "11") for axis in "xy"]
    assert [row[place] for place in places] == [-130, 140, 70, -140, 130, -210, -70, 210]
    assert (row["E5 eigenvalue real"], row["E5 eigenvalue imaginary"]) == (0, math.sqrt(3822))
    said = game().output
    assert "(0,0) eigenvalues  -130, 140\n" in said
    assert "E5 eigenvalues     +-61.8223261i\n" in said


def test_eigenvalues_of_many() -> None:
    words = ("--set", "fraud_share=0.8", "--set", "incentive=50,300")
    none, saddle = rows_of(*words)
    assert (none["E5 eigenvalue real"], none["E5 eigenvalue imaginary"]) == (None, None)
    assert (saddle["E5 eigenvalue real"], saddle["E5 eigenvalue imaginary"]) == (
        pytest.approx(math.sqrt(910), rel=1e-15),
        0,
    )
    (header, *_) = csv.reader(io.StringIO(game(*words, "--form", "csv").output))
    assert list(none) == header
    assert "(0,0) eigenvalues" not in game(*words).output  # the table would be too wide


def test_sweep() -> None:
    words = ("--set", "fraud_share=0.8", "--set", "incentive=50,300,400", "--start", "0.2,0.3")
    rows = rows_of(*words)
    assert [row["condition"] for row in rows] == ["no interior", "condition 2", "condition 2"]
    assert rows[1]["S1 exact"] == pytest.approx(0.3701653131, abs=5e-10)
    assert rows[1]["S1 by lines"] == pytest.approx(0.425)
    assert rows[1]["rests at"] == "(0, 0)"
    written = list(csv.DictReader(io.StringIO(game(*words, "--form", "csv").output)))
    assert [float(row["incentive"]) for row in written] == [50, 300, 400]


def test_undefined_is_said() -> None:
    (row,) = rows_of("--set", "incentive=400")
    assert (row["condition"], row["x"], row["E5"]) == ("undefined", None, None)


@pytest.mark.parametrize("picture", ["phase", "basins"])
def test_plot(tmp_path: Path, picture: str) -> None:
    path = tmp_path / "game.svg"
    assert (
        game(
            "--set", "fraud_share=0.5,0.8", "--set", "incentive=300", "--picture", picture, "--plot", str(path)
        ).exit_code
        == 0
    )
    assert "<svg" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", ["phase", "basins"])
def test_plot_draws_the_path_from_the_start(tmp_path: Path, picture: str) -> None:
    path = tmp_path / "game.svg"
    assert game("--start", "0.33,0.47", "--picture", picture, "--plot", str(path)).exit_code == 0
    assert 'id="start"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "fraud=1"),
        ("--set", "fraud_share=1.5"),
        ("--start", "0.5"),
        ("--start", "0.5,1.5"),
        ("--plot", "game.pdf"),
        ("--set", "incentive=1:100:50", "--plot", "game.png"),
        ("--picture", "basins"),
        ("--plot", "nowhere/game.png"),
        ("--output", "nowhere/game.csv"),
        ("--plot", "game.svg", "--output", "game.svg"),
        ("--start", "0,0.5"),
        ("--set", "incentive=50,400", "--plot", "game.png"),
    ],
)
def test_refuses(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = game(*words)
    assert isinstance(answer.exception, InvalidInput)
    assert answer.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_refusal_names_the_game_and_the_parameter() -> None:
    assert str(game("--set", "fraud_share=0.5,1.5").exception).startswith("fraud_share[1] is 1.5")
    assert str(game("--set", "fraud_share=1.5").exception).startswith("fraud_share is 1.5")


def test_many_games_are_followed_in_one_call() -> None:
    words = ("--set", "fraud_share=0.5,0.8,0.9", "--set", "incentive=50,300,400,440", "--start", "0.2,0.3")
    rows = rows_of(*words)
    paths = ("rests at", "after", "period", "x from", "x to", "y from", "y to")
    kinds = set()
    for row in rows:
        sets = [word for name in ("fraud_share", "incentive") for word in ("--set", f"{name}={row[name]}")]
        answer = game(*sets, "--start", "0.2,0.3", "--form", "json")
        alone = dict.fromkeys(paths) if answer.exception is not None else json.loads(answer.output)[0]
        for name in paths:
            assert row[name] == (
                pytest.approx(alone[name], rel=1e-9) if isinstance(alone[name], float) else alone[name]
            )
        kinds |= {name for name in ("rests at", "period") if row[name] is not None}
    assert kinds == {"rests at", "period"}
