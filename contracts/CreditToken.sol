// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ICreditLine} from "./interfaces/ICreditLine.sol";
import {ICreditToken} from "./interfaces/ICreditToken.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivableRegistry} from "./interfaces/IReceivableRegistry.sol";
import {CreditIds} from "./libraries/CreditIds.sol";
import {Days} from "./libraries/Days.sol";
import {Roles} from "./libraries/Roles.sol";
import {ParticipantId, ReceivableId} from "./types/Ids.sol";

/// @title Divisible claims on an issuer, ERC-1155: one id is one receivable
contract CreditToken is ERC1155, AccessControl, ICreditToken {
    /// @notice The FinancingDesk contract.
    bytes32 public constant DESK = keccak256("DESK");
    /// @notice The Settlement contract.
    bytes32 public constant SETTLEMENT = keccak256("SETTLEMENT");

    IParticipants private immutable _participants;
    IReceivableRegistry private immutable _registry;
    ICreditLine private immutable _line;
    uint16 private immutable _currency;

    mapping(uint256 id => bool) private _sealed;

    /// @notice To be granted afterwards: DESK to FinancingDesk, SETTLEMENT to Settlement; and to this contract CREDIT_TOKEN of
    /// ReceivableRegistry and of CreditLine.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    /// @param currency ISO 4217 number of the cash in which the tokens are repaid.
    constructor(
        address admin,
        IParticipants participants,
        IReceivableRegistry registry,
        ICreditLine line,
        uint16 currency
    ) ERC1155("") {
        _participants = participants;
        _registry = registry;
        _line = line;
        _currency = currency;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ICreditToken
    function recharge(ReceivableId receivable, uint128 amount) external returns (uint256 id) {
        ParticipantId issuer = _participants.requireTrader(msg.sender, Roles.CORE_ENTERPRISE);
        IReceivableRegistry.Receivable memory record = _registry.receivable(receivable);
        require(issuer == record.debtor, CreditNotDebtor(receivable, issuer, record.debtor));
        id = _idOf(receivable, record);
        _requireTradable(id);
        address holder = _participants.requireAccount(record.creditor);
        uint128 tokenised = _registry.parts(receivable).tokenised;

        _move(address(0), holder, id, amount);

        unchecked {
            // No overflow: tokenised + amount is at most the face, or the registry reverts below.
            emit CreditRecharged(id, receivable, issuer, record.creditor, amount, tokenised + amount);
        }

        _registry.tokenise(receivable, amount);
        _line.use(issuer, amount);
    }

    /// @inheritdoc ICreditToken
    function payWith(uint256 id, ReceivableId trade, uint128 amount) external {
        ParticipantId payer = _participants.requireTrader(msg.sender, 0);
        IReceivableRegistry.Receivable memory record = _registry.receivable(trade);
        require(payer == record.debtor, CreditNotDebtor(trade, payer, record.debtor));
        _requireTradable(id);
        address payee = _participants.requireAccount(record.creditor);

        _move(msg.sender, payee, id, amount);

        emit CreditPaid(id, trade, payer, record.creditor, amount);

        _registry.payWithCredit(trade, amount);
    }

    /// @inheritdoc ICreditToken
    function pledge(address holder, uint256 id, uint128 amount) external onlyRole(DESK) {
        _requireTradable(id);

        _move(holder, msg.sender, id, amount);
    }

    /// @inheritdoc ICreditToken
    function release(address holder, uint256 id, uint128 amount) external onlyRole(DESK) {
        _move(msg.sender, holder, id, amount);
    }

    /// @inheritdoc ICreditToken
    function seal(uint256 id) external onlyRole(SETTLEMENT) {
        require(!_sealed[id], CreditIsSealed(id));

        _sealed[id] = true;

        emit CreditSealed(id);
    }

    /// @inheritdoc ICreditToken
    function redeem(address holder, uint256 id, uint128 amount) external onlyRole(SETTLEMENT) {
        _move(holder, address(0), id, amount);

        _registry.redeem(CreditIds.lot(id), amount);
    }

    /// @inheritdoc ICreditToken
    function outstanding(uint256 id) external view returns (uint128) {
        ReceivableId lot = CreditIds.lot(id);
        return idOf(lot) == id ? _registry.parts(lot).tokenised : 0;
    }

    /// @inheritdoc ICreditToken
    function isSealed(uint256 id) external view returns (bool) {
        return _sealed[id];
    }

    /// @inheritdoc ERC1155
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC1155, AccessControl, IERC165)
        returns (bool)
    {
        return super.supportsInterface(interfaceId);
    }

    /// @inheritdoc ICreditToken
    function idOf(ReceivableId receivable) public view returns (uint256) {
        return _idOf(receivable, _registry.receivable(receivable));
    }

    /// @dev Both transfers of ERC-1155 ask this first. Nobody is authorised, holders included. A bare revert here would make
    /// the compiler warn of unreachable code in the parent.
    function _checkAuthorized(address operator, address) internal pure override {
        require(false, CreditBareTransfer(operator));
    }

    /// @dev No operator is ever approved; revoking does nothing and is left to succeed.
    function _setApprovalForAll(address owner, address operator, bool approved) internal override {
        require(!approved, CreditBareTransfer(owner));
        super._setApprovalForAll(owner, operator, approved);
    }

    /// @dev The parent's update does not call the receiver back, which its transfers and mints would.
    function _move(address from, address to, uint256 id, uint128 amount) private {
        uint256[] memory ids = new uint256[](1);
        uint256[] memory amounts = new uint256[](1);
        (ids[0], amounts[0]) = (id, amount);
        _update(from, to, ids, amounts);
    }

    function _requireTradable(uint256 id) private view {
        require(!_sealed[id], CreditIsSealed(id));
        (uint32 maturityDay, uint32 today) = (CreditIds.maturityDay(id), Days.today());
        require(today < maturityDay, CreditMatured(id, maturityDay, today));
    }

    function _idOf(ReceivableId receivable, IReceivableRegistry.Receivable memory record)
        private
        view
        returns (uint256)
    {
        if (record.status == IReceivableRegistry.Status.None) return 0;
        return CreditIds.pack(_currency, record.debtor, record.dueDay, record.programme, receivable);
    }
}
