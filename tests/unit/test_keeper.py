"""The keeper: what the calendar asks for, told by rows made by hand.

given a credit that is live
    on the day of its maturity: it is collected, once; on any other day, or after a failure: not
    more than the days of default after it: default is declared, once
given one that is collected
    its funded financings are settled first, then its holders are paid, fifty at a time; the desk is no holder
    until nothing is left to pay
given a request: after its last day it is expired
given nothing of this: nothing is asked for
given all of a day's tasks: in one order; what one of them is refused keeps no other from being done
    refused because somebody was faster: asked for again, until the rows show it
    refused for another reason: left out for the rest of the day
    given one that the chain cannot take now: the others are done, and it is asked for again
    given a node that gives no answer, or a chain that stopped: it ends there
"""

from collections.abc import Iterator
from typing import Any

import pytest

from scfin_chain.chain import development_signer
from scfin_chain.chain.gateway import BlockRef, Receipt
from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.errors import ChainError, ChainStopped, ContractReverted, NodeSilent
from scfin_chain.service.keeper import ALREADY_SO, HOLDERS_A_CRANK, Keeper, already_so
from scfin_chain.store.rows import DerivedRows
from scfin_chain.store.store import Store
from scfin_chain.units import Address, Day
from tests.fakes.stores import empty_store

DESK = Address("0xDE5C")
SIGNER = development_signer("keeper")
MATURITY = 100


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as made:
        yield made


@pytest.fixture
def keeper(store: Store) -> Keeper:
    return Keeper(store=store, signer=SIGNER, desk=DESK, default_days=30)


def insert(store: Store, name: str, **values: Any) -> None:
    with store.begin() as connection:
        DerivedRows(connection, block_number=1, undoable=False).insert(name, **values)


def credit(store: Store, number: int, *, maturity: int = MATURITY, **settlement: Any) -> None:
    """A credit of an id wider than the database's integers, born of a receivable of that number."""
    name = str(2**160 + number)
    insert(store, "credit", id=name, receivable=number, issuer=3, programme=5, maturity_day=maturity, outstanding=100)
    insert(store, "settlement", credit=name, **settlement)


def financing(store: Store, number: int, *, of: int = 1, state: str = "requested", expires: int = 50) -> None:
    insert(
        store,
        "financing",
        id=number,
        credit=str(2**160 + of),
        receivable=of,
        issuer=3,
        programme=5,
        maturity_day=MATURITY,
        holder=5,
        face=10,
        expires_day=expires,
        requested_day=43,
        requested_block=1,
        state=state,
    )


def held(store: Store, account: str, *, of: int = 1, amount: int = 10) -> None:
    insert(store, "holding", credit=str(2**160 + of), account=account, amount=amount)


def asked(commands: list[Command]) -> list[tuple[str, object]]:
    """Function and first argument, ids as the small numbers above."""
    assert {command.signer for command in commands} <= {SIGNER}
    assert all(command.step == command.function for command in commands)
    return [(c.function, c.arguments[0] - 2**160 if c.arguments[0] > 2**160 else c.arguments[0]) for c in commands]


class TestCollecting:
    @pytest.mark.parametrize(("day", "collected"), [(MATURITY - 1, False), (MATURITY, True), (MATURITY + 1, False)])
    def test_is_on_the_day_of_maturity(self, store: Store, keeper: Keeper, day: int, collected: bool) -> None:
        credit(store, 1)
        assert asked(keeper.collections(Day(day))) == ([("collect", 1)] if collected else [])

    @pytest.mark.parametrize(
        "settlement", [{"status": "collected"}, {"status": "closed"}, {"collection_failed_day": MATURITY}]
    )
    def test_is_not_given_one_that_was_tried_or_repaid(
        self, store: Store, keeper: Keeper, settlement: dict[str, Any]
    ) -> None:
        credit(store, 1, **settlement)
        assert keeper.collections(Day(MATURITY)) == []

    def test_is_in_the_order_of_the_receivables(self, store: Store, keeper: Keeper) -> None:
        for number in (12, 2, 7):
            credit(store, number)
        assert asked(keeper.collections(Day(MATURITY))) == [("collect", 2), ("collect", 7), ("collect", 12)]


