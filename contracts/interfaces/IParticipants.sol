// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId} from "../types/Ids.sol";

/// @title Who may act on the ledger, in which role, until when
interface IParticipants {
    struct Participant {
        ParticipantId id;
        uint16 roles;
        uint8 tier;
        uint32 validUntilDay;
        bool suspended;
    }

    event Enrolled(
        ParticipantId indexed id,
        address indexed account,
        uint16 roles,
        uint8 tier,
        uint32 validUntilDay,
        bytes32 identity
    );
    event Suspended(ParticipantId indexed id, address indexed account, bytes32 reason);
    event Restored(ParticipantId indexed id, address indexed account);
    event Extended(ParticipantId indexed id, address indexed account, uint32 validUntilDay);
    event TradingPaused(address indexed guardian);
    event TradingResumed(address indexed guardian);

    // registrar
    function enrol(address account, uint16 roles, uint8 tier, uint32 validUntilDay, bytes32 identity)
        external
        returns (ParticipantId id);
    function suspend(ParticipantId id, bytes32 reason) external;
    function restore(ParticipantId id) external;
    function extend(ParticipantId id, uint32 validUntilDay) external;

    // guardian
    function pauseTrading() external;
    function resumeTrading() external;

    // views
    function participant(address account) external view returns (Participant memory);
    function accountOf(ParticipantId id) external view returns (address);
    function identityOf(ParticipantId id) external view returns (bytes32);
    function isValid(address account) external view returns (bool);
    function tradingPaused() external view returns (bool);
    function count() external view returns (uint32);
}
