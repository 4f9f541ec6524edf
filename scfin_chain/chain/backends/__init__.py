"""Gateways: the in-process test chain and any JSON-RPC node."""
