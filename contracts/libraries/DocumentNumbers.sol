// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The one spelling of a document number, so that one document cannot be registered under two
library DocumentNumbers {
    /// @notice Whether the number is A-Z, 0-9 and '-' only, left aligned, zero padded and not empty.
    function wellSpelt(bytes32 number) internal pure returns (bool) {
        uint256 rest = uint256(number);
        if (rest == 0) return false;
        // A zero byte before another leaves a rest whose first byte is none of the three.
        while (rest != 0) {
            uint256 letter = rest >> 248;
            bool allowed = (letter >= 0x41 && letter <= 0x5a) || (letter >= 0x30 && letter <= 0x39) || letter == 0x2d;
            if (!allowed) return false;
            rest <<= 8;
        }
        return true;
    }
}
