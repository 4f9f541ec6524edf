// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId, ProgrammeId, ReceivableId} from "../types/Ids.sol";

/// @title The ERC-1155 id of credit tokens, packed and unpacked
/// @dev From the highest bits: 72 zero | version (8) | currency (16) | issuer (32) | maturity day (32) | programme (32) | lot (64).
library CreditIds {
    /// @dev Of the packing.
    uint8 internal constant VERSION = 1;

    /// @notice The id of the tokens that `debtor` owes on `dueDay`, born of `receivable`.
    /// @param currency ISO 4217 number.
    function pack(uint16 currency, ParticipantId debtor, uint32 dueDay, ProgrammeId programme, ReceivableId receivable)
        internal
        pure
        returns (uint256)
    {
        return (uint256(VERSION) << 176) | (uint256(currency) << 160) | (uint256(ParticipantId.unwrap(debtor)) << 128)
            | (uint256(dueDay) << 96) | (uint256(ProgrammeId.unwrap(programme)) << 64)
            | uint256(ReceivableId.unwrap(receivable));
    }

    /// @notice Who owes on the tokens.
    function issuer(uint256 id) internal pure returns (ParticipantId) {
        // Narrowing: cuts one field out of the packing, here and below.
        // forge-lint: disable-next-line(unsafe-typecast)
        return ParticipantId.wrap(uint32(id >> 128));
    }

    /// @notice The day on which the tokens are due.
    function maturityDay(uint256 id) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(id >> 96);
    }

    /// @notice The receivable of which the tokens were born.
    function lot(uint256 id) internal pure returns (ReceivableId) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return ReceivableId.wrap(uint64(id));
    }
}
