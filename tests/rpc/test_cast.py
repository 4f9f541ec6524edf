"""Given a node, when Foundry's cast asks it.

It should: answer about the chain, accounts and blocks; call, estimate, send, and give receipts and logs; sign for its
accounts; show why a call was refused.
"""

import json
import os
import subprocess
from typing import Any

import pytest

from scfin_chain.chain import Contract
from tests.anvil import ROOT
from tests.chain.probe import BYTECODE
from tests.rpc.server import Node

KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
"""Of account 1 of the public mnemonic, as every development node prints it."""

NOTED = "Noted(uint256 indexed,address indexed,string)"


def cast(node: Node, *arguments: str) -> str:
    done = run_cast(node, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_cast(node: Node, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = next(ROOT.glob("node_modules/@foundry-rs/cast-*/bin/cast*"))
    environment = {**os.environ, "ETH_RPC_URL": node.url, "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [str(program), *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def read(node: Node, *arguments: str) -> Any:
    return json.loads(cast(node, *arguments, "--json"))


def test_reads_the_chain(node: Node, probe: Contract) -> None:
    assert cast(node, "block-number") == "1"
    assert cast(node, "chain-id") == cast(node, "rpc", "net_version").strip('"') == "31337"
    assert cast(node, "client").startswith("scfin-chain/")
    assert cast(node, "gas-price") == cast(node, "base-fee") == "7"
    assert cast(node, "balance", node.accounts.signers[3].address, "--ether") == "10000.000000000000000000"
    assert cast(node, "nonce", node.sender) == "1"
    assert cast(node, "code", probe.address).startswith("0x60806040")
    assert int(cast(node, "storage", probe.address, "0"), 16) == 5
    assert cast(node, "call", probe.address, "count()(uint256)") == "5"
    assert cast(node, "call", probe.address, "place()(uint256,uint256)", "--block", "1").splitlines()[1] == "1"
    assert cast(node, "age", "latest").startswith("Mon Jan  1 00:00:01")


def test_reads_blocks(node: Node, probe: Contract) -> None:
    head = node.gateway.head()
    whole = read(node, "block", "latest", "--full")
    assert (whole["hash"], whole["number"]) == (f"0x{head.hash.hex()}", "0x1")
    assert [one["from"] for one in whole["transactions"]] == [node.sender]
    assert cast(node, "block", f"0x{head.hash.hex()}", "--field", "timestamp") == str(head.timestamp)
    pending = read(node, "block", "pending")
    assert (pending["number"], int(pending["hash"], 16), pending["transactions"]) == ("0x2", 0, [])
    assert cast(node, "find-block", str(head.timestamp)) == "1"


def test_sends_and_finds_what_was_sent(node: Node, probe: Contract) -> None:
    sent = read(node, "send", probe.address, "note(uint256,string,uint256)", "7", "text", "2", "--private-key", KEY)
    assert (sent["status"], sent["blockNumber"], len(sent["logs"])) == ("0x1", "0x2", 4)
    receipt = read(node, "receipt", sent["transactionHash"])
    assert receipt["gasUsed"] == sent["gasUsed"]
    assert read(node, "tx", sent["transactionHash"])["to"] == probe.address.lower()
    logs = read(node, "logs", "--from-block", "0", "--to-block", "latest", "--address", probe.address, NOTED)
    assert [(log["logIndex"], log["topics"][1][-1]) for log in logs] == [("0x0", "7"), ("0x2", "8")]
    assert cast(node, "call", probe.address, "count()(uint256)", "--block", "1") == "5"


@pytest.mark.parametrize("kind", [("--legacy",), (), ("--access-list", "[]")])
def test_sends_each_type_of_transaction(node: Node, kind: tuple[str, ...]) -> None:
    to = node.accounts.signers[4].address
    sent = read(node, "send", to, "--value", "3", *kind, "--private-key", KEY)
    assert (sent["status"], int(sent["gasUsed"], 16)) == ("0x1", 21_000)
    assert cast(node, "balance", to) == str(10_000 * 10**18 + 3)


def test_sends_from_an_unlocked_account(node: Node) -> None:
    sent = read(node, "send", node.accounts.signers[4].address, "--value", "3", "--unlocked", "--from", node.sender)
    assert sent["status"] == "0x1"


def test_estimates_what_suffices(node: Node, probe: Contract) -> None:
    call = (probe.address, "note(uint256,string,uint256)", "7", "text", "2")
    estimate = cast(node, "estimate", "--from", node.sender, *call)
    assert read(node, "send", *call, "--private-key", KEY, "--gas-limit", estimate)["status"] == "0x1"


def test_deploys(node: Node) -> None:
    sent = read(node, "send", "--private-key", KEY, "--create", f"0x{BYTECODE.hex()}", "constructor(uint256)", "9")
    assert cast(node, "call", sent["contractAddress"], "count()(uint256)") == "9"


def test_shows_why_a_call_is_refused(node: Node, probe: Contract) -> None:
    assert "execution reverted: no" in run_cast(node, "call", probe.address, "refuseWith(string)", "no").stderr
    named = run_cast(node, "call", probe.address, "refuse(uint256)", "4").stderr
    assert "execution reverted: ProbeRefused(id=4" in named


def test_proves_an_account_and_its_storage(node: Node, probe: Contract) -> None:
    proof = read(node, "proof", probe.address, "0")
    assert proof["storageProof"][0]["value"] == "0x5"


def test_reads_the_raw_methods(node: Node) -> None:
    assert cast(node, "rpc", "eth_feeHistory", "0x5", "latest", "[25]")
    assert cast(node, "rpc", "evm_mine") == '"0x0"'
    assert cast(node, "rpc", "anvil_mine", "3") == "null"
    assert cast(node, "block-number") == "4"
