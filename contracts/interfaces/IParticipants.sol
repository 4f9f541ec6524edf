// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId} from "../types/Ids.sol";

/// @title Who may act on the ledger, in which role, until when
/// @notice One account is one participant. A participant is *valid* while it is enrolled, not suspended and not past its
/// last day; SYSTEM participants have no last day and are always valid. Real names stay off chain: a commitment stands here.
/// The pause of trading lives here too; it stops recharge, payWith, request and fund, and nothing else.
interface IParticipants {
    /// @notice How a movement sees an account.
    enum Standing {
        Invalid,
        Valid,
        System
    }

    /// @notice What a movement asks of an account, in one storage slot.
    struct Participant {
        /// @dev Counted from 1; 0 for an account never enrolled.
        ParticipantId id;
        /// @dev Bits of the library Roles.
        uint16 roles;
        /// @dev Distance from the core enterprise; 1 sells to it directly; 0 where it does not apply.
        uint8 tier;
        /// @dev Last day on which the participant is valid; not applied to SYSTEM participants.
        uint32 validUntilDay;
        bool suspended;
    }

    /// @notice Thrown when the zero address is enrolled.
    error ParticipantZeroAccount();
    /// @notice Thrown when an account is enrolled a second time.
    error ParticipantAlreadyEnrolled(address account, ParticipantId id);
    /// @notice Thrown when roles are none, unknown, or SYSTEM together with another.
    error ParticipantRolesMalformed(uint16 roles);
    /// @notice Thrown when a last day lies before `earliest`.
    error ParticipantExpiryTooEarly(address account, uint32 validUntilDay, uint32 earliest);
    /// @notice Thrown when nobody has this id.
    error ParticipantUnknown(ParticipantId id);
    /// @notice Thrown when a SYSTEM participant would be suspended or given a last day.
    error ParticipantIsSystem(ParticipantId id);
    /// @notice Thrown when a suspended participant would be suspended.
    error ParticipantAlreadySuspended(ParticipantId id);
    /// @notice Thrown when a participant that is not suspended would be restored.
    error ParticipantNotSuspended(ParticipantId id);
    /// @notice Thrown when an account that is not enrolled, suspended or expired would act or receive.
    error ParticipantNotValid(address account, uint32 validUntilDay, bool suspended);
    /// @notice Thrown when a valid participant lacks the role for an act.
    error ParticipantLacksRole(address account, uint16 roles, uint16 wanted);
    /// @notice Thrown when a trade is tried, or a second pause, while trading is paused.
    error ParticipantsTradingPaused();
    /// @notice Thrown when trading that is not paused would be resumed.
    error ParticipantsTradingNotPaused();

    /// @notice Emitted when an account becomes a participant.
    /// @param validUntilDay Last day on which it is valid.
    /// @param identity Commitment to the real name.
    event Enrolled(
        ParticipantId indexed id,
        address indexed account,
        uint16 roles,
        uint8 tier,
        uint32 validUntilDay,
        bytes32 identity
    );
    /// @notice Emitted when a participant is suspended.
    /// @param reason Hash or code of the reason.
    event Suspended(ParticipantId indexed id, address indexed account, bytes32 reason);
    /// @notice Emitted when a suspension ends.
    event Restored(ParticipantId indexed id, address indexed account);
    /// @notice Emitted when a participant's last day moves.
    /// @param validUntilDay The new last day.
    event Extended(ParticipantId indexed id, address indexed account, uint32 validUntilDay);
    /// @notice Emitted when trading stops.
    event TradingPaused(address indexed guardian);
    /// @notice Emitted when trading goes on.
    event TradingResumed(address indexed guardian);

    /// @notice Makes an account a participant.
    /// @dev Emits {Enrolled}.
    /// Requirements:
    /// - the caller is a REGISTRAR;
    /// - the account is not zero and was never enrolled;
    /// - at least one known role; SYSTEM only alone;
    /// - the last day is not past, unless SYSTEM.
    /// @param tier Distance from the core enterprise; 0 where it does not apply.
    /// @param validUntilDay Last day on which it is valid; not applied to SYSTEM.
    /// @param identity Commitment to the real name.
    /// @return id The new participant, counted from 1.
    function enrol(address account, uint16 roles, uint8 tier, uint32 validUntilDay, bytes32 identity)
        external
        returns (ParticipantId id);

    /// @notice Makes a participant invalid until restored.
    /// @dev Emits {Suspended}.
    /// Requirements:
    /// - the caller is a REGISTRAR;
    /// - the participant is enrolled, not SYSTEM, not suspended.
    /// @param reason Hash or code of the reason.
    function suspend(ParticipantId id, bytes32 reason) external;

    /// @notice Ends a suspension.
    /// @dev Emits {Restored}.
    /// Requirements:
    /// - the caller is a REGISTRAR;
    /// - the participant is suspended.
    function restore(ParticipantId id) external;

    /// @notice Moves a participant's last day later.
    /// @dev Emits {Extended}.
    /// Requirements:
    /// - the caller is a REGISTRAR;
    /// - the participant is enrolled and not SYSTEM;
    /// - the new last day is later than the old one and not past.
    function extend(ParticipantId id, uint32 validUntilDay) external;

    /// @notice Stops recharge, payWith, request and fund; cash, repayment, payout and every way back go on.
    /// @dev Emits {TradingPaused}.
    /// Requirements:
    /// - the caller is a GUARDIAN;
    /// - trading is not paused.
    function pauseTrading() external;

    /// @notice Ends the pause of trading.
    /// @dev Emits {TradingResumed}.
    /// Requirements:
    /// - the caller is a GUARDIAN;
    /// - trading is paused.
    function resumeTrading() external;

    /// @notice The participant of an account; all zero where there is none.
    function participant(address account) external view returns (Participant memory);

    /// @notice The account of a participant; zero where there is none.
    function accountOf(ParticipantId id) external view returns (address);

    /// @notice The commitment to a participant's real name.
    function identityOf(ParticipantId id) external view returns (bytes32);

    /// @notice Whether the account is enrolled, not suspended and not past its last day.
    function isValid(address account) external view returns (bool);

    /// @notice Whether recharge, payWith, request and fund are stopped.
    function tradingPaused() external view returns (bool);

    /// @notice How many participants there are; the last id.
    function count() external view returns (uint32);

    /// @notice How a movement sees an account.
    function standing(address account) external view returns (Standing);

    /// @notice How a movement sees its two accounts, in one call.
    function standings(address from, address to) external view returns (Standing sender, Standing receiver);

    /// @notice The caller's checks of the contracts of this ledger: reverts unless `account` is valid and holds `role`.
    /// @param role Bits of the library Roles, all of them wanted; 0 asks for none.
    function requireValid(address account, uint16 role) external view returns (ParticipantId id);

    /// @notice The same, and reverts while trading is paused.
    function requireTrader(address account, uint16 role) external view returns (ParticipantId id);

    /// @notice The check of the other side, known by its id: reverts unless it is enrolled and valid.
    function requireAccount(ParticipantId id) external view returns (address account);

    /// @notice The same, for who asks what the other side is: bits of the library Roles.
    function requireRoles(ParticipantId id) external view returns (uint16 roles);
}
