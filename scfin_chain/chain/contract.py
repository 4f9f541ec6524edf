"""A deployed contract: its address and its interface on a gateway."""

from dataclasses import dataclass
from typing import Any, Self

from eth_abi.exceptions import DecodingError

from scfin_chain.chain.abi import ContractAbi
from scfin_chain.chain.gateway import Gateway, Receipt
from scfin_chain.chain.signer import Signer
from scfin_chain.errors import ChainError
from scfin_chain.units import Address


@dataclass(frozen=True, slots=True)
class Contract:
    """Calls and transactions by function name."""

    gateway: Gateway
    address: Address
    abi: ContractAbi

    @classmethod
    def deploy(
        cls,
        gateway: Gateway,
        signer: Signer,
        abi: ContractAbi,
        bytecode: bytes,
        *arguments: object,
        gas: int | None = None,
    ) -> Self:
        """Create the contract and return it."""
        receipt = gateway.deploy(signer, abi.encode_deployment(bytecode, *arguments), gas=gas)
        if receipt.contract_address is None:
            raise ChainError(f"transaction 0x{receipt.transaction_hash.hex()} created no contract")
        return cls(gateway, receipt.contract_address, abi)

    def call(self, name: str, *arguments: object, sender: Address | None = None, block: int | None = None) -> Any:
        """What a function returns, without a transaction."""
        data = self.gateway.call(self.address, self.abi.encode(name, *arguments), sender=sender, block=block)
        try:
            return self.abi.decode_result(name, data)
        except DecodingError as error:
            raise ChainError(f"{self.address} is no such contract: {name} answered {len(data)} bytes") from error

    def transact(
        self, signer: Signer, name: str, *arguments: object, gas: int | None = None, value: int = 0
    ) -> Receipt:
        """Call a function in a transaction of its own."""
        return self.gateway.transact(signer, self.address, self.abi.encode(name, *arguments), gas=gas, value=value)
