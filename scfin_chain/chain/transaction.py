"""Fee-market transactions (EIP-1559), packed and signed without a web3 stack."""

from dataclasses import dataclass

from eth_utils.crypto import keccak

from scfin_chain.chain.signer import Signer, address_of, raw_address
from scfin_chain.units import Address

TRANSACTION_TYPE = b"\x02"
"""EIP-2718 type of a fee-market transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRequest:
    """What is to be signed; fees are wei a unit of gas, and nobody is tipped."""

    chain_id: int
    nonce: int
    max_fee: int
    gas: int
    to: Address | None
    value: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A request with its signature, its hash and the bytes that a node takes."""

    request: TransactionRequest
    sender: Address
    hash: bytes
    raw: bytes
    r: int
    s: int
    y_parity: int


def sign(request: TransactionRequest, signer: Signer) -> SignedTransaction:
    """Sign a request with the signer's key."""
    fields = _fields(request)
    r, s, y_parity = signer.sign(keccak(unsigned(request)))
    raw = TRANSACTION_TYPE + _rlp_list(fields + b"".join(map(_rlp_integer, (y_parity, r, s))))
    return SignedTransaction(
        request=request, sender=signer.address, hash=keccak(raw), raw=raw, r=r, s=s, y_parity=y_parity
    )


def unsigned(request: TransactionRequest) -> bytes:
    """What is hashed and signed, for who holds the key elsewhere."""
    return TRANSACTION_TYPE + _rlp_list(_fields(request))


def created_address(sender: Address, nonce: int) -> Address:
    """The address of the contract that an account's transaction of that nonce creates."""
    packed = _rlp_list(_rlp_bytes(raw_address(sender)) + _rlp_integer(nonce))
    return address_of(keccak(packed)[12:])


def _fields(request: TransactionRequest) -> bytes:
    no_tip, no_access_list = b"\x80", b"\xc0"
    return b"".join(
        (
            _rlp_integer(request.chain_id),
            _rlp_integer(request.nonce),
            no_tip,
            _rlp_integer(request.max_fee),
            _rlp_integer(request.gas),
            _rlp_bytes(b"" if request.to is None else raw_address(request.to)),
            _rlp_integer(request.value),
            _rlp_bytes(request.data),
            no_access_list,
        )
    )


def _rlp_integer(value: int) -> bytes:
    return _rlp_bytes(value.to_bytes((value.bit_length() + 7) // 8))


def _rlp_bytes(value: bytes) -> bytes:
    if len(value) == 1 and value < b"\x80":
        return value
    return _rlp_length(len(value), 0x80) + value


def _rlp_list(encoded_items: bytes) -> bytes:
    return _rlp_length(len(encoded_items), 0xC0) + encoded_items


def _rlp_length(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([offset + 55 + len(size)]) + size
