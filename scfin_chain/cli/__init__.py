"""The command ``scfin``; a module for each kind of command, in the order in which the help lists them."""

from scfin_chain.cli import (  # noqa: I001  # the order of the help
    runs,
    serving,
    records,
    listening,
    pricing,
    default,
    line,
    game,
    series,
    reproduce,
)
from scfin_chain.cli.program import app, main

__all__ = [
    "app",
    "default",
    "game",
    "line",
    "listening",
    "main",
    "pricing",
    "records",
    "reproduce",
    "runs",
    "series",
    "serving",
]
