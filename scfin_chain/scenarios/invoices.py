"""A file of invoices, read whole or refused whole, each bad row by its line."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from scfin_chain.errors import InvalidInput, ScfinError
from scfin_chain.files import LARGEST_TABLE, read_text
from scfin_chain.units import Day, Money, day_from_date, shown

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = (
    "countryCode",
    "customerID",
    "invoiceNumber",
    "InvoiceDate",
    "DueDate",
    "InvoiceAmount",
    "Disputed",
    "SettledDate",
)
"""The columns that are read; any others are ignored."""

LARGEST_AMOUNT = 2**61
"""Minor units after multiplication by the amount unit: with a late fee it still fits a signed 64-bit integer."""

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,32}")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,4000}(\.\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One row: who owes what to which branch, since when, until when, and when it was paid."""

    line: int
    country: str
    customer: str
    number: str
    invoiced: Day
    due: Day
    amount: Money
    disputed: bool
    settled: Day | None


class BadInvoices(ScfinError):
    """The file has rows that cannot be used; ``problems`` names each by its line."""

    exit_code = 2

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        self.problems = problems
        rows = "row" if len(problems) == 1 else "rows"
        super().__init__("\n".join((f"{path}: {len(problems)} bad {rows}, nothing was run", *problems)))


def read_invoices(path: Path, *, amount_unit: int, limit: int | None = None) -> tuple[Invoice, ...]:
    """The first ``limit`` invoices of a CSV file as they stand, amounts in minor units times ``amount_unit``.

    Raises
    ------
    InvalidInput
        The file cannot be read, is empty, or lacks or repeats a column.
    BadInvoices
        Rows among those asked for are bad; every one of them is named.
    """
    reader = csv.reader(StringIO(_text(path), newline=""), strict=True)
    header = _header(path, reader)
    invoices: list[Invoice] = []
    problems: list[str] = []
    lines: dict[tuple[str, str, str], int] = {}
    for line, row in _rows(reader, limit):
        parsed = _parse(line, header, row, amount_unit)
        if isinstance(parsed, str):
            problems.append(parsed)
            continue
        key = (parsed.country, parsed.customer, parsed.number)
        if key in lines:
            problems.append(f"line {line}: invoiceNumber is {parsed.number!r}: must not repeat line {lines[key]}")
            continue
        lines[key] = line
        invoices.append(parsed)
    if problems:
        raise BadInvoices(path, tuple(problems))
    if not invoices:
        raise InvalidInput("--invoices", str(path), "a file with at least one invoice")
    total = sum(invoice.amount for invoice in invoices)
    if total > LARGEST_AMOUNT:
        raise InvalidInput("InvoiceAmount", f"{shown(total)} in all", f"at most {shown(LARGEST_AMOUNT)} in all")
    return tuple(invoices)


def _text(path: Path) -> str:
    text = read_text(path, field="--invoices", most=LARGEST_TABLE)
    if not text.strip():
        raise InvalidInput("--invoices", str(path), "a file that is not empty")
    return text


def _header(path: Path, reader: "Reader") -> list[str]:
    try:
        header = next(reader)
    except csv.Error as error:
        raise InvalidInput("--invoices", str(path), f"a CSV file (line 1: {error})") from error
    separators = [mark for mark in ";\t|" if len(header) == 1 and mark in header[0]]
    if separators:
        raise InvalidInput("--invoices", str(path), f"separated by commas, not by {separators[0]!r}")
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise InvalidInput("--invoices", str(path), f"a file with the columns {', '.join(missing)}")
    repeated = [column for column in COLUMNS if header.count(column) > 1]
    if repeated:
        raise InvalidInput("--invoices", str(path), f"a file with the columns {', '.join(repeated)} once")
    return header


def _rows(reader: "Reader", limit: int | None) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row, or why there is none, with the line on which it begins; blank lines are no rows."""
    count = 0
    while limit is None or count < limit:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
        else:
            if not row:
                continue
            yield line, row
        count += 1


def _parse(line: int, header: list[str], row: list[str] | csv.Error, amount_unit: int) -> Invoice | str:
    """The row as an invoice, or what is wrong with it."""
    if isinstance(row, csv.Error):
        return f"line {line}: {row}"
    try:
        if len(row) != len(header):
            raise InvalidInput("columns", len(row), f"{len(header)}, as in the header")
        return _invoice(line, dict(zip(header, row, strict=True)), amount_unit)
    except InvalidInput as error:
        return f"line {line}: {error}"


def _invoice(line: int, row: dict[str, str], amount_unit: int) -> Invoice:
    cells = {column: _cell(row, column) for column in COLUMNS if column != "SettledDate"}
    if not _NUMBER.fullmatch(cells["invoiceNumber"]):
        raise InvalidInput("invoiceNumber", cells["invoiceNumber"], "1 to 32 letters, digits or '-'")
    if cells["Disputed"] not in ("Yes", "No"):
        raise InvalidInput("Disputed", cells["Disputed"], "Yes or No")
    invoiced = _date("InvoiceDate", cells["InvoiceDate"])
    due = _date("DueDate", cells["DueDate"])
    settled_text = row["SettledDate"].strip()
    settled = _date("SettledDate", settled_text) if settled_text else None
    if due < invoiced:
        raise InvalidInput("DueDate", cells["DueDate"], f"on or after InvoiceDate, {cells['InvoiceDate']}")
    if settled is not None and settled < invoiced:
        raise InvalidInput("SettledDate", settled_text, f"on or after InvoiceDate, {cells['InvoiceDate']}")
    return Invoice(
        line=line,
        country=cells["countryCode"],
        customer=cells["customerID"],
        number=cells["invoiceNumber"].upper(),
        invoiced=invoiced,
        due=due,
        amount=_amount(cells["InvoiceAmount"], amount_unit),
        disputed=cells["Disputed"] == "Yes",
        settled=settled,
    )


def _cell(row: dict[str, str], column: str) -> str:
    value = row[column].strip()
    if not value:
        raise InvalidInput(column, row[column], "not empty")
    return value


def _date(column: str, text: str) -> Day:
    if not _DATE.fullmatch(text):
        raise InvalidInput(column, text, "a date as month/day/year")
    try:
        month, day, year = map(int, text.split("/"))
        value = date(year, month, day)
    except ValueError as error:
        raise InvalidInput(column, text, "a day of the calendar") from error
    if not date(1970, 1, 2) <= value <= date(2100, 12, 31):
        raise InvalidInput(column, text, "between 1970 and 2100")
    return day_from_date(value)


def _amount(text: str, amount_unit: int) -> Money:
    if not _AMOUNT.fullmatch(text):
        raise InvalidInput("InvoiceAmount", text, "a number with at most two decimals")
    whole, _, decimals = text.partition(".")
    if len(decimals) > 2:
        raise InvalidInput("InvoiceAmount", text, "a number with at most two decimals")
    amount = int(whole + decimals.ljust(2, "0")) * amount_unit
    if amount <= 0:
        raise InvalidInput("InvoiceAmount", text, "positive")
    if amount > LARGEST_AMOUNT:
        raise InvalidInput("InvoiceAmount", text, f"at most {shown(LARGEST_AMOUNT // amount_unit)}")
    return Money(amount)
