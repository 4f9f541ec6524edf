"""Commands on the probability of default: fit a model, judge it, ask it, and read it off a bond (paper 004)."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

import scfin_chain.models.default_model as fitted
from scfin_chain.cli.default_report import FIT_ROWS, LATER_ROWS, FitReport, figures_of
from scfin_chain.cli.default_search import Choice, Measure, check_search, fitted_to
from scfin_chain.cli.default_source import (
    LATER_SHARE,
    WITH_INVOICES,
    WITH_TABLE,
    Rows,
    require_one,
    rows_of_history,
    rows_of_table,
    rows_to_judge,
    table_of,
)
from scfin_chain.cli.program import app, errors
from scfin_chain.cli.sweeps import (
    FormOption,
    OutputOption,
    ParametersOption,
    PlotOption,
    SetOption,
    Value,
    check_targets,
    parameter_sets,
    require_left_out,
    show,
)
from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, check_target, read_text
from scfin_chain.models import domain
from scfin_chain.models.default_model.fit import Estimator
from scfin_chain.models.default_model.history import DefaultProxy
from scfin_chain.models.default_model.model import PAPER_LOSS, DefaultModel
from scfin_chain.models.default_model.sample import Sample
from scfin_chain.models.default_probability import BondQuote, SpreadFormula, bond_default_probability, log_odds

default = typer.Typer(
    help="The probability of default: fitted to indicators or payments, judged on later ones, or implied by a bond.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(default, name="default")

SHARES = frozenset({"prompt_share", "overdue_share"})
"""Indicators of a payment history that are fractions."""

InvoicesOption = Annotated[
    Path | None, typer.Option("--invoices", help="Payment history: CSV file of invoices, as `scfin run` reads it.")
]
TableOption = Annotated[Path | None, typer.Option("--table", help="CSV file of indicators, a row an observation.")]
OutcomeOption = Annotated[
    str | None,
    typer.Option("--outcome", help="Column of --table with the outcome: 0 or 1, or a probability. [default: default]"),
]
LateOption = Annotated[
    int | None, typer.Option("--late-days", help="With --invoices: unpaid so many days after it fell due is a default.")
]
ModelFile = Annotated[Path, typer.Option("--model", help="File of a fitted model.")]


@default.command()
def fit(
    invoices: InvoicesOption = None,
    table: TableOption = None,
    outcome: OutcomeOption = None,
    late_days: LateOption = None,
    grace_days: Annotated[
        int | None,
        typer.Option("--grace-days", help="With --invoices: paid so many days late is still prompt. [default: 5]"),
    ] = None,
    cut: Annotated[
        dt.datetime | None,
        typer.Option("--cut", formats=["%Y-%m-%d"], help="First day that the fit does not see. Default: by share."),
    ] = None,
    later_share: Annotated[
        float | None,
        typer.Option(
            "--later-share", help="Share of the rows, the latest, kept to judge by. [default: 0.3; a table: 0]"
        ),
    ] = None,
    indicators: Annotated[
        str | None, typer.Option("--indicators", help="Names with commas between. Default: all there are.")
    ] = None,
    estimator: Annotated[
        Estimator,
        typer.Option("--estimator", help="Least squares on log-odds, logit of 0 and 1, or fractional likelihood."),
    ] = Estimator.LOGIT,
    select: Annotated[Choice, typer.Option("--select", help="Stepwise selection of indicators.")] = "none",
    criterion: Annotated[
        Measure | None, typer.Option("--criterion", help="With --select: what a step compares. [default: aic]")
    ] = None,
    enter: Annotated[
        float | None,
        typer.Option("--enter", help="By p_value: the p-value below which an indicator enters. [default: 0.05]"),
    ] = None,
    leave: Annotated[
        float | None, typer.Option("--leave", help="By p_value: the p-value above which one leaves. [default: 0.1]")
    ] = None,
    years: Annotated[float, typer.Option("--years", help="Horizon for which the probability stands.")] = 1.0,
    loss: Annotated[
        float, typer.Option("--loss-given-default", help="Loss given default, a fraction; paper 004's is 0.6264.")
    ] = PAPER_LOSS,
    model: Annotated[Path | None, typer.Option("--model", help="Write the fitted model to this file.")] = None,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Fit log-odds of default to indicators, or to what a payment history says on the day of each invoice.

    A history is split by time: the fit sees what was invoiced, and what came of it, before the cut, and is judged by
    what was invoiced from the cut on. No indicator knows what came after its invoice's day.

    JSON is one document of all that is told. CSV has the coefficients, with a column saturated: the rest, counts and
    figures too, stands on standard error. The search's path and the warnings stand there in every form.

    \b
    Example, a payment history:
        scfin default fit --invoices examples/invoices.csv --late-days 5 --indicators prompt_share --model model.json
    Example, the saturated fit of paper 004, as many parameters as observations, reported as such:
        printf 'x,default\\n0.2,0.1\\n0.7,0.4\\n' > two.csv; scfin default fit --table two.csv --estimator log_odds
    Then name the file as fitted_model in the table [score] of the settings, and `scfin run` decides by it.
    """
    check_targets({"--invoices": invoices, "--table": table, "--model": model, "--output": output, "--plot": plot})
    check_target(model, field="--model")
    check_search(select, criterion, enter, leave)
    rows = _rows(invoices, table, outcome, late_days=late_days, grace_days=grace_days, cut=cut, later_share=later_share)
    if plot is not None and not any(_of_both_kinds(sample) for sample in (rows.earlier, rows.later) if sample):
        raise InvalidInput("--plot", str(plot), "left out where outcomes are not of both kinds, 0 and 1")
    names = rows.earlier.indicators if indicators is None else tuple(name.strip() for name in indicators.split(","))
    for name in names:
        if name not in rows.earlier.indicators:
            raise InvalidInput("--indicators", name, f"of {', '.join(rows.earlier.indicators)}")
    sample = rows.earlier.only(names)
    found, search = fitted_to(sample, estimator, select, criterion, (enter, leave))
    seen = fitted.marks_of(sample.only(found.indicators)) if rows.cut is None else ()
    kept = DefaultModel(fit=found, years=years, loss_given_default=loss, proxy=rows.proxy, cut=rows.cut, seen=seen)
    judged = _judged(kept, rows)
    figures = {name: fitted.evaluate(*pair) for name, pair in judged.items()}
    report = FitReport(model=kept, rows=rows, search=search, figures=figures)
    _plot(plot, judged)
    if model is not None:
        _write(model, fitted.model_to_json(kept))
    written = report.coefficients
    if form == "csv":
        written = [row | {"saturated": found.saturated} for row in written]
        errors.print(report.title, soft_wrap=True)
    show(written, form=form, output=output, title=report.title, document=report.document)
    for note in (*([search.told] if search else []), *report.warnings):
        errors.print(note, soft_wrap=True)


