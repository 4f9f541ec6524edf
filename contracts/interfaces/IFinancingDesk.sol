// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinancingId, ParticipantId} from "../types/Ids.sol";

/// @title Cash against pledged credit tokens, on a signed decision, delivery against payment
/// @notice Amounts are minor units, rates and probabilities basis points, days whole days since 1970-01-01 UTC.
/// A holder pledges tokens; a DECIDER signs what the service decided; the bank that the decision names funds, and in one step
/// the cash goes to the holder and the pledged tokens stand for the bank's claim. A financing leaves Requested once, so a
/// decision executes at most once.
interface IFinancingDesk {
    /// @notice None: never requested. Refused, Cancelled, Expired: the tokens went back. Settled: they were paid out.
    enum Status {
        None,
        Requested,
        Funded,
        Refused,
        Cancelled,
        Expired,
        Settled
    }
    /// @notice What was decided.
    enum Verdict {
        None,
        Approve,
        Refuse
    }

    /// @notice What a DECIDER signs.
    /// @dev EIP-712 type "Decision" with these fields in this order (enums as uint8, ids as their integers);
    /// domain: name "scfin-chain FinancingDesk", version "1", chainId, verifyingContract.
    /// A refusal binds verdict, financing, holder, creditId, face, asOfDay and deadline; the rest of it is not read.
    struct Decision {
        Verdict verdict;
        FinancingId financing;
        ParticipantId bank;
        ParticipantId holder;
        uint256 creditId;
        uint128 face;
        uint128 price;
        uint128 claim;
        uint32 rateBps;
        uint32 pdBps;
        uint32 lgdBps;
        bool recourse;
        bool supervised;
        uint8 reason;
        bytes32 modelHash;
        bytes32 inputsHash;
        uint32 asOfDay;
        uint64 deadline; // Unix seconds, the last at which it may execute
    }

    /// @notice The record.
    struct Financing {
        uint256 creditId;
        ParticipantId holder;
        /// @dev Who funded it; 0 before.
        ParticipantId bank;
        /// @dev Tokens pledged.
        uint128 face;
        /// @dev What the bank gets of the face, before the holder; 0 before it is funded.
        uint128 claim;
        /// @dev Last day on which it may be funded.
        uint32 expiresDay;
        Status status;
    }

    /// @notice Thrown when no tokens would be pledged.
    error FinancingZeroFace();
    /// @notice Thrown when a request would expire before it is made.
    error FinancingExpiryPast(uint32 expiresDay, uint32 today);
    /// @notice Thrown when a financing is in another state than the act wants; Status.None is an unknown id.
    error FinancingWrongStatus(FinancingId id, Status actual, Status wanted);
    /// @notice Thrown when somebody else than the holder cancels.
    error FinancingNotHolder(FinancingId id, ParticipantId caller, ParticipantId holder);
    /// @notice Thrown when a request is expired on or before its last day.
    error FinancingNotExpired(FinancingId id, uint32 expiresDay, uint32 today);
    /// @notice Thrown when a request is funded after its last day.
    error FinancingExpiredAlready(FinancingId id, uint32 expiresDay, uint32 today);
    /// @notice Thrown when a decision says something else than the act.
    error FinancingWrongVerdict(FinancingId id, Verdict actual, Verdict wanted);
    /// @notice Thrown when somebody else than the decision's bank funds.
    error FinancingNotBank(FinancingId id, ParticipantId caller, ParticipantId bank);
    /// @notice Thrown when holder, tokens or face of a decision are not those of the financing.
    error FinancingDecisionMismatch(FinancingId id, ParticipantId holder, uint256 creditId, uint128 face);
    /// @notice Thrown when price <= claim <= face does not hold, or the price is 0.
    error FinancingTermsOutOfOrder(FinancingId id, uint128 price, uint128 claim, uint128 face);
    /// @notice Thrown when the price is not that of claim, rate and days.
    error FinancingWrongPrice(FinancingId id, uint128 price, uint128 computed);
    /// @notice Thrown when a decision is as of a day to come.
    error FinancingDecisionFromFuture(FinancingId id, uint32 asOfDay, uint32 today);
    /// @notice Thrown when a decision is executed after its deadline, Unix seconds.
    error FinancingDecisionExpired(FinancingId id, uint64 deadline, uint256 timestamp);
    /// @notice Thrown when the signer of a decision is no DECIDER; what is no signature at all is an ECDSA error.
    error FinancingNotDecider(FinancingId id, address signer);
    /// @notice Thrown when tokens for which cash came in would be funded.
    error FinancingCreditSealed(FinancingId id, uint256 creditId);
    /// @notice Thrown when tokens would be funded on or after the day on which they are due.
    error FinancingCreditMatured(FinancingId id, uint32 maturityDay, uint32 today);

