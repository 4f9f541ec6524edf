"""What must hold over every history of the ledger, and mutants of the contracts in which it does not."""
