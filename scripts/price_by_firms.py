"""Prices and lines without a chain: what a rating, the firms of a programme and a payment history are worth.

python scripts/price_by_firms.py --firms 1 5 50 --advance-rate 0.9
"""

import argparse
import sys

from scfin_chain import ScfinError
from scfin_chain.models import (
    RATING_TABLE,
    Lateness,
    ProgrammeTerms,
    default_probability_over,
    monthly_volume,
    normal_quantile,
    pair_line,
    price_programme,
    repayment_law,
)

HISTORIES = {
    "none": Lateness(paid=0, late_days=0),
    "1 prompt": Lateness(paid=1, late_days=0),
    "10 prompt": Lateness(paid=10, late_days=0),
    "10, each 10 days late": Lateness(paid=10, late_days=100),
}
MONTH = 10_000_000
"""A pair's credit a month, minor units."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Price by rating and firms, line by rating and payment history.")
    parser.add_argument("--firms", type=int, nargs="+", default=[1, 3, 8, 20, 100], help="numbers of firms N")
    parser.add_argument("--advance-rate", type=float, default=0.8, help="delta (default: %(default)s)")
    parser.add_argument("--supervised", action="store_true", help="the bank supervises by digital currency")
    options = parser.parse_args()
    terms = ProgrammeTerms(advance_rate=options.advance_rate)
    print_prices(terms, options.firms, supervised=options.supervised)
    print()
    print_lines(terms, max(options.firms), supervised=options.supervised)


def print_prices(terms: ProgrammeTerms, firms: list[int], *, supervised: bool) -> None:
    """Break-even price, per cent a year; ``-`` below the floor, ``+`` above the cap."""
    print(f"break-even price, % a year (floor {terms.floor / 100:.2f}, cap {terms.cap / 100:.2f})")
    print("rating" + "".join(f"{f'N = {count}':>10}" for count in firms) + f"{'limit':>10}")
    for band in RATING_TABLE:
        prices = [price_programme(terms, band, firms=count, supervised=supervised) for count in firms]
        marks = ["-" if price.floor_binds else "+" if price.above_cap else " " for price in prices]
        cells = [f"{price.rate * 100:9.2f}{mark}" for price, mark in zip(prices, marks, strict=True)]
        print(f"{band.rating:6}{''.join(cells)}{prices[0].limit * 100:9.2f}")


def print_lines(terms: ProgrammeTerms, firms: int, *, supervised: bool) -> None:
    """L* in months of the pair's credit."""
    print("line of a pair, in months of its credit, by the issuer's history")
    print("rating" + "".join(f"{name:>23}" for name in HISTORIES))
    volume, quantile = monthly_volume((MONTH,) * 12, declared=MONTH), normal_quantile(0.95)
    for band in RATING_TABLE:
        price = price_programme(terms, band, firms=firms, supervised=supervised)
        lines = [
            pair_line(
                volume,
                repayment_law(lateness),
                default_probability=default_probability_over(band, years=1.0),
                earning=price.earning,
                cost=price.cost,
                quantile=quantile,
            )
            for lateness in HISTORIES.values()
        ]
        print(f"{band.rating:6}{''.join(f'{line.line / MONTH:23.3f}' for line in lines)}")


if __name__ == "__main__":
    try:
        main()
    except ScfinError as refusal:
        sys.exit(f"price_by_firms: {refusal}")
