// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId, ProgrammeId, ReceivableId} from "../types/Ids.sol";

/// @title Receivables as records: who owes whom what, by when, and which part of it is where
/// @notice Amounts are minor units, at most 2^63 - 1 a receivable; days are whole days since 1970-01-01 UTC.
/// From registration on, face = free + tokenised + settled + disputed: a unit is in one place, so financing it twice is
/// arithmetically impossible. One record a key for ever, and the key does not hold the amount.
interface IReceivableRegistry {
    /// @notice None: never registered. Confirmed is for ever.
    enum Status {
        None,
        Registered,
        Confirmed
    }
    /// @notice How far the delivery is; it only moves forward, and may skip.
    enum Milestone {
        None,
        Ordered,
        Shipped,
        Delivered,
        Accepted
    }
    /// @notice What kind of document the number names.
    enum DocumentType {
        Invoice,
        Order,
        Contract
    }

    /// @notice What a creditor registers.
    struct Terms {
        ParticipantId debtor;
        ProgrammeId programme;
        DocumentType documentType;
        /// @dev One spelling: A-Z, 0-9 and '-', left aligned, zero padded, not empty.
        bytes32 documentNumber;
        uint128 face;
        uint32 dueDay;
        /// @dev Hash over the documents.
        bytes32 documents;
    }

    /// @notice The record.
    struct Receivable {
        ParticipantId debtor;
        ParticipantId creditor;
        ProgrammeId programme;
        uint32 dueDay;
        DocumentType documentType;
        Status status;
        Milestone milestone;
        /// @dev The debtor was a core enterprise at registration: a tier-1 trade, confirmed only once delivered.
        bool deliveryRequired;
    }

    /// @notice Where the face is: face = free + tokenised + settled + disputed.
    struct Parts {
        uint64 free;
        uint64 tokenised;
        uint64 settled;
        uint64 disputed;
    }

    /// @notice Thrown when a debtor would be its own creditor.
    error ReceivableToSelf(ParticipantId participant);
    /// @notice Thrown when a document number is empty or not in the one spelling.
    error ReceivableNumberMisspelt(bytes32 documentNumber);
    /// @notice Thrown when a document was registered before, with whatever amount.
    error ReceivableAlreadyRegistered(bytes32 key, ReceivableId id);
    /// @notice Thrown when a face is 0 or over what a record can hold.
    error ReceivableFaceOutOfRange(uint128 face, uint128 max);
    /// @notice Thrown when a due day lies in the past.
    error ReceivableDuePast(uint32 dueDay, uint32 today);
    /// @notice Thrown when a receivable is in another state than the act wants; Status.None is an unknown id.
    error ReceivableWrongStatus(ReceivableId id, Status actual, Status wanted);
    /// @notice Thrown when somebody else than the creditor acts for it.
    error ReceivableNotCreditor(ReceivableId id, ParticipantId caller, ParticipantId creditor);
    /// @notice Thrown when somebody else than the debtor acts for it.
    error ReceivableNotDebtor(ReceivableId id, ParticipantId caller, ParticipantId debtor);
    /// @notice Thrown when an amended face would not cover what is disputed.
    error ReceivableFaceBelowDisputed(ReceivableId id, uint128 face, uint128 disputed);
    /// @notice Thrown when a milestone would not move forward.
    error ReceivableMilestoneNotLater(ReceivableId id, Milestone actual, Milestone attested);
    /// @notice Thrown when a tier-1 trade is confirmed before a carrier attested its delivery.
    error ReceivableNotDelivered(ReceivableId id, Milestone actual);
    /// @notice Thrown when a debtor names other terms than those registered.
    /// @param face The registered one, minor units.
    /// @param dueDay The registered one.
    /// @param documents The registered ones.
    error ReceivableTermsDiffer(ReceivableId id, uint128 face, uint32 dueDay, bytes32 documents);
    /// @notice Thrown when an amount is 0.
    error ReceivableZeroAmount(ReceivableId id);
    /// @notice Thrown when an amount is larger than the part it would come from.
    error ReceivablePartTooSmall(ReceivableId id, uint128 amount, uint128 available);

    /// @notice Emitted when a receivable is registered; all of its face is free.
    /// @param key Hash of debtor, creditor, document type and number.
    /// @param face Minor units.
    event ReceivableRegistered(
        ReceivableId indexed id,
        ParticipantId indexed debtor,
        ParticipantId indexed creditor,
        bytes32 key,
        ProgrammeId programme,
        DocumentType documentType,
        bytes32 documentNumber,
        uint128 face,
        uint32 dueDay,
        bytes32 documents
    );
    /// @notice Emitted when a creditor corrects what is not confirmed yet.
    /// @param face The face now.
    /// @param free The free part now.
    event ReceivableAmended(ReceivableId indexed id, uint128 face, uint32 dueDay, bytes32 documents, uint128 free);
    /// @notice Emitted when a carrier attests a milestone.
    /// @param evidence Hash over the transport documents.
    event MilestoneAttested(
        ReceivableId indexed id, ParticipantId indexed carrier, Milestone milestone, bytes32 evidence
    );
    /// @notice Emitted when the debtor confirms that it owes, for ever.
    event ReceivableConfirmed(ReceivableId indexed id, ParticipantId indexed debtor, uint128 face);
    /// @notice Emitted when the debtor disputes a part.
    /// @param free The free part now.
    /// @param disputed The disputed part now.
    /// @param reason Hash or code of the reason.
    event ReceivableDisputed(ReceivableId indexed id, uint128 amount, uint128 free, uint128 disputed, bytes32 reason);
    /// @notice Emitted when the debtor takes a dispute back.
    event DisputeResolved(ReceivableId indexed id, uint128 amount, uint128 free, uint128 disputed);
    /// @notice Emitted when credit tokens are born of a part.
    /// @param tokenised The tokenised part now; the outstanding tokens.
    event ReceivableTokenised(ReceivableId indexed id, uint128 amount, uint128 free, uint128 tokenised);
    /// @notice Emitted when a part was paid with credit tokens.
    /// @param settled The settled part now.
    event ReceivablePaidWithCredit(ReceivableId indexed id, uint128 amount, uint128 free, uint128 settled);
    /// @notice Emitted when a part was paid in cash by the debtor.
    event ReceivablePaid(ReceivableId indexed id, uint128 amount, uint128 free, uint128 settled);
    /// @notice Emitted when credit tokens born of a part were redeemed.
    event ReceivableRedeemed(ReceivableId indexed id, uint128 amount, uint128 tokenised, uint128 settled);

