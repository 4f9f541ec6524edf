"""A process that is killed while it works on its chain leaves one that stands where the journal says.

given a load that is killed twenty times, and goes on after each
    the chain that is restored from dumps is the one that all entries lead to
    every transaction that was acknowledged is on it, once
"""

import random
from collections import Counter
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy import delete

from scfin_chain.node.journal import DUMPS, DatabaseJournal
from scfin_chain.store.store import Store
from tests.integration.processes import run_until
from tests.node.chains import SUPPLIER, chain, hashes_in, observed, opened
from tests.node.load import DUMP_EVERY, load

KILLS = 20
STATEMENTS = 150
"""Most statements that a process tells its database before it is killed."""


@pytest.mark.slow
def test_stands_where_the_journal_says_after_each_kill(tmp_path: Path) -> None:
    database, acknowledged = tmp_path / "ledger.sqlite", tmp_path / "acknowledged"
    acknowledged.touch()
    chance = random.Random(2024)
    for _ in range(KILLS):
        assert run_until(chance.randrange(2, STATEMENTS), load, database, acknowledged) == -SIGKILL
        with opened(database) as store:
            hashes = [bytes.fromhex(line) for line in acknowledged.read_text(encoding="ascii").splitlines()]
            check(store, hashes)
    assert len(hashes) > KILLS
    with opened(database) as store:
        assert dumps_in(store) > KILLS // DUMP_EVERY
        restored = chain(DatabaseJournal(store), dump_every=DUMP_EVERY)
        with store.begin() as connection:
            connection.execute(delete(DUMPS))
        assert observed(chain(DatabaseJournal(store))) == observed(restored)


def check(store: Store, acknowledged: list[bytes]) -> None:
    """No snapshot is gone back to, so whatever was acknowledged stays."""
    gateway = chain(DatabaseJournal(store), dump_every=DUMP_EVERY)
    mined = Counter(each for number in range(gateway.head().number + 1) for each in hashes_in(gateway, number))
    assert set(acknowledged) <= set(mined)
    assert set(mined.values()) <= {1}
    assert all(gateway.receipt(each) is not None for each in acknowledged)
    assert gateway.nonce(SUPPLIER.address) - len(acknowledged) <= KILLS


def dumps_in(store: Store) -> int:
    return len(list(DatabaseJournal(store).dumps()))
