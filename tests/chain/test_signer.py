"""Signatures agree with eth-account's, and keys do not show."""

import pickle
from dataclasses import replace

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from scfin_chain.chain import DEPLOYER, Signer, development_signer
from scfin_chain.chain.signer import address_of, raw_address
from scfin_chain.chain.transaction import TransactionRequest, sign

KEY = bytes(range(1, 33))
TRANSFER = TransactionRequest(
    chain_id=31_337, nonce=0, max_fee=7, gas=21_000, to=development_signer("payee").address, value=0, data=b""
)


def test_has_the_address_of_its_key() -> None:
    assert Signer(KEY).address == Account.from_key(KEY).address


def test_is_account_0_of_the_development_mnemonic_given_the_deployer() -> None:
    assert development_signer(DEPLOYER).address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def test_is_the_same_in_every_run_given_a_label() -> None:
    assert development_signer(1) == development_signer("1")
    assert development_signer(1).address == "0xc0D962C2602DE47B00acc13A4e77988ccbF3bFC2"
    assert len({development_signer(label).address for label in (DEPLOYER, 0, 1, 2, "bank")}) == 5


def test_keeps_its_key_to_itself() -> None:
    signer = Signer(KEY)

    assert repr(signer) == str(signer) == f"Signer({signer.address})"
    with pytest.raises(TypeError, match="not copied or stored"):
        pickle.dumps(signer)


def test_spells_addresses_as_eip_55_does() -> None:
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55, "Test cases"

    assert address_of(raw_address(address_of(bytes.fromhex(address[2:])))) == address


def test_signs_a_digest_as_eth_account_does() -> None:
    digest = keccak(text="decision")

    assert Signer(KEY).sign_digest(digest) == Account.unsafe_sign_hash(digest, KEY).signature


@pytest.mark.parametrize(
    "request_",
    [
        TRANSFER,
        replace(TRANSFER, nonce=127, value=128, gas=15_000_000, max_fee=10**10),
        replace(TRANSFER, nonce=2**40, value=10**24, data=b"\x7f"),
        replace(TRANSFER, data=b"\x80"),
        replace(TRANSFER, data=bytes(55)),
        replace(TRANSFER, data=bytes(56)),
        replace(TRANSFER, to=None, data=bytes(range(256)) * 100),
    ],
    ids=["zeros", "small", "large", "high byte", "55 bytes", "56 bytes", "deployment"],
)
def test_packs_a_transaction_as_eth_account_does(request_: TransactionRequest) -> None:
    expected = Account.sign_transaction(
        {
            "type": 2,
            "chainId": request_.chain_id,
            "nonce": request_.nonce,
            "maxFeePerGas": request_.max_fee,
            "maxPriorityFeePerGas": 0,
            "gas": request_.gas,
            "value": request_.value,
            "data": request_.data,
        }
        | ({} if request_.to is None else {"to": request_.to}),
        KEY,
    )

    signed = sign(request_, Signer(KEY))

    assert (signed.raw, signed.hash) == (bytes(expected.raw_transaction), bytes(expected.hash))
