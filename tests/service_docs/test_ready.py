"""A service on a long journal.

given a journal of twenty thousand transactions
    it should be ready within fifteen seconds
"""

from pathlib import Path

import pytest
import requests

from api.rpc.accounts import development_accounts
from scfin_chain.bootstrap.service import open_service
from scfin_chain.chain.signer import DEPLOYER, development_signer
from scfin_chain.config import Settings
from scfin_chain.serving import ServeSettings
from scfin_chain.units import Address
from tests.service_docs.served import served

READY_SECONDS = 15.0
TRANSACTIONS = 20_000
BATCH = 500
SOMEBODY = Address("0x" + "11" * 20)


@pytest.mark.slow
def test_is_ready_within_fifteen_seconds_on_a_journal_of_twenty_thousand_transactions(tmp_path: Path):
    data = tmp_path / "scfin-data"
    head = build(data)
    with served(data) as service:
        with requests.Session() as session:
            ready = session.get(f"{service.url}/ready", timeout=60).json()
        assert service.seconds < READY_SECONDS
        assert ready["head"] == head


def build(data: Path) -> int:
    """A ledger and plain payments, followed as a service follows them; gives the number of the last block."""
    service = open_service(ServeSettings(data=data), Settings(), funds=development_accounts().funds)
    assert service.worker is not None
    gateway, payer = service.ledger.gateway, development_signer(DEPLOYER)
    try:
        for _ in range(TRANSACTIONS // BATCH):
            for _ in range(BATCH):
                gateway.transact(payer, SOMEBODY, value=1, gas=21_000)
            service.worker.listener.poll()
        return gateway.head().number
    finally:
        service.worker.leadership.release()
        service.close()
