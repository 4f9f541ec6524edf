// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId} from "../types/Ids.sol";

/// @title How much credit an issuer may have in circulation
/// @notice Amounts are minor units. `used` is the principal of the issuer's credit tokens for which no cash has come in yet.
interface ICreditLine {
    /// @notice Thrown when a limit is set for an id that nobody has.
    error CreditLineUnknownIssuer(ParticipantId issuer);
    /// @notice Thrown when a limit is larger than any ledger of this kind needs.
    error CreditLineLimitOutOfRange(ParticipantId issuer, uint128 limit, uint128 max);
    /// @notice Thrown when a use would pass the limit.
    error CreditLineExceeded(ParticipantId issuer, uint128 amount, uint128 used, uint128 limit);
    /// @notice Thrown when more would be released than is used.
    error CreditLineOverReleased(ParticipantId issuer, uint128 amount, uint128 used);

    /// @notice Emitted when a bank sets a limit.
    /// @param limit The limit now.
    /// @param used Used of it, unchanged; it may exceed a lowered limit.
    event LimitSet(ParticipantId indexed issuer, uint128 limit, uint128 used);
    /// @notice Emitted when credit goes into circulation.
    /// @param used Used after it.
    event LineUsed(ParticipantId indexed issuer, uint128 amount, uint128 used, uint128 limit);
    /// @notice Emitted when principal of circulating credit came in.
    /// @param used Used after it.
    event LineReleased(ParticipantId indexed issuer, uint128 amount, uint128 used, uint128 limit);

    /// @notice Sets an issuer's limit; a lower one stops new use and leaves the old.
    /// @dev Emits {LimitSet}.
    /// Requirements:
    /// - the caller is a BANK;
    /// - the issuer is enrolled;
    /// - the limit is at most 2^63 - 1.
    function setLimit(ParticipantId issuer, uint128 limit) external;

    /// @notice Takes credit into circulation.
    /// @dev Emits {LineUsed}.
    /// Requirements:
    /// - the caller is the CREDIT_TOKEN;
    /// - used + amount is at most the limit.
    function use(ParticipantId issuer, uint128 amount) external;

    /// @notice Frees the line by the principal that came in.
    /// @dev Emits {LineReleased}.
    /// Requirements:
    /// - the caller is the SETTLEMENT;
    /// - the amount is at most what is used.
    function release(ParticipantId issuer, uint128 amount) external;

    /// @notice An issuer's limit and how much of it is used.
    function line(ParticipantId issuer) external view returns (uint128 limit, uint128 used);
}
