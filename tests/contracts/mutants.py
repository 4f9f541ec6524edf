"""Contracts compiled from changed sources."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from scfin_chain.artifacts import Artifact
from scfin_chain.compiler.compile import compile_sources
from scfin_chain.compiler.sources import collect

ROOT = Path(__file__).resolve().parents[2]


@cache
def _sources() -> Mapping[str, str]:
    return collect(ROOT)


def mutant(artifacts: Mapping[str, Artifact], contract: str, *changes: tuple[str, str]) -> dict[str, Artifact]:
    """The artifacts with one contract compiled anew, each change replacing a text that stands in its source once."""
    unit = f"contracts/{contract}.sol"
    text = _sources()[unit]
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{unit} has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    compiled = compile_sources({**_sources(), unit: text}, root=ROOT, only=[unit])
    return {**artifacts, contract: compiled[contract]}
