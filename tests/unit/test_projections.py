"""What is derived from events beyond what the chain itself says: on which day a receivable was paid.

given a receivable
    paid in cash, at once, in parts, or with credit: the day of the last part
    of which a part is disputed: not before that part is resolved and paid
    that became credit: the day on which the credit was collected, not that on which its holders were paid
    of which only a part became credit: the day on which both parts are paid, in either order
given an event of administration: no row changes
given an event on something that is not there: refused
"""

from collections.abc import Iterator

import pytest

from scfin_chain.events import Event
from scfin_chain.events.credit_token import CreditRecharged, CreditSealed
from scfin_chain.events.participants import TradingPaused
from scfin_chain.events.receivable_registry import (
    DisputeResolved,
    ReceivableConfirmed,
    ReceivableDisputed,
    ReceivablePaid,
    ReceivablePaidWithCredit,
    ReceivableRedeemed,
    ReceivableRegistered,
    ReceivableTokenised,
)
from scfin_chain.events.settlement import Collected, Repaid
from scfin_chain.listener.projections import Place, project
from scfin_chain.store.rows import DerivedRows
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Address, CreditId, Day, Money, ParticipantId, ProgrammeId, ReceivableId
from tests.fakes.stores import empty_store

ID, CREDIT, DEBTOR, CREDITOR = ReceivableId(1), CreditId(2**160), ParticipantId(3), ParticipantId(5)


class Ledger:
    """A receivable of 100 and the events that happen to it, each on a day."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._ordinal = 0
        registered = ReceivableRegistered(
            id=ID,
            debtor=DEBTOR,
            creditor=CREDITOR,
            key=bytes(32),
            programme=ProgrammeId(5),
            document_type=0,
            document_number=b"N-1".ljust(32, b"\0"),
            face=Money(100),
            due_day=Day(30),
            documents=bytes(32),
        )
        self.tell(1, registered, ReceivableConfirmed(id=ID, debtor=DEBTOR, face=Money(100)))

    def tell(self, day: int, *events: Event) -> None:
        for event in events:
            self._ordinal += 1
            with self.store.begin() as connection:
                rows = DerivedRows(connection, block_number=self._ordinal, undoable=False)
                project(event, Place(block_number=self._ordinal, ordinal=0, day=Day(day)), rows)

    @property
    def paid_day(self) -> int | None:
        [row] = self.store.derived("receivable")
        day: int | None = row["paid_day"]
        return day

    def pay(self, day: int, amount: int, *, free: int, settled: int) -> None:
        self.tell(day, ReceivablePaid(id=ID, amount=Money(amount), free=Money(free), settled=Money(settled)))

    def tokenise(self, day: int, amount: int, *, free: int) -> None:
        recharged = CreditRecharged(
            id=CREDIT, receivable=ID, issuer=DEBTOR, holder=CREDITOR, amount=Money(amount), outstanding=Money(amount)
        )
        tokenised = ReceivableTokenised(id=ID, amount=Money(amount), free=Money(free), tokenised=Money(amount))
        self.tell(day, recharged, tokenised)

    def collect(self, day: int, amount: int) -> None:
        part, rest = Money(amount), Money(0)
        repaid = Repaid(id=CREDIT, issuer=DEBTOR, amount=part, received=part, remaining=rest)
        self.tell(day, repaid, Collected(id=CREDIT, principal=part, fee=rest), CreditSealed(id=CREDIT))

    def redeem(self, day: int, amount: int, *, settled: int) -> None:
        gone = ReceivableRedeemed(id=ID, amount=Money(amount), tokenised=Money(0), settled=Money(settled))
        self.tell(day, gone)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with empty_store() as store:
        yield Ledger(store)


class TestPaidInCash:
    def test_is_paid_at_once(self, ledger: Ledger) -> None:
        assert ledger.paid_day is None
        ledger.pay(20, 100, free=0, settled=100)
        assert ledger.paid_day == 20

    def test_is_paid_with_the_last_part(self, ledger: Ledger) -> None:
        ledger.pay(20, 60, free=40, settled=60)
        assert ledger.paid_day is None
        ledger.pay(25, 40, free=0, settled=100)
        assert ledger.paid_day == 25

    def test_is_paid_with_credit(self, ledger: Ledger) -> None:
        event = ReceivablePaidWithCredit(id=ID, amount=Money(100), free=Money(0), settled=Money(100))
        ledger.tell(12, event)
        assert ledger.paid_day == 12


class TestDisputedInPart:
    def test_is_paid_when_the_disputed_part_is(self, ledger: Ledger) -> None:
        disputed = ReceivableDisputed(id=ID, amount=Money(30), free=Money(70), disputed=Money(30), reason=bytes(32))
        ledger.tell(5, disputed)
        ledger.pay(20, 70, free=0, settled=70)
        assert ledger.paid_day is None

        ledger.tell(40, DisputeResolved(id=ID, amount=Money(30), free=Money(30), disputed=Money(0)))
        assert ledger.paid_day is None
        ledger.pay(41, 30, free=0, settled=100)
        assert ledger.paid_day == 41


class TestCredit:
    def test_is_paid_when_it_is_collected(self, ledger: Ledger) -> None:
        ledger.tokenise(2, 100, free=0)
        assert ledger.paid_day is None
        ledger.collect(30, 100)
        assert ledger.paid_day == 30
        ledger.redeem(35, 100, settled=100)
        assert ledger.paid_day == 30

    @pytest.mark.parametrize("cash_first", [True, False])
    def test_is_paid_when_both_parts_are(self, ledger: Ledger, cash_first: bool) -> None:
        ledger.tokenise(2, 60, free=40)
        if cash_first:
            ledger.pay(10, 40, free=0, settled=40)
            assert ledger.paid_day is None
            ledger.collect(30, 60)
            assert ledger.paid_day == 30
        else:
            ledger.collect(30, 60)
            ledger.redeem(31, 60, settled=60)
            assert ledger.paid_day is None
            ledger.pay(50, 40, free=0, settled=100)
            assert ledger.paid_day == 50

    def test_is_not_paid_in_part(self, ledger: Ledger) -> None:
        ledger.tokenise(2, 100, free=0)
        repaid = Repaid(id=CREDIT, issuer=DEBTOR, amount=Money(40), received=Money(40), remaining=Money(60))
        ledger.tell(20, repaid, CreditSealed(id=CREDIT))
        assert ledger.paid_day is None


def test_changes_no_row_given_an_event_of_administration(ledger: Ledger) -> None:
    before = {name: ledger.store.derived(name) for name in DERIVED}
    ledger.tell(9, TradingPaused(guardian=Address("0xa")))
    assert {name: ledger.store.derived(name) for name in DERIVED} == before


def test_is_refused_given_an_event_on_what_is_not_there(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="settlement has no row"):
        ledger.collect(30, 100)
