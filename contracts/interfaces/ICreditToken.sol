// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ParticipantId, ReceivableId} from "../types/Ids.sol";

/// @title Divisible claims on an issuer, ERC-1155: one id is one receivable
/// @notice Amounts are minor units. Ids never merge: outstanding(id) is the tokenised part of its receivable, all of it with
/// holders or pledged in the desk, and no counter beside. Tokens move by the functions below alone: the transfers of
/// ERC-1155 always revert, approving does too (revoking does nothing), and a receiver is never called back.
/// @dev id = version (8 bits) | currency (16) | issuer (32) | maturity day (32) | programme (32) | lot = ReceivableId (64),
/// the lot in the lowest bits; the top 72 bits are zero. The library CreditIds packs and unpacks.
interface ICreditToken is IERC1155 {
    /// @notice Thrown by the transfers and approvals of ERC-1155: tokens move against a trade, a pledge or cash only.
    error CreditBareTransfer(address caller);
    /// @notice Thrown when somebody else than the debtor of the receivable or trade would recharge or pay with it.
    error CreditNotDebtor(ReceivableId receivable, ParticipantId caller, ParticipantId debtor);
    /// @notice Thrown when tokens would be traded, or sealed again, after the first cash came in for them.
    error CreditIsSealed(uint256 id);
    /// @notice Thrown when tokens would be traded on or after the day on which they are due.
    error CreditMatured(uint256 id, uint32 maturityDay, uint32 today);

    /// @notice Emitted beside {IERC1155-TransferSingle} when tokens are born of a receivable.
    /// @param outstanding All tokens of the id after it.
    event CreditRecharged(
        uint256 indexed id,
        ReceivableId indexed receivable,
        ParticipantId indexed issuer,
        ParticipantId holder,
        uint128 amount,
        uint128 outstanding
    );
    /// @notice Emitted beside {IERC1155-TransferSingle} when a trade is paid with tokens: the split.
    event CreditPaid(
        uint256 indexed id, ReceivableId indexed trade, ParticipantId indexed payer, ParticipantId payee, uint128 amount
    );
    /// @notice Emitted when the first cash came in for an id: from here on it is only paid out.
    event CreditSealed(uint256 indexed id);

    /// @notice Mints tokens to the creditor against the free part of a receivable, within the caller's credit line.
    /// @dev Emits {CreditRecharged}. Recharging again mints the same id.
    /// Requirements:
    /// - trading is not paused; the caller is a valid CORE_ENTERPRISE, the creditor valid;
    /// - the caller is the debtor, the receivable Confirmed and before its due day;
    /// - no cash came in for the id yet;
    /// - the amount is from 1 to the free part and to what is left of the line.
    function recharge(ReceivableId receivable, uint128 amount) external returns (uint256 id);

    /// @notice Pays a trade: tokens to its creditor, and as much of the trade from free to settled.
    /// @dev Emits {CreditPaid}.
    /// Requirements:
    /// - trading is not paused; the caller and the trade's creditor are valid;
    /// - the caller is the trade's debtor, the trade Confirmed;
    /// - the tokens are before maturity, and no cash came in for them yet;
    /// - the amount is from 1 to the caller's balance and to the trade's free part.
    /// @param trade A receivable that the caller owes.
    function payWith(uint256 id, ReceivableId trade, uint128 amount) external;

    /// @notice Takes tokens from a holder into the caller, the desk.
    /// @dev Emits {IERC1155-TransferSingle}.
    /// Requirements:
    /// - the caller is the DESK, which checks the holder;
    /// - the tokens are before maturity, and no cash came in for them yet;
    /// - the holder has them.
    function pledge(address holder, uint256 id, uint128 amount) external;

    /// @notice Gives pledged tokens back; returning is no trade and always works.
    /// @dev Emits {IERC1155-TransferSingle}.
    /// Requirements:
    /// - the caller is the DESK and has them.
    function release(address holder, uint256 id, uint128 amount) external;

    /// @notice Ends all trading of an id: no recharge, payWith or pledge from here on.
    /// @dev Emits {CreditSealed}.
    /// Requirements:
    /// - the caller is the SETTLEMENT;
    /// - the id is not sealed.
    function seal(uint256 id) external;

    /// @notice Burns tokens of a holder, or of the desk, and moves as much of the receivable to its settled part.
    /// @dev Emits {IERC1155-TransferSingle}.
    /// Requirements:
    /// - the caller is the SETTLEMENT;
    /// - the holder has them, and the amount is not 0.
    function redeem(address holder, uint256 id, uint128 amount) external;

    /// @notice All tokens of an id, the tokenised part of its receivable; 0 for an id of no receivable.
    function outstanding(uint256 id) external view returns (uint128);

    /// @notice Whether cash came in for the id, which ended its trading.
    function isSealed(uint256 id) external view returns (bool);

    /// @notice The id of the tokens born of a receivable, final once it is Confirmed; 0 for an unknown one.
    function idOf(ReceivableId receivable) external view returns (uint256);
}
