"""A service whose chain is in its own process.

given a chain that is told to go back
    the rows follow at once, and what was taken back is sent again
given confirmations
    a request is decided all the same: no block would come that it could wait for
"""

from pathlib import Path
from time import monotonic, sleep

import pytest
import requests

from tests.service.clients import CURRENCY
from tests.service.serving import Served
from tests.service.town import CASH, Town

SECONDS = 20.0
"""Far above what a rewind takes: the worker looks twice a second."""


@pytest.mark.slow
def test_follows_at_once_given_it_is_told_to_go_back(tmp_path: Path) -> None:
    with Served(tmp_path / "data", "--development").started() as served:
        town = Town.settled(served, payers=2, signers=0)
        payer, payee = town.payers
        snapshot = payer.rpc("evm_snapshot")["result"]
        paid = payer.pay(payee, 7)
        assert payer.rpc("evm_revert", snapshot)["result"] is True

        deadline = monotonic() + SECONDS
        path = f"{served.url}/v1/ledger/transactions/{paid.answer['transaction']}"
        with requests.Session() as session:
            session.trust_env = False
            while not session.get(path, headers={"Authorization": f"Bearer {payer.token}"}, timeout=60).ok:
                assert monotonic() < deadline, "what was taken back is not sent again"
                sleep(0.1)
            figures = session.get(f"{served.url}/metrics", timeout=60).text
        assert "scfin_reorgs_total 1.0" in figures
        while payer.get(f"/v1/commands/{paid.answer['command']}")["state"] != "done":
            assert monotonic() < deadline, "its new block is not read"
            sleep(0.1)
        balance = payer.get(f"/v1/cash/{payer.id}")["balance"]
        assert balance == {"amount": str(CASH - 7), "currency": CURRENCY}
        town.close()


@pytest.mark.slow
def test_decides_given_confirmations_for_which_no_block_would_come(tmp_path: Path) -> None:
    with Served(tmp_path / "data", environment={"SCFIN_CONFIRMATIONS": "3"}).started() as served:
        town = Town.settled(served, payers=0, signers=0)
        town.trade()

        assert town.settle_decisions(seconds=SECONDS) == {"funded": 1}
        town.close()
