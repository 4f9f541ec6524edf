"""Solidity sources to artifacts, through py-solc-x."""

from scfin_chain.compiler.build import Build, build
from scfin_chain.compiler.compile import compile_sources
from scfin_chain.compiler.settings import SOLC_VERSION, Settings
from scfin_chain.compiler.sources import collect

__all__ = ["SOLC_VERSION", "Build", "Settings", "build", "collect", "compile_sources"]
