"""Where ``scfin series`` has its series from: columns of a CSV file, or a ledger's own."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_TABLE, read_text
from scfin_chain.scenarios.ledger_series import Period, ledger_series
from scfin_chain.store.store import Store
from scfin_chain.units import BasisPoints

LABELS = ("month", "period", "date")
"""Columns of a file that name its rows, and are no series."""

PERIODS: tuple[Period, ...] = ("month", "week")

NAME_LIMIT = 64
"""Longest name of a column, characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Series as they were given, with what their rows are called."""

    columns: Mapping[str, Sequence[float]]
    labels: tuple[str, ...]
    days: tuple[date, ...] | None
    """The first of each period, where they are known."""
    period: str
    unit: str


def of_ledger(database: str, *, freight: int, period: str, since: str | None, until: str | None) -> Source:
    """Carriers' revenue and bank lending of a run or a service, month by month or week by week."""
    if period not in PERIODS:
        raise InvalidInput("period", period, f"one of {', '.join(PERIODS)}")
    store = Store.existing(database)
    try:
        found = ledger_series(store, freight=BasisPoints(freight), period=period)
    finally:
        store.close()
    found = found.between(_month("--since", since), _month("--until", until))
    if len(found.periods) < 2:
        raise InvalidInput(f"{period}s", len(found.periods), f"at least 2 with deliveries or advances in {database}")
    return Source(
        columns={"revenue": found.revenue, "lending": found.lending},
        labels=tuple(str(day)[: 7 if period == "month" else 10] for day in found.periods),
        days=found.periods,
        period=period,
        unit="minor units",
    )


def _month(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise InvalidInput(option, text, "a month as YYYY-MM") from error


def of_file(path: Path) -> Source:
    """The columns of a CSV file; a cell that is no number is refused with its line."""
    reader = csv.reader(io.StringIO(read_text(path, field="--csv", most=LARGEST_TABLE), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header or len(set(header)) < len(header) or not all(0 < len(name) <= NAME_LIMIT for name in header):
            limit = f"names of columns, each once, 1 to {NAME_LIMIT} characters"
            raise InvalidInput(f"{path.name}, line 1", ",".join(header), limit)
        names = [name for name in header if name.lower() not in LABELS]
        columns: dict[str, list[float]] = {name: [] for name in names}
        labels: list[str] = []
        for cells in reader:
            if not cells:
                continue
            place = f"{path.name}, line {reader.line_num}"
            if len(cells) != len(header):
                raise InvalidInput(place, ",".join(cells), f"{len(header)} values, as in the header")
            row = dict(zip(header, cells, strict=True))
            labels.append(next((row[name] for name in header if name.lower() in LABELS), str(len(labels) + 1)))
            for name in names:
                columns[name].append(_number(f"{place}: {name}", row[name].strip()))
    except csv.Error as error:
        raise InvalidInput(f"{path.name}, line {reader.line_num}", str(error), "a row of CSV") from error
    if not names:
        raise InvalidInput("--csv", str(path), "a file with a column of numbers")
    return Source(columns=columns, labels=tuple(labels), days=None, period="period", unit="")


def _number(place: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidInput(place, cell, "a finite number; a series has no gaps")
    return value
