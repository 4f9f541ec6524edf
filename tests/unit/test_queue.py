"""The queue of commands on a chain of its own, without contracts.

given an act of the service that has to wait: the same act is the same command, until it ended
given signed bytes again: worked on again where they were refused without a block, else nothing changes
given a command that no signature of ours makes acceptable: it is signed anew a few times, then waits
given equal orders of one sender: each is done once, also where the first of them had to wait
given a refusal without a block: its signature is forgotten; one whose block went: the command waits
given commands that a reorg took away: they come again in their order, before any new one is answered
given a command whose nonce another transaction spent: it is signed anew when that is final, not before
given commands of several participants: they come in turns, what a reorg took away before all, as it was before
given a participant with as many open commands as it may have: another is refused, one that is there is not
"""

from collections.abc import Iterator

import pytest

from scfin_chain.chain import Reason, Signer, TransactionRefused, development_signer, sign
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Gateway, Receipt
from scfin_chain.chain.keyring import Keyring
from scfin_chain.errors import ChainError, ContractReverted, NodeSilent, NotMined, Unsent
from scfin_chain.service.custody import Custody
from scfin_chain.service.queue import MOST_SIGNINGS, SUBMIT, Order, Queue, Refusal, TooManyOpen
from scfin_chain.serving import OPEN_COMMANDS
from scfin_chain.store.commands import reopen_after
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.fakes.gateways import Through
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


def payment(sender: Signer, value: int = 1, *, participant: int | None = None) -> Order:
    return Order(key=None, step="pay", sender=sender.address, recipient=SHOP, value=value, participant=participant)


def submitted(gateway: Gateway, owner: Signer, *, participant: int | None = None) -> Order:
    signed = sign(gateway.prepare(owner.address, SHOP, value=1), owner)
    return Order(
        key=f"transaction {signed.hash.hex()}",
        step=SUBMIT,
        sender=owner.address,
        recipient=SHOP,
        value=1,
        raw=signed.raw,
        transaction_hash=signed.hash,
        nonce=0,
        participant=participant,
    )


class TestPlacingOnce:
    def test_is_one_command_while_it_waits(self, queue: Queue, gateway: Gateway, poor: Signer) -> None:
        numbers = set()
        for _ in range(3):
            numbers.add(queue.place_once(payment(poor)))
            with pytest.raises(TransactionRefused) as refused:
                queue.work(max(numbers))
            assert refused.value.reason == Reason.NO_FUNDS
        assert queue.waiting() == [*numbers]

        gateway.transact(DEPLOYER, poor.address, value=ETHER)

        assert isinstance(queue.work(queue.place_once(payment(poor))), Receipt)
        assert (gateway.balance(SHOP), queue.waiting()) == (1, [])

    def test_is_another_command_given_the_first_ended_or_is_another_act(
        self, queue: Queue, gateway: Gateway, poor: Signer
    ) -> None:
        gateway.transact(DEPLOYER, poor.address, value=ETHER)
        first = queue.place_once(payment(poor))
        assert queue.place_once(payment(poor, value=2)) != first
        queue.work(first)

        assert queue.place_once(payment(poor)) not in (first, first + 1)


class TestSubmittingAgain:
    def test_is_worked_on_again_given_bytes_that_were_refused_without_a_block(
        self, queue: Queue, gateway: Gateway
    ) -> None:
        owner = development_signer("owner")
        order = submitted(gateway, owner)
        number = queue.place(order)
        assert isinstance(queue.work(number), Refusal)
        assert queue.read([number])[number]["state"] == "refused"
        gateway.transact(DEPLOYER, owner.address, value=ETHER)

        assert queue.place(order) == number

        row = queue.read([number])[number]
        assert (row["state"], row["refusal"], row["raw"]) == ("queued", None, order.raw and order.raw.hex())
        assert isinstance(queue.work(number), Receipt)
        assert gateway.balance(SHOP) == 1

    def test_changes_nothing_given_bytes_that_were_mined(self, queue: Queue, gateway: Gateway) -> None:
        order = submitted(gateway, DEPLOYER)
        number = queue.place(order)
        queue.work(number)
        before = queue.read([number])

        assert queue.place(order) == number
        assert queue.read([number]) == before


