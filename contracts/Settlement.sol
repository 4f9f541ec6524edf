// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICashToken} from "./interfaces/ICashToken.sol";
import {ICreditLine} from "./interfaces/ICreditLine.sol";
import {ICreditToken} from "./interfaces/ICreditToken.sol";
import {IFinancingDesk} from "./interfaces/IFinancingDesk.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {CreditIds} from "./libraries/CreditIds.sol";
import {Days} from "./libraries/Days.sol";
import {FinancingId, ParticipantId} from "./types/Ids.sol";

/// @title Cash in from the issuer at, before or after maturity; cash out to whoever holds
/// @dev Guarded against reentrance because a crank or a settlement pays one payee before it books the next: there the effects of
/// the second come after the interactions of the first. Cash and tokens call nobody back; the guard keeps that from mattering.
/// Bounds: a principal is a part of a face, below 2^64. A fee is at most principal * bps * days / YEAR < 2^64+32+32-21, plus one
/// a day of rounding; so principal, fee and their sum fit uint128.
contract Settlement is ReentrancyGuardTransient, ISettlement {
    using SafeERC20 for ICashToken;

    /// @dev Basis points in one, times days in a year: what a rate of basis points a year and a number of days divide by.
    uint256 private constant YEAR = 365 * 10_000;

    /// @dev {Account} in one slot, and a second for those that are late.
    struct Ledger {
        Status status;
        bool collectionTried;
        bool defaulted;
        uint32 feeDay;
        uint64 principal;
        // Cash of this id in the contract: what came in, less what was paid or made claimable.
        uint128 held;
        uint128 fee;
    }

    IParticipants private immutable _participants;
    ICashToken private immutable _cash;
    ICreditLine private immutable _line;
    ICreditToken private immutable _credit;
    IFinancingDesk private immutable _desk;
    uint32 private immutable _feeGraceDays;
    uint32 private immutable _defaultDays;
    uint32 private immutable _lateFeeBps;
    address private immutable _dustAccount;

    mapping(uint256 id => Ledger) private _ledgers;
    mapping(address payee => uint128) private _claimable;
    uint128 private _reserved;
    uint128 private _totalClaimable;

    /// @notice To be granted afterwards, to this contract: SETTLEMENT of CreditLine, of CreditToken and of FinancingDesk. To be
    /// enrolled as SYSTEM. Nobody administers it.
    /// @param feeGraceDays_ Days after maturity without a late fee.
    /// @param defaultDays_ Days after maturity without a default.
    /// @param lateFeeBps_ Late fee a year, basis points.
    /// @param dustAccount Receives what rounding leaves.
    constructor(
        IParticipants participants,
        ICashToken cash,
        ICreditLine line,
        ICreditToken credit,
        IFinancingDesk desk,
        uint32 feeGraceDays_,
        uint32 defaultDays_,
        uint32 lateFeeBps_,
        address dustAccount
    ) {
        require(dustAccount != address(0), SettlementZeroDustAccount());

        _participants = participants;
        _cash = cash;
        _line = line;
        _credit = credit;
        _desk = desk;
        _feeGraceDays = feeGraceDays_;
        _defaultDays = defaultDays_;
        _lateFeeBps = lateFeeBps_;
        _dustAccount = dustAccount;
    }

    /// @inheritdoc ISettlement
    function collect(uint256 id) external nonReentrant {
        Ledger memory ledger = _requireLive(id);
        (uint32 maturityDay, uint32 today) = (CreditIds.maturityDay(id), Days.today());
        require(today == maturityDay, SettlementNotMaturityDay(id, maturityDay, today));
        require(!ledger.collectionTried, SettlementCollectionTried(id));

        ledger.collectionTried = true;
        uint128 owed = _due(id, ledger, today);
        ParticipantId issuer = CreditIds.issuer(id);
        address payer = _participants.accountOf(issuer);
        uint256 available = Math.min(_cash.balanceOf(payer), _cash.allowance(payer, address(this)));
        if (available >= owed) return _receive(id, ledger, payer, owed, owed);

        _ledgers[id] = ledger;

        emit CollectionFailed(id, issuer, owed, available);
    }

    /// @inheritdoc ISettlement
    // slither-disable-next-line reentrancy-no-eth
    function crank(uint256 id, address[] calldata holders) external nonReentrant {
        Ledger storage ledger = _requireCollected(id);

        for (uint256 i = 0; i < holders.length; ++i) {
            address holder = holders[i];
            require(holder != address(_desk), SettlementDeskIsNoHolder(id));
            // Narrowing: a balance is at most a face, below 2^63.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint128 balance = uint128(_credit.balanceOf(holder, id));
            if (balance == 0) continue;

            _credit.redeem(holder, id, balance);
            _payOut(id, FinancingId.wrap(0), holder, _withFee(ledger, balance));
        }
        _closeIfEmpty(id);
    }

    /// @inheritdoc ISettlement
    // slither-disable-next-line reentrancy-no-eth
    function settle(FinancingId financing) external nonReentrant {
        IFinancingDesk.Financing memory record = _desk.financing(financing);
        uint256 id = record.creditId;
        // Marking comes first, because an unknown financing has no id to speak of.
        _desk.markSettled(financing);
        Ledger storage ledger = _requireCollected(id);

        _credit.redeem(address(_desk), id, record.face);
        _payOut(id, financing, _participants.accountOf(record.bank), _withFee(ledger, record.claim));
        _payOut(id, financing, _participants.accountOf(record.holder), _withFee(ledger, record.face - record.claim));
        _closeIfEmpty(id);
    }

    /// @inheritdoc ISettlement
    function declareDefault(uint256 id) external nonReentrant {
        Ledger memory ledger = _requireLive(id);
        uint256 lastDay = uint256(CreditIds.maturityDay(id)) + _defaultDays;
        uint32 today = Days.today();
        require(today > lastDay, SettlementNotInDefault(id, lastDay, today));
        require(!ledger.defaulted, SettlementAlreadyDefaulted(id));

        _ledgers[id].defaulted = true;

        emit DefaultDeclared(id, CreditIds.issuer(id), _due(id, ledger, today));
    }

    /// @inheritdoc ISettlement
    function repay(uint256 id, uint128 amount) external nonReentrant {
        Ledger memory ledger = _requireLive(id);
        (ParticipantId caller, ParticipantId issuer) = (_participants.participant(msg.sender).id, CreditIds.issuer(id));
        require(caller == issuer, SettlementNotIssuer(id, caller, issuer));
        require(amount > 0, SettlementZeroAmount(id));
        uint32 today = Days.today();
        uint128 owed = _due(id, ledger, today);
        require(amount <= owed, SettlementOverpaid(id, amount, owed));

        uint128 fee = _lateFee(id, ledger, today);
        if (fee > ledger.fee) (ledger.fee, ledger.feeDay) = (fee, today);

        _receive(id, ledger, msg.sender, amount, owed);
    }

    /// @inheritdoc ISettlement
    function claim() external nonReentrant {
        uint128 waiting = _claimable[msg.sender];
        require(waiting > 0, SettlementNothingClaimable(msg.sender));
        (uint256 balance, uint256 cap) = (_cash.balanceOf(msg.sender), _cash.walletCap());
        require(balance < cap, SettlementWalletFull(msg.sender, balance, cap));
        // Narrowing: the smaller of the two is at most `waiting`.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 amount = uint128(Math.min(waiting, cap - balance));

        _claimable[msg.sender] = waiting - amount;
        _totalClaimable -= amount;

        emit Claimed(_participants.participant(msg.sender).id, amount);

        _cash.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc ISettlement
    function accountOf(uint256 id) external view returns (Account memory) {
        Ledger memory ledger = _ledgerOf(id);
        uint128 received = ledger.status == Status.Live ? ledger.held : ledger.principal + ledger.fee;
        return Account({
            status: ledger.status,
            collectionTried: ledger.collectionTried,
            defaulted: ledger.defaulted,
            principal: ledger.principal,
            received: received,
            fee: ledger.fee,
            feeDay: ledger.feeDay,
            paidOut: received - ledger.held
        });
    }

    /// @inheritdoc ISettlement
    function lateFee(uint256 id, uint32 day) external view returns (uint128) {
        return _lateFee(id, _ledgerOf(id), day);
    }

    /// @inheritdoc ISettlement
    function due(uint256 id, uint32 day) external view returns (uint128) {
        Ledger memory ledger = _ledgerOf(id);
        return ledger.status == Status.Live ? _due(id, ledger, day) : 0;
    }

    /// @inheritdoc ISettlement
    function claimable(address payee) external view returns (uint128) {
        return _claimable[payee];
    }

    /// @inheritdoc ISettlement
    function reserved() external view returns (uint256) {
        return _reserved;
    }

    /// @inheritdoc ISettlement
    function totalClaimable() external view returns (uint256) {
        return _totalClaimable;
    }

    /// @inheritdoc ISettlement
    function feeGraceDays() external view returns (uint32) {
        return _feeGraceDays;
    }

    /// @inheritdoc ISettlement
    function defaultDays() external view returns (uint32) {
        return _defaultDays;
    }

    /// @inheritdoc ISettlement
    function lateFeeBps() external view returns (uint32) {
        return _lateFeeBps;
    }

    /// @dev Cash in, at most `owed`. The first seals the id: from here on nobody trades it.
    function _receive(uint256 id, Ledger memory ledger, address payer, uint128 amount, uint128 owed) private {
        bool first = ledger.held == 0;
        uint128 principalPart = uint128(Math.min(amount, _unpaid(ledger)));
        ledger.held += amount;
        if (amount == owed) ledger.status = Status.Collected;
        _ledgers[id] = ledger;
        _reserved += amount;

        emit Repaid(id, CreditIds.issuer(id), amount, ledger.held, owed - amount);
        if (amount == owed) emit Collected(id, ledger.principal, ledger.fee);

        if (first) _credit.seal(id);
        if (principalPart > 0) _line.release(CreditIds.issuer(id), principalPart);
        _cash.safeTransferFrom(payer, address(this), amount);
    }

    /// @dev Cash out, after its tokens were burned. Asking first and never trying leaves nothing to starve of gas.
    function _payOut(uint256 id, FinancingId financing, address payee, uint128 amount) private {
        if (amount == 0) return;
        bool arrives = _cash.accepts(payee, amount);
        ParticipantId payeeId = _participants.participant(payee).id;

        _ledgers[id].held -= amount;
        _reserved -= amount;
        if (!arrives) {
            _claimable[payee] += amount;
            _totalClaimable += amount;
        }

        emit PaidOut(id, payeeId, financing, amount, !arrives);

        if (arrives) _cash.safeTransfer(payee, amount);
    }

    function _closeIfEmpty(uint256 id) private {
        if (_credit.outstanding(id) > 0) return;

        uint128 dust = _ledgers[id].held;
        _ledgers[id].status = Status.Closed;

        emit Closed(id, dust);

        _payOut(id, FinancingId.wrap(0), _dustAccount, dust);
    }

    function _requireLive(uint256 id) private view returns (Ledger memory ledger) {
        ledger = _ledgerOf(id);
        Status status = ledger.status;
        require(status == Status.Live, SettlementWrongStatus(id, status, Status.Live));
        require(ledger.principal > 0, SettlementNothingOutstanding(id));
    }

    function _requireCollected(uint256 id) private view returns (Ledger storage ledger) {
        ledger = _ledgers[id];
        Status status = ledger.status;
        require(status == Status.Collected, SettlementWrongStatus(id, status, Status.Collected));
    }

    /// @dev The ledger, its principal that of today while nothing has fixed it.
    function _ledgerOf(uint256 id) private view returns (Ledger memory ledger) {
        ledger = _ledgers[id];
        // forge-lint: disable-next-line(unsafe-typecast)
        if (ledger.principal == 0) ledger.principal = uint64(_credit.outstanding(id));
    }

    function _due(uint256 id, Ledger memory ledger, uint32 day) private view returns (uint128) {
        return ledger.principal + _lateFee(id, ledger, day) - ledger.held;
    }

    /// @dev Rounded up, against the issuer: what was accrued, and the segment since then on what is unpaid now.
    function _lateFee(uint256 id, Ledger memory ledger, uint32 day) private view returns (uint128) {
        uint256 from = Math.max(ledger.feeDay, uint256(CreditIds.maturityDay(id)) + _feeGraceDays);
        if (ledger.status != Status.Live || day <= from) return ledger.fee;
        uint256 segment = Math.ceilDiv(uint256(_unpaid(ledger)) * _lateFeeBps * (day - from), YEAR);
        // forge-lint: disable-next-line(unsafe-typecast)
        return ledger.fee + uint128(segment);
    }

    /// @dev Principal for which no cash came in; principal is served before the fee.
    function _unpaid(Ledger memory ledger) private pure returns (uint128) {
        return ledger.held < ledger.principal ? ledger.principal - ledger.held : 0;
    }

    /// @dev Tokens with their share of the fee, rounded down, so that the shares never exceed what came in.
    function _withFee(Ledger storage ledger, uint128 amount) private view returns (uint128) {
        // No overflow: 2^64 * 2^107. Narrowing: the share is at most the fee.
        // forge-lint: disable-next-line(unsafe-typecast)
        return amount + uint128(uint256(amount) * ledger.fee / ledger.principal);
    }
}
