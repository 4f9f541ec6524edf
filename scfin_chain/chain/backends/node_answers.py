"""A node's JSON in the gateway's own words."""

from collections.abc import Iterable
from typing import Any

from scfin_chain.chain.gateway import Block, BlockRef, Log, Receipt
from scfin_chain.chain.signer import address_of
from scfin_chain.units import Timestamp


def integer_of(value: str) -> int:
    return int(value, 16)


def bytes_of(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def hex_of(value: bytes) -> str:
    return f"0x{value.hex()}"


def block_of(found: dict[str, Any]) -> Block:
    return Block(
        number=integer_of(found["number"]),
        hash=bytes_of(found["hash"]),
        parent_hash=bytes_of(found["parentHash"]),
        timestamp=Timestamp(integer_of(found["timestamp"])),
    )


def receipt_of(mined: dict[str, Any]) -> Receipt:
    created = mined.get("contractAddress")
    return Receipt(
        transaction_hash=bytes_of(mined["transactionHash"]),
        block=BlockRef(number=integer_of(mined["blockNumber"]), hash=bytes_of(mined["blockHash"])),
        gas_used=integer_of(mined["gasUsed"]),
        logs=logs_of(mined["logs"]),
        contract_address=address_of(bytes_of(created)) if created else None,
        succeeded=True,
    )


def logs_of(found: Iterable[dict[str, Any]]) -> tuple[Log, ...]:
    """The logs of one transaction, counted from 0 within it on every node."""
    return tuple(
        Log(
            address=address_of(bytes_of(log["address"])),
            topics=tuple(bytes_of(topic) for topic in log["topics"]),
            data=bytes_of(log["data"]),
            index=index,
        )
        for index, log in enumerate(found)
    )
