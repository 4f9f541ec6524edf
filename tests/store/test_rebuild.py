"""The replay on either database, as the command does it on a chain of which nothing can be undone.

given a story that was read
    from several blocks: equal, and the command says so
given a wallet that somebody changed after it
    from a block before the wallet's last change, and from one behind it: that difference is found
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select, update

from scfin_chain.listener.replay import rebuild
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.store import Place, Store
from scfin_chain.store.tables import DERIVED, BlockRow, table_of
from tests.integration.laboratories import listener_on, staged
from tests.integration.story import tell
from tests.service_docs.served import run_scfin
from tests.store.runs import a_run

WALLETS, BLOCKS = DERIVED["wallet"], table_of(BlockRow)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as told:
        tell(told)
        yield told


@pytest.mark.slow
def test_is_proved_from_any_block_and_finds_what_was_changed(stage: Stage, place: Place) -> None:
    with closing(Store.create(place, a_run())) as store:
        listener_on(stage.laboratory, store, finality_depth=0).poll()
        with store.read() as connection:
            head = int(connection.execute(select(func.max(BLOCKS.c.number))).scalar_one())
        for block in (0, 1, 10, head // 2, head):
            report = rebuild(store, from_block=block)
            assert (report.from_block, report.to_block, report.differences) == (block, head, ())
        proved = run_scfin("replay", "--from-block", "10", "--database", str(place))
        assert (proved.returncode, proved.stderr) == (0, "")
        assert proved.stdout.startswith(f"blocks 10 to {head}: ")
        assert proved.stdout.endswith(" rows, 0 differences\n")

        wallet = max(store.derived("wallet"), key=lambda row: int(row["cash"]))["account"]
        with store.begin() as connection:
            connection.execute(update(WALLETS).where(WALLETS.c.account == wallet).values(cash=WALLETS.c.cash + 1))
        for block in (0, 10, head):
            [difference] = rebuild(store, from_block=block).differences
            assert (difference.table, difference.key, difference.column) == ("wallet", (wallet,), "cash")
        found = run_scfin("replay", "--from-block", str(head), "--database", str(place))
        assert found.returncode == 1
        assert f"wallet {wallet}: cash is" in found.stdout
    beyond = run_scfin("replay", "--from-block", str(head + 1), "--database", str(place))
    assert beyond.returncode == 2
    assert beyond.stderr == f"scfin: from_block is {head + 1}: must be from 0 to {head}, the block that was read last\n"
