"""A file of invoices, read whole or refused whole.

given a good file
    every row becomes an invoice: amounts in minor units times the unit, dates as days; columns stand in any order
    given a byte order mark, quoted cells, spaces, blank lines, Windows line ends: the same
    given a limit: the first rows as they stand, whatever comes after them
given a file that is none: one line says what it must be
given sums that no wallet holds: refused
given bad rows: every one of them by its line, with column, value and limit, and no invoice
given any text at all: invoices, or one of these two refusals
"""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.errors import InvalidInput, ScfinError
from scfin_chain.scenarios.invoices import COLUMNS, LARGEST_AMOUNT, BadInvoices, Invoice, read_invoices
from scfin_chain.units import Money, day_from_date

repeatable = settings(derandomize=True, deadline=None)

HEADER = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,Bill"
)
GOOD = "391,0379-NEVHP,4/6/2013,0000611365,1/2/2013,2/1/2013,55.94,No,1/15/2013,Paper"
CELLS = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))

INVOICE = Invoice(
    line=2,
    country="391",
    customer="0379-NEVHP",
    number="0000611365",
    invoiced=day_from_date(date(2013, 1, 2)),
    due=day_from_date(date(2013, 2, 1)),
    amount=Money(5_594),
    disputed=False,
    settled=day_from_date(date(2013, 1, 15)),
)


def row(**changes: str) -> str:
    """The good row with other cells."""
    return ",".join((CELLS | changes).values())


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str | bytes, header: str = HEADER, end: str = "\n") -> Path:
        path = tmp_path / "invoices.csv"
        texts = [line.encode() if isinstance(line, str) else line for line in (header, *lines)]
        path.write_bytes(b"".join(text + end.encode() for text in texts))
        return path

    return write


def read(path: Path, *, unit: int = 1, limit: int | None = None) -> tuple[Invoice, ...]:
    return read_invoices(path, amount_unit=unit, limit=limit)


def refusal_of(path: Path, *, limit: int | None = None) -> str:
    with pytest.raises(InvalidInput) as refusal:
        read(path, limit=limit)
    message = str(refusal.value)
    assert "\n" not in message
    return message


def problems_of(path: Path, *, limit: int | None = None) -> tuple[str, ...]:
    """What a file with bad rows is told, after the line that counts them."""
    with pytest.raises(BadInvoices) as refusal:
        read(path, limit=limit)
    problems = refusal.value.problems
    rows = "row" if len(problems) == 1 else "rows"
    assert str(refusal.value).split("\n") == [f"{path}: {len(problems)} bad {rows}, nothing was run", *problems]
    return problems


class TestGivenAGoodFile:
    def test_reads_a_row(self, write: Callable[..., Path]) -> None:
        assert read(write(GOOD)) == (INVOICE,)

    def test_multiplies_amounts_by_the_unit(self, write: Callable[..., Path]) -> None:
        assert [invoice.amount for invoice in read(write(GOOD), unit=1_000)] == [5_594_000]

    @pytest.mark.parametrize(
        ("text", "amount"),
        [("1", 100), ("1.", 100), ("0.01", 1), ("1.5", 150), ("007.50", 750), ("23058430092136939.52", 2**61)],
    )
    def test_reads_amounts_exactly(self, write: Callable[..., Path], text: str, amount: int) -> None:
        assert [invoice.amount for invoice in read(write(row(InvoiceAmount=text)))] == [amount]

    def test_reads_a_disputed_unpaid_one(self, write: Callable[..., Path]) -> None:
        [invoice] = read(write(row(Disputed="Yes", SettledDate="")))
        assert (invoice.disputed, invoice.settled) == (True, None)

    def test_reads_leap_days_and_leading_zeros(self, write: Callable[..., Path]) -> None:
        dates = {"InvoiceDate": "02/29/2012", "DueDate": "02/29/2012", "SettledDate": "2/29/2012"}
        [invoice] = read(write(row(**dates)))
        assert {invoice.invoiced, invoice.due, invoice.settled} == {day_from_date(date(2012, 2, 29))}

    def test_takes_columns_in_any_order(self, write: Callable[..., Path]) -> None:
        names = sorted(CELLS, reverse=True)
        assert read(write(",".join(CELLS[name] for name in names), header=",".join(names))) == (INVOICE,)

    def test_spells_numbers_in_capitals(self, write: Callable[..., Path]) -> None:
        assert [invoice.number for invoice in read(write(row(invoiceNumber="inv-7a")))] == ["INV-7A"]

    @pytest.mark.parametrize(
        ("line", "header", "end"),
        [
            (GOOD, f"\ufeff{HEADER}", "\n"),
            (",".join(f'"{cell}"' for cell in CELLS.values()), HEADER, "\n"),
            (",".join(f" {cell} " for cell in CELLS.values()), HEADER, "\n"),
            (GOOD, HEADER, "\r\n"),
            (GOOD, HEADER, "\r"),
        ],
        ids=["byte order mark", "quotes", "spaces", "windows", "old macintosh"],
    )
    def test_reads_the_same_however_it_is_written(
        self, write: Callable[..., Path], line: str, header: str, end: str
    ) -> None:
        assert read(write(line, header=header, end=end)) == (INVOICE,)

    def test_skips_blank_lines_and_counts_them(self, write: Callable[..., Path]) -> None:
        read_lines = [invoice.line for invoice in read(write("", GOOD, "", "", row(invoiceNumber="2"), ""))]
        assert read_lines == [3, 6]

    def test_needs_no_end_of_the_last_line(self, tmp_path: Path) -> None:
        path = tmp_path / "invoices.csv"
        path.write_text(f"{HEADER}\n{GOOD}")
        assert read(path) == (INVOICE,)

    def test_ignores_what_other_columns_hold(self, write: Callable[..., Path]) -> None:
        assert read(write(row(PaperlessDate='"31/31/31, ""or"" so"', Bill=""))) == (INVOICE,)

    @pytest.mark.parametrize("limit", [1, 2])
    def test_reads_the_first_rows_alone_given_a_limit(self, write: Callable[..., Path], limit: int) -> None:
        path = write(GOOD, row(invoiceNumber="2"), row(InvoiceAmount="nothing"), GOOD, '"')
        assert len(read(path, limit=limit)) == limit

    def test_takes_the_same_number_of_other_customers_and_branches(self, write: Callable[..., Path]) -> None:
        assert len(read(write(GOOD, row(customerID="other"), row(countryCode="406")))) == 3


