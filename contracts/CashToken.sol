// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ICashToken} from "./interfaces/ICashToken.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Amounts} from "./libraries/Amounts.sol";

/// @title Tokenised central-bank money
contract CashToken is ERC20, ERC20Permit, AccessControl, ICashToken {
    /// @notice Mints and burns.
    bytes32 public constant CENTRAL_BANK = keccak256("CENTRAL_BANK");
    /// @notice Freezes.
    bytes32 public constant COMPLIANCE = keccak256("COMPLIANCE");
    /// @notice Moves cash by force.
    bytes32 public constant COURT = keccak256("COURT");

    IParticipants private immutable _participants;
    uint256 private immutable _walletCap;
    uint256 private immutable _paymentCap;

    mapping(address account => uint256) private _frozen;

    /// @notice To be granted afterwards: CENTRAL_BANK, COMPLIANCE, COURT, to three different accounts.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    /// @param walletCap_ The most that an account may hold after receiving, minor units; type(uint256).max is no cap.
    /// @param paymentCap_ The most that one payment may move, minor units; type(uint256).max is no cap.
    constructor(
        address admin,
        IParticipants participants,
        string memory name,
        string memory symbol,
        uint256 walletCap_,
        uint256 paymentCap_
    ) ERC20(name, symbol) ERC20Permit(name) {
        require(walletCap_ > 0 && paymentCap_ > 0, CashCapZero());

        _participants = participants;
        _walletCap = walletCap_;
        _paymentCap = paymentCap_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ICashToken
    function mint(address account, uint256 amount) external onlyRole(CENTRAL_BANK) {
        uint256 supply = totalSupply();
        require(amount <= Amounts.MAX - supply, CashSupplyCapExceeded(amount, supply, Amounts.MAX));

        _mint(account, amount);

        emit Minted(account, amount, totalSupply());
    }

    /// @inheritdoc ICashToken
    function burn(uint256 amount) external onlyRole(CENTRAL_BANK) {
        _burn(msg.sender, amount);

        emit Burned(msg.sender, amount, totalSupply());
    }

    /// @inheritdoc ICashToken
    function freeze(address account, uint256 amount, bytes32 reason) external onlyRole(COMPLIANCE) {
        require(_participants.standing(account) != IParticipants.Standing.System, CashSystemAccount(account));

        _frozen[account] = amount;

        emit Frozen(account, amount, reason);
    }

    /// @inheritdoc ICashToken
    function forceTransfer(address from, address to, uint256 amount, bytes32 reason) external onlyRole(COURT) {
        require(from != to, CashForcedToSelf(from));
        // A transfer from nobody would be a mint.
        require(from != address(0), ERC20InvalidSender(from));
        (IParticipants.Standing sender, IParticipants.Standing receiver) = _participants.standings(from, to);
        require(sender != IParticipants.Standing.System, CashSystemAccount(from));
        require(receiver != IParticipants.Standing.System, CashSystemAccount(to));
        require(receiver == IParticipants.Standing.Valid, CashPartyNotValid(to));

        // The parent's update: past the guard of this contract, and leaving every freeze as it is.
        ERC20._update(from, to, amount);

        emit ForcedTransfer(from, to, amount, reason);
    }

    /// @inheritdoc ICashToken
    function transferWithReference(address to, uint256 amount, bytes32 reference_) external returns (bool) {
        _transfer(msg.sender, to, amount);

        emit Referenced(msg.sender, to, amount, reference_);

        return true;
    }

    /// @inheritdoc ICashToken
    function frozen(address account) external view returns (uint256) {
        return _frozen[account];
    }

    /// @inheritdoc ICashToken
    function accepts(address to, uint256 amount) external view returns (bool) {
        IParticipants.Standing receiver = _participants.standing(to);
        if (receiver == IParticipants.Standing.System) return true;
        return
            receiver == IParticipants.Standing.Valid && _frozen[to] != type(uint256).max
                && amount <= _room(balanceOf(to));
    }

    /// @inheritdoc ICashToken
    function walletCap() external view returns (uint256) {
        return _walletCap;
    }

    /// @inheritdoc ICashToken
    function paymentCap() external view returns (uint256) {
        return _paymentCap;
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 2;
    }

    /// @dev The one guard: mint, burn, transfer and transferFrom all come here.
    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0)) {
            require(_participants.isValid(to), CashPartyNotValid(to));
        } else if (to != address(0)) {
            _requireMovable(from, to, amount);
        }
        super._update(from, to, amount);
    }

    function _requireMovable(address from, address to, uint256 amount) private view {
        (IParticipants.Standing sender, IParticipants.Standing receiver) = _participants.standings(from, to);
        if (receiver == IParticipants.Standing.System) return;
        _requireReceiver(to, receiver, amount);
        if (sender == IParticipants.Standing.System) return;
        _requireSender(from, sender, amount);
    }

    function _requireReceiver(address to, IParticipants.Standing receiver, uint256 amount) private view {
        require(receiver == IParticipants.Standing.Valid, CashPartyNotValid(to));
        require(_frozen[to] != type(uint256).max, CashAccountFrozen(to));
        uint256 balance = balanceOf(to);
        require(amount <= _room(balance), CashWalletCapExceeded(to, amount, balance, _walletCap));
    }

    function _requireSender(address from, IParticipants.Standing sender, uint256 amount) private view {
        require(sender == IParticipants.Standing.Valid, CashPartyNotValid(from));
        require(amount <= _paymentCap, CashPaymentCapExceeded(amount, _paymentCap));
        uint256 held = _frozen[from];
        if (held == 0) return;
        uint256 balance = balanceOf(from);
        require(balance >= held && amount <= balance - held, CashFrozen(from, amount, balance, held));
    }

    /// @dev How much more a wallet of this balance may receive; a forced transfer or a mint may have filled it past the cap.
    function _room(uint256 balance) private view returns (uint256) {
        return balance < _walletCap ? _walletCap - balance : 0;
    }
}
