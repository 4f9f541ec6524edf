"""Given a node, when JavaScript's two libraries use it over HTTP and WebSocket.

It should: deploy, send each type of transaction, batch, hear of heads and logs, and let each library understand why
a call was refused, in its own words.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.anvil import ROOT
from tests.chain.probe import COMPILED
from tests.rpc.server import Node

CLIENTS = Path(__file__).with_name("clients")


def run(client: str, node: Node) -> dict[str, Any]:
    program = ROOT / ".venv" / "bin" / "node"
    command = [str(program), str(CLIENTS / client), node.url, node.websocket, str(COMPILED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_ethers_understands_the_node(node: Node) -> None:
    seen = run("ethers.mjs", node)
    wallet = node.accounts.signers[1].address
    assert seen["chainId"] == "31337"
    assert (seen["count"], seen["countBefore"]) == ("8", "5")
    assert seen["noteLogs"] == [[name, index, True] for index, name in enumerate(["Noted", "Counted"] * 3)]
    assert seen["given"] == [1, "21000", node.accounts.signers[0].address]
    assert seen["types"] == [0, 1, 2]
    assert {2, 3, 4, 5} <= set(seen["heads"])
    assert seen["heard"] == [["7", 2, 0], ["8", 2, 2], ["9", 2, 4]]
    assert seen["refusal"] == {"code": "CALL_EXCEPTION", "name": "ProbeRefused", "id": "4", "caller": wallet}
    assert seen["refusedText"] == "no"
    assert seen["failed"] == 0
    assert (seen["poor"], seen["spent"]) == ("INSUFFICIENT_FUNDS", "NONCE_EXPIRED")
    assert seen["logs"] == [["8", "text", 2]]
    assert seen["prefetched"] == [[True, wallet]]
    assert seen["many"] == 120
    assert seen["fees"]["gasPrice"] == "7"
    assert seen["typedBy"] == seen["messageBy"] == node.accounts.signers[0].address
    assert seen["nonce"] == 5
    assert seen["pending"] == int(node.call("eth_blockNumber"), 16) + 1


def test_viem_understands_the_node(node: Node) -> None:
    seen = run("viem.mjs", node)
    account = node.accounts.signers[2].address
    assert seen["chainId"] == 31_337
    assert (seen["count"], seen["countBefore"]) == ("8", "5")
    assert seen["noteLogs"] == [[name, index] for index, name in enumerate(["Noted", "Counted"] * 3)]
    assert seen["types"] == ["legacy", "eip2930", "eip1559"]
    assert seen["statuses"] == ["success"] * 3
    assert {"2", "3", "4"} <= set(seen["heads"])
    assert seen["heard"] == [["7", "2", 0, False], ["8", "2", 2, False], ["9", "2", 4, False]]
    assert seen["pending"] == 3
    assert seen["refusal"] == ["ProbeRefused", "4", account]
    assert seen["refusedText"] == "no"
    assert seen["logs"] == [["8", 2], ["9", 4]]
    assert seen["filtered"] == 3
    assert seen["transactions"] == [[True, account.lower()]]
    assert (seen["balances"], seen["rewards"]) == (30, 3)
    assert seen["jumped"] == ["5", "100"]
    assert seen["height"] == "4"
    assert seen["unmined"] == ["5", "4"]
    assert seen["nonce"] == 4
    assert seen["proof"] == "8"
