"""Signed transactions that come as bytes: opened, and refused by one line where they are not fit for a chain.

Legacy (EIP-155), with access list (EIP-2930) and fee market (EIP-1559) are taken; each names the chain that it is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

import rlp  # type: ignore[import-untyped]
from coincurve import PublicKey
from eth_utils.crypto import keccak

from scfin_chain.chain.refusal import Reason, TransactionRefused, malformed
from scfin_chain.chain.signer import address_of
from scfin_chain.chain.transaction import SignedTransaction
from scfin_chain.units import Address

LEGACY, ACCESS_LIST, FEE_MARKET = 0, 1, 2
"""EIP-2718 types; a legacy transaction has no type byte."""

Item: TypeAlias = Union[bytes, "Sequence[Item]"]
"""What RLP holds."""

_FIRST_LIST_BYTE = 0xC0
_SIGNED_FIELDS = {LEGACY: 6, ACCESS_LIST: 8, FEE_MARKET: 9}
_SIGNATURE_FIELDS = 3
_UNPROTECTED_V = (27, 28)
_PROTECTED_V = 35
"""EIP-155: v is this, plus the parity, plus twice the chain id."""

_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1; a signature's s is at most half of it (EIP-2)."""

_MAX_NONCE = 2**64 - 2
"""EIP-2681."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A signed transaction with what it says; ``max_fee`` is wei a unit of gas, ``to`` None creates a contract."""

    kind: int
    chain_id: int
    nonce: int
    max_fee: int
    gas: int
    to: Address | None
    value: int
    data: bytes
    sender: Address
    hash: bytes
    raw: bytes

    @property
    def needed(self) -> int:
        """Wei that the sender must hold: the most that gas can cost, and the value."""
        return self.gas * self.max_fee + self.value


def open_envelope(raw: bytes, *, chain_id: int) -> Envelope:
    """What a signed transaction for this chain says, and who signed it.

    Raises
    ------
    TransactionRefused
        The bytes are no transaction of a type that is taken, or it is signed for another chain or for none.
    """
    kind, payload = _unwrapped(raw)
    fields = _fields(kind, payload)
    signed, (v, r, s) = fields[: _SIGNED_FIELDS[kind]], map(_integer, fields[_SIGNED_FIELDS[kind] :])
    if kind == LEGACY:
        named, parity = _chain_and_parity(v)
        body: list[Item] = [*signed, _packed(named), b"", b""]
        nonce, max_fee, gas, to, value, data = signed
    else:
        named, parity, body = _integer(signed[0]), v, list(signed)
        nonce, *fees, gas, to, value, data, access = signed[1:]
        max_fee = fees[-1]
        if _integer(fees[0]) > _integer(max_fee):
            raise malformed("its tip is above its highest fee")
        _check_access_list(access)
    if named != chain_id:
        text = f"transaction is signed for chain {named}: this is chain {chain_id}"
        raise TransactionRefused(Reason.WRONG_CHAIN, text)
    if _integer(nonce) > _MAX_NONCE:
        raise malformed(f"its nonce is above {_MAX_NONCE}")
    digest = keccak((b"" if kind == LEGACY else bytes([kind])) + rlp.encode(body))
    return Envelope(
        kind=kind,
        chain_id=named,
        nonce=_integer(nonce),
        max_fee=_integer(max_fee),
        gas=_integer(gas),
        to=_recipient(to),
        value=_integer(value),
        data=_bytes(data),
        sender=_signer_of(digest, r, s, parity),
        hash=keccak(raw),
        raw=raw,
    )


def seal(signed: SignedTransaction) -> Envelope:
    """A transaction that was signed here."""
    request = signed.request
    return Envelope(
        kind=FEE_MARKET,
        chain_id=request.chain_id,
        nonce=request.nonce,
        max_fee=request.max_fee,
        gas=request.gas,
        to=request.to,
        value=request.value,
        data=request.data,
        sender=signed.sender,
        hash=signed.hash,
        raw=signed.raw,
    )


def _unwrapped(raw: bytes) -> tuple[int, bytes]:
    if not raw:
        raise malformed("it has no bytes")
    if raw[0] >= _FIRST_LIST_BYTE:
        return LEGACY, raw
    if raw[0] not in (ACCESS_LIST, FEE_MARKET):
        raise malformed(f"its type is {raw[0]}: legacy, {ACCESS_LIST} and {FEE_MARKET} are taken")
    return raw[0], raw[1:]


def _fields(kind: int, payload: bytes) -> Sequence[Item]:
    try:
        fields = rlp.decode(payload)
    except rlp.DecodingError as error:
        raise malformed("its bytes are not RLP") from error
    expected = _SIGNED_FIELDS[kind] + _SIGNATURE_FIELDS
    if isinstance(fields, bytes) or len(fields) != expected:
        raise malformed(f"it is not a list of {expected} fields")
    found: Sequence[Item] = fields
    return found


def _chain_and_parity(v: int) -> tuple[int, int]:
    if v in _UNPROTECTED_V:
        text = "transaction is signed for no chain: sign it with the chain id (EIP-155)"
        raise TransactionRefused(Reason.UNPROTECTED, text)
    if v < _PROTECTED_V:
        raise malformed(f"v of its signature is {v}")
    chain_id, parity = divmod(v - _PROTECTED_V, 2)
    return chain_id, parity


def _bytes(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise malformed("it holds a list where bytes belong")
    return item


def _integer(item: Item) -> int:
    packed = _bytes(item)
    if len(packed) > 32 or packed[:1] == b"\0":
        raise malformed("it holds a number with leading zeros or of more than 32 bytes")
    return int.from_bytes(packed)


def _packed(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def _recipient(item: Item) -> Address | None:
    packed = _bytes(item)
    if len(packed) not in (0, 20):
        raise malformed(f"its recipient has {len(packed)} bytes")
    return address_of(packed) if packed else None


def _check_access_list(item: Item) -> None:
    if isinstance(item, bytes) or not all(_is_access(entry) for entry in item):
        raise malformed("its access list is not of addresses with their slots")


def _is_access(entry: Item) -> bool:
    if isinstance(entry, bytes) or len(entry) != 2:
        return False
    address, slots = entry
    return _has_size(address, 20) and not isinstance(slots, bytes) and all(_has_size(slot, 32) for slot in slots)


def _has_size(item: Item, size: int) -> bool:
    return isinstance(item, bytes) and len(item) == size


def _signer_of(digest: bytes, r: int, s: int, parity: int) -> Address:
    if not (0 < r < _CURVE_ORDER and 0 < s <= _CURVE_ORDER // 2 and parity in (0, 1)):
        raise malformed("its signature is out of range")
    try:
        signature = r.to_bytes(32) + s.to_bytes(32) + bytes([parity])
        public = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except ValueError as error:
        raise malformed("nobody can have signed it") from error
    return address_of(keccak(public.format(compressed=False)[1:])[12:])
