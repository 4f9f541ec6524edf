"""Accounts that sign, and the deterministic ones of a development chain."""

from functools import lru_cache

from coincurve import PrivateKey
from eth_typing import Address as RawAddress
from eth_utils.crypto import keccak

from scfin_chain.units import Address

DEPLOYER = "deployer"
"""Label of the funded development account."""

_DEPLOYER_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""Account 0 of the public mnemonic "test test ... junk", which development nodes fund."""

_LABEL = "scfin-chain development key: "


class Signer:
    """An account with its key; the key is never shown."""

    __slots__ = ("__key", "address")

    address: Address

    def __init__(self, private_key: bytes) -> None:
        self.__key = PrivateKey(private_key)
        public = self.__key.public_key.format(compressed=False)
        self.address = address_of(keccak(public[1:])[12:])

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signer) and other.address == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a signer is not copied or stored: its key stays where it was made")

    def sign(self, digest: bytes) -> tuple[int, int, int]:
        """The ECDSA signature (r, s, y parity) of a 32-byte digest, with low s."""
        signature = self.__key.sign_recoverable(digest, hasher=None)
        return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]

    def sign_digest(self, digest: bytes) -> bytes:
        """The same as the 65 bytes ``r || s || v`` that Solidity's ``ECDSA.recover`` takes."""
        signature = self.__key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])


@lru_cache(maxsize=4096)
def development_signer(label: str | int) -> Signer:
    """The account of a label, the same in every run; `DEPLOYER` is the one with the funds."""
    if label == DEPLOYER:
        return Signer(_DEPLOYER_KEY)
    return Signer(keccak(text=f"{_LABEL}{label}"))


@lru_cache(maxsize=65_536)
def address_of(raw: bytes) -> Address:
    """The EIP-55 spelling of a 20-byte address."""
    digits = raw.hex()
    digest = keccak(text=digits).hex()
    return Address("0x" + "".join(d.upper() if int(h, 16) > 7 else d for d, h in zip(digits, digest, strict=False)))


@lru_cache(maxsize=65_536)
def raw_address(address: Address) -> RawAddress:
    """The 20 bytes of an address."""
    return RawAddress(bytes.fromhex(address[2:]))
