// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId, ReceivableId} from "../types/Ids.sol";

/// @title Divisible claims on an issuer, ERC-1155: one id is one receivable
/// @dev id = version (8 bits) | currency (16) | issuer (32) | maturity day (32) | programme (32) | lot = ReceivableId (64),
/// the lot in the lowest bits; the top 72 bits are zero.
interface ICreditToken {
    event CreditRecharged(
        uint256 indexed id,
        ReceivableId indexed receivable,
        ParticipantId indexed issuer,
        ParticipantId holder,
        uint128 amount,
        uint128 outstanding
    );
    event CreditPaid(
        uint256 indexed id,
        ReceivableId indexed trade,
        ParticipantId indexed payer,
        ParticipantId payee,
        uint128 amount
    );
    event CreditSealed(uint256 indexed id);

    // core enterprise, debtor of the receivable
    function recharge(ReceivableId receivable, uint128 amount) external returns (uint256 id);
    // holder, debtor of the confirmed trade
    function payWith(uint256 id, ReceivableId trade, uint128 amount) external;
    // desk
    function pledge(address holder, uint256 id, uint128 amount) external;
    function release(address holder, uint256 id, uint128 amount) external;
    // settlement
    function seal(uint256 id) external; // no recharge, payWith or pledge from here on
    function redeem(address holder, uint256 id, uint128 amount) external;

    // views
    function outstanding(uint256 id) external view returns (uint128); // = tokenised part of its receivable
    function isSealed(uint256 id) external view returns (bool);
    function idOf(ReceivableId receivable) external view returns (uint256);
}
