"""The deployed ledger: commands in, outcomes out, views beside."""

from dataclasses import dataclass
from typing import Any

from scfin_chain.chain.deployment import Deployment, LedgerEvent
from scfin_chain.chain.gateway import Gateway, Log, Receipt
from scfin_chain.chain.signer import Signer
from scfin_chain.units import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What one account wants of one contract; ``step`` is its name in the journal."""

    step: str
    signer: Signer
    contract: str
    function: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A mined command with the ledger's events, in order."""

    receipt: Receipt
    events: tuple[LedgerEvent, ...]


class Ledger:
    """The contracts of one deployment on one gateway."""

    def __init__(self, gateway: Gateway, deployment: Deployment) -> None:
        self.gateway = gateway
        self.deployment = deployment

    def submit(self, command: Command) -> Outcome:
        """Send the command; a refusal by the contract raises `ContractReverted`."""
        data = self.deployment.abis[command.contract].encode(command.function, *command.arguments)
        receipt = self.gateway.transact(command.signer, self.deployment.addresses[command.contract], data)
        return Outcome(receipt=receipt, events=self.events(receipt.logs))

    def events(self, logs: tuple[Log, ...]) -> tuple[LedgerEvent, ...]:
        """Those logs that the ledger's contracts told, decoded."""
        return tuple(decoded for decoded in map(self.deployment.decode, logs) if decoded is not None)

    def view(self, contract: str, function: str, *arguments: object, block: int | None = None) -> Any:
        """What a view says on the state after ``block``, by default the head."""
        abi = self.deployment.abis[contract]
        data = self.gateway.call(self.deployment.addresses[contract], abi.encode(function, *arguments), block=block)
        return abi.decode_result(function, data)

    def address(self, contract: str) -> Address:
        """Where a contract stands."""
        return self.deployment.addresses[contract]
