"""What becomes of a decision when a reorg takes away what it rests on.

given an approval whose request is orphaned, before or after it was sent
    it is withdrawn, and kept whole; the request, once it is back, is decided anew by the facts of then
given a request that stays, on facts that are orphaned: the same
given that a node executes the old approval after all
    before a new one is signed, or after: the old one stands again, the new one is kept as superseded, nothing is sent
    in vain, because the new one was faster: the bank has paid once
    and the listener stops at any statement of that: nothing is written
    and that is orphaned as well: it is withdrawn again; where its block stays, it stays
given an approval that outlived its day and was executed in its last second all the same: it stands again
given an execution of what nobody here has signed: what is stored is withdrawn, loudly
given a sent decision whose block went before it was read: it is sent again
given a queue that sends again whatever a reorg orphaned: not what is withdrawn; its nonce is spent on nothing
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from scfin_chain.chain.gateway import Receipt
from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.errors import ContractReverted
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service.custody import Custody
from scfin_chain.service.decider import _decision
from scfin_chain.service.decision import sign_decision
from scfin_chain.service.queue import Order, Queue
from scfin_chain.units import CreditId, Day, Money, Timestamp, start_of
from tests.integration.laboratories import START, World, act, everything, outbox
from tests.integration.story import Cast, credited
from tests.integration.test_stops import stop_everywhere

DEPTH = 60
HASHES = ("model_hash", "inputs_hash")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


@dataclass(frozen=True)
class Play:
    """A stage with a credit on which somebody is about to ask for cash, and that moment to go back to."""

    stage: Stage
    cast: Cast
    credit: CreditId
    snapshot: Any

    @classmethod
    def of(cls, stage: Stage) -> "Play":
        cast = Cast.enrolled(stage)
        credit = credited(stage, cast, 10_000, due=START + 30, number="R-1")
        stage.laboratory.listener.poll()
        return cls(stage, cast, credit, stage.laboratory.ledger.gateway.snapshot())

    def request(self) -> None:
        self.stage.request(self.cast.branch, self.credit, Money(4_000))
        self.poll()

    def go_back(self, *, differently: bool = True) -> None:
        """Make the chain another one from that moment on."""
        self.stage.laboratory.ledger.gateway.revert(self.snapshot)
        if differently:
            self.stage.mint(self.cast.third, Money(1))

    def poll(self) -> None:
        self.stage.laboratory.listener.poll()

    def remember(self) -> "Play":
        return replace(self, snapshot=self.stage.laboratory.ledger.gateway.snapshot())

    def decide(self) -> dict[str, Any]:
        """Sign a decision, and do not send it yet."""
        self.stage.laboratory.decider.decide_next()
        return self.decision

    def send(self) -> int:
        sent = self.stage.laboratory.decider.send_pending(self.stage.submit)
        self.poll()
        return sent

    def execute(self, decision: dict[str, Any]) -> Outcome:
        """What a node does that still has the old transaction."""
        laboratory = self.stage.laboratory
        signature = bytes.fromhex(decision["signature"][2:])
        arguments = (_decision(decision["signed"]).values(), signature)
        outcome = act(laboratory, laboratory.founders.bank.signer, "FinancingDesk", "fund", *arguments)
        self.poll()
        return outcome

    @property
    def decision(self) -> dict[str, Any]:
        [decision] = everything(self.stage.laboratory.store)["decision"]
        return decision

    @property
    def withdrawn(self) -> list[tuple[str, dict[str, Any]]]:
        rows = everything(self.stage.laboratory.store)["withdrawn"]
        return [(row.pop("cause"), {name: row[name] for name in row if name != "sequence"}) for row in rows]

    @property
    def outbox(self) -> list[tuple[int, str]]:
        return [row[:2] for row in outbox(self.stage.laboratory.store)]

    def paid_once_by(self, decision: dict[str, Any]) -> bool:
        """Whether the bank's cash, the projection and the stored decision all tell of this one."""
        laboratory = self.stage.laboratory
        [financing] = everything(laboratory.store)["financing"]
        cash = laboratory.ledger.view("CashToken", "balanceOf", laboratory.founders.bank.signer.address)
        assert cash == laboratory.settings.scenario.bank_cash - financing["price"]
        told = tuple(financing[name] for name in HASHES)
        return told == tuple(decision[name] for name in HASHES) == tuple(self.decision[name] for name in HASHES)


