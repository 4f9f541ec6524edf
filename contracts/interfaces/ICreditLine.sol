// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId} from "../types/Ids.sol";

/// @title How much credit an issuer may have in circulation
interface ICreditLine {
    event LimitSet(ParticipantId indexed issuer, uint128 limit, uint128 used);
    event LineUsed(ParticipantId indexed issuer, uint128 amount, uint128 used, uint128 limit);
    event LineReleased(ParticipantId indexed issuer, uint128 amount, uint128 used, uint128 limit);

    // bank
    function setLimit(ParticipantId issuer, uint128 limit) external;
    // CreditToken
    function use(ParticipantId issuer, uint128 amount) external;
    // Settlement: the principal that came in
    function release(ParticipantId issuer, uint128 amount) external;

    // views
    function line(ParticipantId issuer) external view returns (uint128 limit, uint128 used);
}
