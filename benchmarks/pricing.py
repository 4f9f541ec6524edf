"""How fast a million break-even prices are, beside a loop over vollib's option price alone.

``python -m benchmarks.pricing`` prints what it measures in one run, in seconds of its processor: prices of paper 003 in
arrays of the option's five inputs and the firms; the same in arrays of every input; and vollib, in a loop over the same
options, which is but a part of a price. They take turns, a part of the loop each time, and the best of each counts, so
that what else the machine does burdens all alike.
"""

from collections.abc import Callable, Sequence
from functools import partial
from time import process_time

import numpy as np
from numpy.typing import ArrayLike
from rich.console import Console
from vollib.black_scholes import black_scholes

from scfin_chain.models import PRINTED_RELATIONSHIP, price_relationships

PRICES = 1_000_000
ROUNDS = 10
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
    options = np.stack((collateral, strike, years, risk_free, volatility), axis=-1).tolist()
    part = PRICES // ROUNDS
    loops: list[float] = []
    prices: dict[int, list[float]] = {len(some): [], len(every): []}
    for turn in range(ROUNDS):
        loops.append(ROUNDS * _seconds(partial(_loop, options[turn * part : (turn + 1) * part])))
        for inputs in (some, every):
            prices[len(inputs)].append(_seconds(partial(price_relationships, PRINTED_RELATIONSHIP, **inputs)))
    loop = min(loops)
    console = Console(highlight=False)
    console.print(f"{PRICES:,} option prices by vollib in a loop: {loop:.1f} s (best of {ROUNDS} parts)")
    for count, taken in prices.items():
        arrays = min(taken)
        told = f"{PRICES:,} break-even prices in arrays of {count} inputs"
        console.print(f"{told}: {arrays:.3f} s (best of {ROUNDS}), {loop / arrays:.0f} times faster", soft_wrap=True)


def _loop(options: Sequence[Sequence[float]]) -> list[float]:
    return [black_scholes("c", *option) for option in options]


def _seconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


if __name__ == "__main__":
    main()
