"""``scfin series``: unit roots, causality and a vector autoregression of columns of a file, or of a ledger's own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scfin_chain.cli import sweeps
from scfin_chain.cli.program import app
from scfin_chain.cli.series_source import of_file, of_ledger
from scfin_chain.cli.series_study import READS, TABLES, Kind, Row, Study
from scfin_chain.cli.sweeps import FormOption, OutputOption, ParametersOption, PlotOption, SetOption
from scfin_chain.errors import InvalidInput

DEFAULTS: Mapping[str, sweeps.Value] = {
    "values": "levels",
    "terms": "ct",
    "adf_lags": "aic",
    "lags": "bic",
    "most_lags": 4,
    "significance": 0.05,
    "horizon": 10,
    "level": 0.95,
    "portmanteau_lags": 0,
    "draws": 1_000,
    "seed": 0,
    "freight": 300,
    "period": "month",
}
"""What each means stands in the command's help."""


@app.command()
def series(
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="CSV file: a column a series, oldest row first; month is no series.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", help="SQLite file, or postgresql:// URL, of a run or a service.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="A series; the order is that of causes. May be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="First month of a ledger, YYYY-MM: what begins in it or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Last month of a ledger, YYYY-MM: what begins in it or before.")
    ] = None,
    table: Annotated[Kind, typer.Option("--table", help="What to show, and with --plot to draw.")] = "tests",
    parameters: ParametersOption = None,
    given: SetOption = None,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Test time series for unit roots and Granger causality, and fit a vector autoregression (paper 000).

    Of a ledger: revenue is the carriers', taken as a freight rate on the goods whose delivery they attested, for the
    ledger pays them no cash; lending is what the banks advanced to suppliers. Both in minor units, month by month or,
    with --set period=week, by the weeks that begin in the months asked for. Lags are chosen of 6 periods or more, and
    with fewer than 20 the tests say little: examples/invoices.csv has 5 months, but 20 weeks.

    Parameters of --set: values (levels, logs, differences or log-differences), terms (n, c, ct), adf_lags (a number,
    aic or bic), lags (a number, aic, bic or hq), most_lags (for these words), significance (0.01, 0.05 or 0.1),
    horizon, level (of the bands), portmanteau_lags (0: chosen), draws and seed (of the decomposition's bands), freight
    (basis points of the goods' value), period (month or week).

    A unit root's verdict goes by MacKinnon's critical value at its T, after lags; its p is that of large samples.

    --table tests draws the responses; --table series, lags, responses and decomposition are what they say.

    Example: scfin series --csv example.csv --set lags=1,2 --set values=levels, where example.csv holds the columns
    z = 1.0 1.4 1.1 1.9 2.3 1.8 2.6 3.1 2.7 3.0 3.8 3.3 4.1 4.4 3.9 4.9 and
    x = 0.5 0.2 0.9 1.1 0.6 1.3 1.6 1.0 1.2 1.9 1.5 2.1 2.0 1.7 2.6 2.4, finds F = 280.636 on (1, 12) degrees of freedom
    for x on z with 1 lag, and 90.434 on (2, 9) with 2. Paper 000 prints F = 18.3107 with p = .0131 and no degrees of
    freedom; none give that p (scfin reproduce 000).

    \b
    Example, a run of half a minute:
        scfin run --invoices examples/invoices.csv --seed 7 --database run.sqlite
        scfin series --database run.sqlite --set period=week --plot responses.svg
    """
    sweeps.check_targets({"--csv": csv_file, "--parameters": parameters, "--output": output, "--plot": plot})
    if (csv_file is None) == (database is None):
        raise InvalidInput("--csv and --database", "both" if csv_file else "neither", "one of them")
    if csv_file is not None:
        sweeps.require_left_out({"--since": since, "--until": until}, "left out: it is of a ledger")
    if plot is not None and table == "lags":
        raise InvalidInput("--plot", str(plot), "left out with --table lags, which nothing draws")
    sets = sweeps.parameter_sets(DEFAULTS, file=parameters, given=given)
    _require_read(given or (), sets, table, ledger=database is not None, drawn=plot is not None)
    swept = sweeps.varying(sets)
    if plot is not None and len(sets) > 1:
        raise InvalidInput("--plot", str(plot), f"of one set of parameters, not of {len(sets)}")
    rows: list[Row] = []
    for chosen in sets:
        if csv_file is not None:
            source = of_file(csv_file)
        else:
            freight, period = int(chosen["freight"]), str(chosen["period"])
            source = of_ledger(str(database), freight=freight, period=period, since=since, until=until)
        study = Study.of(source, column, chosen)
        rows += [{name: chosen[name] for name in swept} | row for row in TABLES[table](study)]
        if plot is not None:
            _draw(study, table, plot)
    sweeps.show(rows, form=form, output=output)


def _require_read(
    given: Sequence[str], sets: Sequence[sweeps.ParameterSet], table: Kind, *, ledger: bool, drawn: bool
) -> None:
    """Refuse to set what would change nothing."""
    read = [
        *READS[table],
        *(("horizon", "level") if table == "tests" and drawn else ()),
        *(("freight", "period") if ledger else ()),
    ]
    orders = [str(one[name]) for one in sets for name in ("lags", "adf_lags") if name in read]
    if orders and all(order.isdigit() for order in orders):
        read.remove("most_lags")  # nothing is chosen
    for text in given:
        if text.partition("=")[0] not in read:
            source = "a ledger" if ledger else "a file"
            raise InvalidInput("--set", text, f"one of {', '.join(read)}, of which --table {table} of {source} is made")


def _draw(study: Study, table: Kind, path: Path) -> None:
    from scfin_chain.pictures import series as pictures
    from scfin_chain.pictures import style

    period = study.source.period
    match table:
        case "series":
            days = study.source.days
            shown = days[-study.sample.observations :] if days else None
            figure = pictures.draw_series(study.sample, periods=shown, unit=study.unit)
        case "decomposition":
            figure = pictures.draw_shares(study.decomposition(), period=period)
        case _:
            figure = pictures.draw_responses(study.responses(), unit=study.unit, period=period)
    style.save(figure, path)