@pytest.fixture
def play(world: World) -> Play:
    return Play.of(world.stage())


def same(decision: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two decisions are one, wherever they rest."""
    return all(decision[name] == other[name] for name in decision if not name.endswith("_block"))


class TestWithdrawing:
    @pytest.mark.parametrize("sent", [False, True])
    def test_keeps_it_whole_given_an_orphaned_request(self, play: Play, sent: bool) -> None:
        play.request()
        first = play.decide()
        if sent:
            assert play.send() == 1
        play.go_back()
        play.poll()
        assert everything(play.stage.laboratory.store)["decision"] == []
        assert (play.withdrawn, play.outbox) == ([("reorg", first)], [])

    def test_decides_anew_by_the_facts_of_then(self, play: Play) -> None:
        play.request()
        first = play.decide()
        play.send()
        play.go_back()
        limit = first["inputs"]["line_limit"] + 7
        bank = play.stage.laboratory.founders.bank.signer
        act(play.stage.laboratory, bank, "CreditLine", "setLimit", play.cast.core.id, limit)
        play.request()

        second = play.decide()
        assert play.send() == 1

        assert second["inputs"] == first["inputs"] | {"line_limit": limit}
        assert play.paid_once_by(second)
        assert play.withdrawn == [("reorg", first)]

    def test_decides_anew_given_facts_that_are_orphaned_under_a_request_that_stays(self, play: Play) -> None:
        play.request()
        later = play.remember()
        bank = play.stage.laboratory.founders.bank.signer
        act(play.stage.laboratory, bank, "CreditLine", "setLimit", play.cast.core.id, 10_001)
        play.poll()
        first = play.decide()
        assert first["inputs"]["line_limit"] == 10_001

        later.go_back()
        play.poll()

        assert (play.withdrawn, play.outbox) == ([("reorg", first)], [])
        second = play.decide()
        assert second["inputs"]["line_limit"] != 10_001
        assert play.send() == 1
        assert play.paid_once_by(second)


class TestOldOneComesBack:
    """The old transaction is mined again on the new chain: its signature is good until the end of its day."""

    @pytest.fixture
    def orphaned(self, play: Play) -> tuple[Play, dict[str, Any]]:
        """A request that is back on another chain, and the approval that was sent on the old one."""
        play.request()
        first = play.decide()
        assert play.send() == 1
        play.go_back()
        act(play.stage.laboratory, play.stage.bank.signer, "CreditLine", "setLimit", play.cast.core.id, 10_001)
        play.request()
        return play, first

    def test_stands_again_given_nothing_else_was_signed(self, orphaned: tuple[Play, dict[str, Any]]) -> None:
        play, first = orphaned
        play.execute(first)
        assert play.paid_once_by(first)
        assert same(play.decision, first)
        assert (play.withdrawn, play.outbox) == ([], [(1, "done")])
        assert play.stage.laboratory.decider.decide_next() is None
        assert play.send() == 0

    def test_stands_again_given_another_was_signed(self, orphaned: tuple[Play, dict[str, Any]]) -> None:
        play, first = orphaned
        second = play.decide()
        assert not same(second, first)
        play.execute(first)
        assert play.paid_once_by(first)
        assert same(play.decision, first)
        assert (play.withdrawn, play.outbox) == ([("superseded", second)], [(1, "done")])
        assert play.send() == 0

    def test_stands_again_given_the_other_was_sent_before_anybody_knew(
        self, orphaned: tuple[Play, dict[str, Any]]
    ) -> None:
        play, first = orphaned
        second = play.decide()
        laboratory = play.stage.laboratory
        arguments = (_decision(first["signed"]).values(), bytes.fromhex(first["signature"][2:]))
        act(laboratory, laboratory.founders.bank.signer, "FinancingDesk", "fund", *arguments)

        assert play.send() == 0

        assert play.paid_once_by(first)
        assert (play.withdrawn, play.outbox) == ([("superseded", second)], [(1, "done")])

    def test_is_refused_given_the_new_one_was_faster(self, orphaned: tuple[Play, dict[str, Any]]) -> None:
        play, first = orphaned
        second = play.decide()
        assert play.send() == 1
        with pytest.raises(ContractReverted, match="FinancingWrongStatus"):
            play.execute(first)
        play.poll()
        assert play.paid_once_by(second)
        assert play.withdrawn == [("reorg", first)]

    def test_goes_again_given_that_is_orphaned_too(self, orphaned: tuple[Play, dict[str, Any]]) -> None:
        play, first = orphaned
        second = play.decide()
        again = play.remember()
        play.execute(first)
        assert same(play.decision, first)
        again.go_back()
        play.poll()

        assert [cause for cause, _ in play.withdrawn] == ["superseded", "reorg"]
        assert same(play.withdrawn[1][1], first)
        assert play.outbox == []
        third = play.decide()
        assert same(third, second)  # the facts are the same
        assert play.send() == 1
        assert play.paid_once_by(third)

    def test_leaves_what_was_before_given_it_stops_at_any_statement(
        self, orphaned: tuple[Play, dict[str, Any]]
    ) -> None:
        play, first = orphaned
        second, laboratory = play.decide(), play.stage.laboratory
        arguments = (_decision(first["signed"]).values(), bytes.fromhex(first["signature"][2:]))
        act(laboratory, laboratory.founders.bank.signer, "FinancingDesk", "fund", *arguments)
        assert stop_everywhere(laboratory.store, play.poll) > 20
        assert play.paid_once_by(first)
        assert (play.withdrawn, play.outbox) == ([("superseded", second)], [(1, "done")])

    def test_stays_given_a_reorg_after_it(self, orphaned: tuple[Play, dict[str, Any]]) -> None:
        """It came with a request that stood higher on the old chain than on this one."""
        play, first = orphaned
        play.execute(first)
        restored, later = play.decision, play.remember()
        play.stage.mint(play.cast.third, Money(5))
        play.poll()
        later.go_back()
        play.poll()
        assert (play.decision, play.withdrawn, play.outbox) == (restored, [], [(1, "done")])

    def test_is_told_given_an_execution_of_what_nobody_here_signed(
        self, orphaned: tuple[Play, dict[str, Any]], caplog: pytest.LogCaptureFixture
    ) -> None:
        play, _ = orphaned
        laboratory = play.stage.laboratory
        second = play.decide()
        foreign = replace(_decision(second["signed"]), inputs_hash=bytes(32))
        desk, chain_id = laboratory.ledger.address("FinancingDesk"), laboratory.ledger.gateway.chain_id
        signature = sign_decision(foreign, laboratory.founders.decider, chain_id=chain_id, desk=desk)
        bank = laboratory.founders.bank.signer
        act(laboratory, bank, "FinancingDesk", "fund", foreign.values(), signature)

        with caplog.at_level(logging.ERROR):
            play.poll()

        assert "decision executed that is not stored financing=1" in caplog.text
        assert everything(laboratory.store)["decision"] == []
        assert [cause for cause, _ in play.withdrawn] == ["reorg", "superseded"]
        assert play.outbox == [(1, "done")]
        assert laboratory.decider.decide_next() is None


def test_stands_again_given_it_outlived_its_day_and_was_executed_in_the_last_second(play: Play) -> None:
    """It was sent in time, no answer came, and the clock went on before its block was read."""
    play.request()
    first = play.decide()
    gateway = play.stage.laboratory.ledger.gateway
    gateway.set_time(Timestamp(start_of(Day(START + 1)) - 1))
    laboratory = play.stage.laboratory
    arguments = (_decision(first["signed"]).values(), bytes.fromhex(first["signature"][2:]))
    act(laboratory, laboratory.founders.bank.signer, "FinancingDesk", "fund", *arguments)

    assert laboratory.decider.send_pending(play.stage.submit) == 0
    assert [cause for cause, _ in play.withdrawn] == ["deadline"]
    play.poll()

    assert play.paid_once_by(first)
    assert same(play.decision, first)
    assert (play.withdrawn, play.outbox) == ([], [(1, "done")])
    assert laboratory.decider.decide_next() is None


def test_is_sent_again_given_its_block_went_before_it_was_read(play: Play) -> None:
    play.request()
    first, before = play.decide(), play.remember()
    laboratory = play.stage.laboratory

    def lost(command: Command) -> Outcome:
        outcome = play.stage.submit(command)
        before.go_back()
        return outcome

    assert laboratory.decider.send_pending(lost) == 1
    assert play.outbox == [(1, "done")]
    play.poll()  # sees a chain that only grew
    assert play.send() == 1
    assert play.paid_once_by(first)
    assert outbox(laboratory.store) == [(1, "done", 2)]


class Queued:
    """Commands through the queue of the service, which binds each to a nonce and sends the same bytes again."""

    def __init__(self, play: Play) -> None:
        laboratory = play.stage.laboratory
        custody = Custody(laboratory.store, Keyring())
        with laboratory.store.begin() as connection:
            assert custody.take(connection, "bank") == laboratory.founders.bank.signer.address
        self.ledger, self.queue = (
            laboratory.ledger,
            Queue(store=laboratory.store, gateway=laboratory.ledger.gateway, custody=custody),
        )

    def submit(self, command: Command) -> Outcome:
        order = Order(
            key=None,
            step=command.step,
            sender=command.signer.address,
            recipient=self.ledger.address(command.contract),
            data=self.ledger.deployment.abis[command.contract].encode(command.function, *command.arguments),
        )
        ended = self.queue.work(self.queue.place(order))
        assert isinstance(ended, Receipt)
        return Outcome(receipt=ended, events=self.ledger.events(ended.logs))

    def work_off(self) -> None:
        self.queue.reopen()
        for number in self.queue.waiting():
            self.queue.work(number)


class TestQueue:
    def pay(self, play: Play, queued: Queued) -> None:
        laboratory = play.stage.laboratory
        arguments = (play.cast.third.signer.address, 1)
        bank = laboratory.founders.bank.signer
        queued.submit(Command(step="pay", signer=bank, contract="CashToken", function="transfer", arguments=arguments))

    def test_does_not_send_again_what_is_withdrawn(self, play: Play) -> None:
        laboratory, queued = play.stage.laboratory, Queued(play)
        nonce = laboratory.ledger.gateway.nonce(laboratory.founders.bank.signer.address)
        play.request()
        first = play.decide()
        assert laboratory.decider.send_pending(queued.submit) == 1
        self.pay(play, queued)
        play.poll()
        play.go_back()
        act(laboratory, play.cast.third.signer, "CashToken", "approve", play.cast.core.signer.address, 1)
        play.request()
        assert play.withdrawn == [("reorg", first)]

        queued.work_off()
        play.poll()

        held = everything(laboratory.store)
        assert [row["state"] for row in held["financing"]] == ["requested"]
        assert laboratory.ledger.gateway.nonce(laboratory.founders.bank.signer.address) == nonce + 2
        assert laboratory.ledger.view("CashToken", "balanceOf", play.cast.third.signer.address) == 2
        assert laboratory.decider.decide_next() == 1
        assert laboratory.decider.send_pending(queued.submit) == 1

    def test_sends_again_what_stands(self, play: Play) -> None:
        laboratory, queued = play.stage.laboratory, Queued(play)
        play.request()
        first, later = play.decide(), play.remember()
        assert laboratory.decider.send_pending(queued.submit) == 1
        play.poll()
        later.go_back()
        play.poll()

        queued.work_off()
        play.poll()

        assert play.paid_once_by(first)
        assert laboratory.decider.send_pending(queued.submit) == 0
        assert (play.withdrawn, play.outbox) == ([], [(1, "done")])
