"""Gas of each step against the checked-in table and the budgets."""

import json
from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact
from tests.contracts.gas import ONE_FINANCING, ONE_FINANCING_BUDGET, PAY_WITH_BUDGET, TABLE, measure
from tests.contracts.scenes import stocked
from tests.contracts.world import World

TOLERANCE = 0.002
"""Addresses and signatures differ in their zero bytes."""


@pytest.fixture(scope="module")
def measured(artifacts: Mapping[str, Artifact]) -> Mapping[str, int]:
    return measure(stocked(World(artifacts)))


def test_gas_is_that_of_the_table(measured: Mapping[str, int]) -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert measured == {step: pytest.approx(gas, rel=TOLERANCE) for step, gas in table.items()}


def test_one_financing_is_within_its_budget(measured: Mapping[str, int]) -> None:
    assert sum(measured[step] for step in ONE_FINANCING) <= ONE_FINANCING_BUDGET


def test_a_split_is_within_its_budget(measured: Mapping[str, int]) -> None:
    assert measured["payWith to a new holder"] <= PAY_WITH_BUDGET
