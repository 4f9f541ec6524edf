"""Compiler: which solc is used.

given a native compiler of the pinned version, on PATH or where py-solc-x keeps it
    it is used
given a native compiler of another version, or one that does not run
    it is passed over
given no native compiler
    when the download's host does not answer: it is known within seconds
    when a download fails: npm's is used
    it uses npm's, with Node from PATH or from beside Python
given nothing at all
    it says to run make
given npm's compiler behind its shim
    it answers --version as a native one does
    it writes an answer of megabytes whole
    it refuses any other option
"""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from solcx.wrapper import get_solc_version

from scfin_chain.compiler import SOLC_VERSION, solc
from scfin_chain.errors import CompilerError

ROOT = Path(__file__).parents[2]
SHIM = ROOT / "scfin_chain" / "compiler" / "npm_solc.cjs"


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> Path:
    """A checkout with the npm compiler, on a machine without any other and without a network."""
    monkeypatch.setattr(solc, "_reachable", lambda host: False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("SOLCX_BINARY_PATH", raising=False)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def native(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'Version: {version}+commit.f401782d.Linux.g++'\n")
    path.chmod(0o755)
    return path


def test_uses_a_native_compiler_given_it_is_on_path(root, monkeypatch):
    binary = native(root / "bin" / "solc", SOLC_VERSION)
    monkeypatch.setenv("PATH", f"{binary.parent}:/usr/bin:/bin")
    with solc.find_solc(root) as found:
        assert found.binary == binary


@pytest.mark.parametrize("place", ["home/.solcx", "build/solcx", "elsewhere"])
def test_uses_a_native_compiler_given_it_is_where_solcx_keeps_it(root, monkeypatch, place):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(root / "elsewhere"))
    binary = native(root / place / f"solc-v{SOLC_VERSION}", SOLC_VERSION)
    with solc.find_solc(root) as found:
        assert found.binary == binary


def test_passes_over_a_native_compiler_given_another_version(root, monkeypatch):
    monkeypatch.setenv("PATH", f"{native(root / 'bin' / 'solc', '0.8.30').parent}:/usr/bin:/bin")
    with solc.find_solc(root) as found:
        assert found.origin.startswith("npm")


def test_passes_over_a_native_compiler_given_it_does_not_run(root, monkeypatch):
    binary = native(root / "bin" / "solc", SOLC_VERSION)
    binary.write_text("#!/bin/sh\nexit 3\n")
    monkeypatch.setenv("PATH", f"{binary.parent}:/usr/bin:/bin")
    with solc.find_solc(root) as found:
        assert found.origin.startswith("npm")


def test_knows_within_seconds_that_a_host_does_not_answer(monkeypatch):
    monkeypatch.setattr(solc, "REACH_SECONDS", 0.1)

    def hang(*_: object, **__: object) -> None:
        time.sleep(60)
        raise TimeoutError  # long after the test: nobody listens any more

    monkeypatch.setattr(socket, "create_connection", hang)
    start = time.monotonic()
    assert not solc._reachable("a host whose name resolves slowly")
    assert time.monotonic() - start < 5


def test_knows_that_a_host_refuses(monkeypatch):
    def refuse(*_, **__):
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert not solc._reachable("a host")


def test_uses_npms_when_a_download_fails(root, monkeypatch):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(solc, "_reachable", lambda host: True)
    monkeypatch.setattr(subprocess, "run", fail)
    with solc.find_solc(root) as found:
        assert found.origin.startswith("npm")


@pytest.mark.parametrize("path", ["/usr/bin:/bin", ""])
def test_uses_npms_wherever_node_is(root, monkeypatch, path):
    (root / "bin").mkdir()
    (root / "bin" / "node").symlink_to(Path(sys.executable).parent / "node")
    monkeypatch.setattr(sys, "executable", str(root / "bin" / "python"))
    monkeypatch.setenv("PATH", path)
    with solc.find_solc(root) as found:
        assert str(get_solc_version(found.binary)) == SOLC_VERSION
    assert not found.binary.exists()


def test_says_to_run_make_given_nothing_at_all(root):
    (root / "node_modules").unlink()
    with pytest.raises(CompilerError, match="run `make`"), solc.find_solc(root):
        pass


def shim(*options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    node = Path(sys.executable).parent / "node"
    return subprocess.run([node, SHIM, *options], input=stdin, capture_output=True, text=True, check=False)


def test_answers_version_as_a_native_one_does():
    assert shim("--version").stdout.endswith("Version: 0.8.37+commit.f401782d.Emscripten\n")


def test_writes_an_answer_of_megabytes_whole():
    body = "".join(
        f"function f{i}(uint256 a) external pure returns (uint256) {{ return a + {i}; }}" for i in range(300)
    )
    request = {
        "language": "Solidity",
        "sources": {"C.sol": {"content": f"pragma solidity 0.8.37; contract C {{ {body} }}"}},
        "settings": {"outputSelection": {"*": {"*": ["abi", "evm.assembly"], "": ["ast"]}}},
    }
    answer = shim("--standard-json", stdin=json.dumps(request)).stdout
    assert len(answer) > 1 << 20
    assert len(json.loads(answer)["contracts"]["C.sol"]["C"]["abi"]) == 300


def test_refuses_any_other_option():
    refused = shim("--optimize")
    assert refused.returncode == 1
    assert "--standard-json" in refused.stderr
