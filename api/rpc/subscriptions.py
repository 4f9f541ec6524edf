"""What one connection wants to be told without asking: `eth_subscribe`."""

from collections.abc import Callable, Mapping
from secrets import token_hex

from api.rpc.dispatch import notification
from api.rpc.errors import InvalidParameter, LimitExceeded
from api.rpc.hexadecimal import Json
from api.rpc.logs import Query, parse_criteria
from api.rpc.method import Method, Parameter, method, methods_of
from api.rpc.methods import NodeMethods
from api.rpc.parameters import text
from api.rpc.places import Places
from api.rpc.watches import HeadWatch, LogWatch, TransactionWatch, Watch

MAX_SUBSCRIPTIONS = 100
"""Subscriptions of one connection."""

SUBSCRIPTIONS_AN_ADDRESS = 500
"""Subscriptions of all connections of one address."""

_KIND = Parameter("subscription", text)
_OPTIONS = Parameter("options", lambda _, value: value, None)
_ID = Parameter("subscriptionId", text)


class Subscriptions:
    """The watches of one connection; a new one speaks only after the caller has its id."""

    def __init__(self, methods: NodeMethods, places: Places, address: str) -> None:
        self._places = places
        self._address = address
        self._view = methods.view
        self._reader = methods.log_reader
        self._new: dict[str, Watch] = {}
        self._speaking: dict[str, Watch] = {}
        self._kinds: Mapping[str, Callable[[object], Watch]] = {
            "newHeads": self._heads,
            "logs": self._logs,
            "newPendingTransactions": self._transactions,
        }
        self.methods: Mapping[str, Method] = methods_of(self, self._view.reading)

    @method("eth_subscribe", takes=(_KIND, _OPTIONS))
    def subscribe(self, kind: str, options: object) -> Json:
        """Begin to tell what happens from now on."""
        if kind not in self._kinds:
            raise InvalidParameter("subscription", kind, f"one of {', '.join(self._kinds)}")
        kept = len(self._new) + len(self._speaking)
        if kept >= MAX_SUBSCRIPTIONS:
            raise LimitExceeded(f"subscriptions are {kept}: must be at most {MAX_SUBSCRIPTIONS} on one connection")
        watch = self._kinds[kind](options)
        if not self._places.take(self._address):
            raise LimitExceeded(f"subscriptions of one address must be at most {self._places.most}")
        named = f"0x{token_hex(16)}"
        self._new[named] = watch
        return named

    @method("eth_unsubscribe", takes=(_ID,))
    def unsubscribe(self, named: str) -> Json:
        """Whether there was such a subscription; now there is none."""
        ended = self._new.pop(named, None), self._speaking.pop(named, None)
        if ended == (None, None):
            return False
        self._places.give_back(self._address)
        return True

    def end(self) -> None:
        """The connection is gone: its places are for others."""
        self._places.give_back(self._address, len(self._new) + len(self._speaking))
        self._new.clear()
        self._speaking.clear()

    def begin(self) -> None:
        """Let the new ones speak: their ids are with the caller."""
        new, self._new = self._new, {}
        self._speaking.update(new)

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell; needs no lock."""
        return any(watch.moved for watch in list(self._speaking.values()))

    def news(self) -> list[tuple[str, str]]:
        """What is to be said, each with the subscription that says it."""
        return [
            (named, notification(named, said)) for named, watch in list(self._speaking.items()) for said in watch.news()
        ]

    def speaks(self, named: str) -> bool:
        """Whether a subscription was not ended meanwhile."""
        return named in self._speaking

    def _heads(self, options: object) -> Watch:
        _refuse_options(options)
        return HeadWatch(self._view)

    def _transactions(self, options: object) -> Watch:
        _refuse_options(options)
        return TransactionWatch(self._view)

    def _logs(self, options: object) -> Watch:
        criteria = parse_criteria("options", {} if options is None else options)
        return LogWatch(self._view, self._reader, Query(criteria))


def _refuse_options(options: object) -> None:
    if options not in (None, False, {}):
        raise InvalidParameter("options", options, "absent: hashes and headers are told, not whole transactions")
