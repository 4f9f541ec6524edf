// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Days of the ledger: whole days since 1970-01-01 UTC, no calendar and so no calendar errors
library Days {
    /// @notice The day of the current block.
    function today() internal view returns (uint32) {
        // Narrowing: the day number of block.timestamp stays below 2^32 for eleven million years.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(block.timestamp / 1 days);
    }
}
