"""Keeps a folder of artifacts in step with the sources."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scfin_chain.artifacts import FOLDER, MANIFEST, Artifact
from scfin_chain.compiler.compile import compile_sources
from scfin_chain.compiler.settings import SOLC_VERSION, Settings
from scfin_chain.compiler.sources import collect

ROOT = Path(__file__).parents[2]
"""The checkout: ``contracts`` and ``node_modules`` lie in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a build found or made."""

    folder: Path
    contracts: tuple[str, ...]
    fresh: bool
    """Whether the compiler ran; otherwise the artifacts were those of these sources already."""


def build(
    root: Path = ROOT, folder: Path | None = None, *, settings: Settings | None = None, force: bool = False
) -> Build:
    """Compile ``root/contracts`` into a folder, unless it holds the artifacts of just these sources."""
    folder = folder or root / "scfin_chain" / FOLDER
    settings = settings or Settings()
    sources = collect(root)
    digest = _digest(sources, settings)
    known = None if force else _kept(folder, digest)
    if known is not None:
        return Build(folder=folder, contracts=known, fresh=False)

    artifacts = compile_sources(sources, root=root, settings=settings)
    folder.mkdir(parents=True, exist_ok=True)
    for name, artifact in artifacts.items():
        _write(folder / f"{name}.json", artifact.to_json())
    _write(folder / MANIFEST, {"digest": digest, "compiler": SOLC_VERSION, "contracts": list(artifacts)})
    for stale in {path.stem for path in folder.glob("*.json")} - {*artifacts, Path(MANIFEST).stem}:
        (folder / f"{stale}.json").unlink()
    return Build(folder=folder, contracts=tuple(artifacts), fresh=True)


def _digest(sources: Mapping[str, str], settings: Settings) -> str:
    """SHA-256 of all that decides the artifacts: sources, settings, the compiler's version, their own shape."""
    shape = [field.name for field in fields(Artifact)]
    key = {"sources": sources, "settings": settings.to_json(), "compiler": SOLC_VERSION, "shape": shape}
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def _kept(folder: Path, digest: str) -> tuple[str, ...] | None:
    """The contracts in the folder, if it was built from the same and is complete."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    contracts = tuple(manifest["contracts"])
    complete = all((folder / f"{name}.json").is_file() for name in contracts)
    return contracts if manifest["digest"] == digest and complete else None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """In one step: another process sees the old file or the new one."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
