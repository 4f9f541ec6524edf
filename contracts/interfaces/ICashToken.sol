// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Tokenised central-bank money, ERC-20 with two decimals (ERC-20 and permit functions besides)
interface ICashToken {
    event Minted(address indexed account, uint256 amount, uint256 supply);
    event Burned(address indexed account, uint256 amount, uint256 supply);
    event Referenced(address indexed from, address indexed to, uint256 amount, bytes32 indexed reference_);
    event Frozen(address indexed account, uint256 frozen, bytes32 reason);
    event ForcedTransfer(address indexed from, address indexed to, uint256 amount, bytes32 reason);

    // central bank
    function mint(address account, uint256 amount) external;
    function burn(uint256 amount) external; // from the central bank's own wallet
    // compliance: the frozen part of a balance; type(uint256).max freezes the whole account, receiving included
    function freeze(address account, uint256 amount, bytes32 reason) external;
    // court
    function forceTransfer(address from, address to, uint256 amount, bytes32 reason) external;
    // holder
    function transferWithReference(address to, uint256 amount, bytes32 reference_) external returns (bool);

    // views
    function frozen(address account) external view returns (uint256);
    function accepts(address to, uint256 amount) external view returns (bool); // would a payout from a system account arrive?
    function walletCap() external view returns (uint256);
    function paymentCap() external view returns (uint256);
}
