"""The numbers and claims of paper 001, computed by the models of the game."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from scfin_chain.models import (
    PRINTED_GAME,
    Condition,
    Dynamics,
    Game,
    Stability,
    Verdict,
    area_slopes,
    payoff_matrix,
    polyline_area,
    replicator_dynamics,
    stability,
)
from scfin_chain.models.basin import exact_basins
from scfin_chain.reproduction.row import INPUT, Row, Rows, digits

BISTABLE_GAME = replace(PRINTED_GAME, fraud_share=0.8, incentive=300.0)
"""The printed game with k = 0.8 and v1 = 300: the nearest on round numbers that has the paper's two stable corners."""

CURES = {
    "k = 0.8 and v1 = 300": BISTABLE_GAME,
    "R = 400 and G = 400": replace(PRINTED_GAME, loan=400.0, fraud_income=400.0),
    "P = 500 and v1 = 300": replace(PRINTED_GAME, production_cost=500.0, incentive=300.0),
    "G = 250, P = 500 and v1 = 500": replace(PRINTED_GAME, fraud_income=250.0, production_cost=500.0, incentive=500.0),
}
"""Changes of the printed game after which (0, 0) and (1, 1) are stable; after the last E5 is where the paper has it."""

EULER_STEP = 0.005
"""Time step at which Euler's method, clipped to the square, ends in corners that no path of the game reaches."""

ROUNDING = 1e-12
"""Coordinates and areas nearer than this are equal."""

