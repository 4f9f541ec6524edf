"""Where ``scfin default`` has its rows from: a table of indicators, or a payment history."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import scfin_chain.models.default_model as fitted
from scfin_chain.cli.sweeps import require_left_out
from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_TABLE, read_text
from scfin_chain.models.default_model.history import DefaultProxy, Obligation
from scfin_chain.models.default_model.model import DefaultModel
from scfin_chain.models.default_model.sample import Sample
from scfin_chain.models.default_model.table import Table
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.units import Day, date_of, day_from_date

LATER_SHARE = 0.3
"""Share of a payment history that a fit does not see, unless said otherwise: the latest."""

OUTCOME = "default"
"""Column of a table with the outcome, unless said otherwise."""

WITH_TABLE = "left out with --table, whose rows have no days"
WITH_INVOICES = "left out with --invoices, which say what came of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a fit sees, and what it is judged by, if anything."""

    earlier: Sample
    later: Sample | None
    proxy: DefaultProxy | None
    cut: int | None
    left_out: int
    told: str


def require_one(invoices: Path | None, table: Path | None) -> None:
    """Refuse two sources, and none."""
    if (invoices is None) == (table is None):
        raise InvalidInput("--invoices and --table", "both" if invoices else "neither", "one of the two")


def table_of(path: Path) -> Table:
    """The columns of a CSV file."""
    return fitted.table_from_csv(read_text(path, field="--table", most=LARGEST_TABLE), field="--table")


def rows_of_table(path: Path, *, outcome: str | None, later_share: float) -> Rows:
    """The rows of a table, which stand in the order of time."""
    if not 0.0 <= later_share < 1.0:
        raise InvalidInput("--later-share", later_share, "in [0, 1)")
    sample = table_of(path).sample(outcome or OUTCOME)
    size = sample.size - round(sample.size * later_share)
    parts = [
        Sample(indicators=sample.indicators, rows=sample.rows[part], outcomes=sample.outcomes[part])
        for part in (slice(size), slice(size, None))
    ]
    told = f"{size} rows, {sample.size - size} later ones"
    later = parts[1] if parts[1].size else None
    return Rows(earlier=parts[0], later=later, proxy=None, cut=None, left_out=0, told=told)


def rows_of_history(path: Path, *, proxy: DefaultProxy, cut: dt.datetime | None, later_share: float) -> Rows:
    """A payment history in two parts: what was known before a day, and what was invoiced from it on."""
    obligations, known_to = _obligations(path)
    first = day_from_date(cut.date()) if cut else fitted.cut_for(obligations, later_share)
    _require_known("--cut", first, known_to)
    split = fitted.split_by_time(obligations, cut=first, known_to=known_to, proxy=proxy)
    left_out = split.straddling + split.unknown
    told = (
        f"{split.earlier.size} invoices known before {date_of(first)}, {int(sum(split.earlier.outcomes))} of them "
        f"unpaid after {proxy.late_days} days; {split.later.size} later, {int(sum(split.later.outcomes))} unpaid; "
        f"{left_out} left out, their outcome not being known by the cut or the end"
    )
    return Rows(earlier=split.earlier, later=split.later, proxy=proxy, cut=first, left_out=left_out, told=told)


def rows_to_judge(
    model: DefaultModel, invoices: Path | None, table: Path | None, *, outcome: str | None, since: dt.datetime | None
) -> tuple[Sample, str | None]:
    """Rows that a model is judged by, and what must be said of them where the fit saw some."""
    require_one(invoices, table)
    if table is not None:
        require_left_out({"--since": since}, WITH_TABLE)
        sample = table_of(table).sample(outcome or OUTCOME, model.fit.indicators)
        seen = model.seen_among(sample)
        warning = f"at least {seen} of these {sample.size} rows are rows of the fit, number for number"
        return sample, f"{warning}: the figures say little of others" if seen else None
    assert invoices is not None
    require_left_out({"--outcome": outcome}, WITH_INVOICES)
    if model.proxy is None:
        raise InvalidInput("--invoices", str(invoices), "left out: the model was fitted to a table of indicators")
    obligations, known_to = _obligations(invoices)
    first = day_from_date(since.date()) if since else Day(model.cut or 0)
    _require_known("--since", first, known_to)
    split = fitted.split_by_time(obligations, cut=first, known_to=known_to, proxy=model.proxy)
    early = None
    if model.cut is not None and first < model.cut:
        early = f"some are of days that the fit saw, before {date_of(Day(model.cut))}: the figures say little of others"
    return split.later.only(model.fit.indicators), early


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
