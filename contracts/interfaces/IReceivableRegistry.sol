// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ParticipantId, ProgrammeId, ReceivableId} from "../types/Ids.sol";

/// @title Receivables as records: who owes whom what, by when, and which part of it is where
interface IReceivableRegistry {
    enum Status {
        None,
        Registered,
        Confirmed
    }
    enum Milestone {
        None,
        Ordered,
        Shipped,
        Delivered,
        Accepted
    }
    enum DocumentType {
        Invoice,
        Order,
        Contract
    }

    struct Terms {
        ParticipantId debtor;
        ProgrammeId programme;
        DocumentType documentType;
        bytes32 documentNumber; // A-Z 0-9 - only, left aligned, zero padded
        uint128 face;
        uint32 dueDay;
        bytes32 documents;
    }
    struct Receivable {
        ParticipantId debtor;
        ParticipantId creditor;
        ProgrammeId programme;
        uint32 dueDay;
        DocumentType documentType;
        Status status;
        Milestone milestone;
        bool deliveryRequired; // the debtor is a core enterprise: a tier-1 trade
    }
    /// face = free + tokenised + settled + disputed, from registration on
    struct Parts {
        uint64 free;
        uint64 tokenised;
        uint64 settled;
        uint64 disputed;
    }

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
    event ReceivableAmended(ReceivableId indexed id, uint128 face, uint32 dueDay, bytes32 documents, uint128 free);
    event MilestoneAttested(
        ReceivableId indexed id, ParticipantId indexed carrier, Milestone milestone, bytes32 evidence
    );
    event ReceivableConfirmed(ReceivableId indexed id, ParticipantId indexed debtor, uint128 face);
    event ReceivableDisputed(ReceivableId indexed id, uint128 amount, uint128 free, uint128 disputed, bytes32 reason);
    event DisputeResolved(ReceivableId indexed id, uint128 amount, uint128 free, uint128 disputed);
    event ReceivableTokenised(ReceivableId indexed id, uint128 amount, uint128 free, uint128 tokenised);
    event ReceivablePaidWithCredit(ReceivableId indexed id, uint128 amount, uint128 free, uint128 settled);
    event ReceivablePaid(ReceivableId indexed id, uint128 amount, uint128 free, uint128 settled);
    event ReceivableRedeemed(ReceivableId indexed id, uint128 amount, uint128 tokenised, uint128 settled);

    // creditor
    function register(Terms calldata terms) external returns (ReceivableId id);
    function amend(ReceivableId id, uint128 face, uint32 dueDay, bytes32 documents) external;
    // carrier
    function attest(ReceivableId id, Milestone milestone, bytes32 evidence) external;
    // debtor
    function confirm(ReceivableId id) external;
    function dispute(ReceivableId id, uint128 amount, bytes32 reason) external;
    function resolve(ReceivableId id, uint128 amount) external;
    function pay(ReceivableId id, uint128 amount) external; // in cash, debtor -> creditor, by allowance to the registry
    // CreditToken
    function tokenise(ReceivableId id, uint128 amount) external;
    function payWithCredit(ReceivableId id, uint128 amount) external;
    // Settlement
    function redeem(ReceivableId id, uint128 amount) external;

    // views
    function receivable(ReceivableId id) external view returns (Receivable memory);
    function parts(ReceivableId id) external view returns (Parts memory);
    function face(ReceivableId id) external view returns (uint128);
    function documents(ReceivableId id) external view returns (bytes32);
    function keyOf(ParticipantId debtor, ParticipantId creditor, DocumentType documentType, bytes32 documentNumber)
        external
        pure
        returns (bytes32);
    function registered(bytes32 key) external view returns (ReceivableId); // 0: never
    function count() external view returns (uint64);
}
