"""A node's JSON in the gateway's own words."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from scfin_chain.chain.gateway import Block, BlockRef, Log, MinedTransaction, Receipt
from scfin_chain.chain.signer import address_of
from scfin_chain.errors import ChainError
from scfin_chain.units import Timestamp

P = ParamSpec("P")
R = TypeVar("R")


def _understood(reading: Callable[P, R]) -> Callable[P, R]:
    """A node that answers something else than the protocol says gets a `ChainError`, not a crash."""

    @wraps(reading)
    def read(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return reading(*arguments, **named)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ChainError(
                f"the node does not speak Ethereum's JSON-RPC: it answered {arguments[0]!r:.80}"
            ) from error

    return read


@_understood
def integer_of(value: str) -> int:
    return int(value, 16)


@_understood
def bytes_of(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def hex_of(value: bytes) -> str:
    return f"0x{value.hex()}"


@_understood
def block_of(found: dict[str, Any]) -> Block:
    return Block(
        number=integer_of(found["number"]),
        hash=bytes_of(found["hash"]),
        parent_hash=bytes_of(found["parentHash"]),
        timestamp=Timestamp(integer_of(found["timestamp"])),
    )


@_understood
def receipt_of(mined: dict[str, Any]) -> Receipt:
    succeeded = integer_of(mined["status"]) == 1
    created = mined.get("contractAddress") if succeeded else None
    return Receipt(
        transaction_hash=bytes_of(mined["transactionHash"]),
        block=BlockRef(number=integer_of(mined["blockNumber"]), hash=bytes_of(mined["blockHash"])),
        gas_used=integer_of(mined["gasUsed"]),
        logs=logs_of(mined["logs"]),
        contract_address=address_of(bytes_of(created)) if created else None,
        succeeded=succeeded,
    )


@_understood
def transaction_of(mined: dict[str, Any]) -> MinedTransaction:
    recipient = mined.get("to")
    return MinedTransaction(
        hash=bytes_of(mined["hash"]),
        block=BlockRef(number=integer_of(mined["blockNumber"]), hash=bytes_of(mined["blockHash"])),
        index=integer_of(mined["transactionIndex"]),
        sender=address_of(bytes_of(mined["from"])),
        to=address_of(bytes_of(recipient)) if recipient else None,
        data=bytes_of(mined["input"]),
        value=integer_of(mined["value"]),
        gas=integer_of(mined["gas"]),
        nonce=integer_of(mined["nonce"]),
    )


@_understood
def has_logs(block: dict[str, Any]) -> bool:
    """Whether a block's bloom says that something was emitted in it."""
    return any(bytes_of(block.get("logsBloom") or "0x"))


@_understood
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
