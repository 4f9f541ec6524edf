"""A service on a node whose newest blocks are replaced under it.

given a request that is orphaned with its approval
    the approval is withdrawn, the same request is sent again and decided anew, and paid once
given an approval that alone is orphaned: it is sent again, and paid once
given days that are orphaned: they pass again
given a reorg deeper than the finality depth: the service ends with one line
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import sleep

import pytest

from tests.service import audit
from tests.service.ground import Ground

FINALITY_DEPTH = 32


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with Ground.prepared(tmp_path, finality_depth=FINALITY_DEPTH) as prepared:
        yield prepared


@pytest.mark.slow
def test_withdraws_the_approval_given_its_request_is_orphaned(ground: Ground) -> None:
    town, financing = ground.town, ground.approved()
    first = ground.wait_for(financing, "FinancingFunded")

    ground.orphan_request(financing)
    second = ground.wait_for(financing, "FinancingFunded", but=first["block_hash"])
    ground.require_sound()

    withdrawn = ground.rows(audit.WITHDRAWN)
    assert [(row["financing"], row["cause"], row["verdict"]) for row in withdrawn] == [(financing, "reorg", "approve")]
    assert len(ground.events_of(financing, "FinancingFunded")) == 1
    wallet = town.branch.get(f"/v1/cash/{town.branch.id}")["balance"]["amount"]
    assert wallet == str(second["body"]["price"])


@pytest.mark.slow
def test_pays_once_given_the_approval_alone_is_orphaned(ground: Ground) -> None:
    town, financing = ground.town, ground.approved()
    first = ground.wait_for(financing, "FinancingFunded")

    ground.reorg(ground.head() - first["block_number"] + 1)
    second = ground.wait_for(financing, "FinancingFunded", but=first["block_hash"])
    ground.require_sound()

    assert ground.rows(audit.WITHDRAWN) == []
    wallet = town.branch.get(f"/v1/cash/{town.branch.id}")["balance"]["amount"]
    assert wallet == str(second["body"]["price"])


@pytest.mark.slow
def test_lets_days_pass_again_given_they_are_orphaned(ground: Ground) -> None:
    registrar, head = ground.town.registrar, ground.head()
    later = str(date.fromisoformat(registrar.get("/v1/clock")["today"]) + timedelta(3))
    registrar.done("/v1/clock", {"to": later})

    ground.reorg(ground.head() - head)
    ground.require_sound()

    assert registrar.get("/v1/clock")["today"] == later


@pytest.mark.slow
def test_ends_with_one_line_given_a_reorg_deeper_than_finality(ground: Ground) -> None:
    while ground.served.is_ready() and ground.head() < FINALITY_DEPTH + 40:
        ground.town.pay_somebody(ground.town.payers[0])
    sleep(1)
    before = len(ground.served.said())
    ground.reorg(FINALITY_DEPTH + 2)
    assert ground.served.ended(30) == 1
    told = ground.served.said()[before:]
    last = told.splitlines()[-1]
    assert last.startswith("scfin: block ")
    assert f"deeper than the finality depth of {FINALITY_DEPTH} blocks" in last
    assert "Traceback" not in told
