"""The ledger as the rules say it must be, in plain integers and names; how the contracts do it is not looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.contracts.world import CORE_ENTERPRISE, MAX, SYSTEM, Terms
from tests.properties.records import Financing, Lot, Party, Reason, Receivable, Settling, Stand

DESK, SETTLEMENT, REGISTRY = "FinancingDesk", "Settlement", "ReceivableRegistry"

YEAR = 365 * 10_000
"""Basis points in one, times days in a year."""


class Book:
    """All accounts; an act asks it for refusals, and writes into it what it did."""

    def __init__(self, terms: Terms, ids: dict[str, int], parties: dict[str, Party]) -> None:
        self.terms = terms
        self.ids = ids
        self.parties = parties
        self.day = self.now = 0
        self.paused = False
        self.cash: Counter[str] = Counter()
        self.supply = 0
        self.frozen: dict[str, int] = {}
        self.allowances: dict[tuple[str, str], int] = {}
        self.limits: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.receivables: dict[int, Receivable] = {}
        self.lots: dict[int, Lot] = {}
        self.financings: dict[int, Financing] = {}
        self.executed: list[Any] = []
        self.reserved = 0
        self.claimable: Counter[str] = Counter()

    # ------------------------------------------------------------------ who

    def valid(self, who: str) -> bool:
        party = self.parties.get(who)
        return party is not None and (self.system(who) or (not party.suspended and party.until >= self.day))

    def system(self, who: str) -> bool:
        return who in self.parties and self.parties[who].roles == SYSTEM

    def has_role(self, who: str, role: int) -> bool:
        return who in self.parties and self.parties[who].roles & role == role

    def needs(self, who: str, role: int = 0) -> Iterator[Reason]:
        """What every act of a participant asks."""
        if not self.valid(who):
            yield Reason.NOT_VALID
        if not self.has_role(who, role):
            yield Reason.WRONG_SENDER

    def trades(self, who: str, role: int = 0) -> Iterator[Reason]:
        """What every trade asks."""
        yield from self.needs(who, role)
        if self.paused:
            yield Reason.PAUSED

    # ------------------------------------------------------------------ cash

    def room(self, who: str) -> int:
        return max(self.terms.wallet_cap - self.cash[who], 0)

    def held_back(self, who: str) -> int:
        return self.frozen.get(who, 0)

    def movement(self, payer: str, payee: str, amount: int) -> Iterator[Reason]:
        """Why cash would not move."""
        if amount > self.cash[payer]:
            yield Reason.SHORT
        if self.system(payee):
            return
        yield from self._receiving(payee, amount)
        if self.system(payer):
            return
        if not self.valid(payer):
            yield Reason.NOT_VALID
        if amount > self.terms.payment_cap:
            yield Reason.OVER_CAP
        held = self.held_back(payer)
        if held and amount + held > self.cash[payer]:
            yield Reason.FROZEN

    def _receiving(self, payee: str, amount: int) -> Iterator[Reason]:
        if not self.valid(payee):
            yield Reason.NOT_VALID
        if self.held_back(payee) == MAX:
            yield Reason.FROZEN
        if amount > self.room(payee):
            yield Reason.OVER_CAP

    def accepts(self, payee: str, amount: int) -> bool:
        """Whether a payout arrives."""
        return self.system(payee) or not any(self._receiving(payee, amount))

    def allowed(self, owner: str, spender: str, amount: int) -> Iterator[Reason]:
        if amount > self.allowances.get((owner, spender), 0):
            yield Reason.SHORT

    def spend(self, owner: str, spender: str, payee: str, amount: int) -> None:
        """Cash by allowance; the largest one is never used up."""
        allowance = self.allowances.get((owner, spender), 0)
        if allowance != MAX:
            self.allowances[owner, spender] = allowance - amount
        self.move(owner, payee, amount)

    def move(self, payer: str, payee: str, amount: int) -> None:
        self.cash[payer] -= amount
        self.cash[payee] += amount

    # ------------------------------------------------------------------ receivables and tokens

    def register(self, record: Receivable) -> int:
        number = len(self.receivables) + 1
        record.delivery_required = self.has_role(record.debtor, CORE_ENTERPRISE)
        self.receivables[number] = record
        return number

    def credit(self, lot: int) -> int:
        """The ERC-1155 id, packed as the interface says; 0 of an unknown receivable."""
        record = self.receivables.get(lot)
        if record is None:
            return 0
        issuer, currency, programme = self.ids[record.debtor], self.terms.currency, 1
        return 1 << 176 | currency << 160 | issuer << 128 | record.due << 96 | programme << 64 | lot

    def tradable(self, lot: int) -> Iterator[Reason]:
        if lot in self.lots and self.lots[lot].sealed:
            yield Reason.SEALED
        if lot not in self.receivables or self.day >= self.receivables[lot].due:
            yield Reason.MATURED

    def holds(self, who: str, lot: int) -> int:
        return self.lots[lot].balances[who] if lot in self.lots else 0

    # ------------------------------------------------------------------ settlement

    def principal(self, lot: int) -> int:
        """What is owed, but for a fee: fixed by the first cash, until then what is outstanding."""
        if lot not in self.lots:
            return 0
        return self.lots[lot].principal or self.receivables[lot].tokenised

    def unpaid(self, lot: int) -> int:
        return max(self.principal(lot) - self.lots[lot].held, 0)

    def late_fee(self, lot: int, day: int) -> int:
        """Accrued, and since then actual/365 on what is unpaid, rounded up."""
        if lot not in self.lots:
            return 0
        ledger = self.lots[lot]
        start = max(ledger.fee_day, self.receivables[lot].due + self.terms.fee_grace_days)
        if ledger.status != Settling.LIVE or day <= start:
            return ledger.fee
        return ledger.fee - (-self.unpaid(lot) * self.terms.late_fee_bps * (day - start) // YEAR)

    def owed(self, lot: int, day: int) -> int:
        if lot in self.lots and self.lots[lot].status == Settling.LIVE:
            return self.principal(lot) + self.late_fee(lot, day) - self.lots[lot].held
        return 0

    def live(self, lot: int) -> Iterator[Reason]:
        if lot in self.lots and self.lots[lot].status != Settling.LIVE:
            yield Reason.WRONG_STATUS
        elif not self.principal(lot):
            yield Reason.OUT_OF_RANGE

    def receive(self, lot: int, amount: int) -> None:
        """Cash in from the issuer; the first fixes the principal and ends all trading."""
        ledger, issuer = self.lots[lot], self.receivables[lot].debtor
        complete = amount == self.owed(lot, self.day)
        self.used[issuer] -= min(amount, self.unpaid(lot))
        ledger.principal = self.principal(lot)
        ledger.held += amount
        ledger.sealed = True
        if complete:
            ledger.status = Settling.COLLECTED
        self.reserved += amount
        self.spend(issuer, SETTLEMENT, SETTLEMENT, amount)

    def with_fee(self, lot: int, amount: int) -> int:
        """Tokens and their share of the fee, rounded down."""
        ledger = self.lots[lot]
        return amount + amount * ledger.fee // (ledger.principal or 1)

    def redeem(self, lot: int, holder: str, amount: int) -> None:
        self.lots[lot].balances[holder] -= amount
        record = self.receivables[lot]
        record.tokenised -= amount
        record.settled += amount

    def pay_out(self, lot: int, payee: str, amount: int) -> None:
        """Paid if it arrives, claimable if not."""
        self.lots[lot].held -= amount
        self.reserved -= amount
        if self.accepts(payee, amount):
            self.move(SETTLEMENT, payee, amount)
        else:
            self.claimable[payee] += amount

    def close_if_empty(self, lot: int) -> None:
        if self.receivables[lot].tokenised == 0:
            self.lots[lot].status = Settling.CLOSED
            if self.lots[lot].held:
                self.pay_out(lot, self.terms.dust, self.lots[lot].held)

    # ------------------------------------------------------------------ what there is

    def having(self, names: Iterable[str], lot: int) -> list[str]:
        """Who of these holds tokens of a lot."""
        return [who for who in names if self.holds(who, lot) > 0]

    def financings_in(self, *statuses: Stand) -> list[int]:
        return [number for number, found in self.financings.items() if found.status in statuses]

    def lots_in(self, *statuses: Settling) -> list[int]:
        return [number for number, found in self.lots.items() if found.status in statuses]
