"""The command on the game of bank and firm (paper 001)."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import typer

from scfin_chain.cli.program import app
from scfin_chain.cli.sweeps import (
    Form,
    FormOption,
    OutputOption,
    ParameterSet,
    ParametersOption,
    PlotOption,
    SetOption,
    Value,
    check_targets,
    parameter_sets,
    show,
    varying,
)
from scfin_chain.errors import InvalidInput
from scfin_chain.models import PRINTED_GAME, Game, Verdict, area_slopes, domain

if TYPE_CHECKING:
    from scfin_chain.models.sweep import GameSweep, Masked

DEFAULTS: Mapping[str, Value] = {field.name: float(getattr(PRINTED_GAME, field.name)) for field in fields(Game)}
"""The paper's section 5.2."""

CORNERS = ("(0,0)", "(0,1)", "(1,0)", "(1,1)")

Picture = Literal["phase", "basins"]


@app.command()
def game(
    parameters: ParametersOption = None,
    given: SetOption = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start", help="X,Y: also follow (and draw) the path from there, to its rest or around its orbit."
        ),
    ] = None,
    slopes: Annotated[
        bool, typer.Option("--slopes", help="Also say how the paper's S1 moves with each parameter.")
    ] = False,
    picture: Annotated[
        Picture | None, typer.Option("--picture", help="What --plot draws, a panel a game; phase without it.")
    ] = None,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Equilibria, verdicts and basins of the game of a bank that may supervise and a firm that may not repay.

    Parameters are those of paper 001's Table 1; its section 5.2 gives the defaults, at which it finds two stable
    corners. There are none:

    \b
        scfin game
    The nearest game on round numbers that has them, beside the paper's, each with the path from the middle:
        scfin game --set fraud_share=0.8 --set incentive=50,300 --start 0.5,0.5 --plot game.png
    Where the bank's basin is how large, as v1 and k change:
        scfin game --set incentive=100:500:81 --set fraud_share=0.7:1:61 --form csv --output basins.csv
    """
    check_targets({"--parameters": parameters, "--output": output, "--plot": plot})
    if picture is not None and plot is None:
        raise InvalidInput("--picture", picture, "left out without --plot")
    begin = None if start is None else _start(start)
    sets = parameter_sets(DEFAULTS, file=parameters, given=given)
    if plot is not None:
        from scfin_chain.pictures.game import require_panels  # matplotlib takes a second to load

        require_panels(len(sets))
    from scfin_chain.models.interval import refuse_first
    from scfin_chain.models.sweep import UNDEFINED, sweep_games  # scipy does, too

    columns = {name: [float(values[name]) for values in sets] for name in DEFAULTS}
    found = sweep_games(columns if len(sets) > 1 else {name: column[0] for name, column in columns.items()})
    if plot is not None:
        limit = "another with --plot: the game has no single fifth equilibrium"
        refuse_first("condition", found.condition, found.condition != UNDEFINED, limit)
    found = found.only(np.ones(found.condition.shape, dtype=bool))
    rows = _rows(sets, found, form)
    if begin is not None:
        for row, path in zip(rows, _paths(found, *begin), strict=True):
            row.update(path)
    if slopes:
        for row, values in zip(rows, sets, strict=True):
            steep = area_slopes(_game(values))
            row.update({f"S1 by {field.name}": getattr(steep, field.name) for field in fields(steep)})
    if plot is not None:
        from scfin_chain.pictures.game import basin_figure, phase_portraits
        from scfin_chain.pictures.style import save

        draw = basin_figure if picture == "basins" else phase_portraits
        save(draw(_named(sets), start=begin), plot)
    show(rows, form=form, output=output)


def _rows(sets: Sequence[ParameterSet], found: "GameSweep", form: Form) -> list[dict[str, object]]:
    swept = varying(sets)
    rows: list[dict[str, object]] = []
    for place, values in enumerate(sets):
        row: dict[str, object] = {name: values[name] for name in swept}
        row.update({name: float(getattr(found, name)[place]) for name in "abcd"})
        row.update({"x": _there(found.x, place), "y": _there(found.y, place)})
        row["condition"] = str(found.condition[place])
        row.update(zip(CORNERS, map(str, found.corners[place]), strict=True))
        square = _there(found.interior_square, place)
        row["E5"] = None if square is None else str(Verdict.CENTRE if square < 0.0 else Verdict.SADDLE)
        corners = [(float(along_x), float(along_y)) for along_x, along_y in found.eigenvalues[place]]
        if form != "text":
            row.update(_eigenvalues(corners, square))
        else:
            row.update(_spelled(corners if len(sets) == 1 else [], square))
        row.update({"S1 by lines": _there(found.s1, place), "S1 exact": _there(found.basin, place)})
        rows.append(row)
    return rows


def _eigenvalues(corners: Sequence[tuple[float, float]], square: float | None) -> dict[str, object]:
    """Both of each corner, and one of E5's two, which are each other's opposites."""
    row: dict[str, object] = {}
    for name, (along_x, along_y) in zip(CORNERS, corners, strict=True):
        row.update({f"{name} eigenvalue along x": along_x, f"{name} eigenvalue along y": along_y})
    row["E5 eigenvalue real"] = None if square is None else sqrt(max(square, 0.0))
    row["E5 eigenvalue imaginary"] = None if square is None else sqrt(max(-square, 0.0))
    return row


def _spelled(corners: Sequence[tuple[float, float]], square: float | None) -> dict[str, object]:
    """Eigenvalues for people."""
    row: dict[str, object] = {
        f"{name} eigenvalues": f"{along_x:.9g}, {along_y:.9g}"
        for name, (along_x, along_y) in zip(CORNERS, corners, strict=False)
    }
    row["E5 eigenvalues"] = None if square is None else f"+-{sqrt(abs(square)):.9g}{'i' if square < 0.0 else ''}"
    return row


def _there(values: "Masked", place: int) -> float | None:
    found = values[place]
    return float(found) if isinstance(found, float) else None


def _start(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput("--start", text, "X,Y") from None
    for share in (x, y):
        domain.share("--start", share)
    return x, y


def _paths(found: "GameSweep", x: float, y: float) -> list[dict[str, object]]:
    """Where the path from a start goes in each game; the same names for each, None where there is nothing to say."""
    from scfin_chain.models.orbit import closed_orbits
    from scfin_chain.models.trajectory import settle

    closes = found.closes if 0.0 < x < 1.0 and 0.0 < y < 1.0 else found.closes & False
    if not (closes | found.rests).any():
        raise InvalidInput("--start", f"{x:g},{y:g}", "inside a game with a centre, or in one where a corner attracts")
    orbit, end = closed_orbits(found.only(closes), x, y), settle(found.only(found.rests), x, y)
    turning = iter(zip(orbit.period, orbit.x_low, orbit.x_high, orbit.y_low, orbit.y_high, strict=True))
    resting = iter(zip(end.x, end.y, end.time, strict=True))
    rows: list[dict[str, object]] = []
    for turns, rests in zip(closes, found.rests, strict=True):
        row: dict[str, object] = dict.fromkeys(("rests at", "after", "period", "x from", "x to", "y from", "y to"))
        if turns:
            row.update(zip(("period", "x from", "x to", "y from", "y to"), map(float, next(turning)), strict=True))
        elif rests:
            at_x, at_y, time = map(float, next(resting))
            row.update({"rests at": f"({at_x:.10g}, {at_y:.10g})", "after": time if isfinite(time) else None})
        rows.append(row)
    return rows


def _game(values: ParameterSet) -> Game:
    return Game(**{name: float(values[name]) for name in DEFAULTS})


def _named(sets: Sequence[ParameterSet]) -> dict[str, Game]:
    """Games by what tells them apart."""
    swept = varying(sets)
    changed = [name for name in DEFAULTS if any(values[name] != DEFAULTS[name] for values in sets)]
    titles = [
        ", ".join(f"{name} = {float(values[name]):g}" for name in (swept or changed)) or "the printed game"
        for values in sets
    ]
    return dict(zip(titles, map(_game, sets), strict=True))