class TestGivenSums:
    """One wallet may come to hold them all."""

    def test_reads_the_largest(self, write: Callable[..., Path]) -> None:
        rows = [row(InvoiceAmount="11529215046068469.76", invoiceNumber=number) for number in "12"]
        assert sum(invoice.amount for invoice in read(write(*rows))) == LARGEST_AMOUNT

    def test_is_refused_given_more(self, write: Callable[..., Path]) -> None:
        rows = [row(InvoiceAmount="11529215046068469.77", invoiceNumber=number) for number in "12"]
        assert refusal_of(write(*rows)) == (
            "InvoiceAmount is '23,058,430,092,136,939.54 in all': must be at most 23,058,430,092,136,939.52 in all"
        )


class TestGivenAFileThatIsNone:
    def test_says_so_given_no_file(self, tmp_path: Path) -> None:
        path = tmp_path / "missing.csv"
        assert refusal_of(path) == f"--invoices is '{path}': must be a readable file (No such file or directory)"

    def test_says_so_given_a_folder(self, tmp_path: Path) -> None:
        assert refusal_of(tmp_path) == f"--invoices is '{tmp_path}': must be a file, not a folder"

    @pytest.mark.parametrize(
        ("content", "limit"),
        [
            (b"", "a file that is not empty"),
            (b" \n\r\n\t", "a file that is not empty"),
            (b"\xef\xbb\xbf", "a file that is not empty"),
            (HEADER.encode(), "a file with at least one invoice"),
            (f"{HEADER}\n\n\n".encode(), "a file with at least one invoice"),
            (GOOD.encode(), f"a file with the columns {', '.join(COLUMNS)}"),
            (f"\n{HEADER}\n{GOOD}".encode(), f"a file with the columns {', '.join(COLUMNS)}"),
            (HEADER.replace(",DueDate", "").encode(), "a file with the columns DueDate"),
            (HEADER.replace("DueDate", "duedate").encode(), "a file with the columns DueDate"),
            (f"{HEADER},DueDate".encode(), "a file with the columns DueDate once"),
            (HEADER.replace(",", ";").encode(), "separated by commas, not by ';'"),
            (HEADER.replace(",", "\t").encode(), "separated by commas, not by '\\t'"),
            (HEADER.replace(",", "|").encode(), "separated by commas, not by '|'"),
            (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "UTF-8 text (byte 0 is not)"),
            (f"{HEADER}\nBäcker".encode("latin-1"), f"UTF-8 text (byte {len(HEADER) + 2} is not)"),
            (b'countryCode,"customerID', "a CSV file (line 1: unexpected end of data)"),
        ],
    )
    def test_says_what_it_must_be(self, tmp_path: Path, content: bytes, limit: str) -> None:
        path = tmp_path / "invoices.csv"
        path.write_bytes(content)
        assert refusal_of(path) == f"--invoices is '{path}': must be {limit}"


