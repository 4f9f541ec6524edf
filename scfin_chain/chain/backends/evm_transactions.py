"""Signed transactions as py-evm runs them, with what is known of them not worked out again."""

from eth.abc import SignedTransactionAPI
from eth.vm.forks.london.transactions import DynamicFeeTransaction
from eth.vm.forks.prague.transactions import PragueTransactionBuilder, PragueTypedTransaction

from scfin_chain.chain.envelope import FEE_MARKET, LEGACY, Envelope
from scfin_chain.chain.signer import raw_address
from scfin_chain.chain.transaction import SignedTransaction
from scfin_chain.units import Address


class _Known(PragueTypedTransaction):
    """A transaction whose sender, hash and bytes are known."""

    def __init__(
        self, kind: int, inner: SignedTransactionAPI, *, sender: Address, transaction_hash: bytes, raw: bytes
    ) -> None:
        super().__init__(kind, inner)
        self.__dict__.update(sender=raw_address(sender), hash=transaction_hash)
        self._raw = raw

    def encode(self) -> bytes:
        return self._raw


def locally_signed(signed: SignedTransaction) -> SignedTransactionAPI:
    """A transaction signed a moment ago."""
    request = signed.request
    inner = DynamicFeeTransaction(
        request.chain_id,
        request.nonce,
        0,
        request.max_fee,
        request.gas,
        b"" if request.to is None else raw_address(request.to),
        request.value,
        request.data,
        (),
        signed.y_parity,
        signed.r,
        signed.s,
    )
    return _Known(FEE_MARKET, inner, sender=signed.sender, transaction_hash=signed.hash, raw=signed.raw)


def received(envelope: Envelope) -> SignedTransactionAPI:
    """A transaction that came as bytes."""
    if envelope.kind == LEGACY:
        legacy = PragueTransactionBuilder.decode(envelope.raw)
        legacy.__dict__["sender"] = raw_address(envelope.sender)
        return legacy
    inner = PragueTypedTransaction.decoders[envelope.kind].decode(envelope.raw[1:])
    return _Known(envelope.kind, inner, sender=envelope.sender, transaction_hash=envelope.hash, raw=envelope.raw)
