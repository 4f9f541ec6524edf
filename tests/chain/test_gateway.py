"""The one suite that every backend passes.

deploying
    given creation code: the contract stands, its address and logs are in the receipt
    given a constructor that refuses: the typed error
transacting
    given value: it arrives; given a short nonce memory: the chain's nonce is used
    given a refusal of any kind: the typed error, and nonce and block are spent all the same
calling
    given a view: its values; given a refusal of any kind: the typed error
    given an older block: its state, number and time
reading blocks and logs
    given several logs: all of them in order, each with its own key
    given a block that does not exist: ChainError
keeping time
    given nothing set: one second a block
    given a time: the next block has exactly that, and the next ones follow by one second
    given a time that is not later than the head: ChainError
going back
    given a snapshot: state, head, time and nonce are as they were, any number of times
    given another transaction after it: same height, other hash
speaking web3
    given the provider: web3.py sees the same chain
"""

from collections.abc import Callable

import pytest
from web3 import Web3

from scfin_chain.chain import (
    ZERO_ADDRESS,
    Contract,
    Gateway,
    Signer,
    SnapshotId,
    development_signer,
)
from scfin_chain.chain.transaction import SignedTransaction, TransactionRequest, sign
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.units import Address, Timestamp
from tests.chain.probe import ABI, ARTIFACT, BYTECODE

ETHER = 10**18
SUPPLIER = development_signer("supplier")
BECAUSE = b"because".ljust(32, b"\0")

REFUSALS = [
    pytest.param("refuse", (7,), "ProbeRefused", {"id": 7, "caller": None, "reason": BECAUSE}, id="custom error"),
    pytest.param("refuseWith", ("not today",), "Error", {"message": "not today"}, id="string"),
    pytest.param("divide", (1, 0), "Panic", {"code": 0x12}, id="panic"),
    pytest.param("refuseOddly", (), "Unknown", {"data": bytes.fromhex("deadbeef01020304")}, id="unknown"),
    pytest.param("refuseSilently", (), "Unknown", {"data": b""}, id="no data"),
    pytest.param("halt", (), "Unknown", {"data": b""}, id="invalid opcode"),
    pytest.param("burn", (), "OutOfGas", {"limit": 200_000}, id="out of gas"),
]


def named(arguments: dict[str, object], caller: Address) -> dict[str, object]:
    return {name: caller if name == "caller" else value for name, value in arguments.items()}


class TestDeploying:
    def test_stands_given_creation_code(self, gateway: Gateway, deployer: Signer) -> None:
        receipt = gateway.deploy(deployer, ABI.encode_deployment(BYTECODE, 5))

        assert receipt.succeeded
        assert receipt.contract_address is not None
        assert gateway.code(receipt.contract_address).hex() == ARTIFACT.deployed_bytecode[2:]
        assert receipt.block == gateway.head().ref
        assert [log.topics for log in receipt.logs] == [(ABI.topic("Counted"),)]

    def test_reverts_given_a_constructor_that_refuses(self, gateway: Gateway, deployer: Signer) -> None:
        with pytest.raises(ContractReverted) as refused:
            gateway.deploy(deployer, ABI.encode_deployment(BYTECODE, 13))

        reason = b"unlucky".ljust(32, b"\0")
        assert refused.value.name == "ProbeRefused"
        assert refused.value.arguments == {"id": 13, "caller": deployer.address, "reason": reason}

    def test_keeps_the_value_given_a_payable_constructor(self, gateway: Gateway, deployer: Signer) -> None:
        receipt = gateway.deploy(deployer, ABI.encode_deployment(BYTECODE, 5), value=9)

        assert gateway.balance(receipt.contract_address or ZERO_ADDRESS) == 9


