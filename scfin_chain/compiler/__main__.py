"""``python -m scfin_chain.compiler [--force]``: builds the artifacts of ``contracts/``."""

import argparse
import logging
import sys
import time

from scfin_chain.compiler.build import build
from scfin_chain.errors import CompilerError


def main() -> int:
    """Build, say what was done in one line, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scfin_chain.compiler", description="Compile contracts/.")
    parser.add_argument("--force", action="store_true", help="compile even if nothing changed")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    start = time.monotonic()
    try:
        done = build(force=options.force)
    except CompilerError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    verb = f"compiled in {time.monotonic() - start:.1f} s" if done.fresh else "up to date"
    print(f"{len(done.contracts)} contracts {verb}: {done.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
