"""Reading from a node's answers why a contract refused; each kind of node says it in its own way."""

import re

from scfin_chain.chain.backends.json_rpc import NodeRefused
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.errors import ContractReverted

EXECUTION_REVERTED = 3
"""Error code of a revert: execution-apis, ``eth_call``."""

_OUT_OF_GAS = re.compile(r"out.?of.?gas|OOG|gas required exceeds", re.IGNORECASE)
_HALTED = re.compile(r"revert|EVM error|VM execution error|invalid (opcode|jump)|stack (under|over)flow", re.IGNORECASE)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


def is_out_of_gas(message: str) -> bool:
    """Whether a node's words mean that the gas limit was used up."""
    return _OUT_OF_GAS.search(message) is not None


def revert_of(refused: NodeRefused, *, errors: ErrorCatalogue, gas: int) -> ContractReverted | None:
    """The contract's error behind a node's, or None where the node itself failed."""
    data = _revert_data(refused.data)
    if data:
        return errors.decode(data)
    if is_out_of_gas(refused.message):
        return errors.out_of_gas(gas)
    if data is not None or refused.code == EXECUTION_REVERTED or _HALTED.search(refused.message):
        return errors.decode(b"")
    return None


def _revert_data(data: object) -> bytes | None:
    if isinstance(data, dict):
        return _revert_data(data.get("data", data.get("result")))
    found = _HEX.search(data) if isinstance(data, str) else None
    return bytes.fromhex(found[0][2:]) if found else None
