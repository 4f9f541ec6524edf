"""What whoever writes the database can do.

given a row among the commands that nobody ordered over HTTP
    it should be signed as any other: the database is trusted as the operator is
"""

from pathlib import Path
from time import monotonic, sleep

from tests.api.server import running_service

PATIENCE_SECONDS = 60


def test_a_row_is_as_good_as_a_key(tmp_path: Path) -> None:
    with running_service(tmp_path) as running:
        service = running.service
        mint = service.order(
            "mint", service.offices.central_bank.account, "CashToken", "mint", service.offices.carrier.account, 77
        )
        number = service.queue.place(mint)
        deadline = monotonic() + PATIENCE_SECONDS
        while service.queue.read([number])[number]["state"] != "done":
            assert monotonic() < deadline
            sleep(0.05)
        assert service.ledger.view("CashToken", "balanceOf", service.offices.carrier.account) == 77
