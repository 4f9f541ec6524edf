"""The contracts' arithmetic against plain Python integers, on random inputs.

given random claims, rates and days
    the price is the reference's
given two dates around a leap day or a year's end
    the price counts the calendar's days
given random repayments on random days, in random parts, and a random split of the tokens
    fee, due, line and what is reserved are the reference's after each
    every payee gets its share, in whatever order the cranks come, and the dust is less than the payouts
given the largest face that a century's fee leaves payable, and a very late day
    nothing overflows, and everybody is paid
given the largest face
    all the cash that there can be repays it in time; a century late its fee is still counted
"""

import random
from datetime import date

import pytest

from scfin_chain.units import day_from_date
from tests.contracts.reference import Repayment, payouts, price_down
from tests.contracts.scenes import CASH, DUE, REASON
from tests.contracts.world import CAST, MOST, START, World

U32, U64, U128 = 2**32 - 1, 2**64 - 1, 2**128 - 1


class TestPrice:
    @pytest.mark.parametrize("seed", range(5))
    def test_is_the_references(self, world: World, seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(60):
            claim = rng.choice([rng.randrange(1, 10**9), rng.randrange(U64), rng.randrange(U128)])
            rate = rng.choice([rng.randrange(5_000), rng.randrange(U32)])
            days = rng.choice([rng.randrange(400), rng.randrange(U32)])
            assert world.view("FinancingDesk", "priceDown", claim, rate, days) == price_down(claim, rate, days)

    def test_is_that_of_a_hand_computation(self, world: World) -> None:
        # 1,000.00 due in 90 days at 6 %: 1000 / (1 + 0.06 * 90 / 365) = 985.4212...
        assert world.view("FinancingDesk", "priceDown", 100_000, 600, 90) == 98_542

    @pytest.mark.parametrize(("rate", "days"), [(0, 0), (0, 90), (600, 0)])
    def test_is_the_claim_given_no_rate_or_no_days(self, world: World, rate: int, days: int) -> None:
        assert world.view("FinancingDesk", "priceDown", U128, rate, days) == U128

    @pytest.mark.parametrize(
        ("first", "last", "days"),
        [
            (date(2024, 2, 28), date(2024, 3, 1), 2),
            (date(2025, 2, 28), date(2025, 3, 1), 1),
            (date(2024, 12, 31), date(2025, 1, 1), 1),
            (date(2024, 12, 31), date(2025, 12, 31), 365),
            (date(2027, 12, 31), date(2028, 12, 31), 366),
            (date(2100, 2, 28), date(2100, 3, 1), 1),
        ],
    )
    def test_counts_the_calendars_days(self, world: World, first: date, last: date, days: int) -> None:
        world.go_to(day_from_date(first))
        financing = world.request("supplier", world.issue(1_000_000, day_from_date(last)), 1_000_000)
        # 36.5 % a year is 0.1 % a day.
        assert world.fund(financing, rate_bps=3_650).price == 1_000_000 * 1_000 // (1_000 + days)


class Case:
    """One id in a world: random holders and pledges, then random repayments, against the reference."""

    def __init__(self, world: World, rng: random.Random, face: int, pledges: int = 2) -> None:
        self.world, self.rng = world, rng
        world.set_limit("core", MOST)
        world.mint("core", MOST // 2)
        world.mint("bank", MOST // 4)
        self.credit = world.issue(face, DUE)
        self.holders = {"supplier": face}
        self.pledges: list[tuple[str, str, int, int]] = []
        self.financings: list[int] = []
        for payee in ("second", "third"):
            self._split(payee)
        for _ in range(rng.randrange(pledges + 1)):
            self._pledge()
        self.repayment = Repayment(
            principal=face, maturity=DUE, grace=world.terms.fee_grace_days, late_fee_bps=world.terms.late_fee_bps
        )

    def _split(self, payee: str) -> None:
        amount = self.rng.randrange(self.holders["supplier"])
        if amount:
            self.world.pay_with("supplier", self.credit, payee, amount)
            self.holders["supplier"] -= amount
            self.holders[payee] = amount

    def _pledge(self) -> None:
        holder = self.rng.choice([name for name, balance in self.holders.items() if balance])
        face = self.rng.randrange(1, self.holders[holder] + 1)
        claim = self.rng.randrange(1, face + 1)
        financing = self.world.request(holder, self.credit, face)
        if price_down(claim, 600, DUE - START) == 0:
            self.world.send(holder, "FinancingDesk", "cancel", financing)
            return
        self.world.fund(financing, claim=claim)
        self.holders[holder] -= face
        self.pledges.append(("bank", holder, face, claim))
        self.financings.append(financing)

    def repay(self, amount: int) -> None:
        world = self.world
        self.repayment.repay(world.today, amount)
        world.repay(self.credit, amount)
        self.check()

    def check(self) -> None:
        world, expected, account = self.world, self.repayment, self.world.account(self.credit)
        assert (account.principal, account.received, account.fee) == (
            expected.principal,
            expected.received,
            expected.fee,
        )
        for day in (0, DUE - 1, DUE, world.today, world.today + self.rng.randrange(500)):
            if day >= expected.fee_day:
                assert world.view("Settlement", "lateFee", self.credit, day) == expected.late_fee(day)
                assert world.view("Settlement", "due", self.credit, day) == expected.due(day)
        assert world.view("Settlement", "reserved") == expected.received
        assert world.line()[1] == max(expected.principal - expected.received, 0)

    def pay_out(self) -> None:
        world, rng = self.world, self.rng
        expected, dust = payouts(self.repayment, self.holders, self.pledges)
        names = ["supplier", "second", "third", "bank", "regulator"]
        before = {name: world.cash(name) for name in names}
        cranks = [lambda who=name: world.crank(self.credit, who) for name in self.holders]
        cranks += [lambda financing=financing: world.settle(financing) for financing in self.financings]
        rng.shuffle(cranks)
        for crank in cranks:
            if world.account(self.credit).status == 1:
                crank()
        expected["regulator"] = dust
        assert {name: world.cash(name) - before[name] for name in names} == {
            name: expected.get(name, 0) for name in names
        }
        assert 0 <= dust < len(self.holders) + 2 * len(self.pledges) + 1
        account = world.account(self.credit)
        assert (account.status, account.paidOut) == (2, account.received)
        assert world.view("Settlement", "reserved") == 0
        assert world.cash("Settlement") == 0


@pytest.mark.parametrize("seed", range(24))
def test_a_random_repayment_is_the_references(world: World, seed: int) -> None:
    rng = random.Random(seed)
    faces = [rng.randrange(3, 50), rng.randrange(1_000, 10**9), rng.randrange(2**40, MOST // 4)]
    case = Case(world, rng, rng.choice(faces))
    day = START
    for _ in range(rng.randrange(6)):
        day += rng.choice([0, 1, rng.randrange(60), rng.randrange(200)])
        if day > world.today:
            world.go_to(day)
        due = case.repayment.due(world.today)
        if due > 1:
            case.repay(rng.choice([1, rng.randrange(1, due), min(due - 1, max(case.repayment.principal // 2, 1))]))
    case.check()
    case.repay(case.repayment.due(world.today))
    case.pay_out()


def test_nothing_overflows_given_a_fee_of_a_century_that_takes_half_of_all_cash(world: World) -> None:
    face = MOST // 40
    case = Case(world, random.Random(7), face)
    world.go_to(DUE + 36_525)
    case.repay(face // 3)
    case.repay(case.repayment.due(world.today) - 1)
    world.go_to(world.today + 36_525)
    case.repay(1)
    case.pay_out()


def test_all_cash_repays_the_largest_face(world: World) -> None:
    case = Case(world, random.Random(7), MOST, pledges=0)
    world.mint("central bank", MOST - world.view("CashToken", "totalSupply"))
    for who in CAST:
        if who != "core":
            parties = (world.address(who), world.address("core"))
            world.send("court", "CashToken", "forceTransfer", *parties, world.cash(who), REASON)
    world.go_to(DUE)
    case.repay(MOST)
    case.pay_out()


def test_nothing_overflows_given_the_largest_face_a_century_late(world: World) -> None:
    case = Case(world, random.Random(7), MOST)
    world.go_to(DUE + 36_525)
    case.repay(MOST // 3)
    world.go_to(world.today + 36_525)
    case.repay(1)
    assert case.repayment.due(world.today) > MOST


def test_late_fee_of_a_hand_computation(world: World) -> None:
    # 1,000,000.00 at 18 % a year: 10 days on all of it are 4,931.5068..., then 20 days on the half that is left the
    # same; each segment is rounded up to 4,931.51.
    credit = world.issue(CASH // 10, DUE)
    world.go_to(DUE + 5 + 10)
    world.repay(credit, CASH // 20)
    world.go_to(DUE + 5 + 30)
    assert world.view("Settlement", "lateFee", credit, world.today) == 493_151 + 493_151
