"""Compiler: a folder of artifacts kept in step with its sources.

given an empty folder
    it compiles, and what it wrote loads
given a folder built from the same sources
    it does not compile, unless forced
given a changed source, changed settings or a lost artifact
    it compiles
given a contract that is no more
    it removes the artifact
given sources that do not compile
    it leaves the folder as it was
"""

from pathlib import Path

import pytest

from scfin_chain import artifacts
from scfin_chain.compiler import Settings, build, solc
from scfin_chain.errors import CompilerError

ROOT = Path(__file__).parents[2]
EMPTY = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\ncontract {} {{}}"


@pytest.fixture(autouse=True)
def _no_download(monkeypatch):
    monkeypatch.setattr(solc, "_reachable", lambda host: False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "contracts").mkdir()
    for name in ("Cash", "Desk"):
        source(tmp_path, name).write_text(EMPTY.format(name))
    return tmp_path


@pytest.fixture
def folder(root: Path) -> Path:
    folder = root / "artifacts"
    assert build(root, folder).fresh
    return folder


def source(root: Path, name: str) -> Path:
    return root / "contracts" / f"{name}.sol"


def test_loads_what_it_wrote_given_an_empty_folder(folder):
    assert list(artifacts.load_all(folder)) == ["Cash", "Desk"]
    assert sorted(path.name for path in folder.iterdir()) == ["Cash.json", "Desk.json", "manifest.json"]


def test_does_not_compile_given_the_same_sources(root, folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    again = build(root, folder)
    assert (again.fresh, again.contracts) == (False, ("Cash", "Desk"))


def test_compiles_given_the_same_sources_when_forced(root, folder):
    assert build(root, folder, force=True).fresh


def test_compiles_given_changed_settings(root, folder):
    assert build(root, folder, settings=Settings(optimizer_runs=1)).fresh


def test_compiles_given_a_lost_artifact(root, folder):
    (folder / "Cash.json").unlink()
    assert build(root, folder).fresh
    assert artifacts.load("Cash", folder).deployable


def test_removes_the_artifact_given_a_contract_that_is_no_more(root, folder):
    source(root, "Desk").unlink()
    assert build(root, folder).contracts == ("Cash",)
    assert not (folder / "Desk.json").exists()


def test_leaves_the_folder_as_it_was_given_sources_that_do_not_compile(root, folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    source(root, "Cash").write_text("contract")
    with pytest.raises(CompilerError, match="ParserError"):
        build(root, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
