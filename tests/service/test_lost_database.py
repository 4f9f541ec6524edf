"""A service with its chain in process whose PostgreSQL goes away for a while.

given its connections are cut, or the server dies and comes back, under load
    it goes on by itself, and everything that was acknowledged is there once
"""

from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.postgres import running_postgres
from tests.service import audit
from tests.service.serving import Served
from tests.service.town import Town

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'scfin_%'"
TIMES = 4
RECOVERY_SECONDS = 30.0


@pytest.mark.slow
def test_goes_on_by_itself_given_its_database_goes_away(tmp_path: Path) -> None:
    with running_postgres() as postgres, postgres.database() as url:
        with Served(tmp_path / "data", "--database", url) as served:
            served.started()
            with audit.opened(url) as store:
                founding = audit.transactions(store)
            town = Town.settled(served)
            with town.busy(*town.acts()):
                for time in range(TIMES):
                    sleep(0.6)
                    if time % 2:
                        postgres.kill()
                        postgres.start()
                    else:
                        postgres.execute(CUT)
                    wait_for_writes(town)
            town.settle_decisions()
            for node in (*town.payers, *town.signers):
                assert node.get(f"/v1/cash/{node.id}")["balance"]["amount"] == str(town.cash.held[node.id])
            town.close()
        with audit.opened(url) as store:
            audit.require_written_once(store, town.writes)
            audit.require_single_execution(store)
            mined, raw_sent = audit.transactions(store), len(town.raw_sent)
            audit.require_no_more_transactions(store, mined, founding=founding, raw_sent=raw_sent)
            with audit.chain_of(store) as gateway:
                audit.require_agreement(store, gateway)


def wait_for_writes(town: Town) -> None:
    """Until some are acknowledged again."""
    before, deadline = len(town.writes), monotonic() + RECOVERY_SECONDS
    while len(town.writes) < before + 5:
        assert monotonic() < deadline, "nothing is written any more"
        sleep(0.05)
