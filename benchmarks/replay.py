"""Invoices and transactions a second: a file replayed on the in-process chain, with listener, decisions and database.

Run ``python -m benchmarks.replay`` from the repository's root.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from scfin_chain import Day, Replay, Stage, check_conservation, open_laboratory, read_invoices

EXAMPLE = Path(__file__).parent.parent / "examples" / "invoices.csv"


def main() -> None:
    """Replay once in memory and once with a database file."""
    parser = argparse.ArgumentParser(description="Replay a file of invoices and say how long it took.")
    parser.add_argument("--invoices", type=Path, default=EXAMPLE)
    parser.add_argument("--limit", type=int, default=20, help="only the first rows (default: %(default)s)")
    options = parser.parse_args()
    with TemporaryDirectory() as room:
        for name, database in (("in memory", None), ("in a file", Path(room) / "run.sqlite")):
            _replay(name, options.invoices, options.limit, database)


def _replay(name: str, invoices: Path, limit: int, database: Path | None) -> None:
    rows = read_invoices(invoices, amount_unit=1_000, limit=limit)
    with open_laboratory(start=Day(min(row.invoiced for row in rows)), database=database) as laboratory:
        stage = Stage(laboratory)
        started = perf_counter()
        Replay(stage, rows, 0).run()
        replayed = perf_counter() - started
        kept = check_conservation(laboratory)
        checked = perf_counter() - started - replayed
    sys.stdout.write(
        f"{name:10}{len(rows) / replayed:7.2f} invoices/s{stage.transactions / replayed:8.1f} transactions/s"
        f"{kept.values_compared / checked:9.0f} values compared/s\n"
    )


if __name__ == "__main__":
    main()
