"""Commands on the probability of default: fit a model, judge it, ask it, and read it off a bond (paper 004)."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich import progress as bars

import scfin_chain.models.default_model as fitted
from scfin_chain.cli.program import app, errors
from scfin_chain.cli.sweeps import (
    FormOption,
    OutputOption,
    ParametersOption,
    PlotOption,
    SetOption,
    Value,
    parameter_sets,
    show,
)
from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, LARGEST_TABLE, read_text
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.history import DefaultProxy, Obligation
from scfin_chain.models.default_model.model import PAPER_LOSS, DefaultModel
from scfin_chain.models.default_model.sample import Sample
from scfin_chain.models.default_probability import BondQuote, SpreadFormula, bond_default_probability, log_odds
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.units import Day, date_of, day_from_date

LATER_SHARE = 0.3
"""Share of a payment history that a fit does not see, unless said otherwise: the latest."""

default = typer.Typer(
    help="The probability of default: fitted to indicators or payments, judged on later ones, or implied by a bond.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(default, name="default")

Choice = Literal["none", "forward", "backward", "both"]
Measure = Literal["aic", "bic", "p_value"]

InvoicesOption = Annotated[
    Path | None, typer.Option("--invoices", help="Payment history: CSV file of invoices, as `scfin run` reads it.")
]
TableOption = Annotated[Path | None, typer.Option("--table", help="CSV file of indicators, a row an observation.")]
OutcomeOption = Annotated[
    str, typer.Option("--outcome", help="Column of --table with the outcome: 0 or 1, or a probability.")
]
LateOption = Annotated[
    int | None, typer.Option("--late-days", help="With --invoices: unpaid so many days after it fell due is a default.")
]
ModelFile = Annotated[Path, typer.Option("--model", help="File of a fitted model.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What a fit sees, and what it is judged by, if anything."""

    earlier: Sample
    later: Sample | None
    proxy: DefaultProxy | None
    cut: int | None
    told: str


