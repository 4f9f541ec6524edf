// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Days} from "./libraries/Days.sol";
import {Roles} from "./libraries/Roles.sol";
import {ParticipantId} from "./types/Ids.sol";

/// @title Who may act on the ledger, in which role, until when
contract Participants is AccessControl, IParticipants {
    /// @notice Enrols, suspends, restores, extends.
    bytes32 public constant REGISTRAR = keccak256("REGISTRAR");
    /// @notice Pauses and resumes trading.
    bytes32 public constant GUARDIAN = keccak256("GUARDIAN");

    mapping(address account => Participant) private _participants;
    mapping(ParticipantId id => address) private _accounts;
    mapping(ParticipantId id => bytes32) private _identities;
    uint32 private _count;
    bool private _tradingPaused;

    /// @notice To be granted afterwards: REGISTRAR, GUARDIAN. To be enrolled as SYSTEM: FinancingDesk, Settlement.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IParticipants
    function enrol(address account, uint16 roles, uint8 tier, uint32 validUntilDay, bytes32 identity)
        external
        onlyRole(REGISTRAR)
        returns (ParticipantId id)
    {
        require(account != address(0), ParticipantZeroAccount());
        id = _participants[account].id;
        require(ParticipantId.unwrap(id) == 0, ParticipantAlreadyEnrolled(account, id));
        require(Roles.wellFormed(roles), ParticipantRolesMalformed(roles));
        uint32 today = Days.today();
        require(
            roles == Roles.SYSTEM || validUntilDay >= today, ParticipantExpiryTooEarly(account, validUntilDay, today)
        );

        id = ParticipantId.wrap(++_count);
        _participants[account] =
            Participant({id: id, roles: roles, tier: tier, validUntilDay: validUntilDay, suspended: false});
        _accounts[id] = account;
        _identities[id] = identity;

        emit Enrolled(id, account, roles, tier, validUntilDay, identity);
    }

    /// @inheritdoc IParticipants
    function suspend(ParticipantId id, bytes32 reason) external onlyRole(REGISTRAR) {
        (address account, Participant storage found) = _find(id);
        require(found.roles != Roles.SYSTEM, ParticipantIsSystem(id));
        require(!found.suspended, ParticipantAlreadySuspended(id));

        found.suspended = true;

        emit Suspended(id, account, reason);
    }

    /// @inheritdoc IParticipants
    function restore(ParticipantId id) external onlyRole(REGISTRAR) {
        (address account, Participant storage found) = _find(id);
        require(found.suspended, ParticipantNotSuspended(id));

        found.suspended = false;

        emit Restored(id, account);
    }

    /// @inheritdoc IParticipants
    function extend(ParticipantId id, uint32 validUntilDay) external onlyRole(REGISTRAR) {
        (address account, Participant storage found) = _find(id);
        require(found.roles != Roles.SYSTEM, ParticipantIsSystem(id));
        uint32 earliest = Days.today();
        uint32 current = found.validUntilDay;
        // No overflow: a day of type(uint32).max leaves nothing later, and the guard below then names it.
        if (current >= earliest) earliest = current == type(uint32).max ? current : current + 1;
        require(
            validUntilDay >= earliest && validUntilDay != current,
            ParticipantExpiryTooEarly(account, validUntilDay, earliest)
        );

        found.validUntilDay = validUntilDay;

        emit Extended(id, account, validUntilDay);
    }

    /// @inheritdoc IParticipants
    function pauseTrading() external onlyRole(GUARDIAN) {
        require(!_tradingPaused, ParticipantsTradingPaused());

        _tradingPaused = true;

        emit TradingPaused(msg.sender);
    }

    /// @inheritdoc IParticipants
    function resumeTrading() external onlyRole(GUARDIAN) {
        require(_tradingPaused, ParticipantsTradingNotPaused());

        _tradingPaused = false;

        emit TradingResumed(msg.sender);
    }

    /// @inheritdoc IParticipants
    function participant(address account) external view returns (Participant memory) {
        return _participants[account];
    }

    /// @inheritdoc IParticipants
    function accountOf(ParticipantId id) external view returns (address) {
        return _accounts[id];
    }

    /// @inheritdoc IParticipants
    function identityOf(ParticipantId id) external view returns (bytes32) {
        return _identities[id];
    }

    /// @inheritdoc IParticipants
    function isValid(address account) external view returns (bool) {
        return _standing(_participants[account]) != Standing.Invalid;
    }

    /// @inheritdoc IParticipants
    function tradingPaused() external view returns (bool) {
        return _tradingPaused;
    }

    /// @inheritdoc IParticipants
    function count() external view returns (uint32) {
        return _count;
    }

    /// @inheritdoc IParticipants
    function standing(address account) external view returns (Standing) {
        return _standing(_participants[account]);
    }

    /// @inheritdoc IParticipants
    function standings(address from, address to) external view returns (Standing sender, Standing receiver) {
        return (_standing(_participants[from]), _standing(_participants[to]));
    }

    /// @inheritdoc IParticipants
    function requireValid(address account, uint16 role) external view returns (ParticipantId) {
        return _requireValid(account, role).id;
    }

    /// @inheritdoc IParticipants
    function requireTrader(address account, uint16 role) external view returns (ParticipantId) {
        require(!_tradingPaused, ParticipantsTradingPaused());
        return _requireValid(account, role).id;
    }

    /// @inheritdoc IParticipants
    function requireAccount(ParticipantId id) external view returns (address account) {
        account = _account(id);
        _requireValid(account, 0);
    }

    /// @inheritdoc IParticipants
    function requireRoles(ParticipantId id) external view returns (uint16) {
        return _requireValid(_account(id), 0).roles;
    }

    function _find(ParticipantId id) private view returns (address account, Participant storage found) {
        account = _account(id);
        found = _participants[account];
    }

    function _account(ParticipantId id) private view returns (address account) {
        account = _accounts[id];
        require(account != address(0), ParticipantUnknown(id));
    }

    function _requireValid(address account, uint16 role) private view returns (Participant storage found) {
        found = _participants[account];
        if (_standing(found) == Standing.Invalid) {
            revert ParticipantNotValid(account, found.validUntilDay, found.suspended);
        }
        uint16 roles = found.roles;
        require(Roles.contain(roles, role), ParticipantLacksRole(account, roles, role));
    }

    function _standing(Participant storage found) private view returns (Standing) {
        (uint16 roles, uint32 validUntilDay, bool suspended) = (found.roles, found.validUntilDay, found.suspended);
        if (roles == Roles.SYSTEM) return Standing.System;
        // An account never enrolled has 0 as its last day and so is not valid.
        return suspended || validUntilDay < Days.today() ? Standing.Invalid : Standing.Valid;
    }
}
