"""The clock of a whole service, on the chain in its process.

given a keeper who cannot pay for gas on a day on which a credit matures
    it should stay on that day until the credit is collected, while everybody else trades on
"""

from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.chain.gateway import Gateway
from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.signer import Signer
from scfin_chain.units import Day
from tests.api.client import Client, amount
from tests.api.server import DEPLOYER_KEY, SECRET, running_service
from tests.api.world import Trade

PATIENCE_SECONDS = 60
KEEPER = Keyring(SECRET).signer("keeper")
RICH = Signer(bytes.fromhex(DEPLOYER_KEY))


def drain(gateway: Gateway, account: Signer) -> None:
    """Leave an account less than a transaction costs."""
    request = gateway.prepare(account.address, RICH.address)
    gateway.transact(
        account, RICH.address, value=gateway.balance(account.address) - request.max_fee * 21_000, gas=21_000
    )


@pytest.mark.slow
def test_stays_on_a_day_whose_collections_are_not_tried(tmp_path: Path) -> None:
    with running_service(tmp_path) as running:
        service, gateway = running.service, running.service.ledger.gateway
        offices = service.offices
        registrar = Client(running.url, running.registrar)
        trade = Trade(registrar, *(registrar for _ in range(3)))
        bank, carrier, central_bank = (
            trade.client_of(office.id) for office in (offices.bank, offices.carrier, offices.central_bank)
        )
        trade = Trade(registrar, bank, carrier, central_bank)
        core, supplier = trade.enrol("Core", "core_enterprise"), trade.enrol("Supplier", "supplier")
        trade.mint(core, 1_000)
        bank.done(f"/v1/lines/{core.participant}", {"limit": amount(1_000)})
        credit = trade.recharge(core, trade.owed(supplier, core, "INV-1", face=1_000, days=2), 1_000)
        due = Day(service.today + 2)
        drain(gateway, KEEPER)

        answer = registrar.post("/v1/clock", {"to": trade.day(5)})

        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
        assert service.today == due
        trade.mint(supplier, 5)
        assert service.today == due
        assert core.told(f"/v1/settlements/{credit}")["status"] == "live"

        gateway.transact(RICH, KEEPER.address, value=10**18)
        deadline = monotonic() + PATIENCE_SECONDS
        while registrar.told(f"/v1/commands/{answer.json()['command']}")["state"] != "done":
            assert monotonic() < deadline
            sleep(0.1)

        settled = core.told(f"/v1/settlements/{credit}")
        assert (settled["status"], service.today) == ("closed", due + 3)
        [collected] = [event for event in registrar.all("/v1/events") if event["name"] == "Collected"]
        assert collected["day"] == trade.day(-3)
        for client in (registrar, bank, carrier, central_bank, core, supplier):
            client.close()
