"""Collects Solidity sources and all that they import, so that the compiler reads no file."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from scfin_chain.errors import CompilerError

CONTRACTS = "contracts"
"""The folder of our own sources, and the first part of their unit names."""

_IMPORT = re.compile(r"""^\s*import\b[^;"']*["']([^"']+)["']""", re.MULTILINE)


def collect(root: Path) -> dict[str, str]:
    """Text by unit name: all of ``root/contracts``, and what it imports from ``root/node_modules``.

    An import that no file answers is left to the compiler, which says where it stands.
    """
    sources = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in _own(root)}
    if not sources:
        raise CompilerError(f"no Solidity source in {root / CONTRACTS}")
    waiting = list(sources)
    while waiting:
        unit = waiting.pop()
        for name in _imports(unit, sources[unit]):
            path = root / "node_modules" / name
            if name not in sources and path.is_file():
                sources[name] = path.read_text(encoding="utf-8")
                waiting.append(name)
    return dict(sorted(sources.items()))


def _own(root: Path) -> list[Path]:
    return sorted((root / CONTRACTS).rglob("*.sol"))


def _imports(unit: str, text: str) -> Iterator[str]:
    for name in _IMPORT.findall(text):
        yield _join(PurePosixPath(unit).parent, name) if name.startswith(".") else name


def _join(folder: PurePosixPath, relative: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(relative).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
