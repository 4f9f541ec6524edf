"""Runs the compiler once, all sources inline, and reads its answer."""

import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import solcx
from eth_utils.abi import abi_to_signature, function_abi_to_4byte_selector
from solcx.exceptions import SolcError

from scfin_chain.artifacts import Artifact
from scfin_chain.compiler.settings import OUTPUTS, Settings
from scfin_chain.compiler.solc import find_solc
from scfin_chain.compiler.sources import CONTRACTS
from scfin_chain.errors import CompilerError

_log = logging.getLogger(__name__)


def compile_sources(
    sources: Mapping[str, str], *, root: Path, settings: Settings | None = None, only: Collection[str] | None = None
) -> dict[str, Artifact]:
    """Compile sources to artifacts by contract name.

    Parameters
    ----------
    sources
        Text by unit name, complete with imports, as :func:`collect` gives it; a test may change one.
    root
        Folder with ``node_modules``, for the compiler of last resort.
    only
        The units whose contracts are wanted: code is generated for these alone, which is
        several times faster. Default: all under ``contracts/``.
    """
    wanted = [unit for unit in sources if (unit.startswith(f"{CONTRACTS}/") if only is None else unit in only)]
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": (settings or Settings()).to_json() | {"outputSelection": {unit: {"*": OUTPUTS} for unit in wanted}},
    }
    with find_solc(root) as solc:
        _log.info("solc=%r units=%d wanted=%d", solc.origin, len(sources), len(wanted))
        try:
            answer = solcx.compile_standard(request, solc_binary=solc.binary)
        except SolcError as refused:
            _log.error("%s", refused.message.strip())
            raise CompilerError(_in_one_line(refused)) from refused
    for warning in answer.get("errors", ()):
        if warning["sourceLocation"]["file"] in wanted:
            _log.warning("%s", warning["formattedMessage"].strip())
    return _artifacts(answer)


def _in_one_line(refused: SolcError) -> str:
    """What is wrong and where, of each error; the compiler draws the line below it."""
    errors = [error["formattedMessage"] for error in refused.error_dict or () if error["severity"] == "error"]
    heads = [" ".join(line.strip().removesuffix(":") for line in text.splitlines()[:2]) for text in errors]
    return "; ".join(heads) or refused.message


def _artifacts(answer: Mapping[str, Any]) -> dict[str, Artifact]:
    artifacts: dict[str, Artifact] = {}
    for unit, contracts in answer["contracts"].items():
        for name, output in contracts.items():
            if name in artifacts:
                raise CompilerError(f"contract {name} is declared in {artifacts[name].source} and in {unit}")
            artifacts[name] = _artifact(name, unit, output)
    return dict(sorted(artifacts.items()))


def _artifact(name: str, unit: str, output: Mapping[str, Any]) -> Artifact:
    evm = output["evm"]
    for libraries in evm["bytecode"]["linkReferences"].values():
        raise CompilerError(f"contract {name} links to library {', '.join(libraries)}: make its functions internal")
    abi = tuple(output["abi"])
    return Artifact(
        name=name,
        source=unit,
        abi=abi,
        bytecode="0x" + evm["bytecode"]["object"],
        deployed_bytecode="0x" + evm["deployedBytecode"]["object"],
        selectors=dict(sorted(evm["methodIdentifiers"].items())),
        errors={_selector(entry): abi_to_signature(entry) for entry in abi if entry["type"] == "error"},
    )


def _selector(entry: Any) -> str:
    return function_abi_to_4byte_selector(entry).hex()
