"""A CSV text of indicators as a sample: a header of names, a row an observation, each bad row named by its line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from scfin_chain.errors import InvalidInput, ScfinError
from scfin_chain.models import domain
from scfin_chain.models.default_model.sample import NAME_LIMIT, Sample, check_names, listed, places_of

SHOWN_PROBLEMS: Final = 20
"""Bad rows that are named; more are counted."""


class BadRows(ScfinError):
    """A file has rows that cannot be used; ``problems`` names each by its line.

    Examples
    --------
    >>> try:
    ...     table_from_csv("leverage,defaulted\\nhigh,0\\n0.9,1\\n")
    ... except BadRows as refusal:
    ...     refusal.problems
    ("line 2: leverage is 'high': must be a number",)
    """

    exit_code = 2

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        shown = problems[:SHOWN_PROBLEMS]
        more = (f"and {len(problems) - len(shown)} more",) if len(problems) > len(shown) else ()
        rows = "row" if len(problems) == 1 else "rows"
        super().__init__("\n".join((f"{len(problems)} bad {rows}, nothing was computed", *shown, *more)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Numbers in named columns.

    Parameters
    ----------
    columns
        Names, each once.
    rows
        A number a column.

    Examples
    --------
    >>> table_from_csv("leverage,defaulted\\n0.4,0\\n0.9,1\\n").sample("defaulted").outcomes
    (0.0, 1.0)
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def sample(self, outcome: str, indicators: Sequence[str] | None = None) -> Sample:
        """The rows as a sample.

        Parameters
        ----------
        outcome
            Column of the outcomes, each in [0, 1].
        indicators
            Columns of the indicators; by default all the others.

        Returns
        -------
        Sample
            In the order of the rows.

        Raises
        ------
        InvalidInput
            If a column is not there, or is outcome and indicator at once.

        Examples
        --------
        >>> table_from_csv("leverage,defaulted\\n0.4,0\\n0.9,1\\n").sample("default")
        Traceback (most recent call last):
        scfin_chain.errors.ModelDomainError: column is 'default': must be one of leverage, defaulted
        """
        outcomes = tuple(row[0] for row in self.chosen((outcome,)))
        others = [name for name in self.columns if name != outcome]
        chosen = listed("indicators", others if indicators is None else indicators)
        rows = self.chosen(chosen)
        if outcome in chosen:
            raise InvalidInput("indicators", outcome, "other columns than that of the outcome")
        return Sample(indicators=chosen, rows=rows, outcomes=outcomes)

    def chosen(self, columns: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """The rows with some of the columns, in the order given; refuses a column that is not there."""
        places = places_of("column", columns, self.columns)
        return tuple(tuple(row[place] for place in places) for row in self.rows)


def table_from_csv(text: str, *, field: str = "table") -> Table:
    """The table that a CSV text holds.

    Parameters
    ----------
    text
        A header of names, then a row of numbers a line; blank lines are left aside.
    field
        What to call the text in a refusal.

    Returns
    -------
    Table
        At least one row.

    Raises
    ------
    InvalidInput
        If there is no header or no row, or a name cannot stand.
    BadRows
        If rows do not hold one finite number a column: every one of them is named by its line.

    Examples
    --------
    >>> table_from_csv("leverage,defaulted\\n0.4,0\\n0.9\\n")
    Traceback (most recent call last):
    scfin_chain.models.default_model.table.BadRows: 1 bad row, nothing was computed
    line 3: columns is 1: must be 2, as in the header
    """
    domain.instance(field, text, str)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
    except csv.Error as error:
        raise InvalidInput(field, "line 1", f"a CSV header ({error})") from error
    if not columns or any(not 0 < len(name) <= NAME_LIMIT for name in columns):
        raise InvalidInput(field, ",".join(columns)[:NAME_LIMIT], f"a header of names, 1 to {NAME_LIMIT} characters")
    check_names(columns)
    rows: list[tuple[float, ...]] = []
    problems: list[str] = []
    for line, cells in _lines(reader):
        parsed = _row(cells, columns)
        if isinstance(parsed, str):
            problems.append(f"line {line}: {parsed}")
        else:
            rows.append(parsed)
    if problems:
        raise BadRows(tuple(problems))
    if not rows:
        raise InvalidInput(field, "no row", "a header and at least one row")
    return Table(columns=columns, rows=tuple(rows))


def _lines(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row, or why there is none, with the line on which it begins."""
    while True:
        line: int = reader.line_num + 1  # type: ignore[attr-defined]  # the type of a CSV reader has no public name
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
        else:
            if cells:
                yield line, cells


def _row(cells: list[str] | csv.Error, columns: tuple[str, ...]) -> tuple[float, ...] | str:
    """The numbers of a row, or what is wrong with it."""
    try:
        if isinstance(cells, csv.Error):
            raise InvalidInput("row", "unreadable", f"CSV ({cells})")
        if len(cells) != len(columns):
            raise InvalidInput("columns", len(cells), f"{len(columns)}, as in the header")
        return tuple(_number(name, cell.strip()) for name, cell in zip(columns, cells, strict=True))
    except InvalidInput as error:
        return str(error)


def _number(name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        raise InvalidInput(name, cell, "a number") from error
    domain.number(name, value)
    return value
