"""Settlement: what each act leaves and tells.

cash coming in
    given a part: told, sealed, the line freed by the principal in it; given the rest: collected
    given the maturity day: collect takes what is left, or says why not
    given lateness: the principal is served first, the fee last
    given any obstacle (pause, suspension, freeze, caps, default): it comes in
cash going out
    given a pledged lot: the bank its claim first, the holder the rest
    given names twice, strangers, nobody: skipped; given one payee who cannot receive: the others are paid
    given a claimable payout: its payee claims it, as much as the wallet may hold
    given the last tokens gone: closed, the dust to its account
    given a pledge still open: it goes back first, and its holder is cranked then
"""

from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.errors import ContractReverted
from tests.contracts.reference import share
from tests.contracts.scenes import CASH, DUE, FACE, REASON, stocked
from tests.contracts.world import MAX, START, Terms, World

LIVE, COLLECTED, CLOSED = range(3)
LIMIT = 10**12
GRACE, DEFAULT = 5, 30


@pytest.fixture
def credit(world: World) -> int:
    return world.issue(FACE, DUE)


def names(world: World, receipt: object) -> list[str]:
    return [event.name for event in world.events(receipt)]  # type: ignore[arg-type]


def suspend(world: World, who: str) -> None:
    world.send("registrar", "Participants", "suspend", world.id(who), REASON)


