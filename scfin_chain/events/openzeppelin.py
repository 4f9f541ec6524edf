"""Events of OpenZeppelin's contracts; written by scripts/generate_events.py."""

from dataclasses import dataclass

from scfin_chain.events.event import Event
from scfin_chain.units import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class EIP712DomainChanged(Event):
    """``EIP712DomainChanged()``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAdminChanged(Event):
    """``RoleAdminChanged(bytes32 indexed role, bytes32 indexed previousAdminRole, bytes32 indexed newAdminRole)``."""

    role: bytes
    previous_admin_role: bytes
    new_admin_role: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """``RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)``."""

    role: bytes
    account: Address
    sender: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """``RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)``."""

    role: bytes
    account: Address
    sender: Address
