"""The listener alone, on a node."""

from contextlib import ExitStack
from pathlib import Path

from scfin_chain import artifacts
from scfin_chain.bootstrap.parts import node_of, run_of
from scfin_chain.chain import DEPLOYER, Gateway, development_signer
from scfin_chain.chain.deployment import Deployment
from scfin_chain.errors import ChainError
from scfin_chain.listener import Listener
from scfin_chain.store.store import Store

RPC_FINALITY_DEPTH = 64
"""Blocks of a node that a reorg may still replace: two epochs of Ethereum."""


def open_listener(*, rpc_url: str, database: Path | str) -> tuple[Listener, Store, Gateway]:
    """A listener alone: follows the ledger that the development deployer founded on a node.

    Raises
    ------
    ChainError
        There is no node at the URL, or no ledger on its chain.
    StoreError
        The database cannot be used, or follows another chain.
    """
    compiled = artifacts.load_all()
    deployment = Deployment(development_signer(DEPLOYER).address, compiled)
    with ExitStack() as opened:
        gateway = node_of(rpc_url, compiled)
        opened.callback(gateway.close)
        if not gateway.code(deployment.addresses["Settlement"]):
            raise ChainError(f"node at {gateway.node} has no ledger: none was founded by {deployment.deployer}")
        store = Store.follow(database, run_of(gateway, kind="listener", inputs_hash=""))
        opened.callback(store.close)
        listener = Listener(gateway=gateway, deployment=deployment, store=store, finality_depth=RPC_FINALITY_DEPTH)
        opened.pop_all()
    return listener, store, gateway
