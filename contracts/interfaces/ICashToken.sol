// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Tokenised central-bank money, ERC-20 with two decimals (permit besides)
/// @notice Amounts are minor units (hundredths). All cash together is at most 2^63 - 1 of them; a burn makes room again.
/// Every movement, by whatever function, passes one guard:
/// - both parties are valid participants;
/// - the frozen part of the sender's balance stays; an account frozen to type(uint256).max receives nothing;
/// - the payment is at most `paymentCap`, the receiver's balance after it at most `walletCap`.
/// Four exceptions, and no other:
/// - cash into a SYSTEM account is never stopped, so that repaying is always possible;
/// - of cash out of a SYSTEM account the receiver alone is checked (valid, not wholly frozen, wallet cap);
/// - a mint asks for a valid receiver only, a burn for nothing;
/// - a forced transfer passes freezes and caps; its receiver must be valid.
interface ICashToken is IERC20 {
    /// @notice Thrown when a cap of 0 is given; type(uint256).max is no cap.
    error CashCapZero();
    /// @notice Thrown when a party of a movement is not enrolled, suspended or expired.
    error CashPartyNotValid(address account);
    /// @notice Thrown when a payment would touch the frozen part of the sender's balance.
    error CashFrozen(address account, uint256 amount, uint256 balance, uint256 frozen);
    /// @notice Thrown when a wholly frozen account would receive.
    error CashAccountFrozen(address account);
    /// @notice Thrown when the receiver would hold more than a wallet may.
    error CashWalletCapExceeded(address account, uint256 amount, uint256 balance, uint256 cap);
    /// @notice Thrown when a mint would make more cash than there may be.
    error CashSupplyCapExceeded(uint256 amount, uint256 supply, uint256 cap);
    /// @notice Thrown when a payment is larger than one may be.
    error CashPaymentCapExceeded(uint256 amount, uint256 cap);
    /// @notice Thrown when a SYSTEM account would be frozen, or be a party of a forced transfer.
    error CashSystemAccount(address account);
    /// @notice Thrown when a forced transfer names one account twice.
    error CashForcedToSelf(address account);

    /// @notice Emitted when the central bank issues cash.
    /// @param supply All cash after it.
    event Minted(address indexed account, uint256 amount, uint256 supply);
    /// @notice Emitted when the central bank withdraws cash.
    /// @param supply All cash after it.
    event Burned(address indexed account, uint256 amount, uint256 supply);
    /// @notice Emitted beside {IERC20-Transfer} when a transfer carries a reference.
    event Referenced(address indexed from, address indexed to, uint256 amount, bytes32 indexed reference_);
    /// @notice Emitted when the frozen part of a balance changes.
    /// @param frozen The frozen part now; it may exceed the balance.
    /// @param reason Hash or code of the reason.
    event Frozen(address indexed account, uint256 frozen, bytes32 reason);
    /// @notice Emitted when a court moves cash.
    /// @param reason Hash or code of the reason.
    event ForcedTransfer(address indexed from, address indexed to, uint256 amount, bytes32 reason);

    /// @notice Issues cash.
    /// @dev Emits {Minted}.
    /// Requirements:
    /// - the caller is a CENTRAL_BANK;
    /// - the supply after it is at most 2^63 - 1;
    /// - the receiver is valid.
    function mint(address account, uint256 amount) external;

    /// @notice Withdraws cash from the caller's own wallet.
    /// @dev Emits {Burned}.
    /// Requirements:
    /// - the caller is a CENTRAL_BANK and holds the amount.
    function burn(uint256 amount) external;

    /// @notice Sets the frozen part of a balance: 0 frees it, type(uint256).max freezes the account, receiving included.
    /// @dev Emits {Frozen}.
    /// Requirements:
    /// - the caller is COMPLIANCE;
    /// - the account is not a SYSTEM account.
    /// @param amount The frozen part from now on, not an addition.
    /// @param reason Hash or code of the reason.
    function freeze(address account, uint256 amount, bytes32 reason) external;

    /// @notice Moves cash by order of a court, frozen or not, and changes no freeze.
    /// @dev Emits {ForcedTransfer}.
    /// Requirements:
    /// - the caller is a COURT;
    /// - two accounts, neither a SYSTEM account, the receiver valid;
    /// - the sender holds the amount.
    /// @param reason Hash or code of the reason.
    function forceTransfer(address from, address to, uint256 amount, bytes32 reason) external;

    /// @notice Transfers and says what for.
    /// @dev Emits {Referenced}.
    /// Requirements: those of every movement.
    /// @param reference_ What the payment is for.
    function transferWithReference(address to, uint256 amount, bytes32 reference_) external returns (bool);

    /// @notice The frozen part of an account's balance; it may exceed the balance.
    function frozen(address account) external view returns (uint256);

    /// @notice Whether a payment of `amount` from a SYSTEM account would arrive.
    function accepts(address to, uint256 amount) external view returns (bool);

    /// @notice The most that an account may hold after receiving; type(uint256).max is no cap.
    function walletCap() external view returns (uint256);

    /// @notice The most that one payment may move; type(uint256).max is no cap.
    function paymentCap() external view returns (uint256);
}
