// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinancingId, ParticipantId} from "../types/Ids.sol";

/// @title Cash against pledged credit tokens, on a signed decision, delivery against payment
interface IFinancingDesk {
    enum Status {
        None,
        Requested,
        Funded,
        Refused,
        Cancelled,
        Expired,
        Settled
    }
    enum Verdict {
        None,
        Approve,
        Refuse
    }

    /// EIP-712 type "Decision" with these fields in this order (enums as uint8, ids as their integers);
    /// domain: name "scfin-chain FinancingDesk", version "1", chainId, verifyingContract.
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
    struct Financing {
        uint256 creditId;
        ParticipantId holder;
        ParticipantId bank;
        uint128 face;
        uint128 claim;
        uint32 expiresDay;
        Status status;
    }

    event FinancingRequested(
        FinancingId indexed id,
        uint256 indexed creditId,
        ParticipantId indexed holder,
        uint128 face,
        uint32 expiresDay
    );
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
    event FinancingRefused(FinancingId indexed id, uint8 reason, bytes32 modelHash, bytes32 inputsHash);
    event FinancingCancelled(FinancingId indexed id);
    event FinancingExpired(FinancingId indexed id);
    event FinancingSettled(FinancingId indexed id);

    // holder
    function request(uint256 creditId, uint128 face, uint32 expiresDay) external returns (FinancingId id);
    function cancel(FinancingId id) external;
    // the decision's bank; cash by its allowance to the desk
    function fund(Decision calldata decision, bytes calldata signature) external;
    // anyone
    function refuse(Decision calldata decision, bytes calldata signature) external;
    function expire(FinancingId id) external; // from the day after expiresDay
    // Settlement
    function markSettled(FinancingId id) external;

    // views
    function financing(FinancingId id) external view returns (Financing memory);
    function count() external view returns (uint64);
    function digestOf(Decision calldata decision) external view returns (bytes32);
    // floor(claim * 365 * 10^4 / (365 * 10^4 + rateBps * days))
    function priceDown(uint128 claim, uint32 rateBps, uint32 days_) external pure returns (uint128);
}
