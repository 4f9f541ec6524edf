// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinancingId, ParticipantId} from "../types/Ids.sol";

/// @title Cash in from the issuer at, before or after maturity; cash out to whoever holds
/// @notice Amounts are minor units, days whole days since 1970-01-01 UTC.
/// Cash in is never stopped: not by a pause, a freeze, a cap, an expiry or a default. The late fee runs from
/// maturity + `feeGraceDays` on what is unpaid of the principal, actual/365, each segment rounded up, and is fixed when all is
/// in. Then, in any order: a holder of b tokens gets b + floor(b * fee / principal); of a pledged lot the bank gets
/// claim + floor(claim * fee / principal) first and the holder the same of the rest. What rounding leaves goes to the dust
/// account. A payout that would not arrive becomes claimable and stops nobody else.
/// What the contract owes is counted, never read off its balance: a donation changes nothing.
interface ISettlement {
    /// @notice Live: cash comes in. Collected: all is in. Closed: all is paid out or claimable.
    enum Status {
        Live,
        Collected,
        Closed
    }

    /// @notice What came in and went out for an id.
    struct Account {
        Status status;
        /// @dev Whether `collect` was called on the maturity day.
        bool collectionTried;
        bool defaulted;
        /// @dev Tokens outstanding when the first cash came; those outstanding now before it.
        uint128 principal;
        /// @dev Cash in so far; principal is served first.
        uint128 received;
        /// @dev Late fee accrued through feeDay; fixed when Collected.
        uint128 fee;
        /// @dev 0 while no fee was accrued.
        uint32 feeDay;
        /// @dev Paid or made claimable so far; the dust too once Closed.
        uint128 paidOut;
    }

    /// @notice Thrown when the dust account is zero.
    error SettlementZeroDustAccount();
    /// @notice Thrown when an id is in another state than the act wants.
    error SettlementWrongStatus(uint256 id, Status actual, Status wanted);
    /// @notice Thrown when no tokens of the id are outstanding.
    error SettlementNothingOutstanding(uint256 id);
    /// @notice Thrown when collection is tried on another day than the one on which the id is due.
    error SettlementNotMaturityDay(uint256 id, uint32 maturityDay, uint32 today);
    /// @notice Thrown when collection is tried a second time.
    error SettlementCollectionTried(uint256 id);
    /// @notice Thrown when somebody else than the issuer repays.
    error SettlementNotIssuer(uint256 id, ParticipantId caller, ParticipantId issuer);
    /// @notice Thrown when nothing is repaid.
    error SettlementZeroAmount(uint256 id);
    /// @notice Thrown when more is repaid than is due.
    error SettlementOverpaid(uint256 id, uint128 amount, uint128 due);
    /// @notice Thrown when the desk is cranked as a holder: pledged tokens are paid by `settle`.
    error SettlementDeskIsNoHolder(uint256 id);
    /// @notice Thrown when a default is declared on or before `lastDay`.
    error SettlementNotInDefault(uint256 id, uint256 lastDay, uint32 today);
    /// @notice Thrown when a default is declared a second time.
    error SettlementAlreadyDefaulted(uint256 id);
    /// @notice Thrown when nothing is claimable by the caller.
    error SettlementNothingClaimable(address payee);
    /// @notice Thrown when the caller's wallet has no room for a claim.
    error SettlementWalletFull(address payee, uint256 balance, uint256 cap);

