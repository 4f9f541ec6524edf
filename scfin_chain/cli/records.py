"""Commands that read what a database holds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from scfin_chain.cli.program import app, output
from scfin_chain.service.explanation import explain as explanation
from scfin_chain.store.store import Store
from scfin_chain.store.tables import JournalRow, table_of


@app.command()
def explain(
    financing: Annotated[int, typer.Argument(help="The financing's number.")],
    database: Annotated[Path, typer.Option("--database", help="SQLite file of a run.")],
) -> None:
    """Say why a financing was approved or refused, with every number on the way.

    Example: scfin explain 17 --database run.sqlite
    """
    with _existing(database) as store:
        output.print(explanation(store, financing), soft_wrap=True)


@app.command()
def journal(
    database: Annotated[Path, typer.Option("--database", help="SQLite file of a run.")],
) -> None:
    """Print the journal of a run: one line a step, the lines over which its digest is taken.

    Example: scfin journal --database run.sqlite | sha256sum
    """
    table = table_of(JournalRow)
    with _existing(database) as store, store.read() as connection:
        for line in connection.execute(select(table.c.line).order_by(table.c.step)).scalars():
            sys.stdout.write(f"{line}\n")


@contextmanager
def _existing(database: Path) -> Iterator[Store]:
    store = Store.existing(database)
    try:
        yield store
    finally:
        store.close()
