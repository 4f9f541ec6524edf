"""A transaction as a caller describes it, unsigned: to be called, estimated, or signed and sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.rpc.errors import InvalidParameter
from api.rpc.parameters import UINT_64, Parser, address, array, bounded, field, hash32, mapping, number, octets

Accesses = tuple[tuple[bytes, tuple[int, ...]], ...]
"""Accounts and the storage slots of each that are declared beforehand: EIP-2930."""

LEGACY, ACCESS_LIST, FEE_MARKET = 0, 1, 2
"""EIP-2718 types that this node takes."""

MAX_ACCESSES = 1_000

_UNKNOWN = ("blobs", "blobVersionedHashes", "maxFeePerBlobGas", "authorizationList")
"""Fields that change what a transaction does, and that this node does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """Wei and gas as given; None where the caller leaves it to the node."""

    sender: bytes | None = None
    to: bytes | None = None
    gas: int | None = None
    gas_price: int | None = None
    max_fee: int | None = None
    max_tip: int | None = None
    value: int = 0
    data: bytes = b""
    nonce: int | None = None
    accesses: Accesses | None = None
    kind: int | None = None
    chain_id: int | None = None

    @property
    def fees(self) -> tuple[int, int]:
        """Largest price and tip for a unit of gas, wei; nothing where the caller names no price."""
        if self.gas_price is not None:
            return self.gas_price, self.gas_price
        return (0, 0) if self.max_fee is None else (self.max_fee, self.max_tip or 0)


def parse_call(name: str, value: object) -> CallRequest:
    """A transaction object; a field that this node cannot honour is refused, one that says nothing is passed over."""
    fields = mapping(name, value)
    for unknown in _UNKNOWN:
        if fields.get(unknown) is not None:
            raise InvalidParameter(f"{name}.{unknown}", fields[unknown], "absent: transactions are of type 0, 1 or 2")
    request = CallRequest(
        sender=field(name, fields, "from", address),
        to=field(name, fields, "to", address),
        gas=field(name, fields, "gas", bounded(UINT_64)),
        gas_price=field(name, fields, "gasPrice", number),
        max_fee=field(name, fields, "maxFeePerGas", number),
        max_tip=field(name, fields, "maxPriorityFeePerGas", number),
        value=field(name, fields, "value", number) or 0,
        data=_data(name, fields),
        nonce=field(name, fields, "nonce", bounded(UINT_64 - 1)),
        accesses=field(name, fields, "accessList", _accesses),
        kind=field(name, fields, "type", bounded(FEE_MARKET)),
        chain_id=field(name, fields, "chainId", number),
    )
    _check_fees(name, request)
    return request


def _data(name: str, fields: Mapping[str, object]) -> bytes:
    given, older = field(name, fields, "input", octets), field(name, fields, "data", octets)
    if given is not None and older is not None and given != older:
        raise InvalidParameter(f"{name}.data", fields["data"], "the same as input where both are given")
    return given or older or b""


def _check_fees(name: str, request: CallRequest) -> None:
    if request.gas_price is not None and (request.max_fee is not None or request.max_tip is not None):
        raise InvalidParameter(f"{name}.gasPrice", request.gas_price, "absent where maxFeePerGas is given")
    if request.max_fee is not None and request.max_tip is not None and request.max_tip > request.max_fee:
        raise InvalidParameter(
            f"{name}.maxPriorityFeePerGas", request.max_tip, f"at most maxFeePerGas {request.max_fee}"
        )


def _accesses(name: str, value: object) -> Accesses:
    return array(_access, maximum=MAX_ACCESSES)(name, value)


def _access(name: str, value: object) -> tuple[bytes, tuple[int, ...]]:
    fields = mapping(name, value)
    account = _demand(name, fields, "address", address)
    slots = field(name, fields, "storageKeys", array(hash32, maximum=MAX_ACCESSES)) or ()
    return account, tuple(int.from_bytes(slot) for slot in slots)


def _demand(within: str, fields: Mapping[str, object], name: str, parse: Parser[bytes]) -> bytes:
    return parse(f"{within}.{name}", fields.get(name))