BAD_CELLS = [
    ("countryCode", "", "countryCode is '': must be not empty"),
    ("customerID", "  ", "customerID is '  ': must be not empty"),
    ("invoiceNumber", "", "invoiceNumber is '': must be not empty"),
    ("invoiceNumber", "INV 7", "invoiceNumber is 'INV 7': must be 1 to 32 letters, digits or '-'"),
    ("invoiceNumber", "Nº7", "invoiceNumber is 'Nº7': must be 1 to 32 letters, digits or '-'"),
    ("invoiceNumber", "ß", "invoiceNumber is 'ß': must be 1 to 32 letters, digits or '-'"),
    ("invoiceNumber", "7" * 33, f"invoiceNumber is '{'7' * 33}': must be 1 to 32 letters, digits or '-'"),
    ("Disputed", "yes", "Disputed is 'yes': must be Yes or No"),
    ("Disputed", "", "Disputed is '': must be not empty"),
    ("InvoiceDate", "", "InvoiceDate is '': must be not empty"),
    ("InvoiceDate", "2013-01-02", "InvoiceDate is '2013-01-02': must be a date as month/day/year"),
    ("InvoiceDate", "1/2/13", "InvoiceDate is '1/2/13': must be a date as month/day/year"),
    ("InvoiceDate", "\u0661/2/2013", "InvoiceDate is '\u0661/2/2013': must be a date as month/day/year"),
    ("InvoiceDate", "13/1/2012", "InvoiceDate is '13/1/2012': must be a day of the calendar"),
    ("DueDate", "2/30/2013", "DueDate is '2/30/2013': must be a day of the calendar"),
    ("DueDate", "2/29/2013", "DueDate is '2/29/2013': must be a day of the calendar"),
    ("DueDate", "1/0/2014", "DueDate is '1/0/2014': must be a day of the calendar"),
    ("DueDate", "1/1/2101", "DueDate is '1/1/2101': must be between 1970 and 2100"),
    ("InvoiceDate", "1/1/1970", "InvoiceDate is '1/1/1970': must be between 1970 and 2100"),
    ("SettledDate", "soon", "SettledDate is 'soon': must be a date as month/day/year"),
    ("SettledDate", "2/30/2013", "SettledDate is '2/30/2013': must be a day of the calendar"),
    ("DueDate", "1/1/2013", "DueDate is '1/1/2013': must be on or after InvoiceDate, 1/2/2013"),
    ("SettledDate", "1/1/2013", "SettledDate is '1/1/2013': must be on or after InvoiceDate, 1/2/2013"),
    ("InvoiceAmount", "", "InvoiceAmount is '': must be not empty"),
    ("InvoiceAmount", "0", "InvoiceAmount is '0': must be positive"),
    ("InvoiceAmount", "0.00", "InvoiceAmount is '0.00': must be positive"),
    ("InvoiceAmount", "-5.00", "InvoiceAmount is '-5.00': must be positive"),
    ("InvoiceAmount", "1.005", "InvoiceAmount is '1.005': must be a number with at most two decimals"),
    ("InvoiceAmount", "1.000", "InvoiceAmount is '1.000': must be a number with at most two decimals"),
    ("InvoiceAmount", "NaN", "InvoiceAmount is 'NaN': must be a number with at most two decimals"),
    ("InvoiceAmount", "inf", "InvoiceAmount is 'inf': must be a number with at most two decimals"),
    ("InvoiceAmount", "1e5", "InvoiceAmount is '1e5': must be a number with at most two decimals"),
    ("InvoiceAmount", "+5", "InvoiceAmount is '+5': must be a number with at most two decimals"),
    ("InvoiceAmount", ".5", "InvoiceAmount is '.5': must be a number with at most two decimals"),
    ("InvoiceAmount", "1_000", "InvoiceAmount is '1_000': must be a number with at most two decimals"),
    ("InvoiceAmount", '"1,000"', "InvoiceAmount is '1,000': must be a number with at most two decimals"),
    ("InvoiceAmount", "$5", "InvoiceAmount is '$5': must be a number with at most two decimals"),
    ("InvoiceAmount", "\u0665", "InvoiceAmount is '\u0665': must be a number with at most two decimals"),
    (
        "InvoiceAmount",
        "23058430092136939.53",
        "InvoiceAmount is '23058430092136939.53': must be at most 23,058,430,092,136,939.52",
    ),
    ("InvoiceAmount", "9" * 30, f"InvoiceAmount is '{'9' * 30}': must be at most 23,058,430,092,136,939.52"),
]


