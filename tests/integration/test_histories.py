"""The listener on random histories.

given any interleaving of trade, decisions, polls of any size, restarts, reverts and empty blocks
    the tables, and whom the events concern, are those of a database that reads the final chain once
    the replay of its events gives the same, from the first block and from the lowest that can be undone
    every decision that was ever signed is kept: it stands, or it is withdrawn, never both
    what the chain executed is what stands; the bank has paid its price once
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scfin_chain.chain.gateway import SnapshotId
from scfin_chain.errors import ContractReverted
from scfin_chain.listener import Listener
from scfin_chain.listener.replay import rebuild
from scfin_chain.scenarios.stage import Actor
from scfin_chain.service.decider import _decision
from scfin_chain.units import CreditId, FinancingId, Money
from tests.integration.laboratories import START, World, act, everything, listener_on, projected
from tests.integration.story import Cast, credited, hand_down, sold

DEPTH = 500

Step = tuple[str, int, int]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


Decided = dict[str, Any]


def _essence(row: Decided) -> Decided:
    """What was signed, and why; not where it rests."""
    return {name: row[name] for name in row if name not in {"sequence", "cause", "requested_block", "basis_block"}}


class History:
    """A chain on which somebody acts, a listener on it, and moments to go back to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stage = world.stage()
        self.gateway = world.laboratory.ledger.gateway
        self.decider, self.store = world.laboratory.decider, world.laboratory.store
        self.cast = Cast.enrolled(self.stage)
        self.listener = self._started()
        self.numbers = 0
        self.signed: list[Decided] = []
        self._issue(9)
        self.moments: list[SnapshotId] = [self.gateway.snapshot()]

    def play(self, step: Step) -> None:
        """One step; what the contracts refuse is mined all the same, and changes nothing."""
        name, first, second = step
        deeds: dict[str, Callable[[int, int], object]] = {
            "poll": lambda blocks, _: self.listener.poll(at_most=blocks),
            "restart": lambda *_: self._restart(),
            "mine": lambda blocks, _: self.gateway.mine(1 + blocks % 3),
            "remember": lambda *_: self.moments.append(self.gateway.snapshot()),
            "go back": lambda moment, _: self._go_back(moment),
            "sell": lambda face, part: self._sell(face, part),
            "issue": lambda face, _: self._issue(face),
            "hand down": lambda credit, amount: self._hand_down(credit, amount),
            "request": lambda credit, amount: self._request(credit, amount),
            "decide": lambda *_: self._decide(),
            "send": lambda *_: self.decider.send_pending(self.stage.submit),
            "old one": lambda number, _: self._execute(number),
            "cancel": lambda financing, _: self.stage.cancel(self.cast.branch, FinancingId(1 + financing % 3)),
            "repay": lambda credit, amount: self._repay(credit, amount),
            "pay": lambda amount, _: self._transfer(amount),
        }
        with suppress(ContractReverted):
            deeds[name](first, second)

    def end(self) -> None:
        """Read to the head, after so many empty blocks that a shortened chain shows itself; answer what is open."""
        self.gateway.mine(max(1, self.listener.cursor.number + 1 - self.gateway.head().number))
        self.listener.poll()
        self._decide()
        self.decider.send_pending(self.stage.submit)
        self.listener.poll()

    def _decide(self) -> None:
        """Sign what is open, as far as it was read, and remember all that was ever signed."""
        while (financing := self.decider.decide_next()) is not None:
            decided = {row["financing"]: row for row in everything(self.store)["decision"]}
            self.signed.append(_essence(decided[financing]))

    def _execute(self, number: int) -> None:
        """A node mines what was signed once, wherever it found it."""
        if self.signed:
            chosen = self.signed[number % len(self.signed)]
            arguments = (_decision(chosen["signed"]).values(), bytes.fromhex(chosen["signature"][2:]))
            function = "fund" if chosen["verdict"] == "approve" else "refuse"
            act(self.world.laboratory, self.stage.bank.signer, "FinancingDesk", function, *arguments)

    def _started(self) -> Listener:
        return listener_on(self.world.laboratory, self.world.laboratory.store, finality_depth=DEPTH)

    def _restart(self) -> None:
        self.listener = self._started()

    def _go_back(self, moment: int) -> None:
        chosen = moment % len(self.moments)
        self.gateway.revert(self.moments[chosen])
        del self.moments[chosen + 1 :]

    def _number(self) -> str:
        self.numbers += 1
        return f"N-{self.numbers}"

    def _sell(self, face: int, part: int) -> None:
        receivable = sold(self.stage, self.cast, 1 + face, due=START + 30, number=self._number())
        self.stage.dispute(self.cast.core, receivable, Money(part), reason="random")

    def _issue(self, face: int) -> None:
        credited(self.stage, self.cast, 1 + face, due=START + 30, number=self._number())

    def _credit(self, number: int) -> CreditId:
        count = self.world.laboratory.ledger.view("ReceivableRegistry", "count")
        return CreditId(self.world.laboratory.ledger.view("CreditToken", "idOf", 1 + number % max(1, count)))

    def _pair(self, number: int) -> tuple[Actor, Actor]:
        tiers = (self.cast.branch, self.cast.second, self.cast.third)
        return tiers[number % 2], tiers[number % 2 + 1]

    def _hand_down(self, credit: int, amount: int) -> None:
        payer, payee = self._pair(amount)
        hand_down(self.stage, payer, payee, self._credit(credit), 1 + amount, number=self._number())

    def _request(self, credit: int, amount: int) -> None:
        self.stage.request(self._pair(amount)[0], self._credit(credit), Money(amount))

    def _repay(self, credit: int, amount: int) -> None:
        self.stage.mint(self.cast.core, Money(amount))
        self.stage.repay(self.cast.core, self._credit(credit), Money(amount))

    def _transfer(self, amount: int) -> None:
        to = self._pair(amount)[0].signer.address
        act(self.world.laboratory, self.cast.core.signer, "CashToken", "transfer", to, amount)


