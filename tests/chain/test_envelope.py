"""Signed bytes, opened.

given what another library signed: what it says, and who signed it, as py-evm reads it too
given bytes that were altered anywhere: a refusal, or another transaction by another account; never anything else
given a signature, number, recipient or access list out of its range: a refusal that names it
"""

from typing import Any

import pytest
import rlp
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.chain import Reason, TransactionRefused, development_signer, sign
from scfin_chain.chain.backends.evm_transactions import received
from scfin_chain.chain.envelope import Envelope, open_envelope, seal
from scfin_chain.chain.signer import address_of, raw_address
from scfin_chain.chain.transaction import TransactionRequest

CHAIN_ID = 31_337
SIGNER = development_signer("supplier")
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ACCOUNT = Account.from_key(KEY)
ACCESS = [{"address": SIGNER.address, "storageKeys": [f"0x{1:064x}", f"0x{2:064x}"]}]

plain = st.fixed_dictionaries(
    {
        "chainId": st.just(CHAIN_ID),
        "nonce": st.integers(0, 2**64 - 2),
        "gas": st.integers(0, 2**64 - 1),
        "value": st.integers(0, 2**256 - 1),
        "data": st.binary(max_size=100),
    },
    optional={"to": st.just(SIGNER.address)},
)
fees = st.one_of(
    st.fixed_dictionaries({"gasPrice": st.integers(0, 2**128)}),
    st.fixed_dictionaries({"gasPrice": st.integers(0, 2**128), "accessList": st.just(ACCESS)}),
    st.fixed_dictionaries(
        {"maxFeePerGas": st.integers(100, 2**128), "maxPriorityFeePerGas": st.integers(0, 100)},
        optional={"accessList": st.just(ACCESS)},
    ),
)
transactions = st.builds(lambda fields, fee: fields | fee, plain, fees)


def raw_of(fields: dict[str, Any]) -> bytes:
    return bytes(ACCOUNT.sign_transaction({"to": b""} | fields).raw_transaction)


def opened(raw: bytes) -> Envelope:
    return open_envelope(raw, chain_id=CHAIN_ID)


@given(transactions)
@settings(max_examples=80, deadline=None)
def test_says_what_was_signed(fields: dict[str, Any]) -> None:
    raw = raw_of(fields)

    envelope = opened(raw)

    assert (envelope.sender, envelope.raw, envelope.chain_id) == (ACCOUNT.address, raw, CHAIN_ID)
    assert (envelope.nonce, envelope.gas, envelope.value) == (fields["nonce"], fields["gas"], fields["value"])
    assert (envelope.to, envelope.data) == (fields.get("to"), fields["data"])
    assert envelope.max_fee == fields.get("gasPrice", fields.get("maxFeePerGas"))
    theirs = PragueTransactionBuilder.decode(raw)
    for transaction in (theirs, received(envelope)):
        assert (transaction.hash, address_of(transaction.sender)) == (envelope.hash, ACCOUNT.address)
        assert (transaction.encode(), transaction.gas, transaction.data) == (raw, envelope.gas, envelope.data)


@given(transactions, st.data())
@settings(max_examples=200, deadline=None)
def test_is_refused_or_another_given_a_byte_was_altered(fields: dict[str, Any], data: st.DataObject) -> None:
    raw = raw_of(fields)
    at = data.draw(st.integers(0, len(raw) - 1), label="at")
    altered = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255), label="by")]) + raw[at + 1 :]

    try:
        envelope = opened(altered)
    except TransactionRefused:
        return

    assert envelope.sender != ACCOUNT.address
    assert address_of(received(envelope).sender) == envelope.sender


@given(st.binary(max_size=200))
def test_is_refused_given_any_bytes(raw: bytes) -> None:
    with pytest.raises(TransactionRefused):
        opened(raw)


def test_is_what_was_signed_here() -> None:
    request = TransactionRequest(
        chain_id=CHAIN_ID, nonce=3, max_fee=9, gas=21_000, to=SIGNER.address, value=5, data=b"x"
    )
    signed = sign(request, SIGNER)

    assert opened(signed.raw) == seal(signed)
    assert seal(signed).needed == 21_000 * 9 + 5


def altered(position: int, item: object) -> bytes:
    """A fee-market transaction with another field."""
    fields = rlp.decode(
        raw_of(
            {"chainId": CHAIN_ID, "nonce": 0, "gas": 9, "value": 1, "data": b"", "to": SIGNER.address}
            | {"maxFeePerGas": 9, "maxPriorityFeePerGas": 1}
        )[1:]
    )
    return b"\x02" + rlp.encode([*fields[:position], item, *fields[position + 1 :]])


CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (altered(1, b"\0"), "it holds a number with leading zeros or of more than 32 bytes"),
        (altered(6, b"\1" * 33), "it holds a number with leading zeros or of more than 32 bytes"),
        (altered(1, [b""]), "it holds a list where bytes belong"),
        (altered(1, b"\xff" * 8), "its nonce is above 18446744073709551614"),
        (altered(2, b"\xff"), "its tip is above its highest fee"),
        (altered(5, b"\1" * 19), "its recipient has 19 bytes"),
        (altered(8, b"\1"), "its access list is not of addresses with their slots"),
        (altered(8, [b"\1"]), "its access list is not of addresses with their slots"),
        (altered(8, [[b"\1" * 20, [b"\1"]]]), "its access list is not of addresses with their slots"),
        (altered(8, [[b"\1" * 20]]), "its access list is not of addresses with their slots"),
        (altered(9, b"\2"), "its signature is out of range"),
        (altered(10, b""), "its signature is out of range"),
        (altered(10, CURVE_ORDER.to_bytes(32)), "its signature is out of range"),
        (altered(11, (CURVE_ORDER // 2 + 1).to_bytes(32)), "its signature is out of range"),
        (altered(10, (5).to_bytes(1)), "nobody can have signed it"),
        (b"\x02\xc0", "it is not a list of 12 fields"),
        (b"\xc0", "it is not a list of 9 fields"),
        (b"\x04\xc0", "its type is 4: legacy, 1 and 2 are taken"),
        (b"\xf8", "its bytes are not RLP"),
    ],
)
def test_names_what_is_malformed(raw: bytes, expected: str) -> None:
    with pytest.raises(TransactionRefused) as refused:
        opened(raw)

    assert (refused.value.reason, str(refused.value)) == (
        Reason.MALFORMED,
        f"transaction is malformed: {expected}",
    )


def test_is_made_of_the_recipient_s_bytes() -> None:
    assert opened(altered(5, raw_address(SIGNER.address))).to == SIGNER.address
