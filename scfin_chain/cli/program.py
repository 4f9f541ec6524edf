"""``scfin``: every error that a user can meet is one line on standard error and an exit code."""

import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scfin_chain.errors import ScfinError

app = typer.Typer(
    name="scfin",
    help="A supply chain finance ledger: real contracts on a local chain, and the models that decide each financing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
output = Console(highlight=False, markup=False, emoji=False)
errors = Console(stderr=True, highlight=False)


def main() -> None:
    """Run a command; a refusal is one line."""
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # as long as the program runs
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        app()
    except ScfinError as refusal:
        sys.stderr.write(f"scfin: {refusal}\n")
        sys.exit(refusal.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _version(wanted: bool) -> None:
    if wanted:
        output.print(version("scfin-chain"))
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