class Refusing(Through):
    """A node that says of everything that its nonce is spent."""

    def __init__(self, inner: Gateway) -> None:
        super().__init__(inner)
        self.sent = 0

    def send(self, raw: bytes) -> Receipt:
        self.sent += 1
        raise TransactionRefused(Reason.NONCE_SPENT, "nonce 0 is spent")


def test_signs_anew_a_few_times_only(store: Store, gateway: Gateway, poor: Signer) -> None:
    node = Refusing(gateway)
    queue = Queue(store=store, gateway=node, custody=Custody(store, Keyring()))
    number = queue.place(payment(poor))

    with pytest.raises(TransactionRefused, match="nonce 0 is spent"):
        queue.work(number)

    assert node.sent == 1 + MOST_SIGNINGS
    assert queue.waiting() == [number]


def test_does_equal_orders_once_each_given_the_first_had_to_wait(queue: Queue, gateway: Gateway, poor: Signer) -> None:
    numbers = [queue.place(payment(poor)) for _ in range(3)]
    for number, reason in zip(numbers, ("no funds", "is bound to command 1", "is bound to command 1"), strict=True):
        with pytest.raises(ChainError, match=reason):
            queue.work(number)
    gateway.transact(DEPLOYER, poor.address, value=ETHER)

    receipts = [queue.work(number) for number in numbers]

    assert len({receipt.transaction_hash for receipt in receipts if isinstance(receipt, Receipt)}) == 3
    assert gateway.balance(SHOP) == 3


class Contract(Through):
    """A node on which a contract refuses everything: asked beforehand, or once it was mined and is gone again."""

    def attempt(self, raw: bytes) -> Receipt:
        raise Unsent("Closed", {"until": 7})

    def send(self, raw: bytes) -> Receipt:
        raise ContractReverted("Closed", {"until": 7})


def test_forgets_the_signature_of_what_was_refused_unsent(store: Store, gateway: Gateway, poor: Signer) -> None:
    queue = Queue(store=store, gateway=Contract(gateway), custody=Custody(store, Keyring()))
    number = queue.place(payment(poor))

    assert queue.work(number) == Refusal(name="Closed", arguments={"until": "7"}, text="Closed(until=7)")

    row = queue.read([number])[number]
    assert (row["state"], row["raw"], row["transaction_hash"], row["nonce"]) == ("refused", None, None, None)


def test_waits_given_a_refusal_whose_block_went(store: Store, gateway: Gateway, poor: Signer) -> None:
    custody = Custody(store, Keyring())
    number = Queue(store=store, gateway=gateway, custody=custody).place(payment(poor))
    with pytest.raises(NodeSilent):
        Queue(store=store, gateway=Silent(gateway), custody=custody).work(number)
    queue = Queue(store=store, gateway=Contract(gateway), custody=custody)

    with pytest.raises(NotMined, match="a reorg took away its refusal"):
        queue.work(number)

    assert queue.waiting() == [number]


def test_answers_nothing_new_before_what_comes_again(
    queue: Queue, store: Store, gateway: Gateway, poor: Signer
) -> None:
    before = gateway.snapshot(), gateway.head().number
    custody = Custody(store, Keyring())
    with store.begin() as connection:
        custody.take(connection, "deployer")
    queue.work(queue.place(Order(key=None, step="fund", sender=DEPLOYER.address, recipient=poor.address, value=ETHER)))
    gateway.revert(before[0])
    with store.begin() as connection:
        reopen_after(connection, before[1])
    refusing = Queue(store=store, gateway=Contract(gateway), custody=custody)
    number = refusing.place(payment(poor))

    for _ in range(3):
        with pytest.raises(ChainError, match="a reorg took away what was sent before it"):
            refusing.work(number)

    assert refusing.read([number])[number]["state"] == "sent"


def test_comes_again_after_what_was_before_it(queue: Queue, store: Store, gateway: Gateway, poor: Signer) -> None:
    before = gateway.snapshot(), gateway.head().number
    with store.begin() as connection:
        Custody(store, Keyring()).take(connection, "deployer")
    wages = Order(key=None, step="fund", sender=DEPLOYER.address, recipient=poor.address, value=ETHER)
    first, second = queue.place(wages), queue.place(payment(poor))
    for number in (first, second):
        assert isinstance(queue.work(number), Receipt)
    gateway.revert(before[0])
    with store.begin() as connection:
        reopen_after(connection, before[1])
    queue.reopen()

    with pytest.raises(ChainError, match="a reorg took away what was sent before it"):
        queue.work(second)

    for number in (first, second):
        assert isinstance(queue.work(number), Receipt)
    assert gateway.balance(SHOP) == 1