    /// @notice Emitted when collection found too little; the issuer's cash and allowance stay as they were.
    /// @param due What was due that day.
    /// @param available The smaller of the issuer's cash and its allowance.
    event CollectionFailed(uint256 indexed id, ParticipantId indexed issuer, uint128 due, uint256 available);
    /// @notice Emitted when the issuer's cash came in, by `repay` or by `collect`.
    /// @param received All that came in for the id.
    /// @param remaining Still due that day.
    event Repaid(uint256 indexed id, ParticipantId indexed issuer, uint128 amount, uint128 received, uint128 remaining);
    /// @notice Emitted when all is in: principal and fee are fixed, and payouts may begin.
    event Collected(uint256 indexed id, uint128 principal, uint128 fee);
    /// @notice Emitted for every payout, the dust's included.
    /// @param financing Of a pledged lot; 0 of a holder's own tokens and of dust.
    /// @param claimable Whether the cash waits for its payee's claim; it was paid otherwise.
    event PaidOut(
        uint256 indexed id, ParticipantId indexed payee, FinancingId indexed financing, uint128 amount, bool claimable
    );
    /// @notice Emitted when a payee took what waited for it, or as much of it as the wallet may hold.
    event Claimed(ParticipantId indexed payee, uint128 amount);
    /// @notice Emitted when an id is declared in default.
    /// @param unpaid Principal and fee due that day.
    event DefaultDeclared(uint256 indexed id, ParticipantId indexed issuer, uint128 unpaid);
    /// @notice Emitted when no tokens of the id are left.
    /// @param dust What rounding left, to the dust account.
    event Closed(uint256 indexed id, uint128 dust);

    /// @notice Takes all that is due from the issuer by its allowance, or says that it could not; anyone may call, once.
    /// @dev Emits {Repaid} and {Collected}, or {CollectionFailed}.
    /// Requirements:
    /// - the id is Live and has tokens;
    /// - today is its maturity day, and nobody called before.
    function collect(uint256 id) external;

    /// @notice Burns holders' tokens and pays them; anyone may call, with any holders, again and in any order.
    /// @dev Emits {PaidOut} for each payout, and {Closed} when no tokens are left. Names without tokens are skipped.
    /// Requirements:
    /// - the id is Collected;
    /// - the desk is not among the holders.
    function crank(uint256 id, address[] calldata holders) external;

    /// @notice Burns the tokens pledged for a financing and pays its bank, then its holder; anyone may call.
    /// @dev Emits {PaidOut} for each payout, and {Closed} when no tokens are left.
    /// Requirements:
    /// - the financing is Funded;
    /// - its id is Collected.
    function settle(FinancingId financing) external;

    /// @notice Flags an id that is unpaid after maturity + `defaultDays`; it can still be repaid. Anyone may call.
    /// @dev Emits {DefaultDeclared}.
    /// Requirements:
    /// - the id is Live and has tokens;
    /// - today is after maturity + `defaultDays`, and nobody declared before.
    function declareDefault(uint256 id) external;

    /// @notice Pays cash in, early, late or in parts, by the issuer's allowance to this contract.
    /// @dev Emits {Repaid}, and {Collected} when all is in.
    /// Requirements:
    /// - the id is Live and has tokens;
    /// - the caller is the issuer, valid or not;
    /// - the amount is from 1 to what is due today.
    function repay(uint256 id, uint128 amount) external;

    /// @notice Pays the caller what waits for it, or as much of it as its wallet may hold.
    /// @dev Emits {Claimed}.
    /// Requirements:
    /// - something waits, and the wallet has room;
    /// - the caller may receive cash: those of ICashToken.
    function claim() external;

    /// @notice What came in and went out for an id.
    function accountOf(uint256 id) external view returns (Account memory);

    /// @notice The late fee accrued through a day, the last accrual's at the least; the fixed one when Collected.
    function lateFee(uint256 id, uint32 day) external view returns (uint128);

    /// @notice What is still to come in on a day; 0 when Collected.
    function due(uint256 id, uint32 day) external view returns (uint128);

    /// @notice What waits for a payee's claim.
    function claimable(address payee) external view returns (uint128);

    /// @notice Cash in that is not yet paid out or claimable, of all ids.
    function reserved() external view returns (uint256);

    /// @notice What waits for claims, of all payees.
    function totalClaimable() external view returns (uint256);

    /// @notice Days after maturity without a late fee.
    function feeGraceDays() external view returns (uint32);

    /// @notice Days after maturity without a default.
    function defaultDays() external view returns (uint32);

    /// @notice Late fee a year, basis points.
    function lateFeeBps() external view returns (uint32);
}
