"""Compiler: sources to artifacts.

given sources under contracts/
    it follows imports, relative and from node_modules
    it leaves an unanswered import to the compiler, which names it
    when there is none: it refuses
given valid sources
    it gives abi, bytecode, selectors and error selectors by contract
    it gives the same bytecode again, whatever the comments
    when only some units are wanted: it gives these alone
given invalid sources
    it gives the compiler's message with its place, in one line
    it refuses a contract name declared twice, and a library that needs linking
given the other tools' files
    it agrees with what forge and npm are told
"""

import json
import tomllib
from pathlib import Path

import pytest

from scfin_chain.compiler import SOLC_VERSION, Settings, collect, compile_sources, solc
from scfin_chain.errors import CompilerError

ROOT = Path(__file__).parents[2]
HEADER = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"
TYPES = HEADER + "type CashId is uint64;"
CASH = (
    HEADER
    + """
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {
    CashId
} from "./types/Ids.sol";

contract Cash is ERC20("Cash", "C") {
    error CashOver(uint128 amount, uint128 limit);
    event Minted(CashId indexed id, uint128 amount);

    function mint(CashId id, uint128 amount) external {
        require(amount < 10, CashOver(amount, 10));
        _mint(msg.sender, amount);
        emit Minted(id, amount);
    }
}
"""
)


@pytest.fixture(autouse=True)
def _no_download(monkeypatch):
    monkeypatch.setattr(solc, "_reachable", lambda host: False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    write(tmp_path, "types/Ids.sol", TYPES)
    write(tmp_path, "Cash.sol", CASH)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / "contracts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_follows_imports_relative_and_from_node_modules(root):
    sources = collect(root)
    assert sources["contracts/types/Ids.sol"] == TYPES
    assert "@openzeppelin/contracts/token/ERC20/ERC20.sol" in sources
    assert "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol" in sources


def test_leaves_an_unanswered_import_to_the_compiler_which_names_it(root):
    write(root, "Lost.sol", HEADER + 'import "../nowhere/Gone.sol";')
    with pytest.raises(CompilerError, match=r'Source "nowhere/Gone\.sol" not found'):
        compile_sources(collect(root), root=root)


def test_refuses_when_there_is_no_source(tmp_path):
    with pytest.raises(CompilerError, match="no Solidity source"):
        collect(tmp_path)


def test_gives_abi_bytecode_and_selectors_by_contract(root):
    compiled = compile_sources(collect(root), root=root)
    assert list(compiled) == ["Cash"]
    cash = compiled["Cash"]
    assert cash.source == "contracts/Cash.sol"
    assert cash.deployable
    assert cash.bytecode.endswith(cash.deployed_bytecode[2:])
    assert {entry["name"] for entry in cash.abi if entry["type"] == "event"} == {"Approval", "Minted", "Transfer"}
    # ERC-20 names the first; `cast sig` gives the others.
    assert cash.selectors["transfer(address,uint256)"] == "a9059cbb"
    assert cash.selectors["mint(uint64,uint128)"] == "e0a4d2b3"
    assert cash.errors["4d37cd45"] == "CashOver(uint128,uint128)"


def test_gives_the_same_bytecode_again_whatever_the_comments(root):
    sources = collect(root)
    commented = sources | {"contracts/Cash.sol": sources["contracts/Cash.sol"] + "// another comment\n"}
    assert compile_sources(sources, root=root) == compile_sources(commented, root=root)


def test_gives_other_bytecode_when_settings_differ(root):
    sources = collect(root)
    plain, through_ir = (compile_sources(sources, root=root, settings=Settings(via_ir=ir)) for ir in (False, True))
    assert plain["Cash"].abi == through_ir["Cash"].abi
    assert plain["Cash"].bytecode != through_ir["Cash"].bytecode


def test_gives_these_alone_when_only_some_units_are_wanted(root):
    write(root, "Other.sol", HEADER + "contract Other {}")
    assert list(compile_sources(collect(root), root=root, only=["contracts/Other.sol"])) == ["Other"]


def test_gives_the_compilers_message_with_its_place_in_one_line(root):
    write(root, "Cash.sol", CASH.replace("uint128 limit", "uint127 limit"))
    with pytest.raises(CompilerError, match=r"^DeclarationError: Identifier not found .* contracts/Cash\.sol:10:36$"):
        compile_sources(collect(root), root=root)


def test_refuses_a_contract_name_declared_twice(root):
    write(root, "other/Cash.sol", HEADER + "contract Cash {}")
    with pytest.raises(
        CompilerError, match=r"Cash is declared in contracts/Cash\.sol and in contracts/other/Cash\.sol"
    ):
        compile_sources(collect(root), root=root)


def test_refuses_a_library_that_needs_linking(root):
    linked = "library L { function f() public pure {} } contract C { function g() external pure { L.f(); } }"
    write(root, "Linked.sol", HEADER + linked)
    with pytest.raises(CompilerError, match="C links to library L: make its functions internal"):
        compile_sources(collect(root), root=root)


def test_agrees_with_what_forge_and_npm_are_told():
    foundry = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    settings = Settings()
    assert foundry["optimizer_runs"] == settings.optimizer_runs
    assert foundry["evm_version"] == settings.evm_version
    assert foundry.get("via_ir", False) == settings.via_ir
    assert json.loads((ROOT / "package.json").read_text())["dependencies"]["solc"] == SOLC_VERSION
