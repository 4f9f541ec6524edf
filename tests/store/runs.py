"""Runs to open databases with."""

from scfin_chain.store.tables import Run

FIELDS = {
    "chain_id": 2**40,
    "genesis_hash": "ab" * 32,
    "deployer": "0xd",
    "inputs_hash": "",
    "settings": {"wei": 2**63, "rate": 0.1},
}


def a_run(kind: str = "run", **changes: object) -> Run:
    return Run(**{"kind": kind} | FIELDS | changes)
