"""Events of the contract CashToken; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Address, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Event):
    """``Approval(address indexed owner, address indexed spender, uint256 value)``."""

    owner: Address
    spender: Address
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Burned(Event):
    """``Burned(address indexed account, uint256 amount, uint256 supply)``."""

    account: Address
    amount: Money
    supply: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedTransfer(Event):
    """``ForcedTransfer(address indexed from, address indexed to, uint256 amount, bytes32 reason)``."""

    from_: Address
    to: Address
    amount: Money
    reason: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen(Event):
    """``Frozen(address indexed account, uint256 frozen, bytes32 reason)``."""

    account: Address
    frozen: Money
    reason: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted(Event):
    """``Minted(address indexed account, uint256 amount, uint256 supply)``."""

    account: Address
    amount: Money
    supply: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenced(Event):
    """``Referenced(address indexed from, address indexed to, uint256 amount, bytes32 indexed reference_)``."""

    from_: Address
    to: Address
    amount: Money
    reference_: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Event):
    """``Transfer(address indexed from, address indexed to, uint256 value)``."""

    from_: Address
    to: Address
    value: Money
