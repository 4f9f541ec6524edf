"""py-evm's blocks, transactions and receipts as JSON-RPC answers them (EIP-1474 and the execution APIs)."""

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA256, EMPTY_UNCLE_HASH

from api.rpc.hexadecimal import Json, bloom, data, quantity, word
from api.rpc.logs import LogRecord, logs_of
from api.rpc.view import MinedBlock
from scfin_chain.chain.signer import address_of, raw_address
from scfin_chain.chain.transaction import created_address

SUCCEEDED = b"\x01"
"""What a receipt holds in place of a state root since EIP-658."""

LEGACY, ACCESS_LIST = 0, 1
"""EIP-2718 types; 2 is the fee market's."""


def header(mined: BlockHeaderAPI, *, pending: bool = False) -> dict[str, Json]:
    """A header alone; one that is pending has no hash and no nonce yet."""
    return {
        "hash": None if pending else data(mined.hash),
        "parentHash": data(mined.parent_hash),
        "sha3Uncles": data(EMPTY_UNCLE_HASH),
        "miner": data(mined.coinbase),
        "stateRoot": data(mined.state_root),
        "transactionsRoot": data(mined.transaction_root),
        "receiptsRoot": data(mined.receipt_root),
        "logsBloom": bloom(mined.bloom),
        "difficulty": quantity(mined.difficulty),
        "number": quantity(mined.block_number),
        "gasLimit": quantity(mined.gas_limit),
        "gasUsed": quantity(mined.gas_used),
        "timestamp": quantity(mined.timestamp),
        "extraData": data(mined.extra_data),
        "mixHash": data(mined.mix_hash),
        "nonce": None if pending else data(mined.nonce),
        "baseFeePerGas": quantity(mined.base_fee_per_gas or 0),
        "withdrawalsRoot": data(mined.withdrawals_root or BLANK_ROOT_HASH),
        "blobGasUsed": quantity(mined.blob_gas_used),
        "excessBlobGas": quantity(mined.excess_blob_gas),
        "parentBeaconBlockRoot": data(mined.parent_beacon_block_root or BLANK_ROOT_HASH),
        "requestsHash": data(getattr(mined, "requests_hash", EMPTY_SHA256)),
    }


def block(mined: MinedBlock, *, full: bool) -> dict[str, Json]:
    """A mined block with its transactions, or their hashes."""
    transactions: list[Json] = [
        transaction(mined, index) if full else data(one.hash) for index, one in enumerate(mined.transactions)
    ]
    return {**header(mined.header), **_body(mined.size, transactions)}


def pending_block(next_header: BlockHeaderAPI) -> dict[str, Json]:
    """The block to be mined next: empty, since each transaction is mined as it comes."""
    return {**header(next_header, pending=True), **_body(0, [])}


def transaction(mined: MinedBlock, index: int) -> dict[str, Json]:
    """A mined transaction."""
    one = mined.transactions[index]
    kind = transaction_type(one)
    return {
        "type": quantity(kind),
        "hash": data(one.hash),
        "blockHash": data(mined.header.hash),
        "blockNumber": quantity(mined.header.block_number),
        "blockTimestamp": quantity(mined.header.timestamp),
        "transactionIndex": quantity(index),
        "from": data(one.sender),
        "to": data(one.to) if one.to else None,
        "nonce": quantity(one.nonce),
        "gas": quantity(one.gas),
        "value": quantity(one.value),
        "input": data(one.data),
        "gasPrice": quantity(effective_price(one, mined.header)),
        "r": quantity(one.r),
        "s": quantity(one.s),
        **_of_kind(one, kind),
    }


def receipt(mined: MinedBlock, index: int) -> dict[str, Json]:
    """What became of a mined transaction."""
    one, kept = mined.transactions[index], mined.receipts[index]
    before = mined.receipts[index - 1].gas_used if index else 0
    return {
        "type": quantity(transaction_type(one)),
        "status": quantity(int(kept.state_root == SUCCEEDED)),
        "transactionHash": data(one.hash),
        "transactionIndex": quantity(index),
        "blockHash": data(mined.header.hash),
        "blockNumber": quantity(mined.header.block_number),
        "from": data(one.sender),
        "to": data(one.to) if one.to else None,
        "contractAddress": None if one.to else data(raw_address(created_address(address_of(one.sender), one.nonce))),
        "cumulativeGasUsed": quantity(kept.gas_used),
        "gasUsed": quantity(kept.gas_used - before),
        "effectiveGasPrice": quantity(effective_price(one, mined.header)),
        "logs": [log(record) for record in logs_of(mined) if record.transaction_index == index],
        "logsBloom": bloom(int(kept.bloom)),
    }


def log(record: LogRecord, *, removed: bool = False) -> dict[str, Json]:
    """What a contract emitted; ``removed`` when its block has left the chain."""
    return {
        "address": data(record.address),
        "topics": [data(topic) for topic in record.topics],
        "data": data(record.data),
        "blockHash": data(record.block_hash),
        "blockNumber": quantity(record.block_number),
        "blockTimestamp": quantity(record.timestamp),
        "transactionHash": data(record.transaction_hash),
        "transactionIndex": quantity(record.transaction_index),
        "logIndex": quantity(record.index),
        "removed": removed,
    }


def transaction_type(one: SignedTransactionAPI) -> int:
    """The EIP-2718 type; an untyped transaction is of type 0."""
    return getattr(one, "type_id", None) or LEGACY


def effective_price(one: SignedTransactionAPI, mined: BlockHeaderAPI) -> int:
    """Wei that a unit of gas cost: EIP-1559."""
    return min(one.max_fee_per_gas, one.max_priority_fee_per_gas + (mined.base_fee_per_gas or 0))


def _body(size: int, transactions: list[Json]) -> dict[str, Json]:
    return {
        "totalDifficulty": quantity(0),
        "size": quantity(size),
        "uncles": [],
        "transactions": transactions,
        "withdrawals": [],
    }


def _of_kind(one: SignedTransactionAPI, kind: int) -> dict[str, Json]:
    if kind == LEGACY:
        signed_for: dict[str, Json] = {} if one.chain_id is None else {"chainId": quantity(one.chain_id)}
        return {**signed_for, "v": quantity(one.v)}  # type: ignore[attr-defined]  # of legacy transactions alone
    accesses: list[Json] = [
        {"address": data(account), "storageKeys": [word(slot) for slot in slots]} for account, slots in one.access_list
    ]
    typed: dict[str, Json] = {
        "chainId": quantity(one.chain_id or 0),
        "accessList": accesses,
        "yParity": quantity(one.y_parity),
        "v": quantity(one.y_parity),
    }
    if kind == ACCESS_LIST:
        return typed
    fees: dict[str, Json] = {
        "maxFeePerGas": quantity(one.max_fee_per_gas),
        "maxPriorityFeePerGas": quantity(one.max_priority_fee_per_gas),
    }
    return {**typed, **fees}
