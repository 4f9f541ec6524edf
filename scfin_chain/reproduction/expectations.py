"""What the computations gave when they were checked by hand: they must go on giving it."""

import json
import math
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final

from scfin_chain.errors import ScfinError
from scfin_chain.reproduction.row import Row

FILE: Final = "expectations.json"
"""Beside this module: paper, item, computed, value and verdict of each row."""

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""By how much a value may differ: libraries round differently."""


class NotAsExpected(ScfinError):
    """A computation gives another result than when it was checked; the text names the rows."""


def check(rows: Iterable[Row], papers: Iterable[str]) -> None:
    """Refuse rows that differ from what is expected of these papers, naming them."""
    wanted = {(one["paper"], one["item"]): one for one in _expected() if one["paper"] in set(papers)}
    found = {(row.paper, row.item): row for row in rows}
    wrong = [f"{paper}, {item}: is no longer computed" for paper, item in wanted if (paper, item) not in found]
    for place, row in found.items():
        name = f"{row.paper}, {row.item}"
        if place not in wanted:
            wrong.append(f"{name}: nothing is expected of it")
        else:
            wrong += [f"{name}: {difference}" for difference in _differences(row, wanted[place])]
    if wrong:
        raise NotAsExpected(f"reproduction changed: {'; '.join(wrong)}")


def expectation(row: Row) -> dict[str, object]:
    """What is written down of a row."""
    return {
        "paper": row.paper,
        "item": row.item,
        "computed": row.computed,
        "value": row.value,
        "verdict": row.verdict.value,
    }


def _differences(row: Row, wanted: Mapping[str, Any]) -> list[str]:
    found = expectation(row)
    wrong = [
        f"{name} is {found[name]!r}, expected {wanted[name]!r}"
        for name in ("computed", "verdict")
        if found[name] != wanted[name]
    ]
    if not _equal(row.value, wanted["value"]):
        wrong.append(f"value is {row.value!r}, expected {wanted['value']!r}")
    return wrong


def _equal(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, wanted, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _expected() -> list[dict[str, Any]]:
    return list(json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8")))