CORNERS = ("(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A change of parameters whose picture the paper shows, and what it says of the picture."""

    name: str
    change: dict[str, float]
    across: str
    along: str | None
    larger: str
    figure: int

    @property
    def game(self) -> Game:
        """The printed game, so changed."""
        return replace(PRINTED_GAME, **self.change)

    @property
    def said(self) -> str:
        """What the paper says of its picture."""
        return f"E5 {', '.join(word for word in (self.across, self.along) if word)}, {self.larger}"

    @property
    def follows(self) -> str:
        """What follows of the same."""
        base, moved = found_in(PRINTED_GAME), found_in(self.game)
        across, along = _direction("x", moved.x - base.x), _direction("y", moved.y - base.y)
        return f"E5 {across}, {along}, {_larger(polyline_area(moved.x, moved.y))}"


EXPERIMENTS = (
    Experiment(name="c1 = 130", change={"credit_cost": 130.0}, across="left", along="down", larger="S1 > S2", figure=6),
    Experiment(
        name="c2 = c3 = 30",
        change={"technology_cost": 30.0, "monitoring_cost": 30.0},
        across="right",
        along="up",
        larger="S1 < S2",
        figure=6,
    ),
    Experiment(name="k = 0.7", change={"fraud_share": 0.7}, across="left", along="down", larger="S1 > S2", figure=7),
    Experiment(name="v1 = 100", change={"incentive": 100.0}, across="right", along="up", larger="S1 > S2", figure=7),
    Experiment(
        name="u1 = 500", change={"supervised_penalty": 500.0}, across="left", along=None, larger="S1 > S2", figure=8
    ),
    Experiment(
        name="u1 = 510", change={"supervised_penalty": 510.0}, across="left", along=None, larger="S1 > S2", figure=8
    ),
    Experiment(
        name="u2 = 700", change={"unsupervised_penalty": 700.0}, across="right", along=None, larger="S1 < S2", figure=8
    ),
)
"""Section 5.2; figure 8's caption has u1 = 510 where the text has 500."""

SIGNS = {
    "c1": ("credit_cost", "+"),
    "c2": ("technology_cost", "-"),
    "c3": ("monitoring_cost", "-"),
    "k": ("fraud_share", "+"),
    "v1": ("incentive", "+"),
    "u1": ("supervised_penalty", "+"),
    "u2": ("unsupervised_penalty", "-"),
}
"""Table 4: the sign of the influence of each parameter on S1."""

COROLLARIES = {
    "c1": (1, "+"),
    "c2": (1, "-"),
    "c3": (1, "-"),
    "k": (2, "-"),
    "v1": (2, "+"),
    "u1": (2, "+"),
    "u2": (2, "-"),
}
"""The corollary that says the sign of each influence again, and the sign that it says."""

TABLE_3 = (
    ("-, -, -, -", "unknown, +, unknown, and one -", "none stable"),
    ("+, +, +, +", "-, +, unknown, -", "(0, 0), (1, 1) stable"),
    ("three +, and one -", "+, unknown, +, and one -", "none stable"),
    ("-, -, -, -", "+, unknown, unknown, and one -", "none stable"),
)
"""Signs of the determinants and the traces at the corners, and what is stable, by condition."""


def game_rows() -> list[Row]:
    """Each printed number and claim of the paper, in its order."""
    rows = Rows(paper="001")
    _inputs(rows)
    _conditions(rows)
    _areas(rows)
    _slopes(rows)
    _rest(rows)
    for experiment in EXPERIMENTS:
        _experiment(rows, experiment)
    _slips(rows)
    rows.missing(
        "Figures 1 to 8", "pictures", "they are not in the text; --figures FOLDER draws figures 5 to 8, phase portraits"
    )
    return rows.rows


def found_in(game: Game) -> Stability:
    """Where a game rests."""
    return stability(replicator_dynamics(game))


def _inputs(rows: Rows) -> None:
    game = PRINTED_GAME
    for names, printed, held in (
        ("R, r1, r2, B, P", "600, 0.05, 0.05, 100, 300",
         (game.loan, game.loan_rate, game.investment_rate, game.sales_income, game.production_cost)),
        ("c1, c2, c3, F, G", "80, 5, 5, 200, 100",
         (game.credit_cost, game.technology_cost, game.monitoring_cost, game.forging_cost, game.fraud_income)),
        ("k, v1, v2, u1, u2", "0.5, 50, 20, 400, 600",
         (game.fraud_share, game.incentive, game.credibility, game.supervised_penalty, game.unsupervised_penalty)),
    ):  # fmt: skip
        unused = ", ".join({"r2", "v2"} & set(names.split(", ")))
        note = f"{INPUT}; {unused} changes nothing" if unused else INPUT
        rows.claim(names, printed, ", ".join(f"{value:g}" for value in held), None, note)
    digital = game.technology_cost + game.monitoring_cost
    rows.claim(
        "hypothesis 3, c1 > c2 + c3", "holds", "holds" if game.saves_cost else "fails", game.credit_cost - digital
    )
    matrix, motion = payoff_matrix(game), replicator_dynamics(game)
    bank = matrix.use_repay.bank - matrix.not_repay.bank, matrix.use_default.bank - matrix.not_default.bank
    firm = matrix.use_repay.firm - matrix.use_default.firm, matrix.not_repay.firm - matrix.not_default.firm
    same = np.allclose(bank, (motion.c - motion.d, motion.c)) and np.allclose(firm, (motion.b - motion.a, -motion.a))
    rows.claim(
        "equations 3 and 7 from the payoffs of Table 2",
        "follow",
        "follow" if same else "do not follow",
        None,
        f"a, b, c, d = {motion.a:g}, {motion.b:g}, {motion.c:g}, {motion.d:g} at the printed parameters",
    )


def _conditions(rows: Rows) -> None:
    """Table 3 and its reading, by games of each condition."""
    notes = {
        1: "E5 is a centre: orbits close",
        3: "E5 is a saddle, two corners are stable: in the table no corner is",
        4: "E5 is a centre: orbits close",
    }
    for number, ((b, d), (determinants, traces, printed)) in enumerate(
        zip(product((1.0, -1.0), repeat=2), TABLE_3, strict=True), 1
    ):
        games = [
            _coefficients(b * size, d, x, y)
            for size, x, y in product((0.1, 1.0, 10.0), (0.1, 0.5, 0.9), (0.1, 0.5, 0.9))
        ]
        found = [stability(game) for game in games]
        one = found[0]
        rows.claim(
            f"Table 3, condition {number}: determinants at the corners",
            determinants,
            _signs([[corner.determinant for corner in each.corners] for each in found]),
            None,
            "the text keeps every + and drops every -: which corner has it is lost" if number == 3 else "",
        )
        rows.claim(
            f"Table 3, condition {number}: traces at the corners",
            traces,
            _signs([[corner.trace for corner in each.corners] for each in found]),
            None,
            "the condition alone decides them" if one.stable else "no sign is common to all games of the condition",
        )
        rows.claim(
            f"Table 3, condition {number}: what is stable",
            printed,
            _stable(one),
            float(len(one.stable)),
            notes.get(number, ""),
        )
    rows.claim(
        'Condition 2: "numerator and denominator are all negative"',
        "condition 2",
        stability(_coefficients(-1.0, -1.0, 0.5, 0.5)).condition.value,
        None,
        "all of a, b, c, d negative is condition 4",
    )
    rows.claim(
        "Condition 2: a, b > 0 and c, d < 0",
        "condition 2",
        stability(_coefficients(1.0, -1.0, 0.5, 0.5)).condition.value,
        None,
    )
    rows.claim(
        "condition of the printed parameters",
        Condition.CONDITION_2.value,
        found_in(PRINTED_GAME).condition.value,
        None,
        f"condition 2 takes two other parameters or more: {_cures()}",
    )


def _areas(rows: Rows) -> None:
    """The area that the paper takes for a basin, where there is one."""
    found, exact = found_in(BISTABLE_GAME), exact_basins(replicator_dynamics(BISTABLE_GAME))
    assert exact is not None
    corners = np.array([(0.0, 1.0), (found.x, found.y), (1.0, 0.0), (1.0, 1.0)])
    after = np.roll(corners, -1, axis=0)
    shoelace = float(abs((corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]).sum()) / 2)
    rows.claim(
        "S1, the area of AECB",
        "[(1 - x) + (1 - y)]/2",
        "[(1 - x) + (1 - y)]/2" if abs(shoelace - polyline_area(found.x, found.y)) < ROUNDING else "another",
        shoelace,
        f"k = 0.8, v1 = 300: {shoelace:g}",
    )
    rows.claim(
        "the line AEC divides the basins of (0, 0) and (1, 1)",
        "divides",
        "divides" if abs(exact.s1 - shoelace) < ROUNDING else "approximates",
        exact.s1,
        f"the border is a curve, a level of the first integral: k = 0.8, v1 = 300 have S1 = {shoelace:g} and a basin "
        f"of {exact.s1:.10f}",
    )


