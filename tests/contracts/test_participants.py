"""Participants: what each act leaves, and what it tells.

enrolling
    the record, the account and the commitment can be read, and the event tells all of it
validity
    given the last day: valid on it, not on the next; given SYSTEM: always
suspending, restoring, extending, pausing
    the event tells the new state
views
    given an unknown account or id: zeros
"""

from eth_utils.crypto import keccak

from scfin_chain.chain import ZERO_ADDRESS
from tests.contracts.scenes import REASON
from tests.contracts.world import CARRIER, START, SUPPLIER, World

INVALID, VALID, SYSTEM_STANDING = range(3)


def test_enrolling_is_recorded_and_told(world: World) -> None:
    before = world.view("Participants", "count")
    world.add("newcomer")
    account, identity = world.address("newcomer"), keccak(text="newcomer")
    roles = SUPPLIER | CARRIER
    receipt = world.send("registrar", "Participants", "enrol", account, roles, 2, START + 9, identity)
    assert world.event(receipt, "Enrolled") == {
        "id": before + 1,
        "account": account,
        "roles": roles,
        "tier": 2,
        "validUntilDay": START + 9,
        "identity": identity,
    }
    assert world.view("Participants", "participant", account) == (before + 1, roles, 2, START + 9, False)
    assert world.view("Participants", "accountOf", before + 1) == account
    assert world.view("Participants", "identityOf", before + 1) == identity
    assert world.view("Participants", "count") == before + 1


def test_valid_on_the_last_day_and_not_on_the_next(world: World) -> None:
    world.enrol("brief", until=START + 1)
    account = world.address("brief")
    world.go_to(START + 1)
    assert world.view("Participants", "isValid", account)
    world.go_to(START + 2)
    assert not world.view("Participants", "isValid", account)
    assert world.view("Participants", "standing", account) == INVALID


def test_a_system_participant_is_always_valid(world: World) -> None:
    world.enrol("brief", until=START)
    world.go_to(START + 10_000)
    accounts = (world.address("FinancingDesk"), world.address("brief"))
    assert world.view("Participants", "standings", *accounts) == (SYSTEM_STANDING, INVALID)


def test_suspending_and_restoring_are_told(world: World) -> None:
    who, account = world.id("supplier"), world.address("supplier")
    receipt = world.send("registrar", "Participants", "suspend", who, REASON)
    assert world.event(receipt, "Suspended") == {"id": who, "account": account, "reason": REASON}
    assert not world.view("Participants", "isValid", account)
    receipt = world.send("registrar", "Participants", "restore", who)
    assert world.event(receipt, "Restored") == {"id": who, "account": account}
    assert world.view("Participants", "standing", account) == VALID


def test_extending_is_told(world: World) -> None:
    who = world.enrol("brief", until=START)
    receipt = world.send("registrar", "Participants", "extend", who, START + 5)
    account = world.address("brief")
    assert world.event(receipt, "Extended") == {"id": who, "account": account, "validUntilDay": START + 5}
    world.go_to(START + 5)
    assert world.view("Participants", "isValid", account)


def test_pausing_and_resuming_are_told(world: World) -> None:
    guardian = world.address("guardian")
    receipt = world.send("guardian", "Participants", "pauseTrading")
    assert world.event(receipt, "TradingPaused") == {"guardian": guardian}
    assert world.view("Participants", "tradingPaused")
    receipt = world.send("guardian", "Participants", "resumeTrading")
    assert world.event(receipt, "TradingResumed") == {"guardian": guardian}
    assert not world.view("Participants", "tradingPaused")


def test_nobody_is_all_zero(world: World) -> None:
    assert world.view("Participants", "participant", world.address("stranger")) == (0, 0, 0, 0, False)
    assert world.view("Participants", "accountOf", 999) == ZERO_ADDRESS
    assert world.view("Participants", "accountOf", 0) == ZERO_ADDRESS
    assert world.view("Participants", "identityOf", 999) == bytes(32)
    assert not world.view("Participants", "isValid", ZERO_ADDRESS)


def test_checks_of_other_contracts_answer_given_a_valid_participant(world: World) -> None:
    who, account = world.id("supplier"), world.address("supplier")
    assert world.view("Participants", "requireValid", account, SUPPLIER) == who
    assert world.view("Participants", "requireTrader", account, 0) == who
    assert world.view("Participants", "requireAccount", who) == account
    assert world.view("Participants", "requireRoles", who) == SUPPLIER
