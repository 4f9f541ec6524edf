"""Chain events become rows: block by block, one database transaction a block."""

from scfin_chain.listener.listener import Listener

__all__ = ["Listener"]
