"""A decision as it is signed and executed on chain: EIP-712 over the fields of ``IFinancingDesk.Decision``."""

from dataclasses import dataclass, fields
from enum import IntEnum
from math import ceil

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scfin_chain.chain.signer import Signer
from scfin_chain.service.canonical import digest
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.policy import Judgement
from scfin_chain.service.rules import Rules
from scfin_chain.units import (
    BASIS,
    Address,
    BasisPoints,
    CreditId,
    Day,
    FinancingId,
    Money,
    ParticipantId,
    Timestamp,
    start_of,
)


class Verdict(IntEnum):
    """``IFinancingDesk.Verdict``."""

    APPROVE = 1
    REFUSE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``IFinancingDesk.Decision``, field by field."""

    verdict: Verdict
    financing: FinancingId
    bank: ParticipantId
    holder: ParticipantId
    credit_id: CreditId
    face: Money
    price: Money
    claim: Money
    rate_bps: BasisPoints
    pd_bps: BasisPoints
    lgd_bps: BasisPoints
    recourse: bool
    supervised: bool
    reason: int
    model_hash: bytes
    inputs_hash: bytes
    as_of_day: Day
    deadline: Timestamp

    def values(self) -> tuple[object, ...]:
        """The struct as the contract takes it."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def to_json(self) -> dict[str, object]:
        """The fields by name, hashes as ``0x`` text."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: f"0x{value.hex()}" if isinstance(value, bytes) else value for name, value in named.items()}


DECISION_FIELDS = (
    ("uint8", "verdict"),
    ("uint64", "financing"),
    ("uint32", "bank"),
    ("uint32", "holder"),
    ("uint256", "creditId"),
    ("uint128", "face"),
    ("uint128", "price"),
    ("uint128", "claim"),
    ("uint32", "rateBps"),
    ("uint32", "pdBps"),
    ("uint32", "lgdBps"),
    ("bool", "recourse"),
    ("bool", "supervised"),
    ("uint8", "reason"),
    ("bytes32", "modelHash"),
    ("bytes32", "inputsHash"),
    ("uint32", "asOfDay"),
    ("uint64", "deadline"),
)
"""Solidity types and names, in the order of the EIP-712 type."""

_TYPES = [kind for kind, _ in DECISION_FIELDS]
_TYPE_HASH = keccak(text=f"Decision({','.join(f'{kind} {name}' for kind, name in DECISION_FIELDS)})")
_DOMAIN_HASH = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_NAME = keccak(text="scfin-chain FinancingDesk")
_VERSION = keccak(text="1")


def signed_digest(decision: Decision, *, chain_id: int, desk: Address) -> bytes:
    """The 32 bytes that a decider signs: good for this chain and this desk alone (EIP-712)."""
    domain = keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [_DOMAIN_HASH, _NAME, _VERSION, chain_id, desk],
        )
    )
    struct = keccak(encode(["bytes32", *_TYPES], [_TYPE_HASH, *decision.values()]))
    return keccak(b"\x19\x01" + domain + struct)


def sign_decision(decision: Decision, decider: Signer, *, chain_id: int, desk: Address) -> bytes:
    """The decider's 65-byte signature."""
    return decider.sign_digest(signed_digest(decision, chain_id=chain_id, desk=desk))


def decision_from(judgement: Judgement, facts: RequestFacts, rules: Rules) -> Decision:
    """The judgement as a decision that is good until the end of its day: its price is of that day."""
    approved = judgement.approved
    band = judgement.band
    return Decision(
        verdict=Verdict.APPROVE if approved else Verdict.REFUSE,
        financing=facts.financing,
        bank=facts.bank,
        holder=facts.holder,
        credit_id=facts.credit,
        face=facts.face,
        price=judgement.advance if approved else Money(0),
        claim=judgement.claim if approved else Money(0),
        rate_bps=judgement.rate,
        pd_bps=_bps_up(judgement.one_year_default),
        lgd_bps=_bps_up(None if band is None else band.loss_given_default),
        recourse=False,
        supervised=judgement.supervised,
        reason=int(judgement.reason),
        model_hash=rules.model_hash,
        inputs_hash=digest(facts.to_json()),
        as_of_day=facts.day,
        deadline=Timestamp(start_of(Day(facts.day + 1)) - 1),
    )


def _bps_up(share: float | None) -> BasisPoints:
    """A share in basis points, rounded up; 0 where there is none."""
    return BasisPoints(0 if share is None else ceil(round(share * BASIS, 9)))
