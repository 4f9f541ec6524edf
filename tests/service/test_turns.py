"""Who waits for whom, on a service whose worker is held up for a moment.

given one supplier that orders as much as it can
    it should take so many of its commands and refuse the rest with the limit, and write nothing of those
    it should answer what it took before, when that is asked for again
    it should do another's one payment in the next turn
given a clock that is sent far ahead
    it should do what others order on the way
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
import requests
from sqlalchemy import func, select

from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.service.worker import BATCH
from scfin_chain.serving import OPEN_COMMANDS
from scfin_chain.store.commands import COMMANDS
from tests.api.client import Client, amount
from tests.api.conftest import founders_of
from tests.api.server import Running, running_service
from tests.api.world import Trade

PAYMENTS = "/v1/cash/payments"
PATIENCE_SECONDS = 30


class Place:
    """A service with its founders, one who floods it, and another."""

    def __init__(self, running: Running, trade: Trade, opened: ExitStack) -> None:
        self.running, self.trade = running, trade
        self._pool = opened.enter_context(ThreadPoolExecutor(3 * OPEN_COMMANDS))
        self.flooder, self.other = (
            opened.enter_context(trade.enrol(name, "supplier", tier=1)) for name in ("flooder", "other")
        )
        for each in (self.flooder, self.other):
            trade.mint(each, 1_000)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Nobody moves the chain meanwhile."""
        gateway = self.running.service.ledger.gateway
        assert isinstance(gateway, EthTesterGateway)
        with gateway.backend.lock:
            yield

    def pay(self, client: Client, *, key: str) -> requests.Response:
        body = {"to": self.trade.bank.participant, "amount": amount(1)}
        headers = {"Idempotency-Key": key, "Authorization": f"Bearer {client.token}"}
        return requests.post(client.url + PAYMENTS, json=body, headers=headers, timeout=2 * PATIENCE_SECONDS)

    def paying(self, client: Client, *keys: str) -> list[Future[requests.Response]]:
        """Payments at once; who is held up is answered when it is not."""
        return [self._pool.submit(self.pay, client, key=key) for key in keys]

    def flood(self, payments: int) -> list[Future[requests.Response]]:
        """Payments of the flooder, as soon as there are as many as may be, and the rest are answered."""
        asked = self.paying(self.flooder, *(f"flood-{number}" for number in range(payments)))
        await_that(lambda: self.open_of(self.flooder) == min(payments, OPEN_COMMANDS))
        await_that(lambda: sum(each.done() for each in asked) == max(0, payments - OPEN_COMMANDS))
        return asked

    def open_of(self, client: Client) -> int:
        whose = COMMANDS.c.participant == client.participant
        with self.running.service.store.read() as connection:
            query = select(func.count()).where(whose, COMMANDS.c.state.in_(("queued", "sent")))
            return int(connection.execute(query).scalar_one())

    def blocks_of(self, client: Client) -> list[int]:
        """Those in which a participant's payments stand, once none is open."""
        await_that(lambda: not self.open_of(client))
        whose = COMMANDS.c.participant == client.participant
        with self.running.service.store.read() as connection:
            query = select(COMMANDS.c.block_number).where(whose).order_by(COMMANDS.c.block_number)
            return [int(number) for number in connection.execute(query).scalars()]


def await_that(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not holds():
        assert monotonic() < deadline, "it does not come to that"
        sleep(0.05)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with running_service(tmp_path) as running, founders_of(running) as trade, ExitStack() as opened:
        yield Place(running, trade, opened)


class TestFlood:
    def test_is_refused_beyond_the_limit_with_nothing_written(self, place: Place) -> None:
        with place.held_up():
            asked = place.flood(OPEN_COMMANDS + 8)
        refused = [each.result() for each in asked if each.result().status_code != 201]
        assert [answer.status_code for answer in refused] == [429] * 8
        limit = f"open commands of participant {place.flooder.participant} is 33: must be at most 32"
        assert {answer.json()["detail"] for answer in refused} == {limit}
        assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
        assert len(place.blocks_of(place.flooder)) == OPEN_COMMANDS

        again = refused[0].request.headers["Idempotency-Key"]
        answer = place.pay(place.flooder, key=again)
        assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, False)

    def test_hears_of_what_was_taken_when_it_asks_again(self, place: Place) -> None:
        with place.held_up():
            asked = place.flood(OPEN_COMMANDS)
            again = place.paying(place.flooder, *(f"flood-{number}" for number in range(OPEN_COMMANDS)))
            sleep(0.5)
        assert {each.result().status_code for each in (*asked, *again)} == {201}
        assert len(place.blocks_of(place.flooder)) == OPEN_COMMANDS

    def test_holds_up_another_for_one_turn(self, place: Place) -> None:
        with place.held_up():
            place.flood(OPEN_COMMANDS)
            place.paying(place.other, "one")
            await_that(lambda: place.open_of(place.other) == 1)

        [paid], flood = place.blocks_of(place.other), place.blocks_of(place.flooder)
        assert sum(block < paid for block in flood) <= BATCH + 1


class TestClock:
    @pytest.mark.slow
    def test_lets_others_have_their_turn_on_the_way(self, place: Place) -> None:
        trade = place.trade
        begun, days = trade.today, 500
        moving = Thread(target=lambda: trade.advance(days))
        moving.start()
        while trade.today == begun:
            sleep(0.02)
        waits = []
        while (trade.today - begun).days < days and len(waits) < 5:
            started = monotonic()
            place.other.done(PAYMENTS, {"to": trade.bank.participant, "amount": amount(1)})
            waits.append(monotonic() - started)
        assert (trade.today - begun).days < days
        assert max(waits) < 3
        moving.join()
        assert (trade.today - begun).days == days
