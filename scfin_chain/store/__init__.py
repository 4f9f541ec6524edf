"""What the service remembers: events as they came, and the state of the ledger derived from them."""
