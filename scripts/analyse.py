"""Runs slither over the contracts, through forge; fails on a medium or high finding, and on too few contracts.

Usage: analyse.py SLITHER
"""

import re
import subprocess
import sys

from scfin_chain.artifacts import names

OPTIONS = ["--compile-force-framework", "foundry", "--filter-paths", "node_modules", "--fail-medium"]
OPTIONS += ["--exclude-informational", "--exclude-optimization"]


def main(slither: str) -> int:
    """Give slither's exit code, or 1 if it saw less than was compiled: seeing nothing, it is content."""
    ran = subprocess.run([slither, ".", *OPTIONS], capture_output=True, text=True, check=False)
    print(ran.stdout + ran.stderr)
    counted = re.search(r"analyzed \((\d+) contracts", ran.stdout + ran.stderr)
    seen, compiled = int(counted[1]) if counted else 0, len(names())
    if seen < compiled:
        print(f"slither saw {seen} contracts of {compiled}", file=sys.stderr)
        return 1
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
