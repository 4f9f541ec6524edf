"""Artifacts.

given the package's own folder
    it loads every contract that the manifest names
given a folder
    when an artifact is written and read
        it is equal
    when the artifact is missing
        it says to run make
"""

import json
from pathlib import Path

import pytest

from scfin_chain import artifacts
from scfin_chain.artifacts import Artifact
from scfin_chain.errors import CompilerError

CASH = Artifact(
    name="Cash",
    source="contracts/Cash.sol",
    abi=({"type": "error", "name": "CashZero", "inputs": []},),
    bytecode="0x60",
    deployed_bytecode="0x",
    selectors={"mint(uint128)": "00000001"},
    errors={"00000002": "CashZero()"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Cash.json").write_text(json.dumps(CASH.to_json()))
    (tmp_path / artifacts.MANIFEST).write_text(json.dumps({"contracts": ["Cash"]}))
    return tmp_path


def test_loads_every_contract_given_the_packages_own_folder():
    loaded = artifacts.load_all()
    assert tuple(loaded) == artifacts.names()
    assert all(artifact.name == name for name, artifact in loaded.items())


def test_is_equal_when_written_and_read(folder):
    assert artifacts.load("Cash", folder) == CASH
    assert artifacts.load_all(folder) == {"Cash": CASH}


@pytest.mark.parametrize(("bytecode", "deployable"), [("0x60", True), ("0x", False)])
def test_is_deployable_when_there_is_code(bytecode, deployable):
    assert Artifact.from_json(CASH.to_json() | {"bytecode": bytecode}).deployable is deployable


def test_says_to_run_make_when_missing(folder):
    with pytest.raises(CompilerError, match=r"Desk\.json: run `make`"):
        artifacts.load("Desk", folder)


def test_says_to_run_make_when_nothing_is_built(tmp_path):
    with pytest.raises(CompilerError, match="run `make`"):
        artifacts.load_all(tmp_path)
