"""What gas costs: prices now, and the history of them that wallets guess from."""

from collections.abc import Sequence

from api.rpc.answers import effective_price
from api.rpc.errors import InvalidParameter
from api.rpc.hexadecimal import Json, quantity
from api.rpc.method import Parameter, method
from api.rpc.parameters import BlockId, array, block, bounded
from api.rpc.view import ChainView, MinedBlock

MAX_HISTORY = 1_024
"""Blocks of one fee history."""

MAX_PERCENTILES = 100

BLOB_FEE = 1
"""Wei for a unit of blob gas: the least that EIP-4844 knows, since there are no blobs here."""


def percentile(name: str, value: object) -> float:
    """A share of a block's gas, from 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise InvalidParameter(name, value, "from 0 to 100")
    return float(value)


class FeeMethods:
    """The methods about prices; nobody needs to be tipped, since each transaction has a block of its own."""

    def __init__(self, view: ChainView) -> None:
        self._view = view

    @method("eth_gasPrice")
    def price(self) -> Json:
        """The base fee of the next block."""
        return quantity(self._view.pending.base_fee_per_gas or 0)

    @method("eth_maxPriorityFeePerGas")
    def tip(self) -> Json:
        """Nothing."""
        return quantity(0)

    @method("eth_blobBaseFee")
    def blob_fee(self) -> Json:
        """The least."""
        return quantity(BLOB_FEE)

    @method(
        "eth_feeHistory",
        takes=(
            Parameter("blockCount", bounded(MAX_HISTORY, 1)),
            Parameter("newestBlock", block, "latest"),
            Parameter("rewardPercentiles", array(percentile, maximum=MAX_PERCENTILES), []),
        ),
    )
    def history(self, count: int, newest: BlockId, percentiles: Sequence[float]) -> Json:
        """Base fees of the blocks and of the one after them, how full they were, and the tips at those shares."""
        if list(percentiles) != sorted(percentiles):
            raise InvalidParameter("rewardPercentiles", percentiles, "in ascending order")
        last = self._view.demand("latest" if newest == "pending" else newest).header.block_number
        first = max(0, last - count + 1)
        headers = [found for number in range(first, last + 1) if (found := self._view.header(number)) is not None]
        following = self._view.header(last + 1) or self._view.pending
        answer: dict[str, Json] = {
            "oldestBlock": quantity(first),
            "baseFeePerGas": [quantity(one.base_fee_per_gas or 0) for one in (*headers, following)],
            "gasUsedRatio": [one.gas_used / one.gas_limit for one in headers],
            "baseFeePerBlobGas": [quantity(BLOB_FEE) for _ in range(len(headers) + 1)],
            "blobGasUsedRatio": [0.0 for _ in headers],
            "reward": [_tips(self._view.block(one), percentiles) for one in headers] if percentiles else [],
        }
        return answer


def _tips(mined: MinedBlock, percentiles: Sequence[float]) -> Json:
    """The tip of the transaction within which each share of the block's gas falls, cheapest first."""
    base_fee = mined.header.base_fee_per_gas or 0
    ends = [receipt.gas_used for receipt in mined.receipts]
    used = [end - start for end, start in zip(ends, [0, *ends], strict=False)]
    tips = sorted(
        (effective_price(one, mined.header) - base_fee, gas) for one, gas in zip(mined.transactions, used, strict=True)
    )
    return [quantity(_tip_at(tips, share * mined.header.gas_used / 100)) for share in percentiles]


def _tip_at(tips: Sequence[tuple[int, int]], wanted: float) -> int:
    reached = 0
    for tip, gas in tips:
        reached += gas
        if reached >= wanted:
            return tip
    return tips[-1][0] if tips else 0
