"""What several acts on a receivable ask."""

from collections.abc import Iterator

from tests.properties.acts.act import MOST
from tests.properties.book import Book
from tests.properties.records import Reason

LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def well_spelt(number: bytes) -> bool:
    letters = number.rstrip(b"\0")
    return bool(letters) and set(letters) <= LETTERS


def numbers(book: Book, *, confirmed: bool | None = None) -> list[int]:
    return [r for r, record in book.receivables.items() if confirmed is None or record.confirmed == confirmed]


def in_status(book: Book, receivable: int, *, confirmed: bool) -> Iterator[Reason]:
    record = book.receivables.get(receivable)
    if record is None or record.confirmed != confirmed:
        yield Reason.WRONG_STATUS


def is_debtor(book: Book, receivable: int, who: str) -> Iterator[Reason]:
    record = book.receivables.get(receivable)
    if record is None or record.debtor != who:
        yield Reason.WRONG_SENDER


def within(amount: int, part: int) -> Iterator[Reason]:
    if amount == 0:
        yield Reason.OUT_OF_RANGE
    if amount > part:
        yield Reason.TOO_MUCH


def terms_of(book: Book, face: int, due: int) -> Iterator[Reason]:
    if not 1 <= face <= MOST:
        yield Reason.OUT_OF_RANGE
    if due < book.day:
        yield Reason.PAST