class TestGivenBadRows:
    @pytest.mark.parametrize(("column", "cell", "problem"), BAD_CELLS)
    def test_names_column_value_and_limit(
        self, write: Callable[..., Path], column: str, cell: str, problem: str
    ) -> None:
        assert problems_of(write(row(**{column: cell}))) == (f"line 2: {problem}",)

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            (GOOD.rpartition(",")[0], "columns is 9: must be 10, as in the header"),
            (f"{GOOD},", "columns is 11: must be 10, as in the header"),
            ("391", "columns is 1: must be 10, as in the header"),
            (" ", "columns is 1: must be 10, as in the header"),
            (GOOD.replace("Paper", '"Paper'), "unexpected end of data"),
            (GOOD.replace("Paper", '"Pa"per'), "',' expected after '\"'"),
            (GOOD.replace("Paper", "P" * 131_073), "field larger than field limit (131072)"),
        ],
    )
    def test_names_a_row_that_does_not_fit(self, write: Callable[..., Path], line: str, problem: str) -> None:
        assert problems_of(write(line)) == (f"line 2: {problem}",)

    def test_names_each_repeat_with_the_line_that_it_repeats(self, write: Callable[..., Path]) -> None:
        path = write(row(invoiceNumber="a1"), GOOD, row(invoiceNumber="A1", InvoiceAmount="7"), GOOD, GOOD)
        assert problems_of(path) == (
            "line 4: invoiceNumber is 'A1': must not repeat line 2",
            "line 5: invoiceNumber is '0000611365': must not repeat line 3",
            "line 6: invoiceNumber is '0000611365': must not repeat line 3",
        )

    def test_names_all_at_once_by_their_lines(self, write: Callable[..., Path]) -> None:
        lines = [row(**{column: cell}) for column, cell, _ in BAD_CELLS]  # a line each
        torn, quoted, open_quote = "391,torn", GOOD.replace("Paper", '"Pa"per'), GOOD.replace("Paper", '"Pa\n\n')
        problems = problems_of(write(GOOD, torn, "", quoted, GOOD, *lines, row(Bill='"two\nlines"'), open_quote))
        assert [problem.partition(":")[0] for problem in problems] == [
            *("line 3", "line 5", "line 6"),
            *(f"line {7 + index}" for index in range(len(lines))),
            *(f"line {7 + len(lines)}", f"line {7 + len(lines) + 2}"),
        ]
        assert [problem.partition(": ")[2] for problem in problems[3:-2]] == [problem for *_, problem in BAD_CELLS]

    def test_names_those_among_the_first_alone_given_a_limit(self, write: Callable[..., Path]) -> None:
        path = write(row(Disputed="?"), GOOD, row(Disputed="!"))
        assert len(problems_of(path, limit=2)) == 1
        assert len(problems_of(path, limit=3)) == 2

    def test_counts_bad_rows_to_the_limit(self, write: Callable[..., Path]) -> None:
        path = write('"a"b', "torn", row(Disputed="!"), GOOD)
        assert len(problems_of(path, limit=2)) == 2


@repeatable
@given(
    rows=st.lists(st.lists(st.text(max_size=12), max_size=12), max_size=5),
    text=st.text(alphabet=',"\n\r\0;\tN/1.-\ufeff', max_size=40),
    headed=st.booleans(),
)
def test_gives_invoices_or_a_refusal_given_any_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], text: str, headed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    cells = io.StringIO()
    csv.writer(cells).writerows(rows)
    content = f"{HEADER}\n" * headed + cells.getvalue() + text
    path.write_bytes(content.encode("utf-8", errors="replace"))

    with pytest.raises((InvalidInput, BadInvoices)) as refusal:
        read(path)

    assert isinstance(refusal.value, ScfinError)


cells = st.fixed_dictionaries(
    {},
    optional={
        "countryCode": st.text(max_size=3),
        "customerID": st.text(max_size=3),
        "invoiceNumber": st.text(alphabet="aZ9- é", max_size=34),
        "InvoiceDate": st.dates().map(lambda day: f"{day.month}/{day.day}/{day.year}") | st.text(max_size=4),
        "DueDate": st.dates().map(lambda day: f"{day.month:02}/{day.day:02}/{day.year}"),
        "InvoiceAmount": st.decimals(allow_nan=True).map(str) | st.from_regex(r"-?\d{1,20}(\.\d{0,3})?"),
        "Disputed": st.sampled_from(["Yes", "No", "", "Perhaps"]),
        "SettledDate": st.just("") | st.dates().map(lambda day: f"{day.month}/{day.day}/{day.year}"),
    },
)


@repeatable
@given(changes=st.lists(cells, max_size=4))
def test_keeps_its_word_given_any_rows(tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, str]]) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.DictWriter(file, HEADER.split(","))
        writer.writeheader()
        writer.writerows(CELLS | changed for changed in changes)

    try:
        invoices = read(path)
    except (InvalidInput, BadInvoices):
        return

    assert len(invoices) == len(changes)
    assert len({(invoice.country, invoice.customer, invoice.number) for invoice in invoices}) == len(invoices)
    for invoice in invoices:
        assert 0 < invoice.amount <= LARGEST_AMOUNT
        assert invoice.invoiced <= invoice.due
        assert invoice.settled is None or invoice.invoiced <= invoice.settled