@default.command()
def evaluate(
    model: ModelFile,
    invoices: InvoicesOption = None,
    table: TableOption = None,
    outcome: OutcomeOption = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            "--since", formats=["%Y-%m-%d"], help="First invoice day. Default: the first the fit did not see."
        ),
    ] = None,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Judge a fitted model: AUC, Brier score and Kolmogorov-Smirnov distance, on rows that the fit has not seen.

    Example: scfin default evaluate --model model.json --invoices examples/invoices.csv --plot judged.png
    """
    check_targets(
        {"--model": model, "--invoices": invoices, "--table": table, "--output": output, "--plot": plot},
    )
    read = _read_model(model)
    sample, warning = rows_to_judge(read, invoices, table, outcome=outcome, since=since)
    if warning is not None:
        errors.print(warning, soft_wrap=True)
    judged = {"rows": (_probabilities(read, sample), sample.outcomes)}
    _plot(plot, judged)
    row = {"model": read.version[:12], **figures_of(fitted.evaluate(*judged["rows"]))}
    show([row if form == "text" else row | {"warning": warning}], form=form, output=output)


@default.command()
def predict(
    model: ModelFile,
    table: TableOption = None,
    given: SetOption = None,
    parameters: ParametersOption = None,
    form: FormOption = "text",
    output: OutputOption = None,
) -> None:
    """Probabilities of default for given indicators: those of a CSV file, or set and swept one by one.

    A share that a payment history gives, prompt_share or overdue_share, is refused outside [0, 1].

    Example: scfin default predict --model model.json --set prompt_share=0.5:1:6
    """
    check_targets({"--model": model, "--table": table, "--parameters": parameters, "--output": output})
    if table is not None:
        require_left_out(
            {"--set": given, "--parameters": parameters}, "left out with --table, which has the indicators"
        )
    read = _read_model(model)
    names = read.fit.indicators
    if table is not None:
        chosen = table_of(table).chosen(names)
        sets: Sequence[Mapping[str, Value]] = [dict(zip(names, row, strict=True)) for row in chosen]
    else:
        sets = parameter_sets(dict.fromkeys(names, math.nan), file=parameters, given=given)
        for name in names:
            if any(math.isnan(float(row[name])) for row in sets):
                raise InvalidInput("--set", name, "given: the model has it as an indicator")
    rows = [_prediction(read, {name: float(value) for name, value in row.items()}) for row in sets]
    show(rows, form=form, output=output)


@default.command()
def bond(
    given: SetOption = None,
    parameters: ParametersOption = None,
    form: FormOption = "text",
    output: OutputOption = None,
) -> None:
    """The one-year probability of default that a bond's yield implies, and its log-odds (paper 004).

    Parameters: coupon, interest_tax, risk_free, loss_given_default (fractions), and formula, promised or principal:
    what the loss applies to. A yield below the riskless rate is refused, since no probability explains it.

    \b
    Example: scfin default bond --set coupon=0.05
        default_probability  0.01535023087
    What the paper's 42.34 % would need: scfin default bond --set coupon=0.50224
    """
    check_targets({"--parameters": parameters, "--output": output})
    defaults: dict[str, Value] = {
        "coupon": 0.05,
        "interest_tax": 0.2,
        "risk_free": 0.03,
        "loss_given_default": 0.6264,
        "formula": SpreadFormula.PROMISED.value,
    }
    sets = parameter_sets(defaults, file=parameters, given=given)
    show([dict(row) | _implied(row) for row in sets], form=form, output=output)


def _rows(
    invoices: Path | None,
    table: Path | None,
    outcome: str | None,
    *,
    late_days: int | None,
    grace_days: int | None,
    cut: dt.datetime | None,
    later_share: float | None,
) -> Rows:
    require_one(invoices, table)
    if table is not None:
        require_left_out({"--late-days": late_days, "--grace-days": grace_days, "--cut": cut}, WITH_TABLE)
        return rows_of_table(table, outcome=outcome, later_share=later_share or 0.0)
    assert invoices is not None
    require_left_out({"--outcome": outcome}, WITH_INVOICES)
    if cut is not None:
        require_left_out({"--later-share": later_share}, "left out where --cut is given")
    if late_days is None:
        raise InvalidInput("--late-days", None, "given with --invoices: it says what counts as a default")
    proxy = DefaultProxy(late_days=late_days, grace_days=5 if grace_days is None else grace_days)
    return rows_of_history(
        invoices, proxy=proxy, cut=cut, later_share=LATER_SHARE if later_share is None else later_share
    )


def _judged(model: DefaultModel, rows: Rows) -> dict[str, tuple[list[float], tuple[float, ...]]]:
    """Probabilities beside outcomes, of the rows of the fit and of the later ones; only where all are 0 or 1."""
    samples = {FIT_ROWS: rows.earlier} | ({} if rows.later is None else {LATER_ROWS: rows.later})
    chosen = {name: sample.only(model.fit.indicators) for name, sample in samples.items()}
    return {
        name: (_probabilities(model, sample), sample.outcomes)
        for name, sample in chosen.items()
        if _of_both_kinds(sample)
    }


def _of_both_kinds(sample: Sample) -> bool:
    return set(sample.outcomes) == {0.0, 1.0}


def _probabilities(model: DefaultModel, sample: Sample) -> list[float]:
    return [model.fit.probability(dict(zip(sample.indicators, row, strict=True))) for row in sample.rows]


def _prediction(model: DefaultModel, indicators: dict[str, float]) -> dict[str, object]:
    if model.proxy is not None:  # of a payment history, whose indicators have a meaning
        for name in SHARES.intersection(indicators):
            domain.share(name, indicators[name])
    band = model.rated(model.fit.probability(indicators))
    return {
        **indicators,
        "log_odds": model.fit.log_odds(tuple(indicators.values())),
        "default_probability": model.fit.probability(indicators),
        "years": model.years,
        "rating": None if band is None else band.rating.value,
    }


def _implied(row: Mapping[str, Value]) -> dict[str, object]:
    if row["formula"] not in tuple(SpreadFormula):
        raise InvalidInput("formula", row["formula"], f"one of {', '.join(SpreadFormula)}")
    quote = BondQuote(
        coupon=float(row["coupon"]),
        interest_tax=float(row["interest_tax"]),
        risk_free=float(row["risk_free"]),
        loss_given_default=float(row["loss_given_default"]),
    )
    probability = bond_default_probability(quote, SpreadFormula(str(row["formula"])))
    odds = log_odds(probability) if probability > 0.0 else None
    return {"net_yield": quote.net_yield, "default_probability": probability, "log_odds": odds}


def _plot(path: Path | None, judged: Mapping[str, tuple[list[float], tuple[float, ...]]]) -> None:
    if path is None:
        return
    from scfin_chain.pictures.default import judgement_figure  # matplotlib takes a second to load
    from scfin_chain.pictures.style import save

    save(judgement_figure(judged), path)


def _read_model(path: Path) -> DefaultModel:
    return fitted.model_from_json(read_text(path, field="--model", most=LARGEST_DOCUMENT))


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise InvalidInput("--model", str(path), f"a file that can be written ({error.strerror})") from error
