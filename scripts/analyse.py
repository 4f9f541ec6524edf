"""Analyses the contracts with forge and slither; fails on a finding that nobody has answered in the source.

Usage: analyse.py SLITHER

Both tools exit 0 in cases where they should not: slither when it sees no contract, forge when it warns.
"""

import re
import subprocess
import sys

from scfin_chain.artifacts import names

SLITHER = [".", "--compile-force-framework", "foundry", "--filter-paths", "node_modules", "--fail-medium"]
SLITHER += ["--exclude-informational", "--exclude-optimization", "--exclude-low"]

OURS = re.compile(r"(╭▸|-->) contracts/")
"""How forge shows that a lint or a compiler's warning is about our source."""

COUNTED = re.compile(r"analyzed \((\d+) contracts")


def main(slither: str) -> int:
    """Run both, and give the number of those that found something."""
    return int(not _lints()) + int(not _slithers(slither))


def _lints() -> bool:
    code, told = _run("forge", "lint", "--force")
    return code == 0 and not OURS.search(told)


def _slithers(slither: str) -> bool:
    code, told = _run(slither, *SLITHER)
    counted = COUNTED.search(told)
    seen, compiled = int(counted[1]) if counted else 0, len(names())
    if seen < compiled:
        print(f"slither saw {seen} contracts of {compiled}", file=sys.stderr)
    return code == 0 and seen >= compiled


def _run(*command: str) -> tuple[int, str]:
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(ran.stdout)
    return ran.returncode, ran.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
