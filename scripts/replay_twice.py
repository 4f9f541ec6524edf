"""One file of invoices under two values of a setting: what another advance rate, or anything else, changes.

python scripts/replay_twice.py
python scripts/replay_twice.py --setting pricing.declared_firms --values 4 16 --limit 30
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from scfin_chain import (
    Day,
    Replay,
    Results,
    ScfinError,
    Settings,
    Stage,
    open_laboratory,
    read_invoices,
    results_of,
    shown,
)

EXAMPLE = Path(__file__).parent.parent / "examples" / "invoices.csv"


def main() -> None:
    """Replay twice, and print the figures side by side."""
    parser = argparse.ArgumentParser(description="Replay a file of invoices under two values of a setting.")
    parser.add_argument("--invoices", type=Path, default=EXAMPLE, help="CSV file (default: the example)")
    parser.add_argument("--limit", type=int, help="only the first rows")
    parser.add_argument("--setting", default="pricing.advance_bps", help="table.name (default: %(default)s)")
    parser.add_argument("--values", nargs=2, default=["8000", "10000"], help="default: 8000 10000")
    parser.add_argument("--seed", type=int, default=0, help="the same for both (default: %(default)s)")
    options = parser.parse_args()
    try:
        variants = [with_setting(options.setting, value) for value in options.values]
    except ValidationError as error:
        parser.error(f"{options.setting}: {error.errors()[0]['msg']}")
    first, second = (replay(options.invoices, options.limit, settings, options.seed) for settings in variants)
    print(f"{options.setting:32}{options.values[0]:>18}{options.values[1]:>18}")
    for (name, one), (_, other) in zip(figures(first), figures(second), strict=True):
        print(f"{name:32}{one:>18}{other:>18}")


def with_setting(name: str, value: str) -> Settings:
    """The defaults but for one; what is no number is a word."""
    table, _, field = name.partition(".")
    try:
        return Settings.model_validate({table: {field: json.loads(value)}})
    except json.JSONDecodeError:
        return Settings.model_validate({table: {field: value}})


def replay(invoices: Path, limit: int | None, settings: Settings, seed: int) -> Results:
    """Run the file on a chain of its own."""
    rows = read_invoices(invoices, amount_unit=settings.scenario.amount_unit, limit=limit)
    with open_laboratory(start=Day(min(row.invoiced for row in rows)), settings=settings) as laboratory:
        stage = Stage(laboratory)
        run = Replay(stage, rows, seed)
        run.run()
        return results_of(stage, run.traded.values())


def figures(results: Results) -> Iterator[tuple[str, str]]:
    """What is compared, as a person reads it."""
    asked, year = results.financings["total"], results.bank_year
    yield "asked for cash", f"{asked:,}"
    yield "financed", f"{results.financings['financed']:,}"
    yield "refused for the line", f"{results.refusals_by_reason.get('line', 0):,}"
    yield "advanced", shown(results.advanced)
    yield "average price, % a year", f"{results.prices_by_tier.get('all', 0) / 100:.2f}"
    for tier, days in results.days_to_cash.items():
        yield f"days to first cash, tier {tier}", f"{days:.1f}"
    yield "bank's income", shown(results.income)
    yield "bank's year in cash, %", "-" if year is None else f"{year.in_cash * 100:.2f}"
    yield "conservation", "holds" if results.conservation.ok else "BROKEN"


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"replay_twice: {refusal}")
