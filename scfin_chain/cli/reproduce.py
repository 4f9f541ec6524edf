"""The command that lays what the papers print beside what follows from it."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer

from scfin_chain.cli.program import app, output
from scfin_chain.cli.sweeps import show
from scfin_chain.errors import InvalidInput

PAPER_OF_FIGURES = "001"


@app.command()
def reproduce(
    paper: Annotated[str | None, typer.Argument(help="000, 001, 003 or 004; all of them without it.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the rows, in full, to this .json file.")
    ] = None,
    markdown_file: Annotated[
        Path | None, typer.Option("--markdown", help="Write a page of them to this .md file.")
    ] = None,
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

    reproduction.require_paper(paper)
    _require_file("--json", json_file, ".json")
    _require_file("--markdown", markdown_file, ".md")
    if figures is not None:
        if paper not in (None, PAPER_OF_FIGURES):
            raise InvalidInput("PAPER", paper, f"{PAPER_OF_FIGURES}, or none, with --figures: it has them")
        _require_folder(figures)
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


def _require_file(option: str, path: Path | None, suffix: str) -> None:
    """Refuse a file that cannot be written, and leave what is there as it is."""
    if path is None:
        return
    if path.suffix != suffix:
        raise InvalidInput(option, str(path), f"a file that ends in {suffix}")
    new = not path.exists()
    try:
        path.open("a").close()
    except OSError as error:
        raise InvalidInput(option, str(path), f"a file that can be written ({error.strerror})") from error
    if new:
        path.unlink()


def _require_folder(folder: Path) -> None:
    """Refuse a folder in which, or on the way to which, nothing can be made."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        TemporaryDirectory(dir=there).cleanup()
    except OSError as error:
        raise InvalidInput(
            "--figures", str(folder), f"a folder that can be made and written to ({error.strerror})"
        ) from error


def _draw(folder: Path, form: str) -> None:
    """The printed game beside each change of it: what the paper says of the change, and what follows."""
    from scfin_chain.models import PRINTED_GAME
    from scfin_chain.pictures import game as pictures
    from scfin_chain.pictures import style
    from scfin_chain.reproduction.game import EXPERIMENTS

    folder.mkdir(parents=True, exist_ok=True)
    printed = "printed parameters\npaper: E5 = (0.467, 0.65), two stable corners\nfollows: a centre, four saddles"
    style.save(pictures.phase_portraits({printed: PRINTED_GAME}), folder / f"figure-5.{form}")
    for experiment in EXPERIMENTS:
        changed = f"{experiment.name}\npaper: {experiment.said}\nfollows: {experiment.follows}"
        name = experiment.name.replace(" = ", "-").replace(".", "_")
        figure = pictures.phase_portraits({printed: PRINTED_GAME, changed: experiment.game})
        style.save(figure, folder / f"figure-{experiment.figure}-{name}.{form}")


def _write(option: str, path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(option, str(path), f"a file that can be written ({error.strerror})") from error
