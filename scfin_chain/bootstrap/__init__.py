"""The composition root: the only package that knows which chain, which database and which service stand together."""

from scfin_chain.bootstrap.laboratory import CHAINS, DEFAULT_RPC_URL, ChainChoice, Laboratory, open_laboratory
from scfin_chain.bootstrap.listening import RPC_FINALITY_DEPTH, open_listener

__all__ = [
    "CHAINS",
    "DEFAULT_RPC_URL",
    "RPC_FINALITY_DEPTH",
    "ChainChoice",
    "Laboratory",
    "open_laboratory",
    "open_listener",
]
