"""Which contracts stand where: the deployment order is fixed, so the deployer's address tells every other."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from scfin_chain.artifacts import Artifact
from scfin_chain.chain.abi import ContractAbi
from scfin_chain.chain.gateway import Log
from scfin_chain.chain.transaction import created_address
from scfin_chain.events import EVENTS, Event
from scfin_chain.units import Address

CONTRACTS = (
    "Participants",
    "CashToken",
    "ReceivableRegistry",
    "CreditLine",
    "CreditToken",
    "FinancingDesk",
    "Settlement",
)
"""In the order in which they are deployed, from the deployer's first transaction on."""

_FIELDS = {name: tuple(field.name for field in fields(kind)) for name, kind in EVENTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """An event with the contract that told it."""

    contract: str
    event: Event


class Deployment:
    """The ledger's contracts by name, with their addresses and interfaces."""

    def __init__(self, deployer: Address, artifacts: Mapping[str, Artifact]) -> None:
        self.deployer = deployer
        self.addresses = {name: created_address(deployer, nonce) for nonce, name in enumerate(CONTRACTS)}
        self.abis = {name: ContractAbi(artifacts[name].abi) for name in CONTRACTS}
        self._names = {address: name for name, address in self.addresses.items()}

    def decode(self, log: Log) -> LedgerEvent | None:
        """The log as an event of the ledger; None where another contract told it."""
        contract = self._names.get(log.address)
        decoded = self.abis[contract].decode_log(log) if contract else None
        if contract is None or decoded is None:
            return None
        values = zip(_FIELDS[decoded.name], decoded.arguments.values(), strict=True)
        return LedgerEvent(contract=contract, event=EVENTS[decoded.name](**dict(values)))
