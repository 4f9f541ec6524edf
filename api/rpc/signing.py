"""Transactions and messages signed with the keys of unlocked accounts."""

from dataclasses import dataclass
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_utils.crypto import keccak

from api.rpc.calls import ACCESS_LIST, FEE_MARKET, LEGACY, Accesses
from api.rpc.errors import InvalidParameter
from api.untrusted_json import read_json
from scfin_chain.chain.signer import Signer

_PROTECTED_V = 35
"""EIP-155: v is this, plus the parity, plus twice the chain id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """A transaction with nothing left open; ``price`` is the most that a unit of gas may cost, wei."""

    kind: int
    chain_id: int
    nonce: int
    price: int
    tip: int
    gas: int
    to: bytes
    value: int
    data: bytes
    accesses: Accesses


def sign_transaction(transaction: Unsigned, signer: Signer) -> bytes:
    """The bytes that a node takes."""
    prefix = b"" if transaction.kind == LEGACY else bytes([transaction.kind])
    fields = _fields(transaction)
    protection = [transaction.chain_id, 0, 0] if transaction.kind == LEGACY else []
    r, s, parity = signer.sign(keccak(prefix + rlp.encode([*fields, *protection])))
    v = _PROTECTED_V + 2 * transaction.chain_id + parity if transaction.kind == LEGACY else parity
    return prefix + bytes(rlp.encode([*fields, v, r, s]))


def sign_message(message: bytes, signer: Signer) -> bytes:
    """A signature that can be mistaken for no transaction: EIP-191, version 0x45."""
    return signer.sign_digest(_digest(encode_defunct(message)))


def sign_typed(name: str, value: object, signer: Signer) -> bytes:
    """A signature of typed data (EIP-712), given as an object or as its JSON."""
    return signer.sign_digest(_digest(_typed(name, value)))


def _fields(transaction: Unsigned) -> list[object]:
    rest: list[object] = [transaction.gas, transaction.to, transaction.value, transaction.data]
    if transaction.kind == LEGACY:
        return [transaction.nonce, transaction.price, *rest]
    accesses = [(account, [slot.to_bytes(32) for slot in slots]) for account, slots in transaction.accesses]
    fees = {ACCESS_LIST: [transaction.price], FEE_MARKET: [transaction.tip, transaction.price]}[transaction.kind]
    return [transaction.chain_id, transaction.nonce, *fees, *rest, accesses]


def _digest(message: SignableMessage) -> bytes:
    return keccak(b"\x19" + message.version + message.header + message.body)


def _typed(name: str, value: object) -> SignableMessage:
    try:
        read: Any = read_json(value) if isinstance(value, str) else value
        return encode_typed_data(full_message=read)
    except Exception as error:  # eth_account raises whatever it stumbles over
        reason = " ".join(str(error).split())[:200]
        raise InvalidParameter(name, value, f"typed data of EIP-712 ({type(error).__name__}: {reason})") from error
