"""The mutants' artifacts: one run of the compiler for all of them, kept under build/ for as long as nothing changes."""

import fcntl
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from scfin_chain.artifacts import Artifact
from scfin_chain.compiler import SOLC_VERSION, Settings, collect, compile_sources
from tests.properties.mutants.mutant import Mutant, StaleMutant

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "build" / "mutants"


def compile_mutants(mutants: Iterable[Mutant]) -> Mapping[str, Artifact]:
    """Artifacts by `Mutant.unit`; a stale mutant has none."""
    sources = collect(ROOT)
    mutated = dict(_mutated(mutants, sources))
    key = {"sources": sources, "mutated": mutated, "settings": Settings().to_json(), "compiler": SOLC_VERSION}
    kept = FOLDER / f"{hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()}.json"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes one compiles, and the others wait for it
        if not kept.is_file():
            _compile(sources, mutated, kept)
    artifacts = map(Artifact.from_json, json.loads(kept.read_text(encoding="utf-8")))
    return {artifact.name: artifact for artifact in artifacts}


def with_mutant(
    originals: Mapping[str, Artifact], mutant: Mutant, compiled: Mapping[str, Artifact]
) -> dict[str, Artifact]:
    """The contracts as built, but for the mutated one."""
    return {**originals, mutant.contract: replace(compiled[mutant.unit], name=mutant.contract)}


def _mutated(mutants: Iterable[Mutant], sources: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for mutant in mutants:
        try:
            yield f"contracts/{mutant.unit}.sol", mutant.source(sources)
        except StaleMutant:
            continue


def _compile(sources: Mapping[str, str], mutated: Mapping[str, str], kept: Path) -> None:
    for old in FOLDER.glob("*.json"):
        old.unlink()
    artifacts = compile_sources({**sources, **mutated}, root=ROOT, only=[*mutated])
    kept.write_text(json.dumps([artifact.to_json() for artifact in artifacts.values()]), encoding="utf-8")
