// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev An enrolled participant, counted from 1; 0 is nobody.
type ParticipantId is uint32;

/// @dev A registered receivable, counted from 1; it is the lot of the credit tokens born of it.
type ReceivableId is uint64;

/// @dev A requested financing, counted from 1.
type FinancingId is uint64;

/// @dev A set of issuers that a bank prices as one.
type ProgrammeId is uint32;

function equalParticipants(ParticipantId a, ParticipantId b) pure returns (bool) {
    return ParticipantId.unwrap(a) == ParticipantId.unwrap(b);
}

using {equalParticipants as ==} for ParticipantId global;
