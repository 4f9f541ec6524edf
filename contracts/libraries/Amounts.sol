// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Amounts of the ledger: minor units, no larger than whoever reads them can keep
library Amounts {
    /// @dev What a signed 64-bit integer of any database holds: of a face, of a limit, and of all cash together.
    uint128 internal constant MAX = 2 ** 63 - 1;
}
