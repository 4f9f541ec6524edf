"""How fast a million break-even prices are, beside a loop over vollib's option price alone.

``python -m benchmarks.pricing`` prints what it measures in one run, in seconds of its processor: prices of paper 003 in
arrays of the option's five inputs and the firms; the same in arrays of every input; and vollib, in a loop over the same
options, which is but a part of a price.
"""

from collections.abc import Callable
from functools import partial
from time import process_time

import numpy as np
from numpy.typing import ArrayLike
from rich.console import Console
from vollib.black_scholes import black_scholes

from scfin_chain.models import PRINTED_RELATIONSHIP, price_relationships

PRICES = 1_000_000
ROUNDS = 5
OPTION = ("collateral", "advance_rate", "risk_free", "years", "volatility")


def main() -> None:
    """Price, and print."""
    rng = np.random.default_rng(7)
    numbers = {name: value for name, value in PRINTED_RELATIONSHIP.inputs.items() if name != "firms"}
    every: dict[str, ArrayLike] = {name: value * rng.uniform(0.9, 1.1, PRICES) for name, value in numbers.items()}
    every["firms"] = rng.integers(1, 100, PRICES)
    some = {name: every[name] for name in (*OPTION, "firms")}
    collateral, advance_rate, risk_free, years, volatility = (np.asarray(every[name]) for name in OPTION)
    strike = collateral * advance_rate * (1.0 + risk_free)
    options = [values.tolist() for values in (collateral, strike, years, risk_free, volatility)]
    loop = _seconds(lambda: [black_scholes("c", *option) for option in zip(*options, strict=True)])
    console = Console(highlight=False)
    console.print(f"{PRICES:,} option prices by vollib in a loop: {loop:.1f} s")
    for inputs in (some, every):
        price = partial(price_relationships, PRINTED_RELATIONSHIP, **inputs)
        arrays = min(_seconds(price) for _ in range(ROUNDS))
        told = f"{PRICES:,} break-even prices in arrays of {len(inputs)} inputs"
        console.print(f"{told}: {arrays:.3f} s (best of {ROUNDS}), {loop / arrays:.0f} times faster", soft_wrap=True)


def _seconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


if __name__ == "__main__":
    main()
