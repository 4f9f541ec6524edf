"""Checks the ledger against the chain itself: cash, credit tokens, and every derived row."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from scfin_chain.bootstrap import Laboratory
from scfin_chain.chain.ledger import Ledger
from scfin_chain.store.store import Store
from scfin_chain.store.tables import EventRow, table_of
from scfin_chain.units import Money

EVENTS = table_of(EventRow)

DESK_STATES = ("none", "requested", "funded", "refused", "cancelled", "expired", "settled")
"""``IFinancingDesk.Status``, in its order."""

SETTLEMENT_STATES = ("live", "collected", "closed")
"""``ISettlement.Status``, in its order."""

BALANCES_A_CALL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """What the chain says of itself, and how many derived values differ from it."""

    cash_minted: Money
    cash_burned: Money
    cash_difference: Money
    """Minted less burned less all wallets, those of the contracts included."""
    unpaid_claims: Money
    outstanding_credit: Money
    projection_differences: int
    values_compared: int

    @property
    def ok(self) -> bool:
        """Whether nothing was lost, made or told wrong."""
        return self.cash_difference == 0 and self.projection_differences == 0

    def to_json(self) -> dict[str, object]:
        """The figures with the verdict."""
        names = tuple(self.__dataclass_fields__)
        return {"ok": self.ok} | {name: getattr(self, name) for name in names}


def check_conservation(laboratory: Laboratory) -> Conservation:
    """Compare the database with the chain at its head, value by value."""
    ledger, store = laboratory.ledger, laboratory.store
    laboratory.listener.poll()
    minted, burned = _told(store, "Minted"), _told(store, "Burned")
    wallets = {row["account"]: row["cash"] for row in store.derived("wallet")}
    held = {account: int(ledger.view("CashToken", "balanceOf", account)) for account in wallets}
    compared = [*_compared(ledger, store), *((wallets[account], held[account]) for account in wallets)]
    return Conservation(
        cash_minted=Money(minted),
        cash_burned=Money(burned),
        cash_difference=Money(minted - burned - sum(held.values())),
        unpaid_claims=Money(int(ledger.view("Settlement", "totalClaimable"))),
        outstanding_credit=Money(
            sum(int(ledger.view("CreditToken", "outstanding", int(row["id"]))) for row in store.derived("credit"))
        ),
        projection_differences=sum(derived != chain for derived, chain in compared),
        values_compared=len(compared),
    )


def _compared(ledger: Ledger, store: Store) -> Iterator[tuple[object, object]]:
    """Pairs of what the database derived and what the chain holds."""
    yield from _holdings(ledger, store)
    yield from _receivables(ledger, store)
    yield from _financings(ledger, store)
    yield from _settlements(ledger, store)
    for row in store.derived("line"):
        yield (row["limit"], row["used"]), tuple(ledger.view("CreditLine", "line", row["issuer"]))
    accounts = {row["id"]: row["account"] for row in store.derived("participant")}
    for row in store.derived("claim"):
        yield row["amount"], int(ledger.view("Settlement", "claimable", accounts[row["payee"]]))


def _holdings(ledger: Ledger, store: Store) -> Iterator[tuple[object, object]]:
    rows = iter(store.derived("holding"))
    while batch := list(islice(rows, BALANCES_A_CALL)):
        accounts, ids = [row["account"] for row in batch], [int(row["credit"]) for row in batch]
        balances = ledger.view("CreditToken", "balanceOfBatch", accounts, ids)
        yield from zip((row["amount"] for row in batch), balances, strict=True)


def _receivables(ledger: Ledger, store: Store) -> Iterator[tuple[object, object]]:
    for row in store.derived("receivable"):
        parts = ledger.view("ReceivableRegistry", "parts", row["id"])
        yield (row["free"], row["tokenised"], row["settled"], row["disputed"]), tuple(parts)
        yield row["face"], int(ledger.view("ReceivableRegistry", "face", row["id"]))


def _financings(ledger: Ledger, store: Store) -> Iterator[tuple[object, object]]:
    for row in store.derived("financing"):
        on_chain = ledger.view("FinancingDesk", "financing", row["id"])
        yield (row["state"], row["face"]), (DESK_STATES[on_chain.status], on_chain.face)
        yield (row["bank"] or 0, row["claim"] or 0), (on_chain.bank, on_chain.claim)


def _settlements(ledger: Ledger, store: Store) -> Iterator[tuple[object, object]]:
    for row in store.derived("settlement"):
        on_chain = ledger.view("Settlement", "accountOf", int(row["credit"]))
        yield (row["status"], row["received"]), (SETTLEMENT_STATES[on_chain.status], on_chain.received)
        yield row["paid_out"], on_chain.paidOut
        yield row["defaulted_day"] is not None, on_chain.defaulted


def _told(store: Store, event: str) -> int:
    """Sum of the amounts of all events of a name."""
    with store.read() as connection:
        amount = func.sum(func.json_extract(EVENTS.c.body, "$.amount"))
        return int(connection.execute(select(func.coalesce(amount, 0)).where(EVENTS.c.name == event)).scalar_one())
