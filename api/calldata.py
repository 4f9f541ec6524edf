"""What a transaction asked for, read with the interfaces of the ledger's contracts."""

from dataclasses import dataclass

from eth_abi.exceptions import DecodingError
from pydantic import JsonValue

from scfin_chain.chain.deployment import Deployment
from scfin_chain.units import Address

SELECTOR = 4
"""Bytes of calldata that name the function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a contract of the ledger; without a function where the calldata is none of its own."""

    contract: str
    function: str | None
    arguments: dict[str, JsonValue]


def read_call(deployment: Deployment, to: Address | None, data: bytes) -> Call | None:
    """The call in a transaction; None where it is to nobody of ours."""
    contract = next((name for name, address in deployment.addresses.items() if address == to), None)
    if contract is None:
        return None
    functions = deployment.abis[contract].functions.values()
    function = next((each for each in functions if each.selector == data[:SELECTOR]), None)
    if function is None:
        return Call(contract=contract, function=None, arguments={})
    try:
        values = function.inputs.decode(data[SELECTOR:])
    except DecodingError:
        return Call(contract=contract, function=function.name, arguments={})
    names = (name.rstrip("_") for name in function.inputs.names)
    return Call(
        contract=contract, function=function.name, arguments=dict(zip(names, map(spelled, values), strict=True))
    )


def spelled(value: object) -> JsonValue:
    """A decoded value, in JSON without loss: whole numbers are text, bytes hexadecimal, a struct goes by its fields."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, tuple):
        fields: tuple[str, ...] | None = getattr(value, "_fields", None)
        parts = [spelled(part) for part in value]
        return parts if fields is None else dict(zip(fields, parts, strict=True))
    return str(value)
