"""Logs: what a contract emitted with its place on the chain, and the search for them.

A search reads each block's bloom filter and opens only those that may hold a match, so that its cost grows with
what it finds and, by a few nanoseconds, with the blocks in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import sleep

from eth_bloom.bloom import BloomFilter

from api.rpc.errors import InvalidParameter, LimitExceeded, NotFound
from api.rpc.hexadecimal import data
from api.rpc.parameters import BlockId, address, array, block, field, hash32, mapping
from api.rpc.view import BlockPoint, ChainView, Kept, MinedBlock, Summary

MAX_RESULTS = 10_000
"""Logs in one answer."""

MAX_ADDRESSES = 1_000
MAX_ALTERNATIVES = 1_000
MAX_TOPICS = 4
"""Topics of a log: LOG4 is the longest."""

BLOCKS_AT_ONCE = 1_000
"""Blocks whose summaries are read before others may move the chain."""

BLOCKS_KEPT = 16_384
"""Blocks whose logs stay in memory."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A log with the place where it stands; ``index`` counts from 0 within its block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block_hash: bytes
    block_number: int
    timestamp: int
    transaction_hash: bytes
    transaction_index: int
    index: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which logs are wanted; an empty alternative means any."""

    addresses: frozenset[bytes] = frozenset()
    topics: tuple[frozenset[bytes], ...] = ()

    def masks(self) -> tuple[tuple[int, ...], ...]:
        """For each condition the bloom bits of its alternatives."""
        conditions = (self.addresses, *self.topics)
        return tuple(tuple(_bits(value) for value in condition) for condition in conditions if condition)

    def match(self, record: LogRecord) -> bool:
        """Whether a log is wanted."""
        if self.addresses and record.address not in self.addresses:
            return False
        if len(self.topics) > len(record.topics):
            return False
        return all(not wanted or topic in wanted for wanted, topic in zip(self.topics, record.topics, strict=False))


@dataclass(frozen=True, slots=True)
class Query:
    """A search: the criteria, in one block or from one to another; None is where the caller named none."""

    criteria: Criteria
    first: BlockId | None = None
    last: BlockId | None = None
    block_hash: bytes | None = None


class LogReader:
    """The logs of a chain's blocks, decoded once."""

    def __init__(self, view: ChainView) -> None:
        self._view = view
        self._logs: Kept[tuple[LogRecord, ...]] = Kept(BLOCKS_KEPT)

    def of_block(self, block_hash: bytes, criteria: Criteria) -> list[LogRecord]:
        """The wanted logs of a block that is, or was, on the chain."""
        with self._view.reading():
            records = self._logs.fetch(block_hash, lambda: logs_of(self._view.block(self._view.known(block_hash))))
        return [record for record in records if criteria.match(record)]

    def search(self, query: Query) -> list[LogRecord]:
        """All wanted logs, oldest first; the chain is held still for a block at a time, not for the whole search."""
        if query.block_hash is not None:
            header = self._view.header_of(query.block_hash)
            if header is None:
                raise NotFound(f"block {data(query.block_hash)} not found: it is not on the chain")
            return self.of_block(query.block_hash, query.criteria)
        found: list[LogRecord] = []
        for summary in self._candidates(query):
            found += self.of_block(summary.hash, query.criteria)
            sleep(0)  # whoever waits for the chain comes first
            if len(found) > MAX_RESULTS:
                raise LimitExceeded(f"query returned more than {MAX_RESULTS} results: ask for fewer blocks at a time")
        return found

    def _candidates(self, query: Query) -> list[Summary]:
        """The blocks to open; looked for anew where a revert took some of them away meanwhile."""
        masks = query.criteria.masks()
        while True:
            head = self._view.head
            first, last = self._height(query.first), min(self._height(query.last), head.block_number)
            found = [
                summary
                for start in range(first, last + 1, BLOCKS_AT_ONCE)
                for summary in self._view.summaries(start, min(start + BLOCKS_AT_ONCE - 1, last))
                if may_hold(summary.bloom, masks)
            ]
            if self._view.header_of(head.hash) is not None:
                return found

    def _height(self, named: BlockId | None) -> int:
        number = getattr(named, "number", None)
        if isinstance(number, int):
            return number
        point: BlockPoint = self._view.demand(named or "latest")
        return point.header.block_number


def may_hold(bloom: int, masks: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a block of that bloom filter can hold a log that meets each condition."""
    return bloom != 0 and all(any(bloom & bits == bits for bits in alternatives) for alternatives in masks)


def logs_of(mined: MinedBlock) -> tuple[LogRecord, ...]:
    """Every log of a block, in the order in which they were emitted."""
    placed = (
        (index, transaction, log)
        for index, (transaction, receipt) in enumerate(zip(mined.transactions, mined.receipts, strict=True))
        for log in receipt.logs
    )
    return tuple(
        LogRecord(
            address=log.address,
            topics=tuple(topic.to_bytes(32) for topic in log.topics),
            data=log.data,
            block_hash=mined.header.hash,
            block_number=mined.header.block_number,
            timestamp=mined.header.timestamp,
            transaction_hash=transaction.hash,
            transaction_index=transaction_index,
            index=index,
        )
        for index, (transaction_index, transaction, log) in enumerate(placed)
    )


def parse_query(name: str, value: object) -> Query:
    """A filter object as `eth_getLogs` and `eth_newFilter` take it."""
    fields = mapping(name, value)
    first, last = field(name, fields, "fromBlock", block), field(name, fields, "toBlock", block)
    block_hash = field(name, fields, "blockHash", hash32)
    if block_hash is not None and (first is not None or last is not None):
        raise InvalidParameter(f"{name}.blockHash", data(block_hash), "absent where fromBlock or toBlock is given")
    return Query(_criteria(name, fields), first, last, block_hash)


def parse_criteria(name: str, value: object) -> Criteria:
    """The same without a range, as `eth_subscribe` takes it."""
    return _criteria(name, mapping(name, value))


def _criteria(name: str, fields: Mapping[str, object]) -> Criteria:
    addresses = field(name, fields, "address", _addresses)
    topics = field(name, fields, "topics", array(_alternatives, maximum=MAX_TOPICS))
    return Criteria(addresses or frozenset(), topics or ())


def _addresses(name: str, value: object) -> frozenset[bytes]:
    if isinstance(value, list):
        return frozenset(array(address, maximum=MAX_ADDRESSES)(name, value))
    return frozenset((address(name, value),))


def _alternatives(name: str, value: object) -> frozenset[bytes]:
    if value is None:
        return frozenset()
    if isinstance(value, list):
        if None in value:
            return frozenset()
        return frozenset(array(hash32, maximum=MAX_ALTERNATIVES)(name, value))
    return frozenset((hash32(name, value),))


def _bits(value: bytes) -> int:
    return int(BloomFilter.from_iterable((value,)))
