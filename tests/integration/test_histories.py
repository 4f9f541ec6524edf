"""The listener on random histories.

given any interleaving of trade, polls of any size, restarts, reverts and empty blocks
    the tables are those of a database that reads the final chain once
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scfin_chain.chain.gateway import SnapshotId
from scfin_chain.errors import ContractReverted
from scfin_chain.listener import Listener
from scfin_chain.scenarios.stage import Actor
from scfin_chain.units import CreditId, FinancingId, Money
from tests.integration.laboratories import START, World, act, listener_on, projected
from tests.integration.story import Cast, credited, hand_down, sold

DEPTH = 500

Step = tuple[str, int, int]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded(finality_depth=DEPTH) as founded:
        yield founded


class History:
    """A chain on which somebody acts, a listener on it, and moments to go back to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stage = world.stage()
        self.gateway = world.laboratory.ledger.gateway
        self.cast = Cast.enrolled(self.stage)
        self.listener = self._started()
        self.numbers = 0
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
            "cancel": lambda financing, _: self.stage.cancel(self.cast.branch, FinancingId(1 + financing % 3)),
            "repay": lambda credit, amount: self._repay(credit, amount),
            "pay": lambda amount, _: self._transfer(amount),
        }
        with suppress(ContractReverted):
            deeds[name](first, second)

    def end(self) -> None:
        """Read to the head, after so many empty blocks that a shortened chain shows itself."""
        self.gateway.mine(max(1, self.listener.cursor.number + 1 - self.gateway.head().number))
        self.listener.poll()

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
            *("sell", "issue", "issue", "hand down", "request", "cancel", "repay", "pay"),
        ]
    ),
    numbers,
    numbers,
)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(steps, min_size=3, max_size=9))
@example([("issue", 9, 0), ("poll", 9, 0), ("remember", 0, 0), ("repay", 0, 9), ("poll", 9, 0), ("go back", 0, 0)])
@example([("issue", 9, 0), ("hand down", 0, 4), ("poll", 3, 0), ("go back", 0, 0), ("issue", 8, 0), ("poll", 9, 0)])
def test_reads_the_final_chain_given_any_history(world: World, history: list[Step]) -> None:
    played = History(world)
    for step in history:
        played.play(step)
    played.end()
    assert projected(world.laboratory.store) == world.reread()
