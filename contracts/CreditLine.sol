// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ICreditLine} from "./interfaces/ICreditLine.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {ParticipantId} from "./types/Ids.sol";

/// @title How much credit an issuer may have in circulation
contract CreditLine is AccessControl, ICreditLine {
    /// @notice Sets limits.
    bytes32 public constant BANK = keccak256("BANK");
    /// @notice The CreditToken contract.
    bytes32 public constant CREDIT_TOKEN = keccak256("CREDIT_TOKEN");
    /// @notice The Settlement contract.
    bytes32 public constant SETTLEMENT = keccak256("SETTLEMENT");

    struct Line {
        uint128 limit;
        uint128 used;
    }

    IParticipants private immutable _participants;

    mapping(ParticipantId issuer => Line) private _lines;

    /// @notice To be granted afterwards: BANK to who sets limits, CREDIT_TOKEN to CreditToken, SETTLEMENT to Settlement.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    constructor(address admin, IParticipants participants) {
        _participants = participants;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ICreditLine
    function setLimit(ParticipantId issuer, uint128 limit) external onlyRole(BANK) {
        require(_participants.accountOf(issuer) != address(0), CreditLineUnknownIssuer(issuer));
        require(limit <= Amounts.MAX, CreditLineLimitOutOfRange(issuer, limit, Amounts.MAX));

        _lines[issuer].limit = limit;

        emit LimitSet(issuer, limit, _lines[issuer].used);
    }

    /// @inheritdoc ICreditLine
    function use(ParticipantId issuer, uint128 amount) external onlyRole(CREDIT_TOKEN) {
        (uint128 limit, uint128 used) = (_lines[issuer].limit, _lines[issuer].used);
        require(used <= limit && amount <= limit - used, CreditLineExceeded(issuer, amount, used, limit));

        used += amount;
        _lines[issuer].used = used;

        emit LineUsed(issuer, amount, used, limit);
    }

    /// @inheritdoc ICreditLine
    function release(ParticipantId issuer, uint128 amount) external onlyRole(SETTLEMENT) {
        (uint128 limit, uint128 used) = (_lines[issuer].limit, _lines[issuer].used);
        require(amount <= used, CreditLineOverReleased(issuer, amount, used));

        used -= amount;
        _lines[issuer].used = used;

        emit LineReleased(issuer, amount, used, limit);
    }

    /// @inheritdoc ICreditLine
    function line(ParticipantId issuer) external view returns (uint128 limit, uint128 used) {
        return (_lines[issuer].limit, _lines[issuer].used);
    }
}
