"""Logs on demand, and filters that a client asks again and again."""

from collections.abc import Callable
from secrets import token_hex

from api.rpc import answers
from api.rpc.errors import SERVER_ERROR, LimitExceeded, RpcError
from api.rpc.hexadecimal import Json
from api.rpc.logs import LogReader, Query, parse_query
from api.rpc.method import Parameter, method
from api.rpc.parameters import text
from api.rpc.view import ChainView
from api.rpc.watches import BlockWatch, LogWatch, TransactionWatch, Watch

EXPIRY = 300.0
"""Seconds after which a filter that nobody asks is forgotten: geth's."""

MAX_FILTERS = 1_000

_QUERY = Parameter("filter", parse_query)
_ID = Parameter("filterId", text)


class FilterMethods:
    """The methods about logs and filters; ``clock`` counts seconds."""

    def __init__(self, view: ChainView, reader: LogReader, clock: Callable[[], float]) -> None:
        self._view = view
        self._reader = reader
        self._clock = clock
        self._filters: dict[str, Watch] = {}
        self._asked: dict[str, float] = {}

    @method("eth_getLogs", takes=(_QUERY,), locks=True)
    def logs(self, query: Query) -> Json:
        """All logs of a range or a block that meet the criteria."""
        return [answers.log(record) for record in self._reader.search(query)]

    @method("eth_newFilter", takes=(_QUERY,))
    def new_log_filter(self, query: Query) -> Json:
        """From now on, logs that meet the criteria."""
        return self._install(LogWatch(self._view, self._reader, query))

    @method("eth_newBlockFilter")
    def new_block_filter(self) -> Json:
        """From now on, hashes of blocks."""
        return self._install(BlockWatch(self._view))

    @method("eth_newPendingTransactionFilter")
    def new_transaction_filter(self) -> Json:
        """From now on, hashes of transactions."""
        return self._install(TransactionWatch(self._view))

    @method("eth_getFilterChanges", takes=(_ID,))
    def changes(self, named: str) -> Json:
        """What happened since the filter was made, or asked last."""
        return self._find(named).news()

    @method("eth_getFilterLogs", takes=(_ID,), locks=True)
    def all_logs(self, named: str) -> Json:
        """Every log that meets a filter's criteria, whether told before or not."""
        with self._view.reading():
            watch = self._find(named)
        if not isinstance(watch, LogWatch):
            raise _not_found(named)
        return self.logs(watch.query)

    @method("eth_uninstallFilter", takes=(_ID,))
    def uninstall(self, named: str) -> Json:
        """Whether there was such a filter; now there is none."""
        self._forget_old()
        self._asked.pop(named, None)
        return self._filters.pop(named, None) is not None

    def _install(self, watch: Watch) -> str:
        self._forget_old()
        if len(self._filters) >= MAX_FILTERS:
            raise LimitExceeded(f"filters are {len(self._filters)}: must be at most {MAX_FILTERS}, uninstall some")
        named = f"0x{token_hex(16)}"
        self._filters[named], self._asked[named] = watch, self._clock()
        return named

    def _find(self, named: str) -> Watch:
        self._forget_old()
        watch = self._filters.get(named)
        if watch is None:
            raise _not_found(named)
        self._asked[named] = self._clock()
        return watch

    def _forget_old(self) -> None:
        oldest = self._clock() - EXPIRY
        for named in [named for named, asked in self._asked.items() if asked < oldest]:
            del self._filters[named], self._asked[named]


def _not_found(named: str) -> RpcError:
    return RpcError(SERVER_ERROR, f"filter not found: {named[:80]!r} was never made here, or is forgotten")
