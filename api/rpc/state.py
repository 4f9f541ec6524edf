"""Accounts, their code and storage after any block, and calls on those states."""

from eth.abc import StateAPI
from eth_typing import Address

from api.rpc.calls import CallRequest, parse_call
from api.rpc.execution import Executor
from api.rpc.hexadecimal import Json, data, quantity, word
from api.rpc.method import Parameter, method
from api.rpc.parameters import BlockId, absent, address, array, block, number
from api.rpc.proofs import prove
from api.rpc.view import ChainView

MAX_PROVEN = 1_024
"""Storage slots in one proof."""

_ACCOUNT = Parameter("address", address)
_BLOCK = Parameter("block", block, "latest")
_CALL = Parameter("transaction", parse_call)
_OVERRIDES = Parameter("stateOverride", absent("this node calls on the state as it is"), None)
_BLOCK_OVERRIDES = Parameter("blockOverrides", absent("this node calls in the block as it is"), None)


class StateMethods:
    """The methods about states."""

    def __init__(self, view: ChainView, executor: Executor) -> None:
        self._view = view
        self._executor = executor

    @method("eth_getBalance", takes=(_ACCOUNT, _BLOCK))
    def balance(self, account: bytes, named: BlockId) -> Json:
        """Wei."""
        return quantity(self._state(named).get_balance(Address(account)))

    @method("eth_getTransactionCount", takes=(_ACCOUNT, _BLOCK))
    def nonce(self, account: bytes, named: BlockId) -> Json:
        """The nonce of the account's next transaction."""
        return quantity(self._state(named).get_nonce(Address(account)))

    @method("eth_getCode", takes=(_ACCOUNT, _BLOCK))
    def code(self, account: bytes, named: BlockId) -> Json:
        """Runtime bytecode."""
        return data(self._state(named).get_code(Address(account)))

    @method("eth_getStorageAt", takes=(_ACCOUNT, Parameter("slot", number), _BLOCK))
    def storage(self, account: bytes, slot: int, named: BlockId) -> Json:
        """One word."""
        return word(self._state(named).get_storage(Address(account), slot))

    @method("eth_getProof", takes=(_ACCOUNT, Parameter("slots", array(number, maximum=MAX_PROVEN)), _BLOCK))
    def proof(self, account: bytes, slots: tuple[int, ...], named: BlockId) -> Json:
        """The account and its slots with the trie nodes that prove them (EIP-1186)."""
        return prove(self._view, self._view.demand(named).header, account, slots)

    @method("eth_call", takes=(_CALL, _BLOCK, _OVERRIDES, _BLOCK_OVERRIDES), locks=True)
    def call(self, request: CallRequest, named: BlockId, _state: None, _block: None) -> Json:
        """What a call returns."""
        return data(self._executor.call(request, self._view.demand(named)))

    @method("eth_estimateGas", takes=(_CALL, Parameter("block", block, "pending"), _OVERRIDES), locks=True)
    def estimate(self, request: CallRequest, named: BlockId, _state: None) -> Json:
        """A gas limit that suffices; by default in the block in which the transaction would be mined."""
        return quantity(self._executor.estimate(request, self._view.demand(named)))

    def _state(self, named: BlockId) -> StateAPI:
        return self._view.machine(self._view.demand(named)).state
