"""Rest of three populations with two strategies, beside an exact solution.

given whole payoffs: the states of rest, pure, on faces and inside, should be the roots that sympy finds exactly by
    Groebner bases of the advantages, and none should be missing
"""

from itertools import product

import numpy as np
import pytest
from sympy import Expr, Poly, groebner, symbols

from scfin_chain.models import PRINTED_GAME
from scfin_chain.models.populations import PREVENTING_CORE, PopulationGame, rest_points, three_party_game

SHARES = symbols("x y z")
DIGITS = 40

SEEDS = (*range(60), 333)
"""The last has two states inside, which one game in hundreds has."""


def advantage(payoffs: np.ndarray, who: int) -> Expr:
    """What the first strategy brings beyond the second, as a polynomial in the others' shares."""
    total: Expr = 0
    for played in product((0, 1), repeat=3):
        weight: Expr = 1 if played[who] == 0 else -1
        for other in set(range(3)) - {who}:
            weight *= 1 - SHARES[other] if played[other] else SHARES[other]
        total += weight * int(payoffs[played])
    return total.expand()


def exact_rest(payoffs: list[np.ndarray]) -> list[tuple[float, ...]]:
    """First shares of every state of rest."""
    gaps = [advantage(tensor, who) for who, tensor in enumerate(payoffs)]
    found = []
    for held in product((0, 1, None), repeat=3):
        free = [who for who in range(3) if held[who] is None]
        fixed = {SHARES[who]: held[who] for who in range(3) if held[who] is not None}
        for root in roots([gaps[who].subs(fixed) for who in free], [SHARES[who] for who in free]):
            if all(0 < share < 1 for share in root):
                within = dict(zip(free, root, strict=True))
                found.append(tuple(float(within[who] if who in within else held[who]) for who in range(3)))
    return found


def roots(gaps: list[Expr], unknown: list[Expr]) -> list[tuple[Expr, ...]]:
    """Real common roots, by elimination of one unknown after the other."""
    if not unknown:
        return [()]
    basis = groebner(gaps, *unknown, order="lex").exprs
    last = [one for one in basis if one.free_symbols == {unknown[-1]}]
    if not last:
        return []  # no root, for the basis is 1
    solved = []
    for value in Poly(last[0], unknown[-1]).nroots(n=DIGITS):
        if value.is_real:
            inner = [one.subs(unknown[-1], value) for one in basis if one not in last]
            rest = [
                -Poly(one, symbol).nth(0) / Poly(one, symbol).nth(1)
                for symbol, one in zip(unknown[:-1], inner, strict=True)
            ]
            solved.append((*rest, value))
    return solved


@pytest.mark.parametrize("seed", SEEDS)
def test_rest_of_three_equals_sympy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    payoffs = [chance.integers(-99, 100, (2, 2, 2)) for _ in range(3)]
    assert_same(PopulationGame(payoffs=tuple(payoffs)), exact_rest(payoffs))


def test_rest_of_the_three_parties_equals_sympy() -> None:
    game = three_party_game(PRINTED_GAME, PREVENTING_CORE)
    assert all((tensor == tensor.round()).all() for tensor in game.payoffs)
    assert_same(game, exact_rest(list(game.payoffs)))


def test_seeds_have_rest_of_every_kind() -> None:
    kinds = set()
    for seed in SEEDS:
        chance = np.random.default_rng(seed)
        found = rest_points(PopulationGame(payoffs=tuple(chance.integers(-99, 100, (2, 2, 2)) for _ in range(3))))
        inside = sum(len(point.mixed) == 3 for point in found.points)
        kinds |= {len(point.mixed) for point in found.points} | {("inside", inside)}
    assert {0, 2, 3, ("inside", 1), ("inside", 2)} <= kinds


def assert_same(game: PopulationGame, expected: list[tuple[float, ...]]) -> None:
    found = sorted(tuple(float(mix[0]) for mix in point.state) for point in rest_points(game).points)
    assert len(found) == len(expected)
    for state in expected:
        assert min(max(abs(a - b) for a, b in zip(state, other, strict=True)) for other in found) < 1e-9
