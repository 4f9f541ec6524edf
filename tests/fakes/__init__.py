"""Stand-ins for what cannot be had on order: a node that lags, a statement that never ends."""
