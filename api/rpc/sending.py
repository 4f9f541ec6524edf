"""Transactions that come in, signed or to be signed here, and messages to be signed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock

from eth_typing import Address
from eth_utils.crypto import keccak

from api.rpc.calls import ACCESS_LIST, FEE_MARKET, LEGACY, CallRequest, parse_call
from api.rpc.errors import InvalidParameter
from api.rpc.execution import Executor
from api.rpc.hexadecimal import Json, data
from api.rpc.method import Parameter, method
from api.rpc.parameters import address, octets
from api.rpc.signing import Unsigned, sign_message, sign_transaction, sign_typed
from api.rpc.view import BlockPoint, ChainView
from scfin_chain.chain.gateway import Receipt
from scfin_chain.chain.signer import Signer, raw_address
from scfin_chain.errors import ContractReverted

_RAW = Parameter("transaction", octets)
_MESSAGE = Parameter("message", octets)
_SIGNER = Parameter("address", address)
_TYPED = Parameter("typedData", lambda _, value: value)
_PASSWORD = Parameter("password", lambda _, value: value, None)


class SendingMethods:
    """The methods that sign and send; a transaction that fails is mined, and its hash the answer."""

    def __init__(
        self, view: ChainView, executor: Executor, accounts: Sequence[Signer], send: Callable[[bytes], Receipt]
    ) -> None:
        self._view = view
        self._executor = executor
        self._signers = {bytes(raw_address(signer.address)): signer for signer in accounts}
        self._send = send
        self._one_at_a_time = Lock()

    @method("eth_sendRawTransaction", takes=(_RAW,), locks=True)
    def send_raw(self, raw: bytes) -> Json:
        """Send a signed transaction; what is on the chain is not run again to find why it failed."""
        transaction_hash = keccak(raw)
        if self._view.place_of(transaction_hash) is None:
            # Mined all the same: its receipt says that it failed, also where the contract's reason is no text.
            with suppress(ContractReverted, UnicodeDecodeError):
                self._send(raw)
        return data(transaction_hash)

    @method("eth_sendTransaction", takes=(Parameter("transaction", parse_call),), locks=True)
    def send(self, request: CallRequest) -> Json:
        """Sign a transaction of an unlocked account and send it."""
        signer = self._signer("transaction.from", request.sender)
        _kind(request)  # refused before it is run
        self._check_chain(request)
        gas = self._gas(request)
        with self._one_at_a_time:
            return self.send_raw(sign_transaction(self._complete(request, gas), signer))

    @method("eth_sign", takes=(_SIGNER, _MESSAGE))
    def sign(self, account: bytes, message: bytes) -> Json:
        """Sign a message of an unlocked account."""
        return data(sign_message(message, self._signer("address", account)))

    @method("personal_sign", takes=(_MESSAGE, _SIGNER, _PASSWORD))
    def personal_sign(self, message: bytes, account: bytes, _password: object) -> Json:
        """The same with its arguments the other way round; there are no passwords."""
        return self.sign(account, message)

    @method("eth_signTypedData_v4", "eth_signTypedData", takes=(_SIGNER, _TYPED))
    def sign_typed_data(self, account: bytes, value: object) -> Json:
        """Sign typed data of an unlocked account."""
        return data(sign_typed("typedData", value, self._signer("address", account)))

    def _signer(self, name: str, account: bytes | None) -> Signer:
        signer = self._signers.get(account or b"")
        if signer is None:
            shown = None if account is None else data(account)
            raise InvalidParameter(name, shown, "an account of this node: eth_accounts lists them")
        return signer

    def _gas(self, request: CallRequest) -> int:
        """An estimate takes its time: nobody waits for it but who asks."""
        if request.gas is not None:
            return request.gas
        return self._executor.estimate(request, BlockPoint(self._view.pending, pending=True))

    def _complete(self, request: CallRequest, gas: int) -> Unsigned:
        """The transaction with what the caller left to the node."""
        with self._view.reading():
            point = BlockPoint(self._view.pending, pending=True)
            price, tip = self._fees(request, point)
            state = self._view.machine(point).state
            return Unsigned(
                kind=_kind(request),
                chain_id=self._view.chain_id,
                nonce=state.get_nonce(Address(request.sender or b"")) if request.nonce is None else request.nonce,
                price=price,
                tip=tip,
                gas=gas,
                to=request.to or b"",
                value=request.value,
                data=request.data,
                accesses=request.accesses or (),
            )

    def _check_chain(self, request: CallRequest) -> None:
        if request.chain_id not in (None, self._view.chain_id):
            raise InvalidParameter("transaction.chainId", request.chain_id, f"this chain's, {self._view.chain_id}")

    def _fees(self, request: CallRequest, point: BlockPoint) -> tuple[int, int]:
        """Where the caller names no price it is twice the base fee, which a few full blocks cannot pass."""
        base_fee = point.header.base_fee_per_gas or 0
        if request.gas_price is None and request.max_fee is None:
            tip = request.max_tip or 0
            return 2 * base_fee + tip, tip
        return request.fees


def _kind(request: CallRequest) -> int:
    priced, listed = request.gas_price is not None, request.accesses is not None
    kind = request.kind
    if kind is None:
        kind = FEE_MARKET if not priced else ACCESS_LIST if listed else LEGACY
    if kind == FEE_MARKET and priced:
        raise InvalidParameter("transaction.type", kind, f"{LEGACY} or {ACCESS_LIST} where gasPrice is given")
    if kind != FEE_MARKET and (request.max_fee is not None or request.max_tip is not None):
        raise InvalidParameter("transaction.type", kind, f"{FEE_MARKET} where maxFeePerGas is given")
    if kind == LEGACY and listed:
        raise InvalidParameter("transaction.type", kind, f"{ACCESS_LIST} or {FEE_MARKET} where accessList is given")
    return kind
