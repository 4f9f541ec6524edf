"""The queue of commands on a chain of its own, without contracts.

given an act of the service that has to wait: the same act is the same command, until it ended
"""

from collections.abc import Iterator

import pytest

from scfin_chain.chain import Reason, Signer, TransactionRefused, development_signer
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Gateway, Receipt
from scfin_chain.chain.keyring import Keyring
from scfin_chain.service.custody import Custody
from scfin_chain.service.queue import Order, Queue
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.fakes.stores import empty_store

DEPLOYER = development_signer("deployer")
ETHER = 10**18
SHOP = development_signer("shop").address
START = Timestamp(1_700_000_000)


@pytest.fixture
def gateway() -> Gateway:
    return EthTesterGateway(genesis_time=START)


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as made:
        yield made


@pytest.fixture
def queue(store: Store, gateway: Gateway) -> Queue:
    return Queue(store=store, gateway=gateway, custody=Custody(store, Keyring()))


@pytest.fixture
def poor(store: Store) -> Signer:
    """An account in custody that has nothing."""
    with store.begin() as connection:
        Custody(store, Keyring()).take(connection, "poor")
    return Keyring().signer("poor")


def payment(sender: Signer, value: int = 1) -> Order:
    return Order(key=None, step="pay", sender=sender.address, recipient=SHOP, value=value)


class TestPlacingOnce:
    def test_is_one_command_while_it_waits(self, queue: Queue, gateway: Gateway, poor: Signer) -> None:
        numbers = set()
        for _ in range(3):
            numbers.add(queue.place_once(payment(poor)))
            with pytest.raises(TransactionRefused) as refused:
                queue.work(max(numbers))
            assert refused.value.reason == Reason.NO_FUNDS
        assert queue.waiting(at_most=10) == [*numbers]

        gateway.transact(DEPLOYER, poor.address, value=ETHER)

        assert isinstance(queue.work(queue.place_once(payment(poor))), Receipt)
        assert (gateway.balance(SHOP), queue.waiting(at_most=10)) == (1, [])

    def test_is_another_command_given_the_first_ended_or_is_another_act(
        self, queue: Queue, gateway: Gateway, poor: Signer
    ) -> None:
        gateway.transact(DEPLOYER, poor.address, value=ETHER)
        first = queue.place_once(payment(poor))
        assert queue.place_once(payment(poor, value=2)) != first
        queue.work(first)

        assert queue.place_once(payment(poor)) not in (first, first + 1)
