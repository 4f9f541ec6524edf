"""The in-process chain as a node: JSON-RPC 2.0 over HTTP and WebSocket, for any wallet, library or tool."""

from api.rpc.accounts import PUBLIC_MNEMONIC, DevelopmentAccounts, development_accounts
from api.rpc.methods import NodeMethods
from api.rpc.router import node_app, node_router

__all__ = [
    "PUBLIC_MNEMONIC",
    "DevelopmentAccounts",
    "NodeMethods",
    "development_accounts",
    "node_app",
    "node_router",
]
