"""What only a development node lets anybody do: mine, move the clock, take snapshots and go back to them."""

from collections.abc import Mapping

from api.rpc.errors import InvalidParameter
from api.rpc.hexadecimal import Json, quantity
from api.rpc.method import Parameter, method
from api.rpc.parameters import UINT_64, bounded, field, number
from scfin_chain.chain.gateway import Gateway, SnapshotId
from scfin_chain.errors import ChainError
from scfin_chain.units import Timestamp

LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z, beyond which no calendar here counts."""

MAX_BLOCKS = 10_000
"""Blocks mined by one request."""

_SECOND = bounded(LAST_SECOND)
_TIME = Parameter("timestamp", _SECOND)
_SECONDS = Parameter("seconds", _SECOND)
_BLOCKS = Parameter("blocks", bounded(MAX_BLOCKS), 1)
_INTERVAL = Parameter("interval", _SECOND, None)
_SNAPSHOT = Parameter("snapshot", bounded(UINT_64))


def mine_options(name: str, value: object) -> Mapping[str, int]:
    """The timestamp of the block to be mined, or an object with it and a number of blocks."""
    if not isinstance(value, dict):
        return {"timestamp": number(name, value, maximum=LAST_SECOND)}
    limits = {"timestamp": _SECOND, "blocks": bounded(MAX_BLOCKS)}
    read = {key: field(name, value, key, parse) for key, parse in limits.items()}
    return {key: found for key, found in read.items() if found is not None}


class DevelopmentMethods:
    """The methods that other development nodes have under the names of `evm_`, `hardhat_` and `anvil_`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._added = 0

    @method("evm_snapshot", "anvil_snapshot", locks=True)
    def snapshot(self) -> Json:
        """Remember the present state and time."""
        return quantity(self._gateway.snapshot())

    @method("evm_revert", "anvil_revert", takes=(_SNAPSHOT,), locks=True)
    def revert(self, snapshot: int) -> Json:
        """Go back; whether there was such a snapshot. It stays good, those taken after it are forgotten."""
        try:
            self._gateway.revert(SnapshotId(snapshot))
        except ChainError:
            return False
        return True

    @method("evm_increaseTime", "anvil_increaseTime", takes=(_SECONDS,), locks=True)
    def increase_time(self, seconds: int) -> Json:
        """Put the next block off; all that was added so far."""
        self._set_time(self._gateway.now() + seconds)
        self._added += seconds
        return self._added

    @method("evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp", takes=(_TIME,), locks=True)
    def set_next_time(self, at: int) -> Json:
        """Give the next block exactly this timestamp."""
        self._set_time(at)
        return None

    @method("evm_setTime", "anvil_setTime", takes=(_TIME,), locks=True)
    def set_time(self, at: int) -> Json:
        """The same; seconds by which the next block is put off."""
        before = self._gateway.now()
        self._set_time(at)
        return at - before

    @method("evm_mine", takes=(Parameter("options", mine_options, {}),), locks=True)
    def mine(self, options: Mapping[str, int]) -> Json:
        """Mine empty blocks, one where no number is given."""
        if "timestamp" in options:
            self._set_time(options["timestamp"])
        self._gateway.mine(options.get("blocks", 1))
        return quantity(0)

    @method("hardhat_mine", "anvil_mine", takes=(_BLOCKS, _INTERVAL), locks=True)
    def mine_many(self, blocks: int, interval: int | None) -> Json:
        """Mine empty blocks, each that many seconds after the one before; the first at the time that is set."""
        if not interval:
            self._gateway.mine(blocks)
            return None
        for mined in range(blocks):
            if mined:
                self._set_time(self._gateway.head().timestamp + interval)
            self._gateway.mine()
        return None

    def _set_time(self, at: int) -> None:
        if at > LAST_SECOND:
            raise InvalidParameter("timestamp", at, f"from 0 to {LAST_SECOND}")
        self._gateway.set_time(Timestamp(at))
