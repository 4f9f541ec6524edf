"""The derived rows are what the chain says.

given a story in which every event happens
    after every block, for every participant, holder, receivable, credit, financing and settlement: row = view
    every event of the ledger, decoded and encoded again, is the log that it came from
    polling again, or reading from the first block, or all at once: the same rows
"""

from collections.abc import Iterator

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scfin_chain import artifacts
from scfin_chain.chain.deployment import LedgerEvent
from scfin_chain.chain.gateway import Log
from scfin_chain.events import EVENTS
from scfin_chain.scenarios.stage import Stage
from tests.integration.chain_state import differences, fixed_differences
from tests.integration.laboratories import everything, following, projected, rebuilt, staged
from tests.integration.story import tell

COMPILED = artifacts.load_all()

NEVER_TOLD = {"ApprovalForAll", "EIP712DomainChanged", "RoleAdminChanged", "RoleRevoked", "TransferBatch", "URI"}
"""Events of OpenZeppelin for what nobody does here: no batch, no operator, no role taken away."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as told:
        tell(told)
        yield told


def logs(stage: Stage) -> Iterator[Log]:
    gateway = stage.laboratory.ledger.gateway
    for number in range(1, gateway.head().number + 1):
        yield from (entry.log for entry in gateway.logs(number))


def test_equal_the_chain_after_every_block(stage: Stage) -> None:
    ledger, first = stage.laboratory.ledger, stage_begins(stage)
    with following(stage.laboratory, finality_depth=0) as (listener, store):
        while listener.poll(at_most=1):
            if listener.cursor.number >= first:
                assert differences(store, ledger, listener.cursor.number) == [], listener.cursor.number
        assert listener.cursor.ref == ledger.gateway.head().ref
        assert fixed_differences(store, ledger) == []


def stage_begins(stage: Stage) -> int:
    """The last block of the founding: before it there are contracts that do not stand."""
    gateway = stage.laboratory.ledger.gateway
    first = next(n for n in range(1, gateway.head().number) if gateway.block(n).timestamp % 86_400 == 0)
    return first + 1


class TestEvents:
    def test_all_happen(self, stage: Stage) -> None:
        deployment = stage.laboratory.ledger.deployment
        told = [decoded for log in logs(stage) if (decoded := deployment.decode(log))]
        assert {type(decoded.event).__name__ for decoded in told} == set(EVENTS) - NEVER_TOLD

    def test_encode_to_the_log_that_they_were_decoded_from(self, stage: Stage) -> None:
        deployment = stage.laboratory.ledger.deployment
        for log in logs(stage):
            decoded = deployment.decode(log)
            assert decoded is not None
            assert encoded(stage, decoded) == (log.address, log.topics, log.data)

    def test_are_not_decoded_given_a_log_of_another_contract(self, stage: Stage) -> None:
        log = next(logs(stage))
        stranger = Log(address=stage.bank.signer.address, topics=log.topics, data=log.data, index=0)
        assert stage.laboratory.ledger.deployment.decode(stranger) is None


def encoded(stage: Stage, told: LedgerEvent) -> tuple[str, tuple[bytes, ...], bytes]:
    """Address, topics and data of an event, from the compiled interface and the public ABI coder."""
    ledger = stage.laboratory.ledger
    name = type(told.event).__name__
    inputs = next(
        entry["inputs"] for entry in COMPILED[told.contract].abi if entry["type"] == "event" and entry["name"] == name
    )
    values = [getattr(told.event, field) for field in told.event.__dataclass_fields__]
    signature = f"{name}({','.join(parameter['type'] for parameter in inputs)})"
    pairs = list(zip(inputs, values, strict=True))
    topics = tuple(encode([parameter["type"]], [value]) for parameter, value in pairs if parameter["indexed"])
    plain = [(parameter["type"], value) for parameter, value in pairs if not parameter["indexed"]]
    data = encode([kind for kind, _ in plain], [value for _, value in plain])
    return ledger.address(told.contract), (keccak(text=signature), *topics), data


class TestReadingAgain:
    def test_changes_nothing_given_no_new_block(self, stage: Stage) -> None:
        with following(stage.laboratory, finality_depth=5) as (listener, store):
            assert listener.poll() == stage.laboratory.ledger.gateway.head().number
            before = everything(store)
            assert [listener.poll() for _ in range(3)] == [0, 0, 0]
            assert everything(store) == before

    def test_gives_the_same_rows_in_however_many_polls(self, stage: Stage) -> None:
        with following(stage.laboratory, finality_depth=0) as (listener, store):
            for at_most in (1, 2, 3, 5, 7, 50, 1, 200, 200):
                assert listener.poll(at_most=at_most) <= at_most
            assert projected(store) == rebuilt(stage.laboratory)

    def test_gives_the_same_rows_as_the_run_itself(self, stage: Stage) -> None:
        stage.laboratory.listener.poll()
        assert projected(stage.laboratory.store) == rebuilt(stage.laboratory)

    def test_remembers_as_many_blocks_as_may_be_replaced(self, stage: Stage) -> None:
        head = stage.laboratory.ledger.gateway.head().number
        with following(stage.laboratory, finality_depth=5) as (listener, store):
            listener.poll()
            held = everything(store)
        assert [block["number"] for block in held["block"]] == [0, *range(head - 5, head + 1)]
        assert {change["block_number"] for change in held["undo"]} <= set(range(head - 4, head + 1))
