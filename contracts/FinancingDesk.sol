// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ICreditToken} from "./interfaces/ICreditToken.sol";
import {IFinancingDesk} from "./interfaces/IFinancingDesk.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {CreditIds} from "./libraries/CreditIds.sol";
import {Days} from "./libraries/Days.sol";
import {Roles} from "./libraries/Roles.sol";
import {FinancingId, ParticipantId} from "./types/Ids.sol";

/// @title Cash against pledged credit tokens, on a signed decision, delivery against payment
contract FinancingDesk is AccessControl, EIP712, IFinancingDesk {
    using SafeERC20 for IERC20;

    /// @notice Signs decisions.
    bytes32 public constant DECIDER = keccak256("DECIDER");
    /// @notice The Settlement contract.
    bytes32 public constant SETTLEMENT = keccak256("SETTLEMENT");

    bytes32 private constant DECISION_TYPEHASH = keccak256(
        "Decision(uint8 verdict,uint64 financing,uint32 bank,uint32 holder,uint256 creditId,uint128 face,uint128 price,"
        "uint128 claim,uint32 rateBps,uint32 pdBps,uint32 lgdBps,bool recourse,bool supervised,uint8 reason,"
        "bytes32 modelHash,bytes32 inputsHash,uint32 asOfDay,uint64 deadline)"
    );
    /// @dev Basis points in one, times days in a year: what a rate of basis points a year and a number of days divide by.
    uint256 private constant YEAR = 365 * 10_000;

    /// @dev {Financing} in two slots.
    struct Record {
        uint184 creditId;
        ParticipantId holder;
        uint32 expiresDay;
        Status status;
        ParticipantId bank;
        uint64 face;
        uint64 claim;
    }

    IParticipants private immutable _participants;
    IERC20 private immutable _cash;
    ICreditToken private immutable _credit;

    mapping(FinancingId id => Record) private _financings;
    // Starts at 1, so that the first financing costs no more than the next.
    uint64 private _nextId = 1;

    /// @notice To be granted afterwards: DECIDER to who signs decisions, SETTLEMENT to Settlement; and to this contract DESK of
    /// CreditToken. To be enrolled as SYSTEM.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    constructor(address admin, IParticipants participants, IERC20 cash, ICreditToken credit)
        EIP712("scfin-chain FinancingDesk", "1")
    {
        _participants = participants;
        _cash = cash;
        _credit = credit;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IFinancingDesk
    function request(uint256 creditId, uint128 face, uint32 expiresDay) external returns (FinancingId id) {
        ParticipantId holder = _participants.requireTrader(msg.sender, 0);
        require(face > 0, FinancingZeroFace());
        uint32 today = Days.today();
        require(expiresDay >= today, FinancingExpiryPast(expiresDay, today));

        id = FinancingId.wrap(_nextId++);
        // Narrowing: a balance is of an id below 2^184 (CreditIds) and at most a face, below 2^63; of anything else the
        // pledge below reverts.
        // forge-lint: disable-start(unsafe-typecast)
        _financings[id] = Record({
            creditId: uint184(creditId),
            holder: holder,
            expiresDay: expiresDay,
            status: Status.Requested,
            bank: ParticipantId.wrap(0),
            face: uint64(face),
            claim: 0
        });
        // forge-lint: disable-end(unsafe-typecast)

        emit FinancingRequested(id, creditId, holder, face, expiresDay);

        _credit.pledge(msg.sender, creditId, face);
    }

    /// @inheritdoc IFinancingDesk
    function cancel(FinancingId id) external {
        Record storage record = _requireStatus(id, Status.Requested);
        (ParticipantId caller, ParticipantId holder) = (_participants.participant(msg.sender).id, record.holder);
        require(caller == holder, FinancingNotHolder(id, caller, holder));

        record.status = Status.Cancelled;

        emit FinancingCancelled(id);

        _release(record);
    }

    /// @inheritdoc IFinancingDesk
    function fund(Decision calldata decision, bytes calldata signature) external {
        FinancingId id = decision.financing;
        Record storage record = _requireStatus(id, Status.Requested);
        ParticipantId caller = _participants.requireTrader(msg.sender, Roles.BANK);
        require(caller == decision.bank, FinancingNotBank(id, caller, decision.bank));
        _requireFundable(id, record);
        _requireDecision(record, decision, signature, Verdict.Approve);
        _requireTerms(decision);

        record.status = Status.Funded;
        record.bank = caller;
        // Narrowing: the claim is at most the face, which the record holds in as many bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        record.claim = uint64(decision.claim);

        _emitFunded(decision);

        _cash.safeTransferFrom(msg.sender, _participants.accountOf(decision.holder), decision.price);
    }

    /// @inheritdoc IFinancingDesk
    function refuse(Decision calldata decision, bytes calldata signature) external {
        FinancingId id = decision.financing;
        Record storage record = _requireStatus(id, Status.Requested);
        _requireDecision(record, decision, signature, Verdict.Refuse);

        record.status = Status.Refused;

        emit FinancingRefused(id, decision.reason, decision.modelHash, decision.inputsHash);

        _release(record);
    }

    /// @inheritdoc IFinancingDesk
    function expire(FinancingId id) external {
        Record storage record = _requireStatus(id, Status.Requested);
        (uint32 expiresDay, uint32 today) = (record.expiresDay, Days.today());
        require(today > expiresDay, FinancingNotExpired(id, expiresDay, today));

        record.status = Status.Expired;

        emit FinancingExpired(id);

        _release(record);
    }

    /// @inheritdoc IFinancingDesk
    function markSettled(FinancingId id) external onlyRole(SETTLEMENT) {
        Record storage record = _requireStatus(id, Status.Funded);

        record.status = Status.Settled;

        emit FinancingSettled(id);
    }

    /// @inheritdoc IFinancingDesk
    function financing(FinancingId id) external view returns (Financing memory) {
        Record memory record = _financings[id];
        return Financing({
            creditId: record.creditId,
            holder: record.holder,
            bank: record.bank,
            face: record.face,
            claim: record.claim,
            expiresDay: record.expiresDay,
            status: record.status
        });
    }

    /// @inheritdoc IFinancingDesk
    function count() external view returns (uint64) {
        return _nextId - 1;
    }

    /// @inheritdoc IFinancingDesk
    function digestOf(Decision calldata decision) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(DECISION_TYPEHASH, decision)));
    }

    /// @inheritdoc IFinancingDesk
    function priceDown(uint128 claim, uint32 rateBps, uint32 days_) public pure returns (uint128) {
        // No overflow: 2^128 * YEAR < 2^150. Narrowing: the quotient is at most the claim.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(uint256(claim) * YEAR / (YEAR + uint256(rateBps) * days_));
    }

    function _release(Record storage record) private {
        _credit.release(_participants.accountOf(record.holder), record.creditId, record.face);
    }

    function _emitFunded(Decision calldata decision) private {
        emit FinancingFunded(
            decision.financing,
            decision.bank,
            decision.holder,
            decision.price,
            decision.claim,
            decision.rateBps,
            decision.supervised,
            decision.modelHash,
            decision.inputsHash
        );
    }

    function _requireStatus(FinancingId id, Status wanted) private view returns (Record storage record) {
        record = _financings[id];
        Status actual = record.status;
        require(actual == wanted, FinancingWrongStatus(id, actual, wanted));
    }

    /// @dev The request still stands, and its tokens still trade.
    function _requireFundable(FinancingId id, Record storage record) private view {
        (uint256 creditId, uint32 expiresDay, uint32 today) = (record.creditId, record.expiresDay, Days.today());
        require(today <= expiresDay, FinancingExpiredAlready(id, expiresDay, today));
        uint32 maturityDay = CreditIds.maturityDay(creditId);
        require(today < maturityDay, FinancingCreditMatured(id, maturityDay, today));
        require(!_credit.isSealed(creditId), FinancingCreditSealed(id, creditId));
    }

    /// @dev The decision is of this verdict, of this financing, in time, and signed by who may decide.
    function _requireDecision(
        Record storage record,
        Decision calldata decision,
        bytes calldata signature,
        Verdict wanted
    ) private view {
        (FinancingId id, Verdict verdict) = (decision.financing, decision.verdict);
        require(verdict == wanted, FinancingWrongVerdict(id, verdict, wanted));
        (ParticipantId holder, uint256 creditId, uint128 face) = (record.holder, record.creditId, record.face);
        require(
            decision.holder == holder && decision.creditId == creditId && decision.face == face,
            FinancingDecisionMismatch(id, holder, creditId, face)
        );
        (uint32 asOfDay, uint32 today) = (decision.asOfDay, Days.today());
        require(asOfDay <= today, FinancingDecisionFromFuture(id, asOfDay, today));
        uint64 deadline = decision.deadline;
        // A validator may shift the clock by seconds; decisions live for hours.
        // forge-lint: disable-next-line(block-timestamp)
        require(block.timestamp <= deadline, FinancingDecisionExpired(id, deadline, block.timestamp));
        address signer = ECDSA.recoverCalldata(digestOf(decision), signature);
        require(hasRole(DECIDER, signer), FinancingNotDecider(id, signer));
    }

    /// @dev The price is the one that claim, rate and days give.
    function _requireTerms(Decision calldata decision) private pure {
        (uint128 price, uint128 claim, uint128 face) = (decision.price, decision.claim, decision.face);
        require(
            price > 0 && price <= claim && claim <= face,
            FinancingTermsOutOfOrder(decision.financing, price, claim, face)
        );
        // No underflow: asOfDay is not after today, and today is before maturity.
        uint32 days_ = CreditIds.maturityDay(decision.creditId) - decision.asOfDay;
        uint128 computed = priceDown(claim, decision.rateBps, days_);
        require(price == computed, FinancingWrongPrice(decision.financing, price, computed));
    }
}
