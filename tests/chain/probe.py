"""The compiled Probe: `python -m tests.chain.probe` compiles Probe.sol anew into Probe.json."""

import json
from pathlib import Path

from scfin_chain.artifacts import Artifact
from scfin_chain.chain import ContractAbi
from scfin_chain.compiler.compile import compile_sources

UNIT = "tests/chain/Probe.sol"
ROOT = Path(__file__).resolve().parents[2]
COMPILED = Path(__file__).with_name("Probe.json")


def compile_probe() -> Artifact:
    text = (ROOT / UNIT).read_text(encoding="utf-8")
    return compile_sources({UNIT: text}, root=ROOT, only=[UNIT])["Probe"]


ARTIFACT = Artifact.from_json(json.loads(COMPILED.read_text(encoding="utf-8")))
ABI = ContractAbi(ARTIFACT.abi)
BYTECODE = bytes.fromhex(ARTIFACT.bytecode.removeprefix("0x"))

if __name__ == "__main__":
    COMPILED.write_text(json.dumps(compile_probe().to_json(), indent=1) + "\n", encoding="utf-8")