class TestTransacting:
    def test_moves_value(self, gateway: Gateway, deployer: Signer) -> None:
        receipt = gateway.transact(deployer, SUPPLIER.address, value=ETHER)

        assert gateway.balance(SUPPLIER.address) == ETHER
        assert (receipt.gas_used, receipt.logs, receipt.contract_address) == (21_000, (), None)

    def test_mines_one_block_a_transaction(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        before = gateway.head()

        receipts = [probe.transact(deployer, "note", 1, "x", 1) for _ in range(3)]

        assert [receipt.block.number for receipt in receipts] == [before.number + n for n in (1, 2, 3)]
        assert gateway.block(before.number + 1).parent_hash == before.hash

    def test_spends_little_given_an_account_of_10_ether(self, gateway: Gateway, deployer: Signer) -> None:
        gateway.transact(deployer, SUPPLIER.address, value=10 * ETHER)

        for _ in range(20):
            gateway.transact(SUPPLIER, deployer.address)

        assert gateway.balance(SUPPLIER.address) > 10 * ETHER - ETHER // 100

    def test_fails_given_an_account_without_funds(self, gateway: Gateway, deployer: Signer) -> None:
        with pytest.raises(ChainError, match=r"(?i)fund|balance"):
            gateway.transact(development_signer("pauper"), deployer.address, value=1)
        gateway.transact(deployer, SUPPLIER.address, value=1)

    def test_fails_given_less_than_the_intrinsic_gas(self, gateway: Gateway, deployer: Signer) -> None:
        with pytest.raises(ChainError, match=r"(?i)gas"):
            gateway.transact(deployer, SUPPLIER.address, gas=20_000)
        gateway.transact(deployer, SUPPLIER.address)

    @pytest.mark.parametrize(("function", "arguments", "name", "shown"), REFUSALS)
    def test_reverts_given_a_refusal(
        self,
        gateway: Gateway,
        probe: Contract,
        deployer: Signer,
        function: str,
        arguments: tuple[object, ...],
        name: str,
        shown: dict[str, object],
    ) -> None:
        before = gateway.head().number

        with pytest.raises(ContractReverted) as refused:
            probe.transact(deployer, function, *arguments, gas=200_000)

        assert (refused.value.name, refused.value.arguments) == (name, named(shown, deployer.address))
        assert gateway.head().number == before + 1
        assert probe.call("count") == 5
        assert probe.transact(deployer, "note", 1, "the nonce was spent, not lost", 1).succeeded

    def test_knows_the_error_of_one_of_many_signers(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        gateway.transact(deployer, SUPPLIER.address, value=ETHER)

        with pytest.raises(ContractReverted) as refused:
            probe.transact(SUPPLIER, "refuse", 1)

        assert refused.value.arguments["caller"] == SUPPLIER.address

    def test_uses_the_chains_nonce_given_a_transaction_past_the_gateway(
        self, gateway: Gateway, send_elsewhere: Callable[[SignedTransaction], None], deployer: Signer
    ) -> None:
        gateway.transact(deployer, SUPPLIER.address, value=1)
        elsewhere = TransactionRequest(
            chain_id=gateway.chain_id, nonce=1, max_fee=10**10, gas=21_000, to=SUPPLIER.address, value=1, data=b""
        )
        send_elsewhere(sign(elsewhere, deployer))
        gateway.set_time(Timestamp(gateway.head().timestamp + 1_000_000_000))

        gateway.transact(deployer, SUPPLIER.address, value=1)

        assert gateway.balance(SUPPLIER.address) == 3


class TestCalling:
    def test_returns_values(self, gateway: Gateway, probe: Contract) -> None:
        head = gateway.head()

        reading = probe.call("reading", 3, 4, sender=SUPPLIER.address)

        assert reading == (head.timestamp, SUPPLIER.address, (3, 4))
        assert reading.by == SUPPLIER.address
        assert probe.call("count") == 5

    def test_runs_as_nobody_given_no_sender(self, probe: Contract) -> None:
        assert probe.call("reading", 3, 4).by == ZERO_ADDRESS

    def test_changes_nothing(self, gateway: Gateway, probe: Contract) -> None:
        before = gateway.head()

        gateway.call(probe.address, ABI.encode("note", 1, "x", 3))

        assert (gateway.head(), probe.call("count")) == (before, 5)

    def test_sees_the_state_number_and_time_of_an_older_block(
        self, gateway: Gateway, probe: Contract, deployer: Signer
    ) -> None:
        older = gateway.head()
        probe.transact(deployer, "note", 1, "x", 1)

        assert (probe.call("count"), probe.call("count", block=older.number)) == (6, 5)
        assert probe.call("place", block=older.number) == (older.timestamp, older.number)
        assert probe.call("place").time == gateway.head().timestamp

    @pytest.mark.parametrize(("function", "arguments", "name", "shown"), REFUSALS)
    def test_reverts_given_a_refusal(
        self,
        gateway: Gateway,
        probe: Contract,
        deployer: Signer,
        function: str,
        arguments: tuple[object, ...],
        name: str,
        shown: dict[str, object],
    ) -> None:
        with pytest.raises(ContractReverted) as refused:
            gateway.call(probe.address, ABI.encode(function, *arguments), sender=deployer.address, gas=200_000)

        assert (refused.value.name, refused.value.arguments) == (name, named(shown, deployer.address))
        assert probe.call("count") == 5

    def test_fails_given_no_contract_there(self, gateway: Gateway) -> None:
        nothing_there = Contract(gateway, SUPPLIER.address, ABI)

        with pytest.raises(ChainError, match="is no such contract"):
            nothing_there.call("count")


class TestReadingBlocksAndLogs:
    def test_has_the_genesis_time(self, gateway: Gateway, genesis_time: Timestamp) -> None:
        assert (gateway.head().number, gateway.head().timestamp) == (0, genesis_time)

    def test_gives_all_logs_in_order(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        receipt = probe.transact(deployer, "note", 40, "invoice", 2)

        entries = gateway.logs(receipt.block.number)

        decoded = [ABI.decode_log(entry.log) for entry in entries]
        assert [(log.name, list(log.arguments.values())) for log in decoded if log] == [
            ("Noted", [40, deployer.address, "invoice"]),
            ("Counted", [6]),
            ("Noted", [41, deployer.address, "invoice"]),
            ("Counted", [7]),
        ]
        assert tuple(entry.log for entry in entries) == receipt.logs
        assert {entry.log.address for entry in entries} == {probe.address}

    def test_gives_each_log_its_key(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        receipt = probe.transact(deployer, "note", 40, "invoice", 2)

        keys = [entry.key for entry in gateway.logs(receipt.block.number)]

        place = (gateway.chain_id, receipt.block.hash, receipt.transaction_hash)
        assert keys == [(*place, index) for index in range(4)]

    def test_gives_no_logs_given_a_refused_transaction(
        self, gateway: Gateway, probe: Contract, deployer: Signer
    ) -> None:
        with pytest.raises(ContractReverted):
            probe.transact(deployer, "refuse", 1)

        assert gateway.logs(gateway.head().number) == ()
        assert gateway.logs(0) == ()

    @pytest.mark.parametrize("number", [-1, 2, 999])
    def test_fails_given_a_block_that_does_not_exist(self, gateway: Gateway, probe: Contract, number: int) -> None:
        assert gateway.head().number == 1
        for read in (gateway.block, gateway.logs):
            with pytest.raises(ChainError, match=f"block {number} does not exist: the head is block 1"):
                read(number)


class TestKeepingTime:
    def test_passes_one_second_a_block_given_nothing_set(
        self, gateway: Gateway, genesis_time: Timestamp, deployer: Signer
    ) -> None:
        gateway.transact(deployer, SUPPLIER.address)
        gateway.mine()
        gateway.transact(deployer, SUPPLIER.address)

        assert [gateway.block(number).timestamp - genesis_time for number in range(4)] == [0, 1, 2, 3]
        assert gateway.now() == genesis_time + 4

    def test_is_exactly_what_was_set(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        at = Timestamp(gateway.head().timestamp + 90 * 86_400)
        gateway.set_time(at)
        assert gateway.now() == at

        first = probe.transact(deployer, "stamp")
        second = probe.transact(deployer, "stamp")

        for receipt, time in ((first, at), (second, at + 1)):
            log = ABI.decode_log(receipt.logs[0])
            assert log is not None
            assert log.arguments["time"] == gateway.block(receipt.block.number).timestamp == time
            assert log.arguments["number"] == receipt.block.number

    def test_holds_for_an_empty_block_and_a_refused_transaction(
        self, gateway: Gateway, probe: Contract, deployer: Signer
    ) -> None:
        start = gateway.head().timestamp
        gateway.set_time(Timestamp(start + 1_000))
        gateway.mine(3)
        assert gateway.head().timestamp == start + 1_002

        gateway.set_time(Timestamp(start + 5_000))
        with pytest.raises(ContractReverted):
            probe.transact(deployer, "refuse", 1)

        assert (gateway.head().timestamp, gateway.now()) == (start + 5_000, start + 5_001)

    def test_is_the_last_of_two_that_were_set(self, gateway: Gateway, genesis_time: Timestamp) -> None:
        gateway.set_time(Timestamp(genesis_time + 500))
        gateway.set_time(Timestamp(genesis_time + 100))

        gateway.mine()

        assert gateway.head().timestamp == genesis_time + 100

    @pytest.mark.parametrize("seconds", [0, -1, -86_400])
    def test_fails_given_a_time_not_after_the_head(
        self, gateway: Gateway, genesis_time: Timestamp, seconds: int
    ) -> None:
        gateway.mine()

        with pytest.raises(ChainError, match=f"time cannot be set to {genesis_time + 1 + seconds}: the newest block"):
            gateway.set_time(Timestamp(genesis_time + 1 + seconds))

        assert gateway.now() == genesis_time + 2


class TestGoingBack:
    def test_restores_state_head_time_and_nonce(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        before = gateway.head()
        snapshot = gateway.snapshot()

        for _ in range(2):
            gateway.set_time(Timestamp(before.timestamp + 1_000_000))
            probe.transact(deployer, "note", 1, "x", 3)
            gateway.mine(2)
            gateway.revert(snapshot)

            assert (gateway.head(), gateway.now()) == (before, before.timestamp + 1)
            assert probe.call("count") == 5
            with pytest.raises(ChainError, match="does not exist"):
                gateway.block(before.number + 1)

        assert probe.transact(deployer, "note", 1, "x", 1).block.number == before.number + 1
        assert gateway.head().timestamp == before.timestamp + 1

    def test_restores_a_time_that_was_set(self, gateway: Gateway, genesis_time: Timestamp) -> None:
        gateway.set_time(Timestamp(genesis_time + 77))
        snapshot = gateway.snapshot()
        gateway.mine()

        gateway.revert(snapshot)

        gateway.mine()
        assert gateway.head().timestamp == genesis_time + 77

    def test_gives_the_same_height_another_hash(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        snapshot = gateway.snapshot()
        orphan = probe.transact(deployer, "note", 1, "x", 1)
        (orphaned,) = (entry for entry in gateway.logs(orphan.block.number) if entry.log.index == 0)
        gateway.revert(snapshot)

        replacement = probe.transact(deployer, "note", 2, "x", 1)

        assert replacement.block.number == orphan.block.number
        assert replacement.block.hash != orphan.block.hash
        assert gateway.head().hash == replacement.block.hash
        assert orphaned.key not in {entry.key for entry in gateway.logs(replacement.block.number)}

    def test_forgets_later_snapshots(self, gateway: Gateway) -> None:
        first = gateway.snapshot()
        gateway.mine()
        second = gateway.snapshot()
        gateway.revert(first)

        for unknown in (second, SnapshotId(999)):
            with pytest.raises(ChainError, match=f"snapshot {unknown} does not exist"):
                gateway.revert(unknown)


class TestSpeakingWeb3:
    def test_sees_the_same_chain(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        receipt = probe.transact(deployer, "note", 1, "x", 3)

        web3 = Web3(gateway.provider())

        assert web3.eth.block_number == gateway.head().number
        assert web3.eth.get_balance(deployer.address) == gateway.balance(deployer.address)
        assert bytes(web3.eth.get_code(probe.address)) == gateway.code(probe.address)
        seen = web3.eth.get_transaction_receipt(receipt.transaction_hash)
        assert (bytes(seen["blockHash"]), seen["gasUsed"]) == (receipt.block.hash, receipt.gas_used)
