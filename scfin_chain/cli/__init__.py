"""The command ``scfin``; a module for each kind of command, in the order in which the help lists them."""

from scfin_chain.cli import runs, serving, records, listening  # noqa: I001  # the order of the help
from scfin_chain.cli.program import app, main

__all__ = ["app", "listening", "main", "records", "runs", "serving"]