def _slopes(rows: Rows) -> None:
    printed, bistable = area_slopes(PRINTED_GAME), area_slopes(BISTABLE_GAME)
    for symbol, (name, sign) in SIGNS.items():
        slope, there = getattr(printed, name), getattr(bistable, name)
        note = f"at the printed parameters; where two corners are stable (k = 0.8, v1 = 300): {there:+.6g}"
        rows.claim(f"Table 4, influence of {symbol} on S1", sign, _sign(slope), slope, note)
    for symbol, (corollary, sign) in COROLLARIES.items():
        name, in_table = SIGNS[symbol]
        slope, there = getattr(printed, name), getattr(bistable, name)
        differs = f"Table 4 says {in_table}; " if in_table != sign else ""
        note = f"{differs}where two corners are stable (k = 0.8, v1 = 300): {there:+.6g}"
        rows.claim(f"Corollary {corollary}, influence of {symbol} on S1", sign, _sign(slope), slope, note)


def _rest(rows: Rows) -> None:
    found, other = found_in(PRINTED_GAME), found_in(replace(PRINTED_GAME, incentive=100.0))
    three, two = digits(".3f"), digits(".2f")
    points = [*found.corners, *([] if found.interior is None else [found.interior])]
    rows.number("equilibria, E1 to E5", "5", len(points), digits(".0f"))
    rows.number("E5, x", "0.467", found.x, three, f"140/350; v1 = 100 instead of 50 gives {other.x:.6f}")
    rows.number("E5, y", "0.65", found.y, two)
    for place in (0, 3):
        corner = found.corners[place]
        first, second = (value.real for value in corner.eigenvalues)
        rows.claim(
            f"{CORNERS[place]} at the printed parameters",
            Verdict.STABLE.value,
            corner.verdict.value,
            corner.determinant,
            f"eigenvalues {first:g} and {second:g}: {found.condition.value}, four saddles around a centre: every orbit "
            "closes; k = 0.8 with v1 = 300 would make it stable",
            telling=True,
        )
    assert found.interior is not None
    rows.claim(
        "E5 at the printed parameters",
        Verdict.SADDLE.value,
        found.interior.verdict.value,
        found.interior.determinant,
        f"eigenvalues +-{abs(found.interior.eigenvalues[0].imag):.6f} i, trace 0",
    )
    clipped, high = (_euler(replace(PRINTED_GAME, incentive=incentive)) for incentive in (50.0, 100.0))
    rows.claim(
        "figure 5: paths end in (0, 0) and (1, 1)",
        "end",
        "end" if found.stable else "circle",
        None,
        f"the orbits are closed; Euler's method with steps of {EULER_STEP}, cut off at the sides, would draw "
        f"{100 * clipped[0]:.0f} % of them to (0, 0) and {100 * clipped[1]:.0f} % to (1, 1); with v1 = 100, "
        f"{100 * high[1]:.0f} % to (1, 1)",
    )


def _experiment(rows: Rows, experiment: Experiment) -> None:
    base, moved = found_in(PRINTED_GAME), found_in(experiment.game)
    high = found_in(replace(PRINTED_GAME, **{"incentive": 100.0, **experiment.change}))
    s1, high_s1 = polyline_area(moved.x, moved.y), polyline_area(high.x, high.y)
    for axis, printed, before, after in zip(
        ("x", "y"), (experiment.across, experiment.along), (base.x, base.y), (moved.x, moved.y), strict=True
    ):
        if printed is None:
            continue
        free = "" if abs(after - before) > ROUNDING else f"; {axis} of E5 does not depend on it"
        rows.claim(
            f"figure {experiment.figure}, {experiment.name}: E5 moves {'across' if axis == 'x' else 'along'}",
            printed,
            _direction(axis, after - before),
            after,
            f"E5 from ({base.x:.6g}, {base.y:.6g}) to ({moved.x:.6g}, {moved.y:.6g}); with v1 = 100 "
            f"throughout to ({high.x:.6g}, {high.y:.6g}){free}",
        )
    rows.claim(
        f"figure {experiment.figure}, {experiment.name}: areas",
        experiment.larger,
        _larger(s1),
        s1,
        f"S1 = {s1:.6f}; with v1 = 100 throughout {high_s1:.6f}, {_larger(high_s1)}",
    )
    rows.claim(
        f"figure {experiment.figure}, {experiment.name}: more starts converge",
        f"to {'(1, 1)' if experiment.larger == 'S1 > S2' else '(0, 0)'}",
        "to some corner" if moved.stable else "to none",
        None,
        f"{moved.condition.value}: E5 is a centre, every orbit closes, S1 and S2 are areas of no attraction",
    )


