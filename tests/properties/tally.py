"""What was asked of the ledger and granted, summed up: totals that the properties hold against its state."""

from collections import Counter
from typing import Any

from tests.properties.acts import (
    Amend,
    Burn,
    Collect,
    Confirm,
    Crank,
    Donate,
    Fund,
    Mint,
    Pay,
    PayWith,
    Recharge,
    Refuse,
    Register,
    Repay,
    Settle,
)
from tests.properties.book import SETTLEMENT, Book
from tests.properties.taken import Taken


class Tally:
    """Sums over a history, by receivable or lot where there are several."""

    def __init__(self) -> None:
        self.minted = self.burned = self.donated = 0
        self.faces: dict[int, int] = {}
        self.keys: Counter[tuple[Any, ...]] = Counter()
        self.dues: dict[int, int] = {}
        self.credits: dict[int, int] = {}
        self.recharged: Counter[int] = Counter()
        self.redeemed: Counter[int] = Counter()
        self.credit_paid: Counter[int] = Counter()
        self.cash_paid: Counter[int] = Counter()
        self.executed: Counter[tuple[Any, ...]] = Counter()
        self.settled: Counter[int] = Counter()
        self.collected: Counter[int] = Counter()
        self.paid_out: Counter[int] = Counter()
        self.shares: Counter[int] = Counter()
        self.dust: dict[int, int] = {}

    def follow(self, taken: Taken, book: Book) -> None:
        """Add an act that was accepted."""
        match taken.act:
            case Mint(account=account, amount=amount):
                self.minted += amount
                self.donated += amount if account == SETTLEMENT else 0
            case Burn(amount=amount):
                self.burned += amount
            case Donate(amount=amount):
                self.donated += amount
            case Register() as act:
                number = len(book.receivables)
                self.faces[number] = act.face
                self.keys[act.debtor, act.who, act.document_type, act.number.strip(b"\0").upper()] += 1
            case Amend(receivable=number, face=face):
                self.faces[number] = face
            case Confirm(receivable=number, face=face, due=due):
                self.faces[number], self.dues[number] = face, due
                self.credits[number] = taken.after["credit", number]
            case Pay(receivable=number, amount=amount):
                self.cash_paid[number] += amount
            case PayWith(trade=trade, amount=amount):
                self.credit_paid[trade] += amount
            case Recharge(receivable=lot, amount=amount):
                self.recharged[lot] += amount
            case Fund() | Refuse() as act:
                self.executed[act.decision(book).values()] += 1
            case Collect(lot=lot) | Repay(lot=lot):
                self.collected[lot] += taken.change("cash", SETTLEMENT)
            case Crank(lot=lot):
                self._payouts(taken, lot)
            case Settle(financing=number):
                self.settled[number] += 1
                self._payouts(taken, book.financings[number].lot)
            case _:
                if getattr(taken.act, "payee", None) == SETTLEMENT:
                    self.donated += taken.change("cash", SETTLEMENT)

    def _payouts(self, taken: Taken, lot: int) -> None:
        """Cash that left, or that waits for a claim now; and the tokens burned for it."""
        self.paid_out[lot] += taken.change("total claimable") - taken.change("cash", SETTLEMENT)
        self.redeemed[lot] -= sum(taken.change("balance", who, lot) for who in owners(taken.before, lot))
        told = [event.arguments for event in taken.events if event.name == "PaidOut"]
        closed = [event.arguments for event in taken.events if event.name == "Closed"]
        for event in closed:
            self.dust[lot] = event["dust"]
        self.shares[lot] += len(told) - sum(event["dust"] > 0 for event in closed)


def owners(reading: Any, lot: int) -> list[str]:
    """Who is asked for tokens of a lot."""
    return [key[1] for key in reading if key[0] == "balance" and key[2] == lot]
