"""A receivable up to the day on which its debtor confirms it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from tests.contracts.world import CARRIER, DELIVERED, MOST, SUPPLIER, World
from tests.properties.acts.act import HOLDERS, ISSUERS, REASON, Act, Call, Draw
from tests.properties.acts.checks import in_status, is_debtor, numbers, terms_of, well_spelt
from tests.properties.book import Book
from tests.properties.records import Reason, Receivable

FACES = (100_000, 33_333, 1_000_003, 7, 1, MOST)

TERMS = (30, 60, 10, 200, 3, 1, 0)
"""Days to the due day."""


@dataclass(frozen=True, slots=True)
class Register(Act):
    """A creditor records what a debtor owes it."""

    twists: ClassVar[int] = 4

    who: str
    debtor: str
    face: int
    due: int
    number: bytes
    document_type: int = 0
    documents: int = 1

    def call(self, world: World, book: Book) -> Call:
        number = self.number.ljust(32, b"\0")
        terms = (world.id(self.debtor), 1, self.document_type, number, self.face, self.due, _hash(self.documents))
        return Call("ReceivableRegistry", "register", (terms,))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who, SUPPLIER)
        if not book.valid(self.debtor) or self.debtor == self.who:
            yield Reason.NOT_VALID
        if not well_spelt(self.number):
            yield Reason.MISSPELT
        if any(self.key == (r.debtor, r.creditor, r.document_type, r.number) for r in book.receivables.values()):
            yield Reason.DUPLICATE
        yield from terms_of(book, self.face, self.due)

    @property
    def key(self) -> tuple[str, str, int, bytes]:
        return self.debtor, self.who, self.document_type, self.number

    def apply(self, book: Book) -> None:
        book.register(
            Receivable(
                creditor=self.who,
                debtor=self.debtor,
                number=self.number,
                document_type=self.document_type,
                due=self.due,
                delivery_required=False,
                documents=self.documents,
                free=self.face,
            )
        )

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self:
        number = f"INV-{len(book.receivables) + 1}".encode()
        due = book.day + TERMS[draw.extra % len(TERMS)]
        face = FACES[draw.size % len(FACES)] if draw.size < 8 else draw.other((0, MOST + 1))
        creditor = draw.sender(HOLDERS[draw.pick % 3])
        debtors = ("nobody", "bank", "Settlement") if draw.twist == 2 else (*ISSUERS, "core", *HOLDERS)
        debtor = debtors[draw.pick // 3 % len(debtors)]
        if draw.twist == 3 and book.receivables:
            old = draw.one([*book.receivables.values()])
            spelt = draw.other((old.number, old.number.lower(), b"\0" + old.number, old.number + b"\0\0-", b""))
            return cls(old.creditor, old.debtor, face, due, spelt, old.document_type)
        if debtor == creditor:
            debtor = "core"
        return cls(creditor, debtor, face, due if draw.twist != 4 else book.day - 1, number, draw.extra % 3)


@dataclass(frozen=True, slots=True)
class Amend(Act):
    """The creditor corrects face and due day."""

    twists: ClassVar[int] = 3

    who: str
    receivable: int
    face: int
    due: int
    documents: int = 2

    def call(self, world: World, book: Book) -> Call:
        terms = self.face, self.due, _hash(self.documents)
        return Call("ReceivableRegistry", "amend", (self.receivable, *terms))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who)
        yield from in_status(book, self.receivable, confirmed=False)
        record = book.receivables.get(self.receivable)
        if record is None or record.creditor != self.who:
            yield Reason.WRONG_SENDER
        yield from terms_of(book, self.face, self.due)
        if record is not None and self.face < record.disputed:
            yield Reason.OUT_OF_RANGE

    def apply(self, book: Book) -> None:
        record = book.receivables[self.receivable]
        record.free = self.face - record.disputed
        record.due, record.documents = self.due, self.documents

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        found = draw.target(numbers(book, confirmed=False), numbers(book))
        if found is None:
            return None
        record = book.receivables[found]
        face = draw.amount(record.face)
        due = book.day - 1 if draw.twist == 3 else book.day + draw.other(TERMS)
        return cls(draw.sender(record.creditor), found, face, due)


@dataclass(frozen=True, slots=True)
class Attest(Act):
    """A carrier says how far the delivery is."""

    who: str
    receivable: int
    milestone: int = DELIVERED

    def call(self, world: World, book: Book) -> Call:
        return Call("ReceivableRegistry", "attest", (self.receivable, self.milestone, REASON))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who, CARRIER)
        yield from in_status(book, self.receivable, confirmed=False)
        record = book.receivables.get(self.receivable)
        if record is not None and self.milestone <= record.milestone:
            yield Reason.OUT_OF_RANGE

    def apply(self, book: Book) -> None:
        book.receivables[self.receivable].milestone = self.milestone

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        fit = [r for r in numbers(book, confirmed=False) if book.receivables[r].milestone < DELIVERED]
        found = draw.target(fit, numbers(book))
        milestone = draw.other((DELIVERED, DELIVERED, 4, 1, 2, 0))
        return None if found is None else cls(draw.sender("carrier"), found, milestone)


@dataclass(frozen=True, slots=True)
class Confirm(Act):
    """The debtor says for ever that it owes, and on which terms."""

    twists: ClassVar[int] = 5

    who: str
    receivable: int
    face: int
    due: int
    documents: int = 1

    def call(self, world: World, book: Book) -> Call:
        terms = self.face, self.due, _hash(self.documents)
        return Call("ReceivableRegistry", "confirm", (self.receivable, *terms))

    def refusals(self, book: Book) -> Iterator[Reason]:
        yield from book.needs(self.who)
        yield from in_status(book, self.receivable, confirmed=False)
        yield from is_debtor(book, self.receivable, self.who)
        record = book.receivables.get(self.receivable)
        if record is not None and record.delivery_required and record.milestone < DELIVERED:
            yield Reason.NOT_DELIVERED
        if record is None or (self.face, self.due, self.documents) != (record.face, record.due, record.documents):
            yield Reason.MISMATCH

    def apply(self, book: Book) -> None:
        book.receivables[self.receivable].confirmed = True

    @classmethod
    def propose(cls, book: Book, draw: Draw) -> Self | None:
        open_ = {r: book.receivables[r] for r in numbers(book, confirmed=False)}
        fit = [r for r, record in open_.items() if record.milestone >= DELIVERED or not record.delivery_required]
        found = draw.target(fit or [*open_], numbers(book))
        if found is None:
            return None
        record = book.receivables[found]
        terms = (record.face + (draw.twist == 3), record.due + (draw.twist == 4), record.documents + (draw.twist == 5))
        return cls(draw.sender(record.debtor), found, *terms)


def _hash(documents: int) -> bytes:
    return documents.to_bytes(32)
