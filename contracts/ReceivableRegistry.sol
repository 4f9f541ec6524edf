// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivableRegistry} from "./interfaces/IReceivableRegistry.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {Days} from "./libraries/Days.sol";
import {DocumentNumbers} from "./libraries/DocumentNumbers.sol";
import {Roles} from "./libraries/Roles.sol";
import {ParticipantId, ReceivableId} from "./types/Ids.sol";

/// @title Receivables as records: who owes whom what, by when, and which part of it is where
/// @dev Narrowing: a face is at most Amounts.MAX, guarded at register and amend, and every amount that reaches a cast
/// was first compared with a part of a face; so each cast to uint64 below keeps its value.
contract ReceivableRegistry is AccessControl, IReceivableRegistry {
    using SafeERC20 for IERC20;

    /// @notice The CreditToken contract.
    bytes32 public constant CREDIT_TOKEN = keccak256("CREDIT_TOKEN");

    IParticipants private immutable _participants;
    IERC20 private immutable _cash;

    mapping(ReceivableId id => Receivable) private _receivables;
    mapping(ReceivableId id => Parts) private _parts;
    mapping(ReceivableId id => bytes32) private _documents;
    mapping(bytes32 key => ReceivableId) private _registered;
    // Starts at 1, so that the first receivable costs no more than the next.
    uint64 private _nextId = 1;

    /// @notice To be granted afterwards: CREDIT_TOKEN to CreditToken.
    /// @param admin Holds DEFAULT_ADMIN_ROLE, which grants the others.
    constructor(address admin, IParticipants participants, IERC20 cash) {
        _participants = participants;
        _cash = cash;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IReceivableRegistry
    function register(Terms calldata terms) external returns (ReceivableId id) {
        ParticipantId creditor = _participants.requireValid(msg.sender, Roles.SUPPLIER);
        uint16 debtorRoles = _participants.requireRoles(terms.debtor);
        require(!(terms.debtor == creditor), ReceivableToSelf(creditor));
        require(DocumentNumbers.wellSpelt(terms.documentNumber), ReceivableNumberMisspelt(terms.documentNumber));
        bytes32 key = keyOf(terms.debtor, creditor, terms.documentType, terms.documentNumber);
        id = _registered[key];
        require(ReceivableId.unwrap(id) == 0, ReceivableAlreadyRegistered(key, id));
        uint64 face_ = _requireFace(terms.face);
        _requireDue(terms.dueDay);

        id = ReceivableId.wrap(_nextId++);
        _registered[key] = id;
        _receivables[id] = Receivable({
            debtor: terms.debtor,
            creditor: creditor,
            programme: terms.programme,
            dueDay: terms.dueDay,
            documentType: terms.documentType,
            status: Status.Registered,
            milestone: Milestone.None,
            deliveryRequired: Roles.contain(debtorRoles, Roles.CORE_ENTERPRISE)
        });
        _parts[id] = Parts({free: face_, tokenised: 0, settled: 0, disputed: 0});
        _documents[id] = terms.documents;

        emit ReceivableRegistered(
            id,
            terms.debtor,
            creditor,
            key,
            terms.programme,
            terms.documentType,
            terms.documentNumber,
            terms.face,
            terms.dueDay,
            terms.documents
        );
    }

    /// @inheritdoc IReceivableRegistry
    function amend(ReceivableId id, uint128 face_, uint32 dueDay, bytes32 documents_) external {
        ParticipantId caller = _participants.requireValid(msg.sender, 0);
        Receivable storage record = _receivables[id];
        (Status status, ParticipantId creditor) = (record.status, record.creditor);
        require(status == Status.Registered, ReceivableWrongStatus(id, status, Status.Registered));
        require(caller == creditor, ReceivableNotCreditor(id, caller, creditor));
        uint64 newFace = _requireFace(face_);
        _requireDue(dueDay);
        uint64 disputed = _parts[id].disputed;
        require(newFace >= disputed, ReceivableFaceBelowDisputed(id, face_, disputed));

        uint64 free = newFace - disputed;
        _parts[id].free = free;
        record.dueDay = dueDay;
        _documents[id] = documents_;

        emit ReceivableAmended(id, face_, dueDay, documents_, free);
    }

    /// @inheritdoc IReceivableRegistry
    function attest(ReceivableId id, Milestone milestone, bytes32 evidence) external {
        ParticipantId carrier = _participants.requireValid(msg.sender, Roles.CARRIER);
        Receivable storage record = _receivables[id];
        (Status status, Milestone actual) = (record.status, record.milestone);
        require(status == Status.Registered, ReceivableWrongStatus(id, status, Status.Registered));
        require(milestone > actual, ReceivableMilestoneNotLater(id, actual, milestone));

        record.milestone = milestone;

        emit MilestoneAttested(id, carrier, milestone, evidence);
    }

    /// @inheritdoc IReceivableRegistry
    function confirm(ReceivableId id, uint128 face_, uint32 dueDay, bytes32 documents_) external {
        ParticipantId caller = _participants.requireValid(msg.sender, 0);
        Receivable storage record = _receivables[id];
        (Status status, ParticipantId debtor, Milestone milestone) = (record.status, record.debtor, record.milestone);
        require(status == Status.Registered, ReceivableWrongStatus(id, status, Status.Registered));
        require(caller == debtor, ReceivableNotDebtor(id, caller, debtor));
        require(!record.deliveryRequired || milestone >= Milestone.Delivered, ReceivableNotDelivered(id, milestone));
        _requireTerms(id, face_, dueDay, documents_);

        record.status = Status.Confirmed;

        emit ReceivableConfirmed(id, debtor, face_);
    }

    /// @inheritdoc IReceivableRegistry
    function dispute(ReceivableId id, uint128 amount, bytes32 reason) external {
        _requireDebtorOfOpen(id);
        (uint64 free, uint64 disputed) = (_parts[id].free, _parts[id].disputed);
        uint64 moved = _requirePart(id, amount, free);

        (free, disputed) = (free - moved, disputed + moved);
        (_parts[id].free, _parts[id].disputed) = (free, disputed);

        emit ReceivableDisputed(id, amount, free, disputed, reason);
    }

    /// @inheritdoc IReceivableRegistry
    function resolve(ReceivableId id, uint128 amount) external {
        _requireDebtorOfOpen(id);
        (uint64 free, uint64 disputed) = (_parts[id].free, _parts[id].disputed);
        uint64 moved = _requirePart(id, amount, disputed);

        (free, disputed) = (free + moved, disputed - moved);
        (_parts[id].free, _parts[id].disputed) = (free, disputed);

        emit DisputeResolved(id, amount, free, disputed);
    }

    /// @inheritdoc IReceivableRegistry
    function pay(ReceivableId id, uint128 amount) external {
        ParticipantId caller = _participants.participant(msg.sender).id;
        Receivable storage record = _receivables[id];
        _requireConfirmed(id);
        ParticipantId debtor = record.debtor;
        require(caller == debtor, ReceivableNotDebtor(id, caller, debtor));

        (uint64 free, uint64 settled) = _settleFree(id, amount);

        emit ReceivablePaid(id, amount, free, settled);

        _cash.safeTransferFrom(msg.sender, _participants.accountOf(record.creditor), amount);
    }

    /// @inheritdoc IReceivableRegistry
    function tokenise(ReceivableId id, uint128 amount) external onlyRole(CREDIT_TOKEN) {
        _requireConfirmed(id);
        (uint64 free, uint64 tokenised) = (_parts[id].free, _parts[id].tokenised);
        uint64 moved = _requirePart(id, amount, free);

        (free, tokenised) = (free - moved, tokenised + moved);
        (_parts[id].free, _parts[id].tokenised) = (free, tokenised);

        emit ReceivableTokenised(id, amount, free, tokenised);
    }

    /// @inheritdoc IReceivableRegistry
    function payWithCredit(ReceivableId id, uint128 amount) external onlyRole(CREDIT_TOKEN) {
        _requireConfirmed(id);

        (uint64 free, uint64 settled) = _settleFree(id, amount);

        emit ReceivablePaidWithCredit(id, amount, free, settled);
    }

    /// @inheritdoc IReceivableRegistry
    function redeem(ReceivableId id, uint128 amount) external onlyRole(CREDIT_TOKEN) {
        _requireConfirmed(id);
        (uint64 tokenised, uint64 settled) = (_parts[id].tokenised, _parts[id].settled);
        uint64 moved = _requirePart(id, amount, tokenised);

        (tokenised, settled) = (tokenised - moved, settled + moved);
        (_parts[id].tokenised, _parts[id].settled) = (tokenised, settled);

        emit ReceivableRedeemed(id, amount, tokenised, settled);
    }

    /// @inheritdoc IReceivableRegistry
    function receivable(ReceivableId id) external view returns (Receivable memory) {
        return _receivables[id];
    }

    /// @inheritdoc IReceivableRegistry
    function parts(ReceivableId id) external view returns (Parts memory) {
        return _parts[id];
    }

    /// @inheritdoc IReceivableRegistry
    function documents(ReceivableId id) external view returns (bytes32) {
        return _documents[id];
    }

    /// @inheritdoc IReceivableRegistry
    function registered(bytes32 key) external view returns (ReceivableId) {
        return _registered[key];
    }

    /// @inheritdoc IReceivableRegistry
    function count() external view returns (uint64) {
        return _nextId - 1;
    }

    /// @inheritdoc IReceivableRegistry
    function face(ReceivableId id) public view returns (uint128) {
        Parts memory part = _parts[id];
        return uint128(part.free) + part.tokenised + part.settled + part.disputed;
    }

    /// @inheritdoc IReceivableRegistry
    function keyOf(ParticipantId debtor, ParticipantId creditor, DocumentType documentType, bytes32 documentNumber)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(debtor, creditor, documentType, documentNumber));
    }

    function _settleFree(ReceivableId id, uint128 amount) private returns (uint64 free, uint64 settled) {
        (free, settled) = (_parts[id].free, _parts[id].settled);
        uint64 moved = _requirePart(id, amount, free);

        (free, settled) = (free - moved, settled + moved);
        (_parts[id].free, _parts[id].settled) = (free, settled);
    }

    function _requireDebtorOfOpen(ReceivableId id) private view {
        ParticipantId caller = _participants.requireValid(msg.sender, 0);
        (Status status, ParticipantId debtor) = (_receivables[id].status, _receivables[id].debtor);
        require(status != Status.None, ReceivableWrongStatus(id, status, Status.Registered));
        require(caller == debtor, ReceivableNotDebtor(id, caller, debtor));
    }

    function _requireConfirmed(ReceivableId id) private view {
        Status status = _receivables[id].status;
        require(status == Status.Confirmed, ReceivableWrongStatus(id, status, Status.Confirmed));
    }

    function _requireTerms(ReceivableId id, uint128 face_, uint32 dueDay, bytes32 documents_) private view {
        (uint128 registeredFace, uint32 registeredDue) = (face(id), _receivables[id].dueDay);
        bytes32 registeredDocuments = _documents[id];
        require(
            face_ == registeredFace && dueDay == registeredDue && documents_ == registeredDocuments,
            ReceivableTermsDiffer(id, registeredFace, registeredDue, registeredDocuments)
        );
    }

    function _requireDue(uint32 dueDay) private view {
        uint32 today = Days.today();
        require(dueDay >= today, ReceivableDuePast(dueDay, today));
    }

    function _requirePart(ReceivableId id, uint128 amount, uint64 available) private pure returns (uint64) {
        require(amount > 0, ReceivableZeroAmount(id));
        require(amount <= available, ReceivablePartTooSmall(id, amount, available));
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(amount);
    }

    function _requireFace(uint128 face_) private pure returns (uint64) {
        require(face_ > 0 && face_ <= Amounts.MAX, ReceivableFaceOutOfRange(face_, Amounts.MAX));
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(face_);
    }
}
