"""Compiled contracts as the package carries them: one JSON file a contract, and a manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Self

from eth_typing import ABIElement

from scfin_chain.errors import CompilerError

FOLDER = "_artifacts"
"""Name of the package's folder of artifacts; ``scfin_chain.compiler`` fills it."""

MANIFEST = "manifest.json"
"""Names what was built, from what: ``digest``, ``compiler`` and the sorted ``contracts``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One compiled contract; an interface has an empty ``bytecode``."""

    name: str
    source: str
    """The unit that declares it, as ``contracts/CashToken.sol``."""
    abi: tuple[ABIElement, ...]
    bytecode: str
    """Creation code, ``0x`` and hexadecimal digits."""
    deployed_bytecode: str
    """Runtime code as compiled: immutables are still zero in it."""
    selectors: Mapping[str, str]
    """Function signature to its four bytes, hexadecimal without ``0x``."""
    errors: Mapping[str, str]
    """Custom error's four bytes, hexadecimal without ``0x``, to its signature."""

    @property
    def deployable(self) -> bool:
        """Whether there is code to deploy."""
        return self.bytecode != "0x"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{**value, "abi": tuple(value["abi"])})

    def to_json(self) -> dict[str, Any]:
        """The content of the artifact's file."""
        return {
            "name": self.name,
            "source": self.source,
            "abi": list(self.abi),
            "bytecode": self.bytecode,
            "deployed_bytecode": self.deployed_bytecode,
            "selectors": dict(self.selectors),
            "errors": dict(self.errors),
        }


def packaged() -> Traversable:
    """The package's own folder of artifacts."""
    return resources.files("scfin_chain") / FOLDER


def names(folder: Traversable | None = None) -> tuple[str, ...]:
    """Every compiled contract and interface, sorted."""
    return tuple(_read(folder or packaged(), MANIFEST)["contracts"])


def load(name: str, folder: Traversable | None = None) -> Artifact:
    """One artifact, by the contract's name."""
    return Artifact.from_json(_read(folder or packaged(), f"{name}.json"))


def load_all(folder: Traversable | None = None) -> dict[str, Artifact]:
    """Every artifact, by name."""
    return {name: load(name, folder) for name in names(folder)}


def _read(folder: Traversable, name: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise CompilerError(f"no compiled contract at {folder / name}: run `make`") from missing
    return content
