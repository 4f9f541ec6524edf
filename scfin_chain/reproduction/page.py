"""The rows as pages: what is most telling first."""

from collections import Counter
from collections.abc import Sequence

from scfin_chain.reproduction.row import Finding, Row

TITLES = {
    "000": "Analysis on Financial Innovation and Development of Cross-Border e-Commerce Supply Chain",
    "001": "Evolutionary game of accounts receivable financing with central bank digital currency",
    "003": "Research on the Pricing of Supply Chain Finance Instruments",
    "004": "Credit line from a core enterprise's credit radiation",
}
"""What each paper is about."""


def summary(rows: Sequence[Row]) -> str:
    """How many of the rows end in which verdict."""
    counted = Counter(row.verdict for row in rows)
    return f"{len(rows)} rows: {', '.join(f'{counted[verdict]} {verdict.value}' for verdict in Finding)}."


def telling(rows: Sequence[Row]) -> list[str]:
    """The findings that stand on top, a line each."""
    return [
        f"{row.paper}, {row.item}: printed {row.printed}, computed {row.computed}; {row.note}."
        for row in rows
        if row.telling
    ]


def markdown(rows: Sequence[Row]) -> str:
    """A page of all rows."""
    lines = [
        "# What the papers print, and what follows",
        "",
        "Made by `scfin reproduce --markdown FILE`, which computes each number and judges each claim anew.",
        "*Reproduces* means that the paper's inputs give what is printed, or that the code holds an input as",
        "printed; *does not follow*, that they give something else: the note says what would make it follow;",
        "*data missing*, that the paper does not give what it takes.",
        "",
        summary(rows),
        "",
        "## The most telling",
        "",
        *(f"- {_cell(line)}" for line in telling(rows)),
    ]
    for paper in dict.fromkeys(row.paper for row in rows):
        own = [row for row in rows if row.paper == paper]
        lines += [
            "",
            f"## {paper}: {TITLES[paper]}",
            "",
            summary(own),
            "",
            "| Item | Printed | Computed | In full | Verdict | Note |",
            "|---|---|---|---|---|---|",
            *(_line(row) for row in own),
        ]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    full = "" if row.value is None else f"{row.value:.12g}"
    cells = (row.item, row.printed, row.computed, full, row.verdict.value, row.note)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