    /// @notice Registers what a debtor owes the caller.
    /// @dev Emits {ReceivableRegistered}.
    /// Requirements:
    /// - the caller is a valid SUPPLIER, the debtor another valid participant;
    /// - the document number is in the one spelling, and the key was never used;
    /// - the face is from 1 to 2^63 - 1, the due day not past.
    /// @return id Counted from 1.
    function register(Terms calldata terms) external returns (ReceivableId id);

    /// @notice Corrects face, due day and documents of what is not confirmed yet.
    /// @dev Emits {ReceivableAmended}.
    /// Requirements:
    /// - the caller is valid and the creditor;
    /// - the receivable is Registered;
    /// - the face is from 1 to 2^63 - 1 and covers what is disputed, the due day not past.
    function amend(ReceivableId id, uint128 face, uint32 dueDay, bytes32 documents) external;

    /// @notice Attests how far the delivery is.
    /// @dev Emits {MilestoneAttested}.
    /// Requirements:
    /// - the caller is a valid CARRIER;
    /// - the receivable is Registered;
    /// - the milestone is later than the one before.
    /// @param evidence Hash over the transport documents.
    function attest(ReceivableId id, Milestone milestone, bytes32 evidence) external;

    /// @notice Confirms that the caller owes, irrevocably, on the terms that it names: never on an unseen amendment.
    /// @dev Emits {ReceivableConfirmed}.
    /// Requirements:
    /// - the caller is valid and the debtor;
    /// - the receivable is Registered;
    /// - if the debtor is a core enterprise, a carrier attested Delivered or Accepted;
    /// - face, due day and documents are those registered.
    function confirm(ReceivableId id, uint128 face, uint32 dueDay, bytes32 documents) external;

    /// @notice Disputes a free part; it can then not be tokenised or paid.
    /// @dev Emits {ReceivableDisputed}.
    /// Requirements:
    /// - the caller is valid and the debtor;
    /// - the receivable is Registered or Confirmed;
    /// - the amount is from 1 to the free part.
    /// @param reason Hash or code of the reason.
    function dispute(ReceivableId id, uint128 amount, bytes32 reason) external;

    /// @notice Takes a dispute, or a part of it, back.
    /// @dev Emits {DisputeResolved}.
    /// Requirements:
    /// - the caller is valid and the debtor;
    /// - the receivable is Registered or Confirmed;
    /// - the amount is from 1 to the disputed part.
    function resolve(ReceivableId id, uint128 amount) external;

    /// @notice Pays a free part in cash, from the debtor to the creditor, by the debtor's allowance to this contract.
    /// @dev Emits {ReceivablePaid}.
    /// Requirements:
    /// - the caller is the debtor;
    /// - the receivable is Confirmed;
    /// - the amount is from 1 to the free part;
    /// - the cash moves: those of ICashToken.
    function pay(ReceivableId id, uint128 amount) external;

    /// @notice Moves a free part to the tokenised one.
    /// @dev Emits {ReceivableTokenised}.
    /// Requirements:
    /// - the caller is the CREDIT_TOKEN;
    /// - the receivable is Confirmed;
    /// - the amount is from 1 to the free part.
    function tokenise(ReceivableId id, uint128 amount) external;

    /// @notice Moves a free part to the settled one: the trade was paid with credit tokens.
    /// @dev Emits {ReceivablePaidWithCredit}.
    /// Requirements:
    /// - the caller is the CREDIT_TOKEN;
    /// - the receivable is Confirmed;
    /// - the amount is from 1 to the free part.
    function payWithCredit(ReceivableId id, uint128 amount) external;

    /// @notice Moves a tokenised part to the settled one: its tokens were burned. There is no way back.
    /// @dev Emits {ReceivableRedeemed}.
    /// Requirements:
    /// - the caller is the CREDIT_TOKEN, which burns in the same call;
    /// - the receivable is Confirmed;
    /// - the amount is from 1 to the tokenised part.
    function redeem(ReceivableId id, uint128 amount) external;

    /// @notice The record; all zero for an unknown id.
    function receivable(ReceivableId id) external view returns (Receivable memory);

    /// @notice Where the face is, minor units.
    function parts(ReceivableId id) external view returns (Parts memory);

    /// @notice What was owed at registration or after the last amendment, minor units.
    function face(ReceivableId id) external view returns (uint128);

    /// @notice Hash over the documents.
    function documents(ReceivableId id) external view returns (bytes32);

    /// @notice What is unique for ever: the hash of both participants, document type and number, never of the amount.
    function keyOf(ParticipantId debtor, ParticipantId creditor, DocumentType documentType, bytes32 documentNumber)
        external
        pure
        returns (bytes32);

    /// @notice The receivable registered under a key; 0: never.
    function registered(bytes32 key) external view returns (ReceivableId);

    /// @notice How many receivables there are; the last id.
    function count() external view returns (uint64);
}
