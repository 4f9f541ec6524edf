"""Commands that run a scenario from beginning to end, and set two of them side by side."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich import progress as bars

from scfin_chain.bootstrap import (
    CHAINS,
    DEFAULT_RPC_URL,
    ChainChoice,
    open_laboratory,
)
from scfin_chain.cli.program import app, errors, output
from scfin_chain.config import Settings, load_settings
from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, check_distinct, check_target, read_text
from scfin_chain.models.default_model.model import DefaultModel
from scfin_chain.scenarios import report
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.scenarios.demo import FIRST_DAY, Demo
from scfin_chain.scenarios.invoices import Invoice, read_invoices
from scfin_chain.scenarios.replay import Progress, Replay
from scfin_chain.scenarios.results import Results, results_of
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service.canonical import digest
from scfin_chain.service.explanation import explain as explanation
from scfin_chain.service.rules import Rules
from scfin_chain.units import Day, date_of, shown

RESULT_NODES = 1_000
"""Far more objects and lists than results have."""

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="SQLite file, or postgresql:// URL, that keeps the run, for explain and journal."),
]
ChainOption = Annotated[str, typer.Option("--chain", help=f"Where to run: {' or '.join(CHAINS)}.")]
RpcOption = Annotated[str, typer.Option("--rpc-url", help="The node of --chain rpc; it must be at block 0.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the results to this file.")]
ProgressOption = Annotated[
    bool, typer.Option("--progress-lines", help="Progress as lines `progress DONE TOTAL` on standard output.")
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="TOML file of settings; docs/SETTINGS.md lists them.")
]


@app.command()
def demo(
    database: DatabaseOption = None,
    chain: ChainOption = "eth-tester",
    rpc_url: RpcOption = DEFAULT_RPC_URL,
    json_file: JsonOption = None,
    progress_lines: ProgressOption = False,
) -> None:
    """Tell the story of a few financings, on real contracts, in less than a minute.

    Example: scfin demo --database demo.sqlite, then scfin explain 2 --database demo.sqlite
    """
    started = monotonic()
    check_distinct({"--database": _file(database), "--json": json_file})
    check_target(json_file, field="--json")
    choice = _chain_choice(chain, rpc_url, seed=0)
    told: list[str] = []
    with open_laboratory(start=FIRST_DAY, chain=choice, database=database, inputs_hash="demo") as laboratory:
        stage = Stage(laboratory)
        story = Demo(stage)
        for line in story.tell():
            told.append(line)
            output.print(line, soft_wrap=True)
            if progress_lines:
                _print_progress(len(told), None)
        laboratory.store.finish()
        kept = check_conservation(laboratory)
        explained = explanation(laboratory.store, story.financings[1])
        output.print()
        output.print(explained, soft_wrap=True)
        output.print()
        output.print(
            f"{stage.transactions} transactions in {monotonic() - started:.1f} s; cash off by {kept.cash_difference}; "
            f"{kept.projection_differences} of {kept.values_compared} derived values differ from the chain.",
            soft_wrap=True,
        )
        output.print(f"journal: {stage.journal.steps} steps, SHA-256 {stage.journal.digest}", soft_wrap=True)
    if json_file is not None:
        results = {"digest": stage.journal.digest, "steps": stage.journal.steps, "transactions": stage.transactions}
        _write_json(json_file, results | {"story": told, "explanation": explained, "conservation": kept.to_json()})
    if not kept.ok:
        raise typer.Exit(1)


@app.command()
def run(
    invoices: Annotated[Path, typer.Option("--invoices", help="CSV file of invoices; README shows the columns.")],
    limit: Annotated[int | None, typer.Option("--limit", help="Only the first N rows.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws which supplier is paid, where a tier has several.")] = 0,
    chain: ChainOption = "eth-tester",
    rpc_url: RpcOption = DEFAULT_RPC_URL,
    database: DatabaseOption = None,
    settings: SettingsOption = None,
    check: Annotated[bool, typer.Option("--check", help="Only validate the file and the settings.")] = False,
    json_file: JsonOption = None,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bar, for logs.")] = False,
    progress_lines: ProgressOption = False,
) -> None:
    """Replay a file of invoices on the ledger: each is traded, split, financed and paid on its real day.

    Example: scfin run --invoices examples/invoices.csv --seed 7 --json results.json
    """
    started = monotonic()
    if limit is not None and limit < 1:
        raise InvalidInput("--limit", limit, "at least 1")
    if not 0 <= seed < 2**63:
        raise InvalidInput("--seed", seed, "from 0 to 2^63 - 1")
    check_distinct({"--invoices": invoices, "--settings": settings, "--database": _file(database), "--json": json_file})
    choice = _chain_choice(chain, rpc_url, seed=seed)
    chosen = load_settings(settings)
    rules = Rules.from_settings(chosen)  # refused now, and not after the file was read
    rows = read_invoices(invoices, amount_unit=chosen.scenario.amount_unit, limit=limit)
    if check:
        _print_check(rows)
        return
    check_target(json_file, field="--json")
    showing = _progress_lines() if progress_lines else _progress_bar(not no_progress)
    inputs = _inputs_hash(rows, seed, chosen, rules.model)
    results = _replay(rows, choice, database, chosen, inputs, showing)
    seconds = monotonic() - started
    output.print(report.summary(results, seconds=seconds))
    output.print(f"SHA-256 {results.digest}", soft_wrap=True)
    if database is None:
        output.print("The run was not kept: --database FILE keeps it, for scfin explain and scfin journal.")
    if json_file is not None:
        _write_json(json_file, results.to_json() | {"seconds": round(seconds, 3), "seed": seed})
    if not results.conservation.ok:
        raise typer.Exit(1)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Results of one run, written by --json.")],
    second: Annotated[Path, typer.Argument(help="Results of another.")],
) -> None:
    """Set the results of two runs side by side.

    Example: scfin compare a.json b.json
    """
    output.print(report.compare(_read_json(first), _read_json(second), names=(first.name, second.name)))


def _replay(
    rows: tuple[Invoice, ...],
    choice: ChainChoice,
    database: str | None,
    settings: Settings,
    inputs: str,
    showing: AbstractContextManager[Progress],
) -> Results:
    start = Day(min(invoice.invoiced for invoice in rows))
    with open_laboratory(
        start=start, settings=settings, chain=choice, database=database, inputs_hash=inputs
    ) as laboratory:
        stage = Stage(laboratory)
        with showing as progress:
            replay = Replay(stage, rows, choice.seed, progress)
            replay.run()
        results = results_of(stage, replay.traded.values())
        laboratory.store.finish()
        return results


@contextmanager
def _progress_lines() -> Iterator[Progress]:
    """For a program that started this one and reads along."""
    yield _print_progress


def _print_progress(done: int, total: int | None) -> None:
    print("progress", done, total or "", flush=True)


@contextmanager
def _progress_bar(shown_: bool) -> Iterator[Progress]:
    """A bar on standard error that counts invoices traded and paid."""
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("left"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=errors, disable=not shown_) as bar:
        task = bar.add_task("invoices traded and paid", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _inputs_hash(rows: tuple[Invoice, ...], seed: int, settings: Settings, model: DefaultModel | None) -> str:
    """Over all that a run depends on; of a fitted model its content, which its path does not tell."""
    spelled = [f"{row.country}/{row.customer}/{row.number}/{row.invoiced}/{row.due}/{row.settled}" for row in rows]
    amounts = [[row.amount, row.disputed] for row in rows]
    fitted = {} if model is None else {"fitted_model": model.version}
    inputs = {"invoices": spelled, "amounts": amounts, "seed": seed, "settings": repr(settings)}
    return digest(inputs | fitted).hex()


def _chain_choice(chain: str, rpc_url: str, *, seed: int) -> ChainChoice:
    for kind in CHAINS:
        if kind == chain:
            return ChainChoice(kind=kind, rpc_url=rpc_url, seed=seed)
    raise InvalidInput("--chain", chain, f"one of {', '.join(CHAINS)}")


def _print_check(rows: tuple[Invoice, ...]) -> None:
    customers, branches = {row.customer for row in rows}, {row.country for row in rows}
    first, last = min(row.invoiced for row in rows), max(max(row.due, row.settled or row.due) for row in rows)
    output.print(
        f"{len(rows):,} invoices of {len(customers):,} customers to {len(branches):,} branches, "
        f"{date_of(Day(first))} to {date_of(Day(last))}, {shown(sum(row.amount for row in rows))} in all; "
        f"{sum(row.disputed for row in rows):,} disputed, {sum(row.settled is None for row in rows):,} unpaid.",
        soft_wrap=True,
    )


def _file(database: str | None) -> Path | None:
    """The database where it is a file."""
    return None if database is None or "://" in database else Path(database)


def _write_json(path: Path, value: object) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(f"{json.dumps(value, indent=2)}\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise InvalidInput("--json", str(path), f"a file that can be written ({error.strerror})") from error


def _read_json(path: Path) -> dict[str, Any]:
    text = read_text(path, field="results", most=LARGEST_DOCUMENT)
    try:
        if text.count("[") + text.count("{") > RESULT_NODES:  # deeply nested, it would exhaust the stack
            raise ValueError
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput("results", str(path), "a JSON file written by --json") from error
    if not isinstance(value, dict) or "digest" not in value:
        raise InvalidInput("results", str(path), "a JSON file written by --json")
    return value