@default.command()
def fit(
    invoices: InvoicesOption = None,
    table: TableOption = None,
    outcome: OutcomeOption = "default",
    late_days: LateOption = None,
    grace_days: Annotated[int, typer.Option("--grace-days", help="Paid so many days late is still prompt.")] = 5,
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
    criterion: Annotated[Measure, typer.Option("--criterion", help="What a step compares.")] = "aic",
    enter: Annotated[float, typer.Option("--enter", help="p-value below which an indicator enters.")] = 0.05,
    leave: Annotated[float, typer.Option("--leave", help="p-value above which one leaves.")] = 0.10,
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

    \b
    Example, a payment history:
        scfin default fit --invoices examples/invoices.csv --late-days 5 --indicators prompt_share --model model.json
    Example, the saturated fit of paper 004, as many parameters as observations, reported as such:
        printf 'x,default\\n0.2,0.1\\n0.7,0.4\\n' > two.csv; scfin default fit --table two.csv --estimator log_odds
    Then name the file as fitted_model in the table [score] of the settings, and `scfin run` decides by it.
    """
    rows = _rows(invoices, table, outcome, late_days=late_days, grace_days=grace_days, cut=cut, later_share=later_share)
    names = rows.earlier.indicators if indicators is None else tuple(name.strip() for name in indicators.split(","))
    for name in names:
        if name not in rows.earlier.indicators:
            raise InvalidInput("--indicators", name, f"of {', '.join(rows.earlier.indicators)}")
    sample = rows.earlier.only(names)
    found, notes = _fitted(sample, estimator, select, criterion, (enter, leave))
    kept = DefaultModel(fit=found, years=years, loss_given_default=loss, proxy=rows.proxy, cut=rows.cut)
    title = [f"{rows.told}; model {kept.version[:12]}"]
    judged = _judged(kept, rows)
    if "later rows" in judged:
        title.append(f"on the later rows: {_told_of(*judged['later rows'])}")
    else:
        notes.append("judged by no later rows: nothing here says how well it predicts")
    _plot(plot, judged)
    if model is not None:
        _write(model, fitted.model_to_json(kept))
    show(_coefficients(found), form=form, output=output, title="\n".join(title))
    for note in notes:
        errors.print(note, soft_wrap=True)


@default.command()
def evaluate(
    model: ModelFile,
    invoices: InvoicesOption = None,
    table: TableOption = None,
    outcome: OutcomeOption = "default",
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
    read = _read_model(model)
    if (invoices is None) == (table is None):
        raise InvalidInput("--invoices and --table", "both" if invoices else "neither", "one of the two")
    if table is not None:
        sample = fitted.table_from_csv(read_text(table, field="--table", most=LARGEST_TABLE), field="--table").sample(
            outcome, read.fit.indicators
        )
    else:
        sample = _later_rows(read, invoices, since)
    judged = {"rows": (_probabilities(read, sample), sample.outcomes)}
    figures = fitted.evaluate(*judged["rows"])
    _plot(plot, judged)
    row = {
        "model": read.version[:12],
        "observations": figures.observations,
        "defaults": figures.defaults,
        "default_share": figures.default_share,
        "mean_probability": figures.mean_probability,
        "auc": figures.auc,
        "ks": figures.ks,
        "brier": figures.brier,
        "brier_of_the_share": figures.constant_brier,
    }
    show([row], form=form, output=output)


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

    Example: scfin default predict --model model.json --set prompt_share=0.5:1:6
    """
    read = _read_model(model)
    names = read.fit.indicators
    if table is not None:
        if given or parameters:
            raise InvalidInput("--table", str(table), "left out where indicators are set")
        chosen = fitted.table_from_csv(read_text(table, field="--table", most=LARGEST_TABLE), field="--table").chosen(
            names
        )
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
    outcome: str,
    *,
    late_days: int | None,
    grace_days: int,
    cut: dt.datetime | None,
    later_share: float | None,
) -> _Rows:
    if (invoices is None) == (table is None):
        raise InvalidInput("--invoices and --table", "both" if invoices else "neither", "one of the two")
    if cut is not None and later_share is not None:
        raise InvalidInput("--later-share", later_share, "left out where --cut is given")
    if table is not None:
        if late_days is not None or cut is not None:
            raise InvalidInput("--late-days and --cut", "given", "left out with --table, whose rows have no days")
        sample = fitted.table_from_csv(read_text(table, field="--table", most=LARGEST_TABLE), field="--table").sample(
            outcome
        )
        return _of_table(sample, later_share or 0.0)
    if late_days is None:
        raise InvalidInput("--late-days", None, "given with --invoices: it says what counts as a default")
    assert invoices is not None
    proxy = DefaultProxy(late_days=late_days, grace_days=grace_days)
    obligations, known_to = _obligations(invoices)
    first = (
        day_from_date(cut.date())
        if cut
        else fitted.cut_for(obligations, LATER_SHARE if later_share is None else later_share)
    )
    _require_known("--cut", first, known_to)
    split = fitted.split_by_time(obligations, cut=first, known_to=known_to, proxy=proxy)
    told = (
        f"{split.earlier.size} invoices known before {date_of(first)}, {int(sum(split.earlier.outcomes))} of them "
        f"unpaid after {late_days} days; {split.later.size} later, {int(sum(split.later.outcomes))} unpaid; "
        f"{split.straddling + split.unknown} left out, their outcome not being known by the cut or the end"
    )
    return _Rows(earlier=split.earlier, later=split.later, proxy=proxy, cut=first, told=told)


def _of_table(sample: Sample, later_share: float) -> _Rows:
    """The rows of a table stand in the order of time."""
    if not 0.0 <= later_share < 1.0:
        raise InvalidInput("--later-share", later_share, "in [0, 1)")
    size = sample.size - round(sample.size * later_share)
    parts = [
        Sample(indicators=sample.indicators, rows=sample.rows[part], outcomes=sample.outcomes[part])
        for part in (slice(size), slice(size, None))
    ]
    told = f"{size} rows, {sample.size - size} later ones"
    return _Rows(earlier=parts[0], later=parts[1] if parts[1].size else None, proxy=None, cut=None, told=told)


def _obligations(path: Path) -> tuple[list[Obligation], Day]:
    """The payment history of a file, and the first day of which it knows nothing."""
    rows = read_invoices(path, amount_unit=1)
    obligations = [
        Obligation(debtor=row.customer, invoiced=row.invoiced, due=row.due, settled=row.settled) for row in rows
    ]
    return obligations, Day(1 + max(max(row.invoiced, row.settled or row.invoiced) for row in rows))