class TestDeclaringDefault:
    @pytest.mark.parametrize(
        ("day", "declared"), [(MATURITY + 30, False), (MATURITY + 31, True), (MATURITY + 90, True)]
    )
    def test_is_after_the_days_of_default(self, store: Store, keeper: Keeper, day: int, declared: bool) -> None:
        credit(store, 1, collection_failed_day=MATURITY)
        assert asked(keeper.defaults(Day(day))) == ([("declareDefault", 1)] if declared else [])

    @pytest.mark.parametrize(
        "settlement", [{"status": "collected"}, {"status": "closed"}, {"defaulted_day": MATURITY + 31}]
    )
    def test_is_not_given_one_that_was_declared_or_repaid(
        self, store: Store, keeper: Keeper, settlement: dict[str, Any]
    ) -> None:
        credit(store, 1, **settlement)
        assert keeper.defaults(Day(MATURITY + 60)) == []


class TestPayingOut:
    def test_settles_financings_before_it_pays_holders(self, store: Store, keeper: Keeper) -> None:
        credit(store, 1, status="collected")
        for number, state in ((4, "funded"), (3, "funded"), (5, "settled"), (6, "refused"), (7, "requested")):
            financing(store, number, state=state)
        for account, amount in (("0xb", 10), ("0xa", 5), (DESK, 20), ("0xc", 0)):
            held(store, account, amount=amount)

        commands = keeper.payouts()

        assert asked(commands) == [("settle", 3), ("settle", 4), ("crank", 1)]
        assert commands[-1].arguments == (2**160 + 1, ["0xa", "0xb"])

    @pytest.mark.parametrize(("holders", "cranks"), [(49, [49]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
    def test_pays_every_holder_in_cranks_that_fit(
        self, store: Store, keeper: Keeper, holders: int, cranks: list[int]
    ) -> None:
        credit(store, 1, status="collected")
        accounts = [f"0x{number:03}" for number in range(holders)]
        for account in accounts:
            held(store, account)

        batches = [command.arguments[1] for command in keeper.payouts()]

        assert [len(batch) for batch in batches] == cranks
        assert max(cranks) <= HOLDERS_A_CRANK
        assert [account for batch in batches for account in batch] == accounts

    @pytest.mark.parametrize("status", ["live", "closed"])
    def test_pays_nothing_given_one_whose_cash_is_not_in_or_went_out(
        self, store: Store, keeper: Keeper, status: str
    ) -> None:
        credit(store, 1, status=status)
        financing(store, 3, state="funded")
        held(store, "0xa")
        assert keeper.payouts() == []

    def test_pays_each_of_several_in_the_order_of_the_receivables(self, store: Store, keeper: Keeper) -> None:
        for number in (12, 2):
            credit(store, number, status="collected")
            held(store, "0xa", of=number)
        financing(store, 3, of=12, state="funded")
        assert asked(keeper.payouts()) == [("crank", 2), ("settle", 3), ("crank", 12)]


class TestExpiring:
    @pytest.mark.parametrize(("day", "expired"), [(49, False), (50, False), (51, True), (90, True)])
    def test_is_after_the_last_day(self, store: Store, keeper: Keeper, day: int, expired: bool) -> None:
        financing(store, 3)
        assert asked(keeper.expiries(Day(day))) == ([("expire", 3)] if expired else [])

    @pytest.mark.parametrize("state", ["funded", "refused", "cancelled", "expired", "settled"])
    def test_is_not_given_one_that_was_answered(self, store: Store, keeper: Keeper, state: str) -> None:
        financing(store, 3, state=state)
        assert keeper.expiries(Day(90)) == []


MINED = Outcome(
    receipt=Receipt(
        transaction_hash=bytes(32),
        block=BlockRef(number=1, hash=bytes(32)),
        gas_used=1,
        logs=(),
        contract_address=None,
        succeeded=True,
    ),
    events=(),
)


class Ledger:
    """Takes commands, and refuses some acts."""

    def __init__(self, **refused: Exception) -> None:
        self.refused = refused
        self.heard: list[Command] = []

    def submit(self, command: Command) -> Outcome:
        self.heard.append(command)
        if error := self.refused.get(command.function):
            raise error
        return MINED


def refusal(name: str) -> ContractReverted:
    return ContractReverted(name, {"id": 1})


@pytest.fixture
def busy(store: Store) -> None:
    """A day on which everything falls due."""
    credit(store, 1)
    credit(store, 2, maturity=MATURITY - 31, collection_failed_day=MATURITY - 31)
    credit(store, 3, maturity=MATURITY - 1, status="collected")
    financing(store, 4, of=1, expires=MATURITY - 1)
    financing(store, 5, of=3, state="funded")
    held(store, "0xa", of=3)


ALL = [("collect", 1), ("expire", 4), ("declareDefault", 2), ("settle", 5), ("crank", 3)]
TODAY = Day(MATURITY)


@pytest.mark.usefixtures("busy")
class TestTasks:
    def test_are_all_of_the_day_in_order(self, keeper: Keeper) -> None:
        ledger = Ledger()
        assert asked(keeper.tasks(TODAY)) == ALL
        assert keeper.perform(TODAY, ledger.submit) == len(ALL)
        assert asked(ledger.heard) == ALL

    @pytest.mark.parametrize("function", [name for name, _ in ALL])
    def test_go_on_given_one_is_refused(self, keeper: Keeper, function: str) -> None:
        ledger = Ledger(**{function: refusal("Panic")})
        assert keeper.perform(TODAY, ledger.submit) == len(ALL) - 1
        assert asked(ledger.heard) == ALL

    @pytest.mark.parametrize("function", [name for name, _ in ALL])
    def test_leave_out_for_the_day_what_was_refused(self, keeper: Keeper, function: str) -> None:
        keeper.perform(TODAY, Ledger(**{function: refusal("Panic")}).submit)
        assert asked(keeper.tasks(TODAY)) == [task for task in ALL if task[0] != function]
        assert function in {command.function for command in keeper.tasks(Day(TODAY + 1))} or function == "collect"

    @pytest.mark.parametrize(("function", "name"), [(f, n) for f, names in ALREADY_SO.items() for n in sorted(names)])
    def test_ask_again_given_somebody_was_faster(self, keeper: Keeper, function: str, name: str) -> None:
        assert keeper.perform(TODAY, Ledger(**{function: refusal(name)}).submit) == len(ALL) - 1
        assert asked(keeper.tasks(TODAY)) == ALL

    @pytest.mark.parametrize("function", [name for name, _ in ALL])
    def test_go_on_given_one_that_the_chain_cannot_take(self, keeper: Keeper, function: str) -> None:
        ledger = Ledger(**{function: ChainError("no funds")})
        assert keeper.perform(TODAY, ledger.submit) == len(ALL) - 1
        assert asked(ledger.heard) == asked(keeper.tasks(TODAY)) == ALL

    @pytest.mark.parametrize("error", [NodeSilent("nobody there"), ChainStopped("amid a step")])
    def test_end_given_a_node_that_gives_no_answer(self, keeper: Keeper, error: ChainError) -> None:
        ledger = Ledger(declareDefault=error)
        with pytest.raises(type(error)):
            keeper.perform(TODAY, ledger.submit)
        assert asked(ledger.heard) == ALL[:3]
        assert asked(keeper.tasks(TODAY)) == ALL


def test_knows_no_other_command(keeper: Keeper) -> None:
    mint = Command(step="mint", signer=SIGNER, contract="CashToken", function="mint")
    assert not already_so(mint, refusal("SettlementWrongStatus"))


def test_asks_for_nothing_given_nothing(keeper: Keeper) -> None:
    day = Day(MATURITY)
    assert keeper.tasks(day) == []
    assert [keeper.collections(day), keeper.payouts(), keeper.expiries(day), keeper.defaults(day)] == [[], [], [], []]
