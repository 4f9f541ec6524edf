"""The tests; run them from the repository's root."""