def _require_known(option: str, day: Day, known_to: Day) -> None:
    """What is unpaid when a file ends is not known to be unpaid later."""
    if day > known_to:
        raise InvalidInput(option, str(date_of(day)), f"at most {date_of(known_to)}, when the file ends")


def _later_rows(model: DefaultModel, invoices: Path | None, since: dt.datetime | None) -> Sample:
    assert invoices is not None
    if model.proxy is None:
        raise InvalidInput("--invoices", str(invoices), "left out: the model was fitted to a table of indicators")
    obligations, known_to = _obligations(invoices)
    first = day_from_date(since.date()) if since else Day(model.cut or 0)
    _require_known("--since", first, known_to)
    if first < (model.cut or 0):
        errors.print("some of these rows are of the fit: the figures say little of others", soft_wrap=True)
    split = fitted.split_by_time(obligations, cut=first, known_to=known_to, proxy=model.proxy)
    return split.later.only(model.fit.indicators)


def _fitted(
    sample: Sample, estimator: Estimator, select: Choice, criterion: Measure, thresholds: tuple[float, float]
) -> tuple[DefaultFit, list[str]]:
    """The fit, and what must be said beside it."""
    if select == "none":
        found = fitted.fit_default_model(sample, estimator)
        return found, [found.caution] if found.caution else []
    with _progress() as progress:
        selection = fitted.select_indicators(
            sample,
            estimator,
            direction=fitted.Direction(select),
            criterion=fitted.Criterion(criterion),
            enter=thresholds[0],
            leave=thresholds[1],
            progress=progress,
        )
    moves = [f"{step.taken.move} ({step.taken.value:.6g})" for step in selection.path if step.taken is not None]
    return selection.fit, [f"path by {criterion}: {', then '.join(moves) or 'no move'}", selection.warning]


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A count of fits on standard error, where somebody looks on."""
    columns = (bars.TextColumn("{task.description}"), bars.TextColumn("{task.completed:.0f}"), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("fits tried", total=None)
        yield lambda tried: bar.update(task, completed=tried)


def _judged(model: DefaultModel, rows: _Rows) -> dict[str, tuple[list[float], tuple[float, ...]]]:
    """Probabilities beside outcomes, of the rows of the fit and of the later ones; only where all are 0 or 1."""
    samples = {"rows of the fit": rows.earlier} | ({} if rows.later is None else {"later rows": rows.later})
    chosen = {name: sample.only(model.fit.indicators) for name, sample in samples.items()}
    return {
        name: (_probabilities(model, sample), sample.outcomes)
        for name, sample in chosen.items()
        if set(sample.outcomes) == {0.0, 1.0}
    }


def _probabilities(model: DefaultModel, sample: Sample) -> list[float]:
    return [model.fit.probability(dict(zip(sample.indicators, row, strict=True))) for row in sample.rows]


def _told_of(probabilities: Sequence[float], outcomes: Sequence[float]) -> str:
    figures = fitted.evaluate(probabilities, outcomes)
    return (
        f"AUC {figures.auc:.4f}, KS {figures.ks:.4f}, Brier {figures.brier:.5f} "
        f"({figures.constant_brier:.5f} for the share alone); mean probability {figures.mean_probability:.4f}, "
        f"defaulted {figures.default_share:.4f}"
    )


def _coefficients(found: DefaultFit) -> list[dict[str, object]]:
    names = ("intercept", *found.indicators)
    blanks = (None,) * len(names)
    columns = zip(
        names,
        (found.intercept, *found.coefficients),
        found.standard_errors or blanks,
        found.p_values or blanks,
        strict=True,
    )
    return [
        {"term": name, "coefficient": value, "standard_error": error, "p_value": p_value}
        for name, value, error, p_value in columns
    ]


def _prediction(model: DefaultModel, indicators: dict[str, float]) -> dict[str, object]:
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
    from scfin_chain.pictures.style import require_format, save

    require_format(path)
    if not judged:
        raise InvalidInput("--plot", str(path), "left out where outcomes are not of both kinds, 0 and 1")
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
