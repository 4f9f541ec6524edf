"""Why a contract refused: revert data turned into the one typed error, on every backend alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from scfin_chain.chain.abi import Abi, Parameters
from scfin_chain.errors import ContractReverted

OUT_OF_GAS = "OutOfGas"
"""Name of the error when a transaction used up its gas limit."""

UNKNOWN = "Unknown"
"""Name of the error when no ABI names the revert data."""

_BUILT_IN: Abi = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


class HexBytes(bytes):
    """Bytes that print as ``0x`` and hexadecimal digits."""

    def __str__(self) -> str:
        return f"0x{self.hex()}"

    __repr__ = __str__


class ErrorCatalogue:
    """All custom errors of the contracts in use, by selector."""

    def __init__(self, abis: Iterable[Abi] = ()) -> None:
        entries = [*_BUILT_IN, *(entry for abi in abis for entry in abi if entry["type"] == "error")]
        self._errors = {_selector(entry): (str(entry["name"]), Parameters(entry["inputs"])) for entry in entries}

    def decode(self, data: bytes) -> ContractReverted:
        """The error that the revert data tells of; `UNKNOWN` with the data when none does."""
        name, parameters = self._errors.get(data[:4], (UNKNOWN, None))
        if parameters is None:
            return _unknown(data)
        try:
            values = parameters.decode(data[4:])
        except (DecodingError, UnicodeDecodeError):
            return _unknown(data)
        return ContractReverted(name, dict(zip(parameters.names, map(_printable, values), strict=True)))

    def out_of_gas(self, limit: int) -> ContractReverted:
        """The error of a transaction that needed more than ``limit`` gas."""
        return ContractReverted(OUT_OF_GAS, {"limit": limit})


def _selector(entry: Mapping[str, Any]) -> bytes:
    return keccak(text=entry["name"] + Parameters(entry["inputs"]).signature)[:4]


def _unknown(data: bytes) -> ContractReverted:
    return ContractReverted(UNKNOWN, {"data": HexBytes(data)})


def _printable(value: object) -> object:
    return HexBytes(value) if isinstance(value, bytes) else value
