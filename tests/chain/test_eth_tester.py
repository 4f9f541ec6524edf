"""What only the in-process chain promises: it is repeatable, and its shortcuts change nothing."""

from collections.abc import Mapping

import pytest
from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.vm.forks.prague import PragueVM
from eth_typing import BlockNumber

from scfin_chain.chain import DEPLOYER, Contract, development_signer, sign
from scfin_chain.chain.backends.eth_tester import DEPLOYER_FUNDS, EthTesterGateway
from scfin_chain.chain.signer import raw_address
from scfin_chain.errors import ContractReverted
from scfin_chain.units import Address, Timestamp
from tests.chain.probe import ABI, BYTECODE

SUPPLIER = development_signer("supplier")
FUNDS: Mapping[Address, int] = {SUPPLIER.address: 10 * 10**18}


def history(genesis_time: Timestamp, seed: int = 0) -> EthTesterGateway:
    """Deploy, emit, refuse, mine, travel, pay and go back."""
    gateway = EthTesterGateway(genesis_time=genesis_time, seed=seed, funds=FUNDS)
    deployer = development_signer(DEPLOYER)
    probe = Contract.deploy(gateway, deployer, ABI, BYTECODE, 5)
    probe.transact(deployer, "note", 1, "a trade", 3)
    with pytest.raises(ContractReverted):
        probe.transact(SUPPLIER, "refuse", 1)
    gateway.mine(2)
    snapshot = gateway.snapshot()
    gateway.set_time(Timestamp(genesis_time + 86_400))
    probe.transact(SUPPLIER, "stamp")
    gateway.revert(snapshot)
    gateway.set_time(Timestamp(genesis_time + 2 * 86_400))
    probe.transact(SUPPLIER, "stamp")
    gateway.transact(SUPPLIER, development_signer("buyer").address, value=1)
    return gateway


def test_has_the_same_head_hash_given_the_same_history(genesis_time: Timestamp) -> None:
    first, second = history(genesis_time), history(genesis_time)

    assert first.head() == second.head()
    assert first.head().hash.hex() == "952ca4fdd8c751bcdf77c4ad4a23eec957cdb32424527d6178c73b0199ff5180"


def test_has_another_head_hash_given_another_seed_or_genesis_time(genesis_time: Timestamp) -> None:
    heads = {
        history(genesis_time).head().hash,
        history(genesis_time, seed=1).head().hash,
        history(Timestamp(genesis_time + 1)).head().hash,
    }

    assert len(heads) == 3


def test_is_valid_and_the_same_given_py_evms_own_execution(genesis_time: Timestamp) -> None:
    """Every block, with its state, is what py-evm works out when it imports and validates the block."""
    mined = history(genesis_time).backend
    chain = MiningChain.configure("Stock", chain_id=mined.chain.chain_id, vm_configuration=((0, PragueVM),))
    accounts = {development_signer(DEPLOYER).address: DEPLOYER_FUNDS, **FUNDS}
    genesis = mined.chain.get_canonical_block_header_by_number(BlockNumber(0)).as_dict()
    given = ("difficulty", "gas_limit", "timestamp", "nonce", "mix_hash", "base_fee_per_gas", "coinbase")
    stock = chain.from_genesis(
        AtomicDB(),
        {field: genesis[field] for field in given},
        {raw_address(a): {"balance": wei, "nonce": 0, "code": b"", "storage": {}} for a, wei in accounts.items()},
    )

    for number in range(1, mined.head.block_number + 1):
        stock.import_block(mined.chain.get_canonical_block_by_number(BlockNumber(number)))

    assert stock.get_canonical_head().hash == mined.head.hash
    expected = mined.chain.create_header_from_parent(mined.head)
    assert mined.pending == expected.copy(timestamp=mined.pending.timestamp, mix_hash=mined.pending.mix_hash)