numbers = st.integers(0, 9)
steps = st.tuples(
    st.sampled_from(
        [
            *("poll", "poll", "restart", "mine", "remember", "go back", "go back"),
            *("sell", "issue", "issue", "hand down", "request", "request", "cancel", "repay", "pay"),
            *("decide", "decide", "send", "old one"),
        ]
    ),
    numbers,
    numbers,
)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(steps, min_size=3, max_size=9))
@example([("issue", 9, 0), ("poll", 9, 0), ("remember", 0, 0), ("repay", 0, 9), ("poll", 9, 0), ("go back", 0, 0)])
@example(
    [
        *[("remember", 0, 0), ("request", 0, 8), ("poll", 9, 0), ("decide", 0, 0), ("send", 0, 0), ("poll", 9, 0)],
        *[("go back", 1, 0), ("mine", 0, 0), ("request", 0, 8), ("poll", 9, 0), ("old one", 0, 0), ("poll", 9, 0)],
    ]
)
@example([("issue", 9, 0), ("hand down", 0, 4), ("poll", 3, 0), ("go back", 0, 0), ("issue", 8, 0), ("poll", 9, 0)])
def test_reads_the_final_chain_given_any_history(world: World, history: list[Step]) -> None:
    played = History(world)
    for step in history:
        played.play(step)
    played.end()
    held = everything(world.laboratory.store)

    assert projected(world.laboratory.store) == world.reread()
    for block in (0, held["block"][0]["number"] + 2):
        assert rebuild(world.laboratory.store, from_block=block).differences == ()

    kept = [_essence(row) for row in (*held["decision"], *held["withdrawn"])]
    assert sorted(kept, key=repr) == sorted(played.signed, key=repr)
    standing = {row["financing"]: row for row in held["decision"]}
    answered = [row for row in held["financing"] if row["inputs_hash"] is not None]
    for row in answered:
        for name in ("model_hash", "inputs_hash"):
            assert row[name] == standing[row["id"]][name]
    unanswered = {row["id"] for row in held["financing"] if row["state"] == "requested"}
    assert all(row["state"] != "done" for row in held["outbox"] if row["financing"] in unanswered)
    bank = played.stage.bank.signer.address
    cash = world.laboratory.ledger.view("CashToken", "balanceOf", bank)
    paid = sum(row["price"] or 0 for row in answered)
    assert cash == world.laboratory.settings.scenario.bank_cash - paid
