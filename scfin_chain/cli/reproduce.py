"""The command that lays what the papers print beside what follows from it."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from scfin_chain.cli.program import app, output
from scfin_chain.cli.sweeps import show
from scfin_chain.errors import InvalidInput


@app.command()
def reproduce(
    paper: Annotated[str | None, typer.Argument(help="000, 001, 003 or 004; all of them without it.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the rows, in full, to this file.")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write a page of them to this file.")] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Draw paper 001's figures 5 to 8 into this folder.")
    ] = None,
    figure_form: Annotated[Literal["png", "svg"], typer.Option("--figure-form", help="How they are drawn.")] = "png",
) -> None:
    """Compute every number that the four papers print, and say whether it follows from their own inputs.

    The most telling findings come first. The exit code is 0 as long as the computations give what they gave when they
    were checked, whether or not a paper is right; otherwise the rows that changed are named.

    \b
    Example: scfin reproduce 003
        price i, N = 8: printed 6.58 %, computed 3.95 %, since the printed total cost needs a C2 ten times as high
    """
    from scfin_chain import reproduction  # statsmodels and its company take seconds to load

    rows = reproduction.reproduce(paper)
    output.print("The most telling:", *(f"- {line}" for line in reproduction.telling(rows)), sep="\n", soft_wrap=True)
    output.print()
    show([{name: row.to_json()[name] for name in ("paper", "item", "printed", "computed", "verdict")} for row in rows])
    output.print()
    for row in rows:
        if row.verdict is not reproduction.Finding.REPRODUCES and row.note and not row.telling:
            output.print(f"{row.paper}, {row.item}: {row.verdict.value}; {row.note}", soft_wrap=True)
    output.print()
    output.print(reproduction.summary(rows), soft_wrap=True)
    if json_file is not None:
        _write("--json", json_file, json.dumps({"rows": [row.to_json() for row in rows]}, indent=2, ensure_ascii=False))
    if markdown_file is not None:
        _write("--markdown", markdown_file, reproduction.markdown(rows).rstrip("\n"))
    if figures is not None:
        _draw(figures, figure_form)
    reproduction.check(rows, reproduction.PAPERS if paper is None else [paper])


def _draw(folder: Path, form: str) -> None:
    """The printed game beside each change of it, with what the paper says of the change."""
    from scfin_chain.models import PRINTED_GAME
    from scfin_chain.pictures import game as pictures
    from scfin_chain.pictures import style
    from scfin_chain.reproduction.game import EXPERIMENTS

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput("--figures", str(folder), f"a folder that can be made ({error.strerror})") from error
    printed = "printed parameters"
    style.save(
        pictures.phase_portraits({f"{printed}\npaper: (0.467, 0.65)": PRINTED_GAME}), folder / f"figure-5.{form}"
    )
    for experiment in EXPERIMENTS:
        changed = f"{experiment.name}\npaper: {experiment.said}"
        name = experiment.name.replace(" = ", "-").replace(".", "_")
        figure = pictures.phase_portraits({printed: PRINTED_GAME, changed: experiment.game})
        style.save(figure, folder / f"figure-{experiment.figure}-{name}.{form}")


def _write(option: str, path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(option, str(path), f"a file that can be written ({error.strerror})") from error
