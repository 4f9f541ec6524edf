"""A development node for tests: anvil in a process of its own, on loopback, in simulated time."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0


def anvil_binary() -> Path:
    """The program that `npm ci` installs; its absence fails a test, it does not skip one."""
    found = sorted(ROOT.glob("node_modules/@foundry-rs/anvil-*/bin/anvil*"))
    if not found:
        raise FileNotFoundError("anvil is missing from node_modules: run `npm ci`")
    return found[0]


@contextmanager
def running_anvil(*options: str, genesis_time: int) -> Iterator[str]:
    """Start a node, give its URL, and stop it whatever happens."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(anvil_binary()), "--hardfork", "prague", "--timestamp", str(genesis_time), "--port", str(port)]
    process = subprocess.Popen([*command, "--silent", *options], stdin=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, url)
        yield url
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = monotonic() + START_SECONDS
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    with requests.Session() as session:
        session.trust_env = False
        while monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"anvil ended with exit code {process.returncode}")
            try:
                session.post(url, json=request, timeout=1).raise_for_status()
            except requests.RequestException:
                sleep(0.02)
            else:
                return
    raise TimeoutError(f"anvil was not ready at {url} after {START_SECONDS:g} s")
