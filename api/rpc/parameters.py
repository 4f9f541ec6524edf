"""JSON values read as what a method takes; each refusal names the parameter, its value and the limit."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from api.rpc.errors import InvalidParameter

T = TypeVar("T")
Parser = Callable[[str, object], T]
"""Reads a JSON value that is called by a name in refusals."""

UINT_64 = 2**64 - 1
UINT_256 = 2**256 - 1

MAX_BYTES = 131_072
"""Bytes of one transaction's or message's data: geth's limit for a transaction."""

Tag = Literal["latest", "earliest", "pending", "safe", "finalized"]
TAGS: tuple[Tag, ...] = ("latest", "earliest", "pending", "safe", "finalized")

_QUANTITY = re.compile(r"0[xX][0-9a-fA-F]{1,64}", re.ASCII)
_DATA = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class BlockNumbered:
    """A block by its height."""

    number: int


@dataclass(frozen=True, slots=True)
class BlockHashed:
    """A block by its hash."""

    hash: bytes


BlockId = Tag | BlockNumbered | BlockHashed
"""A block as a caller names it: EIP-1898."""


def boolean(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidParameter(name, value, "true or false")
    return value


def text(name: str, value: object) -> str:
    """Any string."""
    if not isinstance(value, str):
        raise InvalidParameter(name, value, "a string")
    return value


def number(name: str, value: object, *, maximum: int = UINT_256, minimum: int = 0) -> int:
    """A quantity; a JSON number or leading zeros are understood as well, since clients send both."""
    if isinstance(value, int) and not isinstance(value, bool):
        read = value
    elif isinstance(value, str) and _QUANTITY.fullmatch(value):
        read = int(value, 16)
    else:
        raise InvalidParameter(name, value, "a number as 0x and hexadecimal digits")
    if not minimum <= read <= maximum:
        raise InvalidParameter(name, value, f"from {minimum} to {_shown(maximum)}")
    return read


def bounded(maximum: int, minimum: int = 0) -> Parser[int]:
    """Reads a quantity between two limits."""
    return lambda name, value: number(name, value, maximum=maximum, minimum=minimum)


def octets(name: str, value: object, *, maximum: int = MAX_BYTES) -> bytes:
    """Bytes of any length up to a limit."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise InvalidParameter(name, value, "bytes as 0x and two hexadecimal digits each")
    if len(value) > 2 + 2 * maximum:
        raise InvalidParameter(name, value, f"at most {maximum} bytes")
    return bytes.fromhex(value[2:])


def _exactly(name: str, value: object, size: int, what: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 + 2 * size or not _DATA.fullmatch(value):
        raise InvalidParameter(name, value, f"{what} as 0x and {2 * size} hexadecimal digits")
    return bytes.fromhex(value[2:])


def address(name: str, value: object) -> bytes:
    """The 20 bytes of an account; upper and lower case are not told apart."""
    return _exactly(name, value, 20, "an address")


def hash32(name: str, value: object) -> bytes:
    """32 bytes."""
    return _exactly(name, value, 32, "a hash")


def block(name: str, value: object) -> BlockId:
    """A block by height, tag or hash object."""
    if isinstance(value, dict):
        return _block_object(name, value)
    for tag in TAGS:
        if value == tag:
            return tag
    if isinstance(value, str) and not value[:2].lower() == "0x":
        raise InvalidParameter(name, value, f"a height or one of {', '.join(TAGS)}")
    return BlockNumbered(number(name, value, maximum=UINT_64))


def absent(why: str) -> Parser[None]:
    """Reads what this node does not know: nothing, or an empty object."""

    def parse(name: str, value: object) -> None:
        if value not in (None, {}):
            raise InvalidParameter(name, value, f"absent: {why}")

    return parse


def array(item: Parser[T], *, maximum: int) -> Parser[tuple[T, ...]]:
    """Reads an array of one kind of items."""

    def parse(name: str, value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise InvalidParameter(name, value, "an array")
        if len(value) > maximum:
            raise InvalidParameter(name, value, f"of at most {maximum} items")
        return tuple(item(f"{name}[{index}]", one) for index, one in enumerate(value))

    return parse


def mapping(name: str, value: object) -> Mapping[str, object]:
    """An object."""
    if not isinstance(value, dict):
        raise InvalidParameter(name, value, "an object")
    return value


def field(within: str, fields: Mapping[str, object], name: str, parse: Parser[T]) -> T | None:
    """One field of an object; absent and null are the same."""
    value = fields.get(name)
    return None if value is None else parse(f"{within}.{name}", value)


def _block_object(name: str, fields: Mapping[str, object]) -> BlockId:
    height = field(name, fields, "blockNumber", bounded(UINT_64))
    block_hash = field(name, fields, "blockHash", hash32)
    field(name, fields, "requireCanonical", boolean)
    if height is not None and block_hash is None:
        return BlockNumbered(height)
    if block_hash is not None and height is None:
        return BlockHashed(block_hash)
    raise InvalidParameter(name, fields, "an object with either blockNumber or blockHash")


def _shown(limit: int) -> str:
    return {UINT_64: "2**64 - 1", UINT_256: "2**256 - 1"}.get(limit, str(limit))
