"""Gas of each call, measured now, beside the table that is checked in.

Run ``python -m benchmarks.gas`` from the repository's root; ``--write`` accepts what was measured.
"""

import argparse
import json
import sys

from scfin_chain.artifacts import load_all
from tests.contracts.gas import ONE_FINANCING, ONE_FINANCING_BUDGET, TABLE, measure
from tests.contracts.scenes import stocked
from tests.contracts.world import World


def main() -> None:
    """Print the table, and write it if asked."""
    parser = argparse.ArgumentParser(description="Gas of each call, beside the table that is checked in.")
    parser.add_argument("--write", action="store_true", help="make what was measured the table")
    write = parser.parse_args().write
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    measured = measure(stocked(World(load_all())))
    say = sys.stdout.write
    say(f"{'':30}{'gas':>9}{'checked in':>12}{'change':>9}\n")
    for step in [*measured, *(step for step in kept if step not in measured)]:
        now, before = measured.get(step), kept.get(step)
        change = f"{now - before:+,}" if now and before and now != before else "" if now == before else "new or gone"
        say(f"{step:30}{_shown(now):>9}{_shown(before):>12}{change:>9}\n")
    total = sum(measured[step] for step in ONE_FINANCING)
    say(f"\none financing, from register to settle: {total:,} of a budget of {ONE_FINANCING_BUDGET:,}\n")
    if write:
        TABLE.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        say(f"wrote {TABLE}\n")


def _shown(gas: int | None) -> str:
    return "-" if gas is None else f"{gas:,}"


if __name__ == "__main__":
    main()
