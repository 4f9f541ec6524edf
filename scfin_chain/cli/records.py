"""Commands that read what a database holds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from scfin_chain.cli.program import app, output
from scfin_chain.listener.replay import rebuild
from scfin_chain.service import dead_letters as letters
from scfin_chain.service.explanation import explain as explanation
from scfin_chain.store.store import Store
from scfin_chain.store.tables import JournalRow, table_of
from scfin_chain.units import LAST_DAY, FinancingId, date_of

PlaceOption = Annotated[
    str, typer.Option("--database", help="SQLite file, or postgresql:// URL, of a service or a run.")
]


@app.command()
def explain(
    financing: Annotated[int, typer.Argument(help="The financing's number.")],
    database: PlaceOption,
) -> None:
    """Say why a financing was approved or refused, with every number on the way.

    Example: scfin explain 17 --database run.sqlite
    """
    with _existing(database) as store:
        output.print(explanation(store, financing), soft_wrap=True)


@app.command()
def journal(
    database: PlaceOption,
) -> None:
    """Print the journal of a run: one line a step, the lines over which its digest is taken.

    Example: scfin journal --database run.sqlite | sha256sum
    """
    table = table_of(JournalRow)
    with _existing(database) as store, store.read() as connection:
        for line in connection.execute(select(table.c.line).order_by(table.c.step)).scalars():
            sys.stdout.write(f"{line}\n")


@app.command()
def replay(
    database: PlaceOption,
    from_block: Annotated[
        int, typer.Option("--from-block", help="First block whose events are told again, up to the last one read.")
    ] = 0,
) -> None:
    """Rebuild the derived rows from the stored events, and prove those in the database equal to them.

    Nothing is changed. Exit code 1 where a value differs; the differences are listed. What was before the block is
    told from the first event on, and so every row is proved, whichever block it is. But where a reorg may still take
    that block back, it begins with the rows that are there, put back by the undo log, and says so: that proves this
    log, and the rows that a block since has changed.

    Example: scfin replay --from-block 10 --database scfin-data/ledger.sqlite
    """
    with _existing(database) as store:
        report = rebuild(store, from_block=from_block)
    for difference in report.differences:
        output.print(str(difference), soft_wrap=True)
    if report.put_back:
        output.print(f"rows that no block from {report.from_block} on changed were taken as they are", soft_wrap=True)
    output.print(
        f"blocks {report.from_block} to {report.to_block}: {report.events} events, {report.rows} rows, "
        f"{len(report.differences)} differences",
        soft_wrap=True,
    )
    if not report.equal:
        raise typer.Exit(1)


@app.command(name="dead-letters")
def list_dead_letters(
    database: PlaceOption,
    retry: Annotated[int | None, typer.Option("--retry", help="Have this financing tried again.")] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Have all of them tried again.")] = False,
) -> None:
    """List the decisions that were given up, or have them tried again by the service that is running.

    Example: scfin dead-letters --retry 17 --database scfin-data/ledger.sqlite
    """
    with _existing(database) as store:
        if retry_all:
            output.print(f"{letters.retry_all(store)} to be tried again")
            return
        if retry is not None:
            letters.retry(store, FinancingId(retry))
            output.print(f"financing {retry} to be tried again")
            return
        found = letters.dead_letters(store)
    for letter in found:
        expires = date_of(min(letter.expires_day, LAST_DAY))
        output.print(
            f"financing {letter.financing}: {letter.attempts} attempts, expires {expires}: {letter.error}",
            soft_wrap=True,
        )
    output.print(f"{len(found)} dead letters")


@contextmanager
def _existing(database: Path | str) -> Iterator[Store]:
    store = Store.existing(database)
    try:
        yield store
    finally:
        store.close()