class TestCashIn:
    def test_a_part_is_told_sealed_and_frees_the_line(self, world: World, credit: int) -> None:
        receipt = world.repay(credit, 400)
        issuer = world.id("core")
        told = {"id": credit, "issuer": issuer, "amount": 400, "received": 400, "remaining": FACE - 400}
        assert world.event(receipt, "Repaid") == told
        assert world.event(receipt, "CreditSealed") == {"id": credit}
        line = {"issuer": issuer, "amount": 400, "used": FACE - 400, "limit": LIMIT}
        assert world.event(receipt, "LineReleased") == line
        assert world.account(credit) == (LIVE, False, False, FACE, 400, 0, 0, 0)
        assert (world.view("Settlement", "reserved"), world.cash("Settlement")) == (400, 400)
        assert world.view("CreditToken", "isSealed", credit)

    def test_the_rest_collects(self, world: World, credit: int) -> None:
        world.repay(credit, 400)
        receipt = world.repay(credit, FACE - 400)
        assert names(world, receipt) == ["Repaid", "Collected", "LineReleased", "Transfer"]
        assert world.event(receipt, "Collected") == {"id": credit, "principal": FACE, "fee": 0}
        assert world.account(credit) == (COLLECTED, False, False, FACE, FACE, 0, 0, 0)
        assert world.line() == (LIMIT, 0)

    @pytest.mark.parametrize("before", [0, 400])
    def test_collect_takes_what_is_left(self, world: World, credit: int, before: int) -> None:
        if before:
            world.repay(credit, before)
        world.go_to(DUE)
        receipt = world.collect(credit)
        assert world.event(receipt, "Repaid")["amount"] == FACE - before
        assert world.event(receipt, "Collected") == {"id": credit, "principal": FACE, "fee": 0}
        assert world.account(credit) == (COLLECTED, True, False, FACE, FACE, 0, 0, 0)
        assert world.cash("core") == CASH - FACE

    @pytest.mark.parametrize(("balance", "allowance"), [(FACE - 1, MAX), (CASH, FACE - 1), (0, 0)])
    def test_collect_says_what_was_there(self, world: World, credit: int, balance: int, allowance: int) -> None:
        world.send("core", "CashToken", "transfer", world.address("third"), CASH - balance)
        world.allow("core", "Settlement", allowance)
        world.go_to(DUE)
        receipt = world.collect(credit)
        assert names(world, receipt) == ["CollectionFailed"]
        told = {"id": credit, "issuer": world.id("core"), "due": FACE, "available": min(balance, allowance)}
        assert world.event(receipt, "CollectionFailed") == told
        assert world.account(credit) == (LIVE, True, False, FACE, 0, 0, 0, 0)
        assert world.cash("core") == balance

    def test_collect_takes_frozen_cash(self, world: World, credit: int) -> None:
        world.send("compliance", "CashToken", "freeze", world.address("core"), MAX, REASON)
        world.go_to(DUE)
        world.collect(credit)
        assert world.account(credit).status == COLLECTED

    def test_what_a_debtor_holds_for_one_invoice_pays_no_other(self, world: World, credit: int) -> None:
        world.allow("core", "Settlement", 0)
        world.go_to(DUE)
        world.collect(credit)
        world.allow("core", "Settlement")
        assert world.refusal("keeper", "Settlement", "collect", credit) is not None
        world.go_to(DUE + 1)
        assert world.refusal("keeper", "Settlement", "collect", credit) is not None
        assert world.cash("core") == CASH

    def test_no_fee_through_the_grace_days(self, world: World, credit: int) -> None:
        for day in (0, START, DUE, DUE + GRACE):
            assert world.view("Settlement", "lateFee", credit, day) == 0
        assert world.view("Settlement", "lateFee", credit, DUE + GRACE + 1) == 1
        world.go_to(DUE + GRACE)
        world.repay(credit, FACE)
        assert world.account(credit).fee == 0

    def test_principal_is_served_before_the_fee(self, world: World, credit: int) -> None:
        world.go_to(DUE + GRACE + 100)
        fee = -(-FACE * 1_800 * 100 // 3_650_000)
        receipt = world.repay(credit, FACE)
        assert world.event(receipt, "Repaid")["remaining"] == fee
        assert world.account(credit) == (LIVE, False, False, FACE, FACE, fee, DUE + GRACE + 100, 0)
        assert world.line() == (LIMIT, 0)
        world.go_to(DUE + 1_000)
        assert world.view("Settlement", "due", credit, world.today) == fee
        receipt = world.repay(credit, fee)
        assert names(world, receipt) == ["Repaid", "Collected", "Transfer"]
        assert world.event(receipt, "Collected") == {"id": credit, "principal": FACE, "fee": fee}

    def test_a_late_fee_is_on_what_remains_and_not_retroactive(self, world: World) -> None:
        credit = world.issue(10**6, DUE)
        world.repay(credit, 999_000)
        world.go_to(DUE + GRACE + 365)
        assert world.view("Settlement", "lateFee", credit, world.today) == 180

    def test_a_fee_is_fixed_when_all_is_in(self, world: World, credit: int) -> None:
        world.go_to(DUE + GRACE + 50)
        due = world.view("Settlement", "due", credit, world.today)
        world.repay(credit, due)
        later = world.today + 1_000
        assert world.view("Settlement", "lateFee", credit, later) == due - FACE
        assert world.view("Settlement", "due", credit, later) == 0

    def test_a_default_is_a_flag_and_leaves_the_debt(self, world: World, credit: int) -> None:
        world.go_to(DUE + DEFAULT)
        met = world.refusal("keeper", "Settlement", "declareDefault", credit)
        assert met is not None
        assert met.arguments == {"id": credit, "lastDay": DUE + DEFAULT, "today": DUE + DEFAULT}
        world.go_to(DUE + DEFAULT + 1)
        due = world.view("Settlement", "due", credit, world.today)
        receipt = world.send("keeper", "Settlement", "declareDefault", credit)
        told = {"id": credit, "issuer": world.id("core"), "unpaid": due}
        assert world.event(receipt, "DefaultDeclared") == told
        assert world.account(credit).defaulted
        world.repay(credit, due)
        world.crank(credit, "supplier")
        assert world.account(credit).status == CLOSED

    def test_nothing_stops_a_repayment(self, artifacts: Mapping[str, Artifact]) -> None:
        world = stocked(World(artifacts, Terms(wallet_cap=2 * CASH, payment_cap=1), until={"core": DUE}))
        credit = world.issue(FACE, DUE)
        world.mint("Settlement", 10 * CASH)
        world.go_to(DUE + DEFAULT + 1)
        world.send("keeper", "Settlement", "declareDefault", credit)
        world.send("guardian", "Participants", "pauseTrading")
        suspend(world, "core")
        world.send("compliance", "CashToken", "freeze", world.address("core"), MAX, REASON)
        world.repay(credit, world.view("Settlement", "due", credit, world.today))
        world.crank(credit, "supplier")
        assert world.account(credit).status == CLOSED

    def test_settings_are_those_of_the_constructor(self, world: World) -> None:
        views = ("feeGraceDays", "defaultDays", "lateFeeBps")
        assert [world.view("Settlement", view) for view in views] == [GRACE, DEFAULT, 1_800]


class TestCashOut:
    def test_a_crank_burns_and_pays(self, world: World, credit: int) -> None:
        world.pay_with("supplier", credit, "second", 300)
        world.repay(credit, FACE)
        receipt = world.crank(credit, "second")
        told = {"id": credit, "payee": world.id("second"), "financing": 0, "amount": 300, "claimable": False}
        assert world.event(receipt, "PaidOut") == told
        assert names(world, receipt) == ["TransferSingle", "ReceivableRedeemed", "PaidOut", "Transfer"]
        assert world.credit("second", credit) == 0
        assert world.cash("second") == CASH + 300
        assert world.account(credit).paidOut == 300
        assert world.view("Settlement", "reserved") == FACE - 300
        assert world.parts(1) == (0, FACE - 300, 300, 0)

    def test_the_last_crank_closes(self, world: World, credit: int) -> None:
        world.repay(credit, FACE)
        receipt = world.crank(credit, "supplier")
        assert names(world, receipt)[-1] == "Closed"
        assert world.event(receipt, "Closed") == {"id": credit, "dust": 0}
        assert world.account(credit) == (CLOSED, False, False, FACE, FACE, 0, 0, FACE)

    def test_the_dust_goes_to_its_account(self, world: World) -> None:
        credit = world.issue(3, DUE)
        world.pay_with("supplier", credit, "second", 1)
        world.pay_with("supplier", credit, "third", 1)
        world.go_to(DUE + GRACE + 365)
        world.repay(credit, world.view("Settlement", "due", credit, world.today))
        assert world.account(credit).fee == 1
        receipt = world.crank(credit, "supplier", "second", "third")
        assert world.event(receipt, "Closed") == {"id": credit, "dust": 1}
        paid = [event.arguments for event in world.events(receipt) if event.name == "PaidOut"]
        assert [(one["payee"], one["amount"]) for one in paid] == [
            (world.id("supplier"), 1),
            (world.id("second"), 1),
            (world.id("third"), 1),
            (world.id("regulator"), 1),
        ]

    def test_dust_that_cannot_arrive_waits(self, world: World) -> None:
        credit = world.issue(3, DUE)
        world.pay_with("supplier", credit, "second", 1)
        world.go_to(DUE + GRACE + 365)
        world.repay(credit, world.view("Settlement", "due", credit, world.today))
        suspend(world, "regulator")
        world.crank(credit, "supplier", "second")
        assert world.account(credit).status == CLOSED
        assert world.view("Settlement", "claimable", world.address("regulator")) == 1

    def test_a_settlement_pays_the_bank_first(self, world: World) -> None:
        credit = world.issue(10**6, DUE)
        financing = world.request("supplier", credit, 400_000)
        price = world.fund(financing, claim=300_001).price
        world.go_to(DUE + GRACE + 40)
        due = world.view("Settlement", "due", credit, world.today)
        world.repay(credit, due)
        fee = due - 10**6
        receipt = world.settle(financing)
        paid = [event.arguments for event in world.events(receipt) if event.name == "PaidOut"]
        claim, rest = share(300_001, fee, 10**6), share(99_999, fee, 10**6)
        assert [(one["payee"], one["financing"], one["amount"]) for one in paid] == [
            (world.id("bank"), financing, claim),
            (world.id("supplier"), financing, rest),
        ]
        assert world.event(receipt, "FinancingSettled") == {"id": financing}
        assert world.cash("bank") == CASH - price + claim
        assert world.credit("FinancingDesk", credit) == 0
        assert world.account(credit).status == COLLECTED

    def test_a_bank_that_claims_all_leaves_no_second_payout(self, world: World, credit: int) -> None:
        financing = world.request("supplier", credit, FACE)
        world.fund(financing, claim=FACE)
        world.repay(credit, FACE)
        receipt = world.settle(financing)
        assert names(world, receipt).count("PaidOut") == 1
        assert world.account(credit).status == CLOSED

    def test_names_twice_strangers_and_nobody_are_skipped(self, world: World, credit: int) -> None:
        world.pay_with("supplier", credit, "second", 300)
        world.repay(credit, FACE)
        receipt = world.crank(credit, "second", "second", "stranger", "third", "second")
        assert names(world, receipt).count("PaidOut") == 1
        world.crank(credit)
        world.crank(credit, "second")
        assert world.cash("second") == CASH + 300
        assert world.account(credit).paidOut == 300

    @pytest.mark.parametrize("obstacle", ["suspended", "frozen"])
    def test_one_who_cannot_receive_stops_nobody(self, world: World, credit: int, obstacle: str) -> None:
        world.pay_with("supplier", credit, "second", 300)
        world.repay(credit, FACE)
        if obstacle == "suspended":
            suspend(world, "second")
        else:
            world.send("compliance", "CashToken", "freeze", world.address("second"), MAX, REASON)
        receipt = world.crank(credit, "second", "supplier")
        paid = [event.arguments for event in world.events(receipt) if event.name == "PaidOut"]
        assert [(one["payee"], one["claimable"]) for one in paid] == [
            (world.id("second"), True),
            (world.id("supplier"), False),
        ]
        assert world.account(credit).status == CLOSED
        assert world.view("Settlement", "claimable", world.address("second")) == 300
        totals = (world.view("Settlement", "totalClaimable"), world.view("Settlement", "reserved"))
        assert totals == (300, 0)
        assert world.cash("Settlement") == 300

    def test_a_claim_pays_its_payee_once(self, world: World, credit: int) -> None:
        world.repay(credit, FACE)
        suspend(world, "supplier")
        world.crank(credit, "supplier")
        world.send("registrar", "Participants", "restore", world.id("supplier"))
        world.send("guardian", "Participants", "pauseTrading")
        receipt = world.send("supplier", "Settlement", "claim")
        assert world.event(receipt, "Claimed") == {"payee": world.id("supplier"), "amount": FACE}
        assert world.cash("supplier") == CASH + FACE
        assert world.view("Settlement", "totalClaimable") == 0
        assert world.refusal("supplier", "Settlement", "claim") is not None

    def test_a_claim_larger_than_the_wallet_is_paid_in_parts(self, artifacts: Mapping[str, Artifact]) -> None:
        world = stocked(World(artifacts, Terms(wallet_cap=CASH + 300)))
        credit = world.issue(FACE, DUE)
        world.repay(credit, FACE)
        world.crank(credit, "supplier")
        assert world.view("Settlement", "claimable", world.address("supplier")) == FACE
        world.send("supplier", "Settlement", "claim")
        assert world.view("Settlement", "claimable", world.address("supplier")) == FACE - 300
        world.send("supplier", "CashToken", "transfer", world.address("core"), 300)
        world.send("supplier", "CashToken", "transfer", world.address("core"), FACE - 300)
        world.send("supplier", "Settlement", "claim")
        assert world.view("Settlement", "totalClaimable") == 0

    def test_claims_of_two_ids_add_up(self, world: World) -> None:
        for _ in range(2):
            credit = world.issue(FACE, DUE)
            world.repay(credit, FACE)
            suspend(world, "supplier")
            world.crank(credit, "supplier")
            world.send("registrar", "Participants", "restore", world.id("supplier"))
        world.send("supplier", "Settlement", "claim")
        assert world.cash("supplier") == CASH + 2 * FACE

    @pytest.mark.parametrize("back", ["cancel", "expire", "refuse"])
    def test_an_open_pledge_goes_back_and_is_cranked(self, world: World, credit: int, back: str) -> None:
        financing = world.request("supplier", credit, 600)
        world.repay(credit, FACE)
        world.crank(credit, "supplier")
        assert world.account(credit).status == COLLECTED
        match back:
            case "cancel":
                world.send("supplier", "FinancingDesk", "cancel", financing)
            case "expire":
                world.go_to(START + 1)
                world.send("keeper", "FinancingDesk", "expire", financing)
            case "refuse":
                world.refuse(financing)
        world.crank(credit, "supplier")
        assert world.account(credit).status == CLOSED
        assert world.cash("supplier") == CASH + FACE

    def test_a_donation_changes_nothing(self, world: World, credit: int) -> None:
        for who in ("Settlement", "FinancingDesk"):
            world.send("third", "CashToken", "transfer", world.address(who), 1)
        world.repay(credit, FACE)
        world.crank(credit, "supplier")
        assert (world.view("Settlement", "reserved"), world.cash("Settlement")) == (0, 1)
        assert world.account(credit) == (CLOSED, False, False, FACE, FACE, 0, 0, FACE)

    def test_two_ids_do_not_touch_each_other(self, world: World, credit: int) -> None:
        other = world.issue(FACE, DUE)
        world.repay(credit, FACE)
        world.repay(other, 100)
        world.crank(credit, "supplier")
        assert world.account(other) == (LIVE, False, False, FACE, 100, 0, 0, 0)
        assert world.view("Settlement", "reserved") == 100

    def test_a_crank_short_of_gas_makes_no_claim(self, world: World, credit: int) -> None:
        world.repay(credit, FACE)
        call = ("keeper", "Settlement", "crank", credit, [world.address("supplier")])
        with world.meanwhile():
            enough = world.send(*call).gas_used * 5 // 4
        outcomes = set()
        for gas in range(enough // 5, enough, enough // 60):
            with world.meanwhile():
                try:
                    world.send(*call, gas=gas)
                    outcomes.add("paid")
                except ContractReverted:
                    outcomes.add("reverted")
                assert world.view("Settlement", "totalClaimable") == 0
        assert outcomes == {"paid", "reverted"}
