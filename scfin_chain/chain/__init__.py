"""The chain gateway: one port to a chain, signers, interfaces of contracts, and typed reverts."""

from scfin_chain.chain.abi import Abi, ContractAbi, DecodedLog
from scfin_chain.chain.contract import Contract
from scfin_chain.chain.gateway import (
    DEFAULT_GAS,
    ZERO_ADDRESS,
    Block,
    BlockMissing,
    BlockRef,
    BlockReplaced,
    Capabilities,
    Gateway,
    Log,
    LogEntry,
    LogKey,
    MinedTransaction,
    Receipt,
    SnapshotId,
)
from scfin_chain.chain.refusal import Reason, TransactionRefused
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import DEPLOYER, Signer, development_signer
from scfin_chain.chain.transaction import SignedTransaction, TransactionRequest, sign

__all__ = [
    "DEFAULT_GAS",
    "DEPLOYER",
    "ZERO_ADDRESS",
    "Abi",
    "Block",
    "BlockMissing",
    "BlockRef",
    "BlockReplaced",
    "Capabilities",
    "Contract",
    "ContractAbi",
    "DecodedLog",
    "ErrorCatalogue",
    "Gateway",
    "Log",
    "LogEntry",
    "LogKey",
    "MinedTransaction",
    "Reason",
    "Receipt",
    "SignedTransaction",
    "Signer",
    "SnapshotId",
    "TransactionRefused",
    "TransactionRequest",
    "development_signer",
    "sign",
]
