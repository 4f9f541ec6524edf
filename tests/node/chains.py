"""A durable chain in a test, and all that can be asked of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from scfin_chain.chain import DEPLOYER, ErrorCatalogue, development_signer
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.journal import ChainJournal, Entry
from scfin_chain.chain.transaction import created_address
from scfin_chain.node.journal import DUMPS, ENTRIES, DatabaseJournal
from scfin_chain.store.store import Store
from scfin_chain.units import Timestamp
from tests.chain.probe import ABI, ARTIFACT
from tests.fakes.stores import some_run

GENESIS_TIME = Timestamp(1_704_067_200)
DEPLOYER_ACCOUNT = development_signer(DEPLOYER)
SUPPLIER = development_signer("supplier")
ERRORS = ErrorCatalogue([ARTIFACT.abi])
FUNDS = {SUPPLIER.address: 10**18}


def chain(journal: ChainJournal | None = None, **options: Any) -> EthTesterGateway:
    return EthTesterGateway(genesis_time=GENESIS_TIME, errors=ERRORS, funds=FUNDS, journal=journal, **options)


@contextmanager
def opened(database: Path | None) -> Iterator[Store]:
    store = Store.follow(database, some_run())
    try:
        yield store
    finally:
        store.close()


def cut(store: Store, after: int) -> None:
    """Take back the journal's end, as if the process had ended there."""
    with store.begin() as connection:
        connection.execute(delete(ENTRIES).where(ENTRIES.c.sequence > after))
        connection.execute(delete(DUMPS).where(DUMPS.c.sequence > after))


def observed(gateway: EthTesterGateway) -> dict[str, Any]:
    """All that the chain answers: each block with its logs, transactions, receipts and state, and the present."""
    backend = gateway.backend
    return {
        "head": gateway.head(),
        "now": gateway.now(),
        "pending": backend.pending,
        "memory": backend.memory(),
        "nonces": [gateway.nonce(signer.address) for signer in (DEPLOYER_ACCOUNT, SUPPLIER)],
        "balances": [gateway.balance(signer.address) for signer in (DEPLOYER_ACCOUNT, SUPPLIER)],
        "blocks": [_block(gateway, number) for number in range(gateway.head().number + 1)],
    }


def hashes_in(gateway: EthTesterGateway, number: int) -> list[bytes]:
    """The transactions of a block."""
    block = gateway.backend.chain.get_canonical_block_by_number(number)  # type: ignore[arg-type]
    return [transaction.hash for transaction in block.transactions]


def _block(gateway: EthTesterGateway, number: int) -> dict[str, Any]:
    hashes = hashes_in(gateway, number)
    return {
        "block": gateway.block(number),
        "logs": gateway.logs(number),
        "receipts": [gateway.receipt(each) for each in hashes],
        "transactions": [gateway.transaction(each) for each in hashes],
        "count": _count(gateway, number),
    }


def _count(gateway: EthTesterGateway, number: int) -> bytes:
    """What the first contract of the deployer's says there; nothing before it stands."""
    probe = created_address(DEPLOYER_ACCOUNT.address, 0)
    return gateway.call(probe, ABI.encode("count"), block=number)


class Watched(DatabaseJournal):
    """Notes what the chain answers before each entry is done, which is what it must answer when cut there."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.gateway: EthTesterGateway | None = None
        self.seen: list[dict[str, Any]] = []

    def append(self, entry: Entry) -> None:
        assert self.gateway is not None
        self.seen.append(observed(self.gateway))
        super().append(entry)
