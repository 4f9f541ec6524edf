"""How contracts are compiled; every field changes the bytecode, and so the cache's key."""

from dataclasses import dataclass
from typing import Any

SOLC_VERSION = "0.8.37"
"""The one compiler; package.json pins the same."""

OUTPUTS = [
    "abi",
    "evm.bytecode.object",
    "evm.bytecode.linkReferences",
    "evm.deployedBytecode.object",
    "evm.methodIdentifiers",
]
"""What is asked of the compiler for each contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Optimizer, code generator and hard fork."""

    optimizer_runs: int = 1_000
    """How often a deployed opcode is expected to run: larger code, cheaper calls."""
    via_ir: bool = False
    """Generate through Yul: 1-2 % less gas, and no stack-too-deep, for twice the time."""
    evm_version: str = "prague"

    def to_json(self) -> dict[str, Any]:
        """The ``settings`` of standard JSON, but for the selection of outputs.

        Without the hash of the metadata the bytecode does not depend on comments and paths.
        """
        return {
            "evmVersion": self.evm_version,
            "optimizer": {"enabled": True, "runs": self.optimizer_runs},
            "viaIR": self.via_ir,
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
        }