class Silent(Through):
    """A node that falls silent before it takes anything."""

    def send(self, raw: bytes) -> Receipt:
        raise NodeSilent("nobody answers")


def test_signs_anew_when_what_spent_the_nonce_is_final(store: Store, gateway: Gateway, poor: Signer) -> None:
    gateway.transact(DEPLOYER, poor.address, value=ETHER)
    custody = Custody(store, Keyring())
    number = Queue(store=store, gateway=gateway, custody=custody).place(payment(poor))
    with pytest.raises(NodeSilent):
        Queue(store=store, gateway=Silent(gateway), custody=custody).work(number)
    gateway.transact(poor, DEPLOYER.address)  # by somebody who has the key too
    queue = Queue(store=store, gateway=gateway, custody=custody, finality_depth=3)

    for _ in range(3):
        with pytest.raises(TransactionRefused, match="nonce 0"):
            queue.work(number)
        gateway.mine()

    assert isinstance(queue.work(number), Receipt)
    assert gateway.balance(SHOP) == 1


class TestTurns:
    def test_takes_the_oldest_of_each_before_the_second_of_any(self, queue: Queue, poor: Signer) -> None:
        one, two, office = (
            [queue.place(payment(poor, participant=participant)) for _ in range(3)] for participant in (1, 2, None)
        )
        late = queue.place(payment(poor, participant=3))

        assert queue.waiting() == [
            one[0],
            two[0],
            office[0],
            late,
            one[1],
            two[1],
            office[1],
            one[2],
            two[2],
            office[2],
        ]

    def test_begins_with_what_a_reorg_took_away(
        self, queue: Queue, store: Store, gateway: Gateway, poor: Signer
    ) -> None:
        before = gateway.snapshot(), gateway.head().number
        with store.begin() as connection:
            Custody(store, Keyring()).take(connection, "deployer")
        before_them = queue.place(payment(poor, participant=2))
        orphaned = [queue.place(payment(DEPLOYER, participant=1)) for _ in range(2)]
        behind = queue.place(payment(poor, participant=3))
        for number in orphaned:
            queue.work(number)
        gateway.revert(before[0])
        with store.begin() as connection:
            reopen_after(connection, before[1])

        assert queue.waiting() == [before_them, *orphaned, behind]


class TestRoom:
    def test_is_refused_beyond_the_limit_and_nothing_is_written(self, queue: Queue, poor: Signer) -> None:
        numbers = [queue.place(payment(poor, participant=1)) for _ in range(OPEN_COMMANDS)]
        with pytest.raises(TooManyOpen, match="open commands of participant 1 is 33: must be at most 32"):
            queue.place(payment(poor, participant=1))
        assert queue.waiting() == numbers

    def test_is_there_for_others_and_for_the_service_itself(self, store: Store, gateway: Gateway, poor: Signer) -> None:
        queue = Queue(store=store, gateway=gateway, custody=Custody(store, Keyring()), open_commands=1)
        orders = [payment(poor, participant=participant) for participant in (1, 2, None, None)]
        assert len({queue.place(order) for order in orders}) == len(orders)

    def test_is_there_again_when_one_has_ended(self, store: Store, gateway: Gateway, poor: Signer) -> None:
        queue = Queue(store=store, gateway=gateway, custody=Custody(store, Keyring()), open_commands=1)
        gateway.transact(DEPLOYER, poor.address, value=ETHER)
        for _ in range(2):
            queue.work(queue.place(payment(poor, participant=1)))
        assert gateway.balance(SHOP) == 2

    def test_is_needed_to_try_signed_bytes_again_and_not_to_ask_for_them(
        self, store: Store, gateway: Gateway, poor: Signer
    ) -> None:
        queue = Queue(store=store, gateway=gateway, custody=Custody(store, Keyring()), open_commands=1)
        order = submitted(gateway, development_signer("owner"), participant=1)
        number = queue.place(order)
        assert queue.place(order) == number
        assert isinstance(queue.work(number), Refusal)
        queue.place(payment(poor, participant=1))

        with pytest.raises(TooManyOpen):
            queue.place(order)
        assert queue.read([number])[number]["state"] == "refused"
