"""A decision knows nothing of what comes later.

given a file of ten months, and the same file as it was on the evening of each of ten days:
    later invoices are not in it, and what was paid later is not paid
    every decision made until that evening is the same, wholly: what was signed, its inputs, outputs and hashes
"""

from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scfin_chain.config import ScenarioSettings, Settings
from scfin_chain.units import day_from_date
from tests.scenarios.files import cut, months_of_trade, replayed, write

ROWS = months_of_trade(seed=3, count=40)
SETTINGS = Settings(scenario=ScenarioSettings(tiers=2))
EVENINGS = [ROWS[number].invoiced + timedelta(days=number % 3) for number in range(2, 40, 4)]


@cache
def decisions_on_all(folder: Path) -> list[dict[str, Any]]:
    with replayed(write(folder / "all.csv", ROWS), settings=SETTINGS) as run:
        return run.decisions()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def test_the_file_has_approvals_and_several_kinds_of_refusal(folder: Path) -> None:
    """Or the look ahead would be a test of nothing."""
    outcomes = Counter(decision["reason"] for decision in decisions_on_all(folder))
    assert outcomes["none"] > 20
    assert {"line", "score", "issuer default"} < set(outcomes)
    assert len(EVENINGS) == 10


@pytest.mark.parametrize("evening", EVENINGS, ids=str)
def test_are_the_same_given_the_file_of_that_evening(folder: Path, evening: Any) -> None:
    known = cut(ROWS, evening)
    assert known != ROWS
    with replayed(write(folder / f"{evening}.csv", known), settings=SETTINGS) as run:
        decided = run.decisions()

    expected = [decision for decision in decisions_on_all(folder) if decision["day"] <= day_from_date(evening)]

    assert len(expected) > 0
    assert decided == expected
