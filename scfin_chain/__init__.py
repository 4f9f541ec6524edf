"""A supply chain finance ledger laboratory: Solidity contracts, and the models that price and supervise what they hold."""
