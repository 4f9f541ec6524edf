// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinancingId, ParticipantId} from "../types/Ids.sol";

/// @title Cash in from the issuer at, before or after maturity; cash out to whoever holds
interface ISettlement {
    enum Status {
        Live,
        Collected,
        Closed
    }
    struct Account {
        Status status;
        bool collectionTried;
        bool defaulted;
        uint128 principal; // outstanding when the first cash came, or when Collected
        uint128 received; // cash in so far; principal is served first
        uint128 fee; // late fee accrued through feeDay; fixed when Collected
        uint32 feeDay;
        uint128 paidOut; // paid or made claimable so far
    }

    event CollectionFailed(uint256 indexed id, ParticipantId indexed issuer, uint128 due, uint256 available);
    event Repaid(
        uint256 indexed id, ParticipantId indexed issuer, uint128 amount, uint128 received, uint128 remaining
    );
    event Collected(uint256 indexed id, uint128 principal, uint128 fee);
    event PaidOut(
        uint256 indexed id,
        ParticipantId indexed payee,
        FinancingId indexed financing,
        uint128 amount,
        bool claimable
    );
    event Claimed(ParticipantId indexed payee, uint128 amount);
    event DefaultDeclared(uint256 indexed id, ParticipantId indexed issuer, uint128 unpaid);
    event Closed(uint256 indexed id, uint128 dust);

    // anyone
    function collect(uint256 id) external; // on the maturity day, once; takes all that is due or emits CollectionFailed
    function crank(uint256 id, address[] calldata holders) external;
    function settle(FinancingId financing) external;
    function declareDefault(uint256 id) external;
    // issuer
    function repay(uint256 id, uint128 amount) external;
    // payee
    function claim() external;

    // views
    function accountOf(uint256 id) external view returns (Account memory);
    function lateFee(uint256 id, uint32 day) external view returns (uint128); // accrued through that day
    function due(uint256 id, uint32 day) external view returns (uint128); // still to come in on that day
    function claimable(address payee) external view returns (uint128);
    function reserved() external view returns (uint256); // cash in that is not yet paid out, all ids
    function totalClaimable() external view returns (uint256);
    function feeGraceDays() external view returns (uint32);
    function defaultDays() external view returns (uint32);
    function lateFeeBps() external view returns (uint32);
}
