"""The command ``scfin``; a module for each kind of command, in the order in which the help lists them."""

from scfin_chain.cli import runs, serving, records, listening, default, game, series, reproduce  # noqa: I001  # the order of the help
from scfin_chain.cli.program import app, main

__all__ = ["app", "default", "game", "listening", "main", "records", "reproduce", "runs", "series", "serving"]