def _slips(rows: Rows) -> None:
    """Where the text and its captions contradict themselves or one another."""
    rows.claim("section 4.3.2: the phase diagram is figure", "2", "4", 4.0, "by the captions; figure 2 shows financing")
    rows.claim(
        "section 5.2: c1 increases from",
        "90",
        f"{PRINTED_GAME.credit_cost:g}",
        PRINTED_GAME.credit_cost,
        "the start of the parameters a few lines above",
    )
    u1, u2 = (found_in(one.game) for one in EXPERIMENTS if one.name in ("u1 = 500", "u2 = 700"))
    base = found_in(PRINTED_GAME)
    rows.claim(
        "section 5.2: u2 from 600 to 700, said first: E5 moves, areas",
        "left, S1 > S2",
        f"{_direction('x', u2.x - base.x)}, {_larger(polyline_area(u2.x, u2.y))}",
        u2.x,
        "u1 is meant, since the next sentence says the opposite of the same u2; but u1 = 500 moves E5 "
        f"{_direction('x', u1.x - base.x)} as well",
    )
    rows.claim(
        "section 5.2: with u2 = 700 more points converge",
        "to (1, 1)",
        "to none",
        None,
        "beside S1 < S2, which the paper reads as (0, 0) elsewhere; no corner is stable",
    )
    five, ten = (replace(PRINTED_GAME, incentive=100.0, supervised_penalty=penalty) for penalty in (500.0, 510.0))
    areas = [polyline_area(found_in(game).x, found_in(game).y) for game in (five, ten)]
    rows.claim(
        "figure 8, u1 of its caption",
        "510",
        "500",
        None,
        f"the text raises u1 to 500; if the figures had v1 = 100, as E5 = (0.467, 0.65) suggests, 500 would tie S1 at "
        f"{areas[0]:.6f} and 510 give {areas[1]:.6f}",
    )


def _cures() -> str:
    first, *more, last = CURES
    return f"{first}; {'; '.join(more)}; or, with E5 where it is printed, {last}"


def _coefficients(b: float, d: float, x: float, y: float) -> Dynamics:
    """A game whose E5 lies at (x, y)."""
    return Dynamics(a=b * x, b=b, c=d * y, d=d, supervised_gain=b * (1 - x), saving=d * (y - 1))


def _signs(games: Iterable[Iterable[float]]) -> str:
    """The sign that all games have at each corner."""
    return ", ".join(
        "+" if min(values) > 0.0 else "-" if max(values) < 0.0 else "unknown" for values in zip(*games, strict=True)
    )


def _euler(game: Game, side: int = 21) -> tuple[float, float]:
    """Shares of the starts that Euler's method with too large steps brings to (0, 0) and to (1, 1)."""
    motion = replicator_dynamics(game)
    middles = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(middles, middles)
    for _ in range(2_000):
        across, along = x * (1 - x) * (motion.c - motion.d * y), y * (1 - y) * (motion.b * x - motion.a)
        x, y = np.clip(x + EULER_STEP * across, 0.0, 1.0), np.clip(y + EULER_STEP * along, 0.0, 1.0)
    to_zero, to_one = (float(np.mean(np.hypot(x - end, y - end) < EULER_STEP)) for end in (0.0, 1.0))
    return to_zero, to_one


def _stable(found: Stability) -> str:
    names = [name for name, corner in zip(CORNERS, found.corners, strict=True) if corner.verdict is Verdict.STABLE]
    return f"{', '.join(names)} stable" if names else "none stable"


def _sign(slope: float) -> str:
    return "+" if slope > 0.0 else "-" if slope < 0.0 else "0"


def _direction(axis: str, moved: float) -> str:
    if abs(moved) <= ROUNDING:
        return "stays"
    return {"x": ("left", "right"), "y": ("down", "up")}[axis][moved > 0.0]


def _larger(s1: float) -> str:
    return "S1 = S2" if abs(s1 - 0.5) < ROUNDING else "S1 > S2" if s1 > 0.5 else "S1 < S2"
