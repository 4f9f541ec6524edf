"""The one suite that every backend passes.

deploying
    given creation code: the contract stands, its address and logs are in the receipt
    given a constructor that refuses: the typed error
transacting
    given value: it arrives; given a short nonce memory: the chain's nonce is used
    given a refusal of any kind: the typed error, and nonce and block are spent all the same
preparing
    given an account: its next nonce, and what it is to sign now
sending
    given a transaction of any type: it is mined as it was signed; given a refusal: the typed error
    given the same bytes again: the same receipt or refusal, and no second block; after a reorg: executed anew
    given bytes that can never be mined: the reason, and nothing is spent
attempting
    given what a contract takes: it is mined; given a refusal of any kind: the typed error, and nothing is spent
    given the same bytes again: the same receipt
finding
    given a hash: the receipt and the transaction as they were, also from afar; given one that is not there: None
    given a reorg: only what is on the chain now
calling
    given a view: its values; given a refusal of any kind: the typed error
    given an older block: its state, number and time
reading blocks and logs
    given several logs: all of them in order, each with its own key
    given the block's hash: its logs and its transactions, and a typed error once it was replaced
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
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_utils.crypto import keccak
from web3 import Web3

from scfin_chain.chain import (
    ZERO_ADDRESS,
    BlockReplaced,
    Contract,
    Gateway,
    MinedTransaction,
    Reason,
    Signer,
    SnapshotId,
    TransactionRefused,
    development_signer,
)
from scfin_chain.chain.transaction import SignedTransaction, TransactionRequest, sign
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.units import Address, Timestamp
from tests.chain.probe import ABI, ARTIFACT, BYTECODE

ETHER = 10**18
SUPPLIER = development_signer("supplier")
DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
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


def signed_by_account(gateway: Gateway, fields: dict[str, Any], *, nonce: int, **others: Any) -> bytes:
    """A transfer of 5 wei, signed by another library."""
    plain = {"to": SUPPLIER.address, "value": 5, "gas": 60_000, "chainId": gateway.chain_id, "nonce": nonce}
    return bytes(Account.from_key(DEPLOYER_KEY).sign_transaction(plain | fields | others).raw_transaction)


ACCESS = [{"address": SUPPLIER.address, "storageKeys": [f"0x{1:064x}"]}]
TYPES = [
    pytest.param({"gasPrice": 10**10}, id="legacy"),
    pytest.param({"gasPrice": 10**10, "accessList": ACCESS}, id="access list"),
    pytest.param({"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1, "accessList": ACCESS}, id="fee market"),
]


def signed(gateway: Gateway, signer: Signer, to: Address | None, data: bytes = b"", **fields: Any) -> bytes:
    request = gateway.prepare(signer.address, to, data, gas=fields.pop("gas", 300_000))
    return sign(replace(request, **fields), signer).raw


class TestPreparing:
    def test_gives_the_next_nonce_and_fees(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        assert (gateway.nonce(deployer.address), gateway.nonce(SUPPLIER.address)) == (1, 0)

        request = gateway.prepare(deployer.address, probe.address, b"\x01\x02", value=7)

        assert (request.chain_id, request.nonce) == (gateway.chain_id, 1)
        assert (request.to, request.data, request.value) == (probe.address, b"\x01\x02", 7)
        assert request.max_fee >= 7

    def test_is_what_transact_signs(self, gateway: Gateway, deployer: Signer) -> None:
        for _ in range(3):
            request = gateway.prepare(deployer.address, SUPPLIER.address, value=1, gas=21_000)
            assert gateway.send(sign(request, deployer).raw).gas_used == 21_000
            gateway.transact(deployer, SUPPLIER.address, value=1)

        assert (gateway.nonce(deployer.address), gateway.balance(SUPPLIER.address)) == (6, 6)


class TestSending:
    @pytest.mark.parametrize("fields", TYPES)
    def test_mines_a_transaction_of_any_type(self, gateway: Gateway, fields: dict[str, Any]) -> None:
        raw = signed_by_account(gateway, fields, nonce=0)

        receipt = gateway.send(raw)

        assert (receipt.succeeded, receipt.transaction_hash) == (True, keccak(raw))
        assert (gateway.head().ref, gateway.balance(SUPPLIER.address)) == (receipt.block, 5)
        assert gateway.receipt(keccak(raw)) == receipt

    def test_mines_at_the_time_that_was_set(self, gateway: Gateway, deployer: Signer) -> None:
        gateway.set_time(Timestamp(gateway.head().timestamp + 86_400))
        at = gateway.now()

        gateway.send(signed(gateway, deployer, SUPPLIER.address))

        assert (gateway.head().timestamp, gateway.now()) == (at, at + 1)

    def test_is_executed_once_given_the_same_bytes(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        raw = signed(gateway, deployer, probe.address, ABI.encode("note", 1, "once", 2))
        first = gateway.send(raw)
        probe.transact(deployer, "note", 9, "something else", 1)
        head = gateway.head()

        assert [gateway.send(raw), gateway.send(raw)] == [first, first]
        assert (gateway.head(), probe.call("count")) == (head, 8)

    def test_is_mined_at_an_attempt_too(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        raw = signed(gateway, deployer, probe.address, ABI.encode("note", 1, "tried", 2))

        receipt = gateway.attempt(raw)

        assert (gateway.receipt(keccak(raw)), gateway.head().ref) == (receipt, receipt.block)
        assert (gateway.attempt(raw), probe.call("count")) == (receipt, 7)

    @pytest.mark.parametrize(("function", "arguments", "name", "shown"), REFUSALS)
    def test_spends_nothing_on_an_attempt_that_is_refused(
        self,
        gateway: Gateway,
        probe: Contract,
        deployer: Signer,
        function: str,
        arguments: tuple[object, ...],
        name: str,
        shown: dict[str, object],
    ) -> None:
        raw = signed(gateway, deployer, probe.address, ABI.encode(function, *arguments), gas=200_000)
        before = gateway.head(), gateway.nonce(deployer.address), gateway.balance(deployer.address)

        for _ in range(2):
            with pytest.raises(ContractReverted) as refused:
                gateway.attempt(raw)
            assert (refused.value.name, refused.value.arguments) == (name, named(shown, deployer.address))

        assert (gateway.head(), gateway.nonce(deployer.address), gateway.balance(deployer.address)) == before
        assert gateway.receipt(keccak(raw)) is None

    @pytest.mark.parametrize(("function", "arguments", "name", "shown"), REFUSALS)
    def test_reverts_in_the_same_way_given_the_same_bytes(
        self,
        gateway: Gateway,
        probe: Contract,
        deployer: Signer,
        function: str,
        arguments: tuple[object, ...],
        name: str,
        shown: dict[str, object],
    ) -> None:
        raw = signed(gateway, deployer, probe.address, ABI.encode(function, *arguments), gas=200_000)
        heads = []

        for _ in range(3):
            with pytest.raises(ContractReverted) as refused:
                gateway.send(raw)
            assert (refused.value.name, refused.value.arguments) == (name, named(shown, deployer.address))
            probe.transact(deployer, "note", 1, "afterwards", 1)
            heads.append(gateway.head().number)

        assert heads == [3, 4, 5]

    def test_creates_a_contract_once(self, gateway: Gateway, deployer: Signer) -> None:
        raw = signed(gateway, deployer, None, ABI.encode_deployment(BYTECODE, 5), gas=2_000_000)

        receipts = [gateway.send(raw) for _ in range(2)]

        assert receipts[0] == receipts[1] == gateway.receipt(keccak(raw))
        assert gateway.code(receipts[0].contract_address or ZERO_ADDRESS).hex() == ARTIFACT.deployed_bytecode[2:]

    def test_is_executed_anew_given_a_reorg(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        snapshot = gateway.snapshot()
        raw = signed(gateway, deployer, probe.address, ABI.encode("note", 1, "x", 1))
        orphan = gateway.send(raw)
        gateway.revert(snapshot)
        assert gateway.receipt(keccak(raw)) is None
        gateway.mine()

        receipt = gateway.send(raw)

        assert (receipt.block.number, receipt.block.hash == orphan.block.hash) == (orphan.block.number + 1, False)
        assert (gateway.send(raw), probe.call("count")) == (receipt, 6)

    def test_refuses_a_spent_nonce(self, gateway: Gateway, deployer: Signer) -> None:
        raw = signed(gateway, deployer, SUPPLIER.address)
        gateway.transact(deployer, SUPPLIER.address, value=1)

        assert refusal(gateway, raw) == (
            Reason.NONCE_SPENT,
            f"nonce 0 of {deployer.address} is spent by another transaction: the next is 1",
        )

    def test_refuses_a_gap(self, gateway: Gateway, deployer: Signer) -> None:
        raw = signed(gateway, deployer, SUPPLIER.address, nonce=2)

        assert refusal(gateway, raw) == (
            Reason.NONCE_TOO_HIGH,
            f"nonce 2 of {deployer.address} is too high: the next is 0",
        )

    def test_refuses_an_account_without_funds(self, gateway: Gateway) -> None:
        raw = signed(gateway, SUPPLIER, ZERO_ADDRESS, value=1, max_fee=10**10, gas=21_000)

        assert refusal(gateway, raw) == (
            Reason.NO_FUNDS,
            f"{SUPPLIER.address} has no funds for its transaction: its balance is 0 wei, {21 * 10**13 + 1} are needed",
        )

    def test_refuses_a_fee_below_the_next_block_s(self, gateway: Gateway, deployer: Signer) -> None:
        raw = signed(gateway, deployer, SUPPLIER.address, max_fee=1)

        reason, text = refusal(gateway, raw)

        assert reason == Reason.FEE_TOO_LOW
        assert text.startswith(f"{deployer.address} offers 1 wei a unit of gas: the next block takes ")

    def test_refuses_less_than_the_intrinsic_gas(self, gateway: Gateway, deployer: Signer) -> None:
        with pytest.raises(ChainError, match=r"(?i)gas"):
            gateway.send(signed(gateway, deployer, SUPPLIER.address, gas=20_000))

    def test_refuses_another_chain_s(self, gateway: Gateway, deployer: Signer) -> None:
        raws = [
            signed(gateway, deployer, SUPPLIER.address, chain_id=1),
            signed_by_account(gateway, {"gasPrice": 10**10}, nonce=0, chainId=1),
        ]

        assert {refusal(gateway, raw) for raw in raws} == {
            (Reason.WRONG_CHAIN, "transaction is signed for chain 1: this is chain 31337")
        }

    def test_refuses_one_signed_for_no_chain(self, gateway: Gateway) -> None:
        account = Account.from_key(DEPLOYER_KEY)
        raw = account.sign_transaction(
            {"to": SUPPLIER.address, "value": 5, "gas": 21_000, "gasPrice": 10**10, "nonce": 0}
        ).raw_transaction

        assert refusal(gateway, bytes(raw)) == (
            Reason.UNPROTECTED,
            "transaction is signed for no chain: sign it with the chain id (EIP-155)",
        )

    def test_refuses_malformed_bytes(self, gateway: Gateway, deployer: Signer) -> None:
        good = signed(gateway, deployer, SUPPLIER.address)

        for raw in (b"", b"\x02", good[:-1], good + b"\0", b"\x03" + good[1:], b"\x05", b"\xc0", bytes(100)):
            reason, text = refusal(gateway, raw)
            assert reason == Reason.MALFORMED
            assert text.startswith("transaction is malformed: ")
        assert gateway.send(good).succeeded

    def test_takes_the_nonce_after_a_refusal(self, gateway: Gateway, deployer: Signer) -> None:
        refusal(gateway, signed(gateway, deployer, SUPPLIER.address, nonce=5))

        assert gateway.send(signed(gateway, deployer, SUPPLIER.address)).block.number == 1


def refusal(gateway: Gateway, raw: bytes) -> tuple[Reason, str]:
    """Why it is refused; nothing happens to the chain."""
    before = gateway.head()
    with pytest.raises(TransactionRefused) as refused:
        gateway.send(raw)
    assert gateway.head() == before
    return refused.value.reason, str(refused.value)


class TestFinding:
    def test_gives_the_receipt_and_transaction_as_they_were(
        self, gateway: Gateway, probe: Contract, deployer: Signer
    ) -> None:
        data = ABI.encode("note", 1, "x", 2)
        receipt = gateway.transact(deployer, probe.address, data, gas=200_000)
        gateway.mine(3)

        found = gateway.transaction(receipt.transaction_hash)

        assert gateway.receipt(receipt.transaction_hash) == receipt
        assert found == MinedTransaction(
            hash=receipt.transaction_hash,
            block=receipt.block,
            index=0,
            sender=deployer.address,
            to=probe.address,
            data=data,
            value=0,
            gas=200_000,
            nonce=1,
        )

    def test_gives_a_refused_one(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        raw = signed(gateway, deployer, probe.address, ABI.encode("refuse", 7))
        with pytest.raises(ContractReverted):
            gateway.send(raw)

        receipt = gateway.receipt(keccak(raw))

        assert receipt is not None
        assert (receipt.succeeded, receipt.logs, receipt.block) == (False, (), gateway.head().ref)
        assert gateway.transaction(keccak(raw)) is not None

    def test_gives_no_address_given_a_deployment_that_was_refused(self, gateway: Gateway, deployer: Signer) -> None:
        raw = signed(gateway, deployer, None, ABI.encode_deployment(BYTECODE, 13), gas=2_000_000)
        with pytest.raises(ContractReverted):
            gateway.send(raw)

        receipt, found = gateway.receipt(keccak(raw)), gateway.transaction(keccak(raw))

        assert receipt is not None
        assert found is not None
        assert (receipt.contract_address, found.to) == (None, None)

    def test_gives_none_given_a_hash_that_is_not_there(self, gateway: Gateway, probe: Contract) -> None:
        assert gateway.receipt(bytes(32)) is gateway.transaction(bytes(32)) is None

    def test_gives_what_is_on_the_chain_given_a_reorg(
        self, gateway: Gateway, probe: Contract, deployer: Signer
    ) -> None:
        snapshot = gateway.snapshot()
        orphan = probe.transact(deployer, "note", 1, "x", 1)
        gateway.revert(snapshot)
        kept = probe.transact(deployer, "note", 1, "y", 1)

        assert gateway.receipt(orphan.transaction_hash) is gateway.transaction(orphan.transaction_hash) is None
        assert gateway.receipt(kept.transaction_hash) == kept


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

    def test_gives_the_logs_of_a_block_by_its_hash(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        receipt = probe.transact(deployer, "note", 40, "invoice", 2)
        gateway.mine()

        for number in range(3):
            assert gateway.logs(gateway.block(number).ref) == gateway.logs(number)
        assert tuple(entry.log for entry in gateway.logs(receipt.block)) == receipt.logs

    @pytest.mark.parametrize("times", [0, 2])
    def test_fails_given_a_block_that_was_replaced(
        self, gateway: Gateway, probe: Contract, deployer: Signer, times: int
    ) -> None:
        snapshot = gateway.snapshot()
        orphan = probe.transact(deployer, "note", 40, "invoice", times).block
        gateway.revert(snapshot)

        for _ in range(2):
            for read in (gateway.logs, gateway.transactions):
                with pytest.raises(
                    BlockReplaced, match=f"block 2 is no longer 0x{orphan.hash.hex()}: a reorg replaced it"
                ):
                    read(orphan)
            gateway.mine()

    def test_names_the_transactions_of_a_block(self, gateway: Gateway, probe: Contract, deployer: Signer) -> None:
        sent = gateway.transact(deployer, SUPPLIER.address, value=1)
        refused = signed(gateway, deployer, probe.address, ABI.encode("refuse", 7))
        with pytest.raises(ContractReverted):
            gateway.send(refused)
        gateway.mine()

        named = [gateway.transactions(gateway.block(number).ref) for number in range(5)]

        assert (named[0], named[4]) == ((), ())
        assert named[2:4] == [(sent.transaction_hash,), (keccak(refused),)]

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
