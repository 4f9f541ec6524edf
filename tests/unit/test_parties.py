"""Whom each event concerns.

given every event of the ledger
    it concerns just those who are named here, by what the event says and what is known beside it
    or it is administration, by name, and concerns nobody
given an event of which nobody has said whom it concerns: refused
given the derived rows: what is known of an account, a receivable, a financing, a token id
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

import pytest

from scfin_chain.events import EVENTS, Event
from scfin_chain.listener.parties import NOBODY, Ids, KnownRows, concerned
from scfin_chain.store.rows import DerivedRows
from scfin_chain.store.store import Store
from scfin_chain.units import Address
from tests.fakes.stores import empty_store

OWNERS = {"0xFrom": 11, "0xTo": 12, "0xAccount": 13, "0xOwner": 14, "0xSpender": 15, "0xOperator": 16}
TRADE, FINANCING, STAKES, BANKS = {21, 22}, {31, 32}, {41, 42, 43, 44}, {61, 62}

EXPECTED: dict[str, set[int]] = {
    "Approval": {14, 15},
    "ApprovalForAll": {13, 16},
    "Burned": {13},
    "Claimed": {54},
    "Closed": STAKES,
    "Collected": STAKES,
    "CollectionFailed": STAKES,
    "CreditPaid": {53, 54},
    "CreditRecharged": {55, 56},
    "CreditSealed": STAKES,
    "DefaultDeclared": STAKES,
    "DisputeResolved": TRADE,
    "Enrolled": {1},
    "Extended": {1},
    "FinancingCancelled": FINANCING | BANKS,
    "FinancingExpired": FINANCING | BANKS,
    "FinancingFunded": {56, 57},
    "FinancingRefused": FINANCING,
    "FinancingRequested": {56} | BANKS,
    "FinancingSettled": FINANCING,
    "ForcedTransfer": {11, 12},
    "Frozen": {13},
    "LimitSet": {55},
    "LineReleased": {55},
    "LineUsed": {55},
    "MilestoneAttested": {58, *TRADE},
    "Minted": {13},
    "PaidOut": {54, *FINANCING},
    "ReceivableAmended": TRADE,
    "ReceivableConfirmed": TRADE,
    "ReceivableDisputed": TRADE,
    "ReceivablePaid": TRADE,
    "ReceivablePaidWithCredit": TRADE,
    "ReceivableRedeemed": TRADE,
    "ReceivableRegistered": {51, 52},
    "ReceivableTokenised": TRADE,
    "Referenced": {11, 12},
    "Repaid": STAKES,
    "Restored": {1},
    "Suspended": {1},
    "Transfer": {11, 12},
    "TransferBatch": {11, 12},
    "TransferSingle": {11, 12},
}

VALUES: dict[str, Any] = {
    "from_": "0xFrom",
    "to": "0xTo",
    "account": "0xAccount",
    "owner": "0xOwner",
    "spender": "0xSpender",
    "operator": "0xOperator",
    "id": 1,
    "debtor": 51,
    "creditor": 52,
    "payer": 53,
    "payee": 54,
    "issuer": 55,
    "holder": 56,
    "bank": 57,
    "carrier": 58,
    "financing": 7,
}
"""Fields by name; all others get what their type allows."""


class Everything:
    """Knows one trade, one financing, one token id, and the accounts above."""

    def owners(self, *accounts: Address) -> Ids:
        return [OWNERS[account] for account in accounts]

    def banks(self) -> Ids:
        return BANKS

    def trade(self, receivable: int) -> Ids:
        assert receivable == 1
        return TRADE

    def financing(self, financing: int) -> Ids:
        assert financing in {1, 7}
        return FINANCING

    def stakes(self, credit: int) -> Ids:
        assert credit == 1
        return STAKES


def sample(kind: type[Event]) -> Event:
    hints = get_type_hints(kind)
    plain = {bytes: bytes(32), bool: True, str: "text"}
    values = {f.name: VALUES.get(f.name, plain.get(hints[f.name], 99)) for f in fields(kind)}
    return kind(**values)


@pytest.mark.parametrize("name", EVENTS)
def test_is_said_of_every_event(name: str) -> None:
    event = sample(EVENTS[name])
    assert concerned(event, Everything()) == EXPECTED.get(name, set())
    assert (name in EXPECTED) != isinstance(event, NOBODY)


def test_is_refused_given_an_event_of_which_nobody_said() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Unheard(Event):
        id: int

    with pytest.raises(LookupError, match="nobody has said whom Unheard concerns"):
        concerned(Unheard(id=1), Everything())


CREDIT = 2**160 + 1
FINANCED = {
    "credit": str(CREDIT),
    "receivable": 1,
    "issuer": 3,
    "programme": 5,
    "maturity_day": 100,
    "face": 10,
    "expires_day": 50,
    "requested_day": 43,
    "requested_block": 1,
}


@pytest.fixture
def store() -> Iterator[Store]:
    """A receivable of participant 5 on 3, its tokens with 5 and 6, and a financing in each state."""
    with empty_store() as made:
        fill(made)
        yield made


def fill(made: Store) -> None:
    with made.begin() as connection:
        rows = DerivedRows(connection, block_number=1, undoable=False)
        for number in range(3, 15):
            rows.insert(
                "participant",
                id=number,
                account=f"0x{number}",
                roles=1,
                tier=0,
                valid_until_day=9,
                suspended=False,
                identity="0x",
            )
        rows.insert(
            "receivable",
            id=1,
            debtor=3,
            creditor=5,
            programme=5,
            key="0x",
            document_type=0,
            document_number="1",
            documents="0x",
            face=9,
            due_day=100,
            registered_day=1,
        )
        rows.insert("credit", id=str(CREDIT), receivable=1, issuer=3, programme=5, maturity_day=100)
        for account, amount in (("0x5", 4), ("0x6", 1), ("0x7", 0), ("0xnobody", 3)):
            rows.insert("holding", credit=str(CREDIT), account=account, amount=amount)
        states = ["requested", "funded", "settled", "refused", "cancelled", "expired"]
        for number, state in enumerate(states, start=1):
            bank = 2 * number + 100 if state in {"funded", "settled"} else None
            rows.insert("financing", id=number, holder=8 + number, state=state, bank=bank, **FINANCED)
        other = FINANCED | {"credit": "7"}
        rows.insert("financing", id=9, holder=14, state="funded", bank=99, **other)
        rows.insert(
            "payout",
            block_number=1,
            ordinal=0,
            credit=str(CREDIT),
            payee=8,
            financing=0,
            amount=1,
            claimable=False,
            day=1,
        )


class TestKnownRows:
    def test_tells_of_accounts(self, store: Store) -> None:
        with store.read() as connection:
            owners = KnownRows(connection).owners(Address("0x5"), Address("0xnobody"), Address("0x3"))
        assert set(owners) == {3, 5}

    def test_tells_of_a_trade(self, store: Store) -> None:
        with store.read() as connection:
            assert set(KnownRows(connection).trade(1)) == {3, 5}

    @pytest.mark.parametrize(("financing", "told"), [(0, set()), (1, {9}), (2, {10, 104}), (4, {12})])
    def test_tells_of_a_financing(self, store: Store, financing: int, told: set[int]) -> None:
        with store.read() as connection:
            assert set(KnownRows(connection).financing(financing)) == told

    def test_tells_who_has_something_to_come_from_an_id(self, store: Store) -> None:
        """The issuer; who holds tokens, or was paid for them; both sides of what is requested, funded or settled."""
        with store.read() as connection:
            assert set(KnownRows(connection).stakes(CREDIT)) == {3, 5, 6, 8, 9, 10, 104, 11, 106}
