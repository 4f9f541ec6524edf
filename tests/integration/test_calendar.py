"""The keeper and the contracts, day by day.

given a credit that matures
    on its day: it is collected where there is cash, and paid out; where there is none, it is tried once
    more than the days of default later: default is declared, once; repaid after that, it is paid out
given more holders than one crank pays: all of them are paid on the day, each once, far below a block's gas
given a request that nobody decided: it expires on the day after its last, and its tokens go back
given that somebody else did the same before: it is refused, and nothing is done twice
given a day that is closed twice: the second time nothing is left to do
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scfin_chain.chain import development_signer
from scfin_chain.chain.ledger import Command
from scfin_chain.deploy.founding import fund
from scfin_chain.errors import ContractReverted
from scfin_chain.roles import Role
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service.keeper import already_so
from scfin_chain.units import Address, Day, Money
from tests.integration.laboratories import START, World, everything, projected
from tests.integration.story import Cast, credited, hand_down

DUE = START + 30


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded() as founded:
        yield founded


@pytest.fixture
def stage(world: World) -> Stage:
    return world.stage()


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return Cast.enrolled(stage)


def cash(stage: Stage, account: Address) -> int:
    return int(stage.laboratory.ledger.view("CashToken", "balanceOf", account))


def settlement(stage: Stage) -> dict[str, object]:
    stage.laboratory.listener.poll()
    [row] = everything(stage.laboratory.store)["settlement"]
    return row


def close(stage: Stage, day: int) -> None:
    stage.begin_day(Day(day))
    stage.close_day()


class TestMaturity:
    def test_is_collected_and_paid_out_given_there_is_cash(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 10_000, due=DUE, number="R-1")
        hand_down(stage, cast.branch, cast.second, credit, 3_000, number="T-1")
        stage.request(cast.branch, credit, Money(5_000))
        stage.decide()
        price = cash(stage, cast.branch.signer.address)
        stage.mint(cast.core, Money(10_000))
        bank = cash(stage, stage.bank.signer.address)

        close(stage, DUE - 1)
        assert settlement(stage)["status"] == "live"
        close(stage, DUE)

        row = settlement(stage)
        assert (row["status"], row["collected_day"], row["received"], row["paid_out"]) == (
            "closed",
            DUE,
            10_000,
            10_000,
        )
        assert cash(stage, stage.bank.signer.address) - bank == 4_000  # its claim
        assert cash(stage, cast.branch.signer.address) - price == 2_000 + 1_000  # kept, and the haircut
        assert cash(stage, cast.second.signer.address) == 3_000
        assert cash(stage, cast.core.signer.address) == 0

    def test_is_tried_once_and_then_left_to_the_issuer_given_there_is_none(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 10_000, due=DUE, number="R-1")
        close(stage, DUE)
        assert settlement(stage)["collection_failed_day"] == DUE
        stage.mint(cast.core, Money(20_000))

        close(stage, DUE + 1)
        assert stage.laboratory.keeper.collections(Day(DUE)) == []
        assert settlement(stage)["status"] == "live"
        assert cash(stage, cast.core.signer.address) == 20_000

        stage.repay(cast.core, credit, Money(10_000))
        stage.pay_out()
        assert settlement(stage)["status"] == "closed"

    def test_is_a_default_after_the_days_of_default_and_may_still_be_repaid(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 10_000, due=DUE, number="R-1")
        close(stage, DUE)
        close(stage, DUE + 30)
        assert settlement(stage)["defaulted_day"] is None
        close(stage, DUE + 31)
        assert settlement(stage)["defaulted_day"] == DUE + 31
        assert stage.laboratory.keeper.defaults(Day(DUE + 32)) == []

        owed = stage.owed(credit)
        assert owed == 10_072  # 10 % a year for 31 - 5 days, rounded up: 71.24
        stage.mint(cast.core, owed)
        stage.repay(cast.core, credit, owed)
        stage.pay_out()

        row = settlement(stage)
        assert (row["status"], row["principal"], row["fee"]) == ("closed", 10_000, 72)
        assert cash(stage, cast.branch.signer.address) == 10_072

    def test_pays_every_holder_on_the_day_given_more_than_one_crank_pays(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 10_000, due=DUE, number="R-1")
        holders = [stage.enrol(f"holder {number}", Role.SUPPLIER, tier=2) for number in range(52)]
        for number, holder in enumerate(holders, 1):
            hand_down(stage, cast.branch, holder, credit, number, number=f"T-{number}")
        stage.mint(cast.core, Money(10_000))

        stage.begin_day(Day(DUE))
        gas = stage.gas_used
        stage.close_day()

        assert settlement(stage)["status"] == "closed"
        assert [cash(stage, holder.signer.address) for holder in holders] == list(range(1, 53))
        assert cash(stage, cast.branch.signer.address) == 10_000 - sum(range(1, 53))
        names = [event["name"] for event in everything(stage.laboratory.store)["event"]]
        assert names.count("PaidOut") == 53
        assert (stage.gas_used - gas) < 53 * 200_000


class TestRequests:
    def test_expire_after_their_last_day(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 10_000, due=DUE, number="R-1")
        stage.request(cast.branch, credit, Money(4_000))
        last = START + stage.laboratory.settings.scenario.request_open_days
        close(stage, last)
        assert held(stage, cast, int(credit)) == 6_000

        close(stage, last + 1)

        assert held(stage, cast, int(credit)) == 10_000
        stage.laboratory.listener.poll()
        assert [row["state"] for row in everything(stage.laboratory.store)["financing"]] == ["expired"]


def held(stage: Stage, cast: Cast, credit: int) -> int:
    return int(stage.laboratory.ledger.view("CreditToken", "balanceOf", cast.branch.signer.address, credit))


class TestDoingTheSameTwice:
    def everything_due(self, stage: Stage, cast: Cast) -> list[Command]:
        """A credit that matures today, and one that was repaid yesterday and partly financed before."""
        matured = credited(stage, cast, 1_000, due=DUE, number="R-1")
        repaid = credited(stage, cast, 1_000, due=DUE, number="R-2")
        stage.request(cast.branch, repaid, Money(400))
        stage.decide()
        stage.begin_day(Day(START + 29))
        stage.mint(cast.core, Money(1_000))
        stage.repay(cast.core, repaid, Money(1_000))
        stage.begin_day(Day(DUE))
        stage.laboratory.listener.poll()
        keeper = stage.laboratory.keeper
        commands = [*keeper.collections(Day(DUE)), *keeper.payouts()]
        assert [command.function for command in commands] == ["collect", "settle", "crank"]
        assert int(matured) in commands[0].arguments
        return commands

    def test_is_refused_and_changes_nothing(self, stage: Stage, cast: Cast) -> None:
        commands = self.everything_due(stage, cast)
        for command in commands:
            stage.submit(command)
        stage.laboratory.listener.poll()
        before = projected(stage.laboratory.store)

        for command in commands:
            with pytest.raises(ContractReverted) as refused:
                stage.laboratory.ledger.submit(command)
            assert already_so(command, refused.value)

        stage.laboratory.listener.poll()
        assert projected(stage.laboratory.store) == before

    def test_is_refused_given_an_expiry_or_a_default(self, stage: Stage, cast: Cast) -> None:
        credit = credited(stage, cast, 1_000, due=START + 1, number="R-1")
        stage.request(cast.branch, credit, Money(400))
        stage.begin_day(Day(START + 40))
        stage.laboratory.listener.poll()
        keeper, today = stage.laboratory.keeper, Day(START + 40)
        commands = [*keeper.expiries(today), *keeper.defaults(today)]
        assert [command.function for command in commands] == ["expire", "declareDefault"]
        for command in commands:
            stage.submit(command)
            with pytest.raises(ContractReverted) as refused:
                stage.laboratory.ledger.submit(command)
            assert already_so(command, refused.value)

    def test_is_done_whoever_does_it_first(self, stage: Stage, cast: Cast) -> None:
        """A stranger acts between the keeper's look at the rows and its own acts."""
        commands = self.everything_due(stage, cast)
        laboratory = stage.laboratory
        stranger = development_signer("stranger")
        fund(laboratory.ledger.gateway, stranger)
        for command in commands:
            laboratory.ledger.submit(replace(command, signer=stranger))

        assert laboratory.keeper.perform(Day(DUE), laboratory.ledger.submit) == 0
        assert len(laboratory.keeper.tasks(Day(DUE))) == len(commands)
        laboratory.listener.poll()
        assert laboratory.keeper.tasks(Day(DUE)) == []

    def test_leaves_nothing_to_do_given_a_day_that_is_closed_twice(self, stage: Stage, cast: Cast) -> None:
        self.everything_due(stage, cast)
        stage.close_day()
        done = stage.transactions
        stage.close_day()
        assert stage.transactions == done
