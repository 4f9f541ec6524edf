"""Accounts of the service that cannot pay for gas: what they would do waits, and holds up nobody.

given a bank without wei: the decision is stored and waits, everybody else trades on; with wei again it is executed once
given a keeper without wei: what falls due waits, days go by and everybody else trades on; with wei it is done once
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.chain.keyring import Keyring
from scfin_chain.store.commands import COMMANDS
from tests.service import audit
from tests.service.ground import Ground

FINALITY_DEPTH = 8
ENOUGH = 10**18
WAIT_SECONDS = 60.0
BANK, KEEPER = (Keyring().signer(label).address for label in ("bank", "keeper"))


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with Ground.prepared(tmp_path, finality_depth=FINALITY_DEPTH) as prepared:
        yield prepared


def wait_for_command(ground: Ground, step: str, sender: str) -> None:
    """Until the worker has tried: the command is signed, and the node did not take it."""
    deadline = monotonic() + WAIT_SECONDS
    while (step, sender, "sent") not in [(row["step"], row["sender"], row["state"]) for row in ground.rows(COMMANDS)]:
        assert monotonic() < deadline, ground.served.said()[-2_000:]
        sleep(0.1)


def wait_for_state(ground: Ground, financing: str, state: str) -> None:
    deadline = monotonic() + WAIT_SECONDS
    while ground.town.branch.get(f"/v1/financings/{financing}")["state"] != state:
        assert monotonic() < deadline, ground.served.said()[-2_000:]
        sleep(0.1)


def trade_on(ground: Ground) -> None:
    """Everybody but the poor does what it did."""
    for payer in (*ground.town.payers, *ground.town.signers):
        ground.town.pay_somebody(payer)
    ground.town.issue()


@pytest.mark.slow
def test_executes_the_decision_once_given_the_bank_has_wei_again(ground: Ground) -> None:
    town = ground.town
    ground.set_balance(BANK, 0)
    town.trade()
    financing = town.financings[-1]
    wait_for_command(ground, "fund", BANK)
    trade_on(ground)
    assert town.branch.get(f"/v1/financings/{financing}")["state"] == "requested"
    assert [row["financing"] for row in ground.rows(audit.DECISIONS)] == [int(financing)]

    ground.set_balance(BANK, ENOUGH)
    wait_for_state(ground, financing, "funded")
    ground.require_sound()

    assert [row["state"] for row in ground.rows(COMMANDS) if (row["step"], row["sender"]) == ("fund", BANK)] == ["done"]
    assert len(ground.events_of(int(financing), "FinancingFunded")) == 1


@pytest.mark.slow
def test_does_what_falls_due_once_given_the_keeper_has_wei_again(ground: Ground) -> None:
    town = ground.town
    for poor in (BANK, KEEPER):
        ground.set_balance(poor, 0)
    town.trade(expires=0)
    financing = town.financings[-1]
    today = date.fromisoformat(town.registrar.get("/v1/clock")["today"])
    town.registrar.done("/v1/clock", {"to": str(today + timedelta(2))})
    wait_for_command(ground, "expire", KEEPER)
    trade_on(ground)
    assert town.branch.get(f"/v1/financings/{financing}")["state"] == "requested"

    for rich in (KEEPER, BANK):
        ground.set_balance(rich, ENOUGH)
    wait_for_state(ground, financing, "expired")
    ground.require_sound()

    assert [row["state"] for row in ground.rows(COMMANDS) if row["step"] == "expire"] == ["done"]
    assert len(ground.events_of(int(financing), "FinancingExpired")) == 1
    assert ground.events_of(int(financing), "FinancingFunded") == []
