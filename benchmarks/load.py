"""Two hundred clients at once on the service as it stands by default: percentiles, events a second, nothing lost.

    python -m benchmarks.load [--clients 200] [--seconds 60] [--database URL --rpc-url URL]

Prints, beside the figures under load, the same reads on the idle service, as a ratio.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

START_SECONDS = 60.0
CASH = "1000000"
LABELS = ("median", "95 %", "99 %", "worst")


def main() -> None:
    """Serve, enrol, let the clients loose, and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--database", help="PostgreSQL instead of SQLite")
    parser.add_argument("--rpc-url", help="a node instead of the chain in process")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as room, serving(Path(room), chosen) as url:
        sys.exit(run(Path(room), url, chosen))


def run(room: Path, url: str, chosen: argparse.Namespace) -> int:
    registrar = (room / "data" / "registrar.key").read_text(encoding="ascii").strip()
    started = monotonic()
    nodes = enrol(url, registrar, chosen.clients)
    print(f"{len(nodes)} nodes enrolled with cash and keys in {monotonic() - started:.1f} s", flush=True)
    (room / "nodes.json").write_text(json.dumps(nodes), encoding="utf-8")
    idle = reads_on_the_idle_service(url, nodes[0])
    before = scraped(url)
    started = monotonic()
    let_loose(room, url, chosen)
    taken = monotonic() - started
    after = scraped(url)
    figures = json.loads((room / "figures.json").read_text(encoding="utf-8"))
    for name, row in figures["requests"].items():
        at = ", ".join(f"{label} {value:.0f} ms" for label, value in zip(LABELS, row["milliseconds"], strict=True))
        print(f"{name:<24} {row['requests']:>6} requests, {row['failures']} failed; {at}")
    for error in figures["errors"]:
        print(f"  {error['occurrences']} times: {error['error']}")
    events = after["scfin_events"] - before["scfin_events"]
    blocks = after["scfin_chain_head"] - before["scfin_chain_head"]
    print(f"{events / taken:.1f} events a second, {blocks / taken:.1f} blocks a second")
    read = figures["requests"]["/v1/cash/{participant}"]["milliseconds"][0]
    print(f"median read {read:.0f} ms under load, {idle:.1f} ms idle: ratio {read / idle:.1f}")
    return verdict(url, nodes, figures)


def verdict(url: str, nodes: list[dict[str, Any]], figures: dict[str, Any]) -> int:
    """Whether every acknowledged payment is there once, and nothing else."""
    paid = Counter(payer for payer, _ in figures["paid"])
    twice = len(figures["paid"]) - len({command for _, command in figures["paid"]})
    failed = sum(row["failures"] for row in figures["requests"].values())
    wallets = {node["id"]: cash_of(url, node) for node in nodes}
    expected = {
        node["id"]: int(CASH) - paid[node["id"]] + paid[before["id"]]
        for before, node in zip([nodes[-1], *nodes], nodes, strict=False)
    }
    off = sum(abs(wallets[number] - expected[number]) for number in wallets)
    print(f"{len(figures['paid'])} payments acknowledged, {twice} twice; {failed} requests failed")
    print(f"balances are off by {off} minor units; cash off by {sum(wallets.values()) - int(CASH) * len(nodes)}")
    return 0 if not failed and not twice and not off else 1


@contextmanager
def serving(room: Path, chosen: argparse.Namespace) -> Iterator[str]:
    """`scfin serve` in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "scfin_chain.cli", "serve", "--data", str(room / "data"), "--port", str(port)]
    command += ["--database", chosen.database] if chosen.database else []
    command += ["--rpc-url", chosen.rpc_url] if chosen.rpc_url else []
    with (room / "service.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            await_ready(process, url)
            yield url
        finally:
            process.terminate()
            process.wait()


def await_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/ready", timeout=1).ok:
                return
        except requests.RequestException:
            sleep(0.1)
    raise SystemExit("the service did not become ready")


def enrol(url: str, registrar: str, clients: int) -> list[dict[str, Any]]:
    """As many suppliers as there are clients, each with a key and cash."""
    central_bank = post(url, registrar, "/v1/keys", {"participant": 3}, "central-bank")["token"]

    def one(number: int) -> dict[str, Any]:
        made = post(url, registrar, "/v1/participants", {"name": f"Node {number}", "roles": ["supplier"]}, f"e{number}")
        identity = int(made["id"])
        key = post(url, registrar, "/v1/keys", {"participant": identity}, f"k{number}")["token"]
        cash = {"to": identity, "amount": {"amount": CASH, "currency": "CNY"}}
        post(url, central_bank, "/v1/cash/mint", cash, f"m{number}")
        return {"id": identity, "key": key}

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, range(clients)))


def reads_on_the_idle_service(url: str, node: dict[str, Any], *, times: int = 200) -> float:
    """Median milliseconds of a read while nothing else happens."""
    taken = []
    with requests.Session() as session:
        for _ in range(times):
            started = monotonic()
            session.get(f"{url}/v1/cash/{node['id']}", headers={"Authorization": f"Bearer {node['key']}"}, timeout=30)
            taken.append(1000 * (monotonic() - started))
    return sorted(taken)[times // 2]


def let_loose(room: Path, url: str, chosen: argparse.Namespace) -> None:
    environment = os.environ | {
        "LOAD_NODES": str(room / "nodes.json"),
        "LOAD_FIGURES": str(room / "figures.json"),
    }
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/load_clients.py", "--headless", "--only-summary"]
    command += ["-u", str(chosen.clients), "-r", str(chosen.clients), "-t", f"{chosen.seconds}s", "--host", url]
    command += ["--stop-timeout", "120", "--exit-code-on-error", "0", "--loglevel", "ERROR"]
    print(f"{chosen.clients} clients for {chosen.seconds} s", flush=True)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def cash_of(url: str, node: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {node['key']}"}
    answer = requests.get(f"{url}/v1/cash/{node['id']}", headers=headers, timeout=30)
    answer.raise_for_status()
    return int(answer.json()["balance"]["amount"])


def scraped(url: str) -> dict[str, float]:
    lines = requests.get(f"{url}/metrics", timeout=30).text.splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if line and line[0] != "#"}


def post(url: str, key: str, path: str, body: dict[str, Any], name: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
    answer = requests.post(f"{url}{path}", json=body, headers=headers, timeout=60)
    if not answer.ok:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.text}")
    made: dict[str, Any] = answer.json()
    return made


if __name__ == "__main__":
    main()