    /// @notice Emitted when a holder pledges tokens and asks for cash.
    event FinancingRequested(
        FinancingId indexed id, uint256 indexed creditId, ParticipantId indexed holder, uint128 face, uint32 expiresDay
    );
    /// @notice Emitted when a bank's cash goes to the holder.
    /// @param price Cash paid, minor units.
    /// @param claim What the bank gets of the face at repayment, before the holder.
    event FinancingFunded(
        FinancingId indexed id,
        ParticipantId indexed bank,
        ParticipantId indexed holder,
        uint128 price,
        uint128 claim,
        uint32 rateBps,
        bool supervised,
        bytes32 modelHash,
        bytes32 inputsHash
    );
    /// @notice Emitted when a signed refusal gave the tokens back.
    event FinancingRefused(FinancingId indexed id, uint8 reason, bytes32 modelHash, bytes32 inputsHash);
    /// @notice Emitted when the holder took the tokens back.
    event FinancingCancelled(FinancingId indexed id);
    /// @notice Emitted when the tokens went back because nobody funded.
    event FinancingExpired(FinancingId indexed id);
    /// @notice Emitted when repayment reached the bank and the holder.
    event FinancingSettled(FinancingId indexed id);

    /// @notice Pledges tokens in the desk and asks for cash.
    /// @dev Emits {FinancingRequested}.
    /// Requirements:
    /// - trading is not paused; the caller is valid;
    /// - the face is from 1 to the caller's balance;
    /// - the last day is not past;
    /// - the tokens are before maturity, and no cash came in for them yet.
    /// @param expiresDay Last day on which it may be funded.
    /// @return id Counted from 1.
    function request(uint256 creditId, uint128 face, uint32 expiresDay) external returns (FinancingId id);

    /// @notice Takes the tokens back, also when paused, matured, sealed or suspended.
    /// @dev Emits {FinancingCancelled}.
    /// Requirements:
    /// - the caller is the holder;
    /// - the financing is Requested.
    function cancel(FinancingId id) external;

    /// @notice Funds: the price goes from the caller to the holder by the caller's allowance to the desk.
    /// @dev Emits {FinancingFunded}.
    /// Requirements:
    /// - trading is not paused; the caller is a valid BANK, and the decision's;
    /// - the financing is Requested, on or before its last day, before maturity, and no cash came in for its tokens;
    /// - the decision approves it, by holder, tokens and face, is signed by a DECIDER, as of no later day, before its deadline;
    /// - 0 < price <= claim <= face, and the price is that of claim, rate and days from asOfDay to maturity;
    /// - the cash moves: those of ICashToken, which check the holder too.
    function fund(Decision calldata decision, bytes calldata signature) external;

    /// @notice Executes a signed refusal: the tokens go back, also when paused, matured, sealed or suspended.
    /// @dev Emits {FinancingRefused}.
    /// Requirements:
    /// - the financing is Requested;
    /// - the decision refuses it, by holder, tokens and face, is signed by a DECIDER, as of no later day, before its deadline.
    function refuse(Decision calldata decision, bytes calldata signature) external;

    /// @notice Gives the tokens back from the day after the last one, also when paused, matured, sealed or suspended.
    /// @dev Emits {FinancingExpired}.
    /// Requirements:
    /// - the financing is Requested;
    /// - its last day is past.
    function expire(FinancingId id) external;

    /// @notice Marks that the pledged tokens were paid out.
    /// @dev Emits {FinancingSettled}.
    /// Requirements:
    /// - the caller is the SETTLEMENT;
    /// - the financing is Funded.
    function markSettled(FinancingId id) external;

    /// @notice The record; all zero for an unknown id.
    function financing(FinancingId id) external view returns (Financing memory);

    /// @notice How many financings there are; the last id.
    function count() external view returns (uint64);

    /// @notice What a DECIDER signs: the EIP-712 digest.
    function digestOf(Decision calldata decision) external view returns (bytes32);

    /// @notice The price of a claim due in `days_`: floor(claim * 365 * 10^4 / (365 * 10^4 + rateBps * days_)).
    /// @dev Simple interest, actual/365; rounded down, in favour of the bank, which pays it.
    function priceDown(uint128 claim, uint32 rateBps, uint32 days_) external pure returns (uint128);
}
