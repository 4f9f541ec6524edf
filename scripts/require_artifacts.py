"""Refuses to build a wheel that lacks the compiled contracts."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RequireArtifacts(BuildHookInterface[Any]):
    """A hook of hatchling's; an editable install needs no artifacts yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and not Path(self.root, "scfin_chain", "_artifacts", "manifest.json").is_file():
            raise SystemExit("the contracts are not compiled, and a wheel without them is of no use: run `make` first")
