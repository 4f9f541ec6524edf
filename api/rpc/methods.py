"""Every method that this node answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic

from api.rpc.blocks import BlockMethods
from api.rpc.development import DevelopmentMethods
from api.rpc.execution import Executor
from api.rpc.fees import FeeMethods
from api.rpc.filters import FilterMethods
from api.rpc.identity import IdentityMethods
from api.rpc.logs import LogReader
from api.rpc.method import Method, methods_of
from api.rpc.refusals import RevertWords
from api.rpc.sending import SendingMethods
from api.rpc.state import StateMethods
from api.rpc.view import ChainView
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Receipt
from scfin_chain.chain.reverts import ErrorCatalogue
from scfin_chain.chain.signer import Signer
from scfin_chain.serving import ServeSettings

CALL_GAS: int = ServeSettings.model_fields["rpc_gas"].default


class NodeMethods(Mapping[str, Method]):
    """The methods of JSON-RPC on an in-process chain, by name.

    Parameters
    ----------
    gateway
        The chain. All that reads it goes past the gateway, all that moves it goes through it.
    accounts
        Accounts for which the node signs; whoever reaches it can spend what they hold.
    development
        Whether anybody may mine, move the clock and go back in time.
    send
        What takes a signed transaction, by default the gateway: a service may want to see it first.
    errors
        Custom errors to name in the message of a revert.
    gas
        What a call or an estimate may use.
    clock
        Seconds by which unasked filters grow old.
    """

    def __init__(
        self,
        gateway: EthTesterGateway,
        accounts: Sequence[Signer] = (),
        *,
        development: bool = False,
        send: Callable[[bytes], Receipt] | None = None,
        errors: ErrorCatalogue | None = None,
        gas: int = CALL_GAS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.view = ChainView(gateway)
        self.log_reader = LogReader(self.view)
        executor = Executor(self.view, RevertWords(errors), gas=gas)
        groups: list[object] = [
            IdentityMethods(self.view, accounts),
            BlockMethods(self.view),
            StateMethods(self.view, executor),
            FeeMethods(self.view),
            FilterMethods(self.view, self.log_reader, clock),
            SendingMethods(self.view, executor, accounts, send or gateway.send),
        ]
        if development:
            groups.append(DevelopmentMethods(gateway))
        self._methods = {name: one for group in groups for name, one in methods_of(group, self.view.reading).items()}

    def __getitem__(self, name: str) -> Method:
        return self._methods[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)
