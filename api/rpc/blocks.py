"""Blocks, transactions and receipts."""

from api.rpc import answers
from api.rpc.hexadecimal import Json, quantity
from api.rpc.method import Parameter, method
from api.rpc.parameters import UINT_64, BlockHashed, BlockId, block, boolean, bounded, hash32
from api.rpc.view import BlockPoint, ChainView, MinedBlock

_HASH = Parameter("blockHash", hash32)
_BLOCK = Parameter("block", block)
_FULL = Parameter("fullTransactions", boolean, False)
_INDEX = Parameter("index", bounded(UINT_64))
_TRANSACTION = Parameter("transactionHash", hash32)


class BlockMethods:
    """The methods about what was mined; what does not exist is null."""

    def __init__(self, view: ChainView) -> None:
        self._view = view

    @method("eth_blockNumber")
    def height(self) -> Json:
        """Number of the head."""
        return quantity(self._view.head.block_number)

    @method("eth_getBlockByNumber", takes=(_BLOCK, _FULL))
    def by_number(self, named: BlockId, full: bool) -> Json:
        """A block by height or tag."""
        point = self._view.at(named)
        if point is None:
            return None
        if point.pending:
            return answers.pending_block(point.header)
        return answers.block(self._view.block(point.header), full=full)

    @method("eth_getBlockByHash", takes=(_HASH, _FULL))
    def by_hash(self, block_hash: bytes, full: bool) -> Json:
        """A block by its hash."""
        return self.by_number(BlockHashed(block_hash), full)

    @method("eth_getBlockTransactionCountByNumber", takes=(_BLOCK,))
    def count_by_number(self, named: BlockId) -> Json:
        """Transactions in a block by height or tag."""
        mined = self._mined(self._view.at(named))
        return None if mined is None else quantity(len(mined.transactions))

    @method("eth_getBlockTransactionCountByHash", takes=(_HASH,))
    def count_by_hash(self, block_hash: bytes) -> Json:
        """Transactions in a block by its hash."""
        return self.count_by_number(BlockHashed(block_hash))

    @method("eth_getUncleCountByBlockNumber", takes=(_BLOCK,))
    def uncles_by_number(self, named: BlockId) -> Json:
        """None, in any block that exists."""
        return None if self._view.at(named) is None else quantity(0)

    @method("eth_getUncleCountByBlockHash", takes=(_HASH,))
    def uncles_by_hash(self, block_hash: bytes) -> Json:
        """None, in any block that exists."""
        return self.uncles_by_number(BlockHashed(block_hash))

    @method("eth_getTransactionByHash", takes=(_TRANSACTION,))
    def transaction(self, transaction_hash: bytes) -> Json:
        """A mined transaction."""
        place = self._view.place_of(transaction_hash)
        return None if place is None else answers.transaction(*place)

    @method("eth_getTransactionByBlockNumberAndIndex", takes=(_BLOCK, _INDEX))
    def transaction_by_number(self, named: BlockId, index: int) -> Json:
        """A transaction by its place in a block by height or tag."""
        mined = self._mined(self._view.at(named))
        if mined is None or index >= len(mined.transactions):
            return None
        return answers.transaction(mined, index)

    @method("eth_getTransactionByBlockHashAndIndex", takes=(_HASH, _INDEX))
    def transaction_by_hash(self, block_hash: bytes, index: int) -> Json:
        """A transaction by its place in a block by its hash."""
        return self.transaction_by_number(BlockHashed(block_hash), index)

    @method("eth_getTransactionReceipt", takes=(_TRANSACTION,))
    def receipt(self, transaction_hash: bytes) -> Json:
        """What became of a transaction."""
        place = self._view.place_of(transaction_hash)
        return None if place is None else answers.receipt(*place)

    @method("eth_getBlockReceipts", takes=(_BLOCK,))
    def receipts(self, named: BlockId) -> Json:
        """What became of each transaction of a block."""
        mined = self._mined(self._view.at(named))
        return None if mined is None else [answers.receipt(mined, index) for index in range(len(mined.receipts))]

    def _mined(self, point: BlockPoint | None) -> MinedBlock | None:
        """The block there; the pending one is empty as long as it is pending."""
        if point is None:
            return None
        return MinedBlock(point.header, (), (), 0) if point.pending else self._view.block(point.header)