def test_gives_randomness_before_the_transaction_runs(genesis_time: Timestamp) -> None:
    gateway = history(genesis_time)
    (entry,) = gateway.logs(gateway.head().number - 1)
    stamped = ABI.decode_log(entry.log)
    block = gateway.backend.chain.get_canonical_block_by_number(BlockNumber(gateway.head().number - 1))

    assert stamped is not None
    assert stamped.arguments["randomness"] == int.from_bytes(block.header.mix_hash) > 0


def test_finds_what_is_on_the_chain_given_its_head_moves_between_branches(genesis_time: Timestamp) -> None:
    gateway = EthTesterGateway(genesis_time=genesis_time, funds=FUNDS)
    deployer, backend = development_signer(DEPLOYER), gateway.backend
    start = gateway.head().hash
    first = [gateway.transact(deployer, SUPPLIER.address, value=value) for value in (1, 2, 3)]
    backend.revert_to_snapshot(start)
    gateway.mine()
    again = gateway.transact(deployer, SUPPLIER.address, value=1)
    second = [again, *(gateway.transact(deployer, SUPPLIER.address, value=value) for value in (5, 6))]
    assert again.transaction_hash == first[0].transaction_hash

    for there, elsewhere in ((first, second), (second, first), (first[:2], second), (second, first), (first, second)):
        backend.revert_to_snapshot(there[-1].block.hash)
        assert [gateway.receipt(receipt.transaction_hash) for receipt in there] == there
        assert [gateway.receipt(receipt.transaction_hash) for receipt in elsewhere[1:]] == [None] * 2
        blocks = [gateway.block(number) for number in range(gateway.head().number + 1)]
        assert [block.hash for block in blocks[:-1]] == [block.parent_hash for block in blocks[1:]]
        assert blocks[-1].ref == there[-1].block

    assert gateway.transact(deployer, SUPPLIER.address).block.number == 4


def test_gives_each_receipt_its_own_gas_given_several_transactions_in_a_block(genesis_time: Timestamp) -> None:
    gateway = EthTesterGateway(genesis_time=genesis_time, funds=FUNDS)
    probe = Contract.deploy(gateway, development_signer(DEPLOYER), ABI, BYTECODE, 5)
    hashes = []
    for function, arguments in (("note", (1, "x", 1)), ("refuse", (1,)), ("note", (2, "y", 2))):
        request = gateway.prepare(SUPPLIER.address, probe.address, ABI.encode(function, *arguments), gas=200_000)
        signed = sign(request, SUPPLIER)
        gateway.backend.send_raw_transaction(signed.raw)
        hashes.append(signed.hash)
    assert [gateway.receipt(each) for each in hashes] == [None] * 3
    gateway.mine()

    receipts = [gateway.receipt(each) for each in hashes]

    assert [receipt.succeeded for receipt in receipts if receipt] == [True, False, True]
    alone = EthTesterGateway(genesis_time=genesis_time, funds=FUNDS)
    probe = Contract.deploy(alone, development_signer(DEPLOYER), ABI, BYTECODE, 5)
    assert receipts[0] is not None
    assert receipts[0].gas_used == probe.transact(SUPPLIER, "note", 1, "x", 1).gas_used
    assert [found.index for found in map(gateway.transaction, hashes) if found] == [0, 1, 2]
    with pytest.raises(ContractReverted, match=r"^Unknown\(data=0xd53f864c"):
        gateway.send(raw_of(gateway, hashes[1]))


def raw_of(gateway: EthTesterGateway, transaction_hash: bytes) -> bytes:
    placed = gateway.backend.placed(transaction_hash)
    assert placed is not None
    return bytes(placed.transaction.encode())


def test_funds_accounts_in_the_genesis_block(genesis_time: Timestamp) -> None:
    gateway = EthTesterGateway(genesis_time=genesis_time, funds=FUNDS)

    assert gateway.balance(SUPPLIER.address) == 10 * 10**18
    assert gateway.balance(development_signer(DEPLOYER).address) == 1_000_000 * 10**18
