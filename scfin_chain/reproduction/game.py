"""The numbers and claims of paper 001, computed by the models of the game."""

from dataclasses import dataclass, replace

from scfin_chain.models import (
    PRINTED_GAME,
    Dynamics,
    Game,
    Stability,
    Verdict,
    area_slopes,
    polyline_area,
    replicator_dynamics,
    stability,
)
from scfin_chain.reproduction.row import Row, Rows, digits

BISTABLE_GAME = replace(PRINTED_GAME, fraud_share=0.8, incentive=300.0)
"""The printed game with k = 0.8 and v1 = 300: the nearest on round numbers that has the paper's two stable corners."""

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


def game_rows() -> list[Row]:
    """Each printed number and claim of the paper, in its order."""
    rows = Rows(paper="001")
    _conditions(rows)
    _slopes(rows)
    _rest(rows)
    for experiment in EXPERIMENTS:
        _experiment(rows, experiment)
    rows.missing("Figures 2 to 8", "phase portraits", "the pictures are not in the text; --figures FOLDER draws them")
    return rows.rows


def found_in(game: Game) -> Stability:
    """Where a game rests."""
    return stability(replicator_dynamics(game))


def _conditions(rows: Rows) -> None:
    """Table 3, by one game of each condition with E5 in the middle of the square."""
    for number, (b, d, printed) in enumerate(
        (
            (2.0, 2.0, "none stable"),
            (2.0, -2.0, "(0, 0), (1, 1) stable"),
            (-2.0, 2.0, "none stable"),
            (-2.0, -2.0, "none stable"),
        ),
        1,
    ):
        found = stability(Dynamics(a=b / 2, b=b, c=d / 2, d=d, supervised_gain=b / 2, saving=-d / 2))
        note = "E5 is a centre: orbits close" if not found.stable else ""
        if number == 3:
            note = "E5 is a saddle, two corners are stable: in the table no corner is"
        rows.claim(f"Table 3, condition {number}", printed, _stable(found), float(len(found.stable)), note)
    four = found_in(PRINTED_GAME)
    rows.claim(
        'Condition 2: "numerator and denominator are all negative"',
        "condition 2",
        four.condition.value,
        None,
        "all of a, b, c, d negative is condition 4, which holds at the printed parameters; elsewhere the paper has "
        "a, b > 0 and c, d < 0",
    )


def _slopes(rows: Rows) -> None:
    printed, bistable = area_slopes(PRINTED_GAME), area_slopes(BISTABLE_GAME)
    for symbol, (name, sign) in SIGNS.items():
        slope, there = getattr(printed, name), getattr(bistable, name)
        note = f"at the printed parameters; where two corners are stable (k = 0.8, v1 = 300): {there:+.6g}"
        rows.claim(f"Table 4, influence of {symbol} on S1", sign, _sign(slope), slope, note)
    rows.claim(
        "Corollary 2, influence of k on S1",
        "-",
        _sign(printed.fraud_share),
        printed.fraud_share,
        f"Table 4 says the opposite; true in condition 2 (k = 0.8, v1 = 300: {bistable.fraud_share:+.6g})",
    )


def _rest(rows: Rows) -> None:
    found, other = found_in(PRINTED_GAME), found_in(replace(PRINTED_GAME, incentive=100.0))
    three, two = digits(".3f"), digits(".2f")
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
            f"E5 from ({base.x:.6g}, {base.y:.6g}) to ({moved.x:.6g}, {moved.y:.6g}){free}",
        )
    rows.claim(
        f"figure {experiment.figure}, {experiment.name}: areas",
        experiment.larger,
        _larger(s1),
        s1,
        f"S1 = {s1:.6f}; with v1 = 100 throughout {high_s1:.6f}, {_larger(high_s1)}; in neither is it an area of "
        "attraction, since E5 is a centre",
    )


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
