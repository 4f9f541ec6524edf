"""Every number that the four papers print, beside what follows from their own inputs.

`reproduce` computes by ``scfin_chain.models`` and judges; `check` holds the results to what was found when they were
checked, in ``expectations.json``; `markdown` writes them down.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from scfin_chain.errors import InvalidInput
from scfin_chain.reproduction.expectations import NotAsExpected, check, expectation
from scfin_chain.reproduction.game import game_rows
from scfin_chain.reproduction.line import line_rows
from scfin_chain.reproduction.page import markdown, summary, telling
from scfin_chain.reproduction.price import price_rows
from scfin_chain.reproduction.row import Finding, Row
from scfin_chain.reproduction.series import series_rows

PAPERS: Final[Mapping[str, Callable[[], list[Row]]]] = MappingProxyType(
    {"000": series_rows, "001": game_rows, "003": price_rows, "004": line_rows}
)
"""What computes the rows of each paper."""

__all__ = [
    "PAPERS",
    "Finding",
    "NotAsExpected",
    "Row",
    "check",
    "expectation",
    "markdown",
    "reproduce",
    "require_paper",
    "summary",
    "telling",
]


def reproduce(paper: str | None = None) -> list[Row]:
    """The rows of one paper or of all, in the papers' order."""
    require_paper(paper)
    return [row for name, rows in PAPERS.items() if paper in (None, name) for row in rows()]


def require_paper(paper: str | None) -> None:
    """Refuse what is neither a paper nor all of them."""
    if paper is not None and paper not in PAPERS:
        raise InvalidInput("PAPER", paper, f"one of {', '.join(PAPERS)}")
