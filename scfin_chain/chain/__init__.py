"""The chain gateway: one port to a chain, signers, interfaces of contracts, and typed reverts."""

from scfin_chain.chain.abi import Abi, ContractAbi, DecodedLog
from scfin_chain.chain.contract import Contract
from scfin_chain.chain.gateway import (
    DEFAULT_GAS,
    ZERO_ADDRESS,
    Block,
    BlockRef,
    Capabilities,
    Gateway,
    Log,
    LogEntry,
    LogKey,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import DEPLOYER, Signer, development_signer

__all__ = [
    "DEFAULT_GAS",
    "DEPLOYER",
    "ZERO_ADDRESS",
    "Abi",
    "Block",
    "BlockRef",
    "Capabilities",
    "Contract",
    "ContractAbi",
    "DecodedLog",
    "ErrorCatalogue",
    "Gateway",
    "Log",
    "LogEntry",
    "LogKey",
    "Receipt",
    "Signer",
    "SnapshotId",
    "development_signer",
]
