"""The local chain as a node: durable in the database of the service."""
