// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a participant may be, one bit a role; a participant may hold several
library Roles {
    /// @dev Issues and withdraws cash.
    uint16 internal constant CENTRAL_BANK = 1;
    /// @dev Funds financings.
    uint16 internal constant BANK = 2;
    /// @dev Owes receivables of tier 1 and issues credit on them.
    uint16 internal constant CORE_ENTERPRISE = 4;
    /// @dev Is owed receivables, and registers them.
    uint16 internal constant SUPPLIER = 8;
    /// @dev Attests milestones of deliveries.
    uint16 internal constant CARRIER = 16;
    /// @dev Watches.
    uint16 internal constant REGULATOR = 32;
    /// @dev A contract of this ledger (FinancingDesk, Settlement): no expiry, no cap, no other role beside.
    uint16 internal constant SYSTEM = 64;

    /// @dev Every role at once.
    uint16 internal constant ALL = 127;

    /// @notice Whether `roles` are known, at least one, and SYSTEM only alone.
    function wellFormed(uint16 roles) internal pure returns (bool) {
        return roles == SYSTEM || (roles > 0 && roles < SYSTEM);
    }

    /// @notice Whether `roles` contain all of `wanted`; always true for 0.
    function contain(uint16 roles, uint16 wanted) internal pure returns (bool) {
        return roles & wanted == wanted;
    }
}
