"""Paper 001's game in motion: its paths, its closed orbits, the border of its basins, and many games at once."""

from typing import Annotated

import numpy as np
from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.game import GameInputs
from api.calculations.quantities import Fraction, Money, Pure
from api.problems import Problem
from api.schemas import example
from scfin_chain.models import MODEL_VERSIONS, PRINTED_GAME, replicator_dynamics
from scfin_chain.models.border import border_curve
from scfin_chain.models.orbit import closed_orbits
from scfin_chain.models.sweep import sweep_games
from scfin_chain.models.trajectory import trajectories

_VERSION = MODEL_VERSIONS["game"]

MOST_POINTS = 200
"""States of a path, and points of a border, in one answer."""

MOST_TURNS = 500.0
"""Time of a path by the game's largest payoff: so many need a tenth of a second or so."""

MOST_GAMES = 1_000

BISTABLE = {"fraud_share": 0.8, "incentive": 300}
"""A game near the printed one with two stable corners, so that there is a border between them."""


class GameStartInputs(GameInputs):
    """The game, and a state of it."""

    DOCUMENTED = (*GameInputs.DOCUMENTED, trajectories)

    x: Fraction = 0.5
    y: Fraction = 0.5


class GamePathInputs(GameStartInputs):
    """A start, and how far it is followed."""

    until: Annotated[
        Money, Field(ge=0, description="Time, one unit of money to the power of -1; by the largest payoff at most 500.")
    ] = 0.1
    points: Annotated[int, Field(ge=2, le=MOST_POINTS, description="States that are told, evenly spaced.")] = 50


class GamePathOutputs(Outputs):
    """States one after the other, from the start on."""

    times: list[float]
    x: list[Fraction]
    y: list[Fraction]
    drift: Annotated[Pure, Field(description="How far the first integral ever was from its first value, as a share.")]


class GameOrbitOutputs(Outputs):
    """Between which shares the path runs, and how long a round takes, in the game's own time (1/money)."""

    level: Money
    x_low: Fraction
    x_high: Fraction
    y_low: Fraction
    y_high: Fraction
    period: float


class GameBorderInputs(GameInputs):
    """A game with two stable corners, and the shares of banks over which the border is drawn."""

    model_config = example(**BISTABLE)

    DOCUMENTED = (*GameInputs.DOCUMENTED, border_curve)

    x: Annotated[list[Fraction], Field(max_length=MOST_POINTS)] = Field(
        default_factory=lambda: [0.0, 0.25, 0.5, 0.75, 1.0]
    )


class GameBorderOutputs(Outputs):
    """Its height over each share."""

    y: list[Fraction]


class GameSweepInputs(Inputs):
    """Games by what each has other than the printed one."""

    model_config = example(games=[{}, BISTABLE])

    games: Annotated[
        list[dict[str, Pure]],
        Field(max_length=MOST_GAMES, description="Parameters of each game by name; the printed one's are the rest."),
    ]


class SweptGame(Outputs):
    """What follows from one game; null where it has none."""

    condition: str
    x: Pure | None
    y: Pure | None
    corners: Annotated[list[str], Field(description="Verdicts on (0,0), (0,1), (1,0), (1,1).")]
    s1: Annotated[Fraction | None, Field(description="Basin of the corner that uses, by straight lines.")]
    basin: Annotated[Fraction | None, Field(description="The same by the game's own curve.")]


class GameSweepOutputs(Outputs):
    """One a game, in their order."""

    games: list[SweptGame]


def _path(inputs: GamePathInputs) -> GamePathOutputs:
    dynamics = replicator_dynamics(inputs.game())
    fastest = max(abs(pull) for pull in (dynamics.a, dynamics.c, dynamics.supervised_gain, dynamics.saving))
    if inputs.until * fastest > MOST_TURNS:
        raise Problem.of_field(
            "until", inputs.until, f"at most {MOST_TURNS / fastest:g}, as payoffs are up to {fastest:g}"
        )
    found = trajectories(dynamics, inputs.x, inputs.y, times=np.linspace(0.0, inputs.until, inputs.points))
    return GamePathOutputs(times=found.times.tolist(), x=found.x.tolist(), y=found.y.tolist(), drift=float(found.drift))


def _orbit(inputs: GameStartInputs) -> GameOrbitOutputs:
    found = closed_orbits(replicator_dynamics(inputs.game()), inputs.x, inputs.y)
    return GameOrbitOutputs(**{name: float(getattr(found, name)) for name in GameOrbitOutputs.model_fields})


def _border(inputs: GameBorderInputs) -> GameBorderOutputs:
    return GameBorderOutputs(y=border_curve(replicator_dynamics(inputs.game()), inputs.x).tolist())


def _sweep(inputs: GameSweepInputs) -> GameSweepOutputs:
    names = dict.fromkeys(name for game in inputs.games for name in game)
    columns = {name: [game.get(name, getattr(PRINTED_GAME, name, 0.0)) for game in inputs.games] for name in names}
    found = sweep_games(columns or {"loan": [PRINTED_GAME.loan] * len(inputs.games)})
    rows = zip(*(getattr(found, name).tolist() for name in SweptGame.model_fields), strict=True)
    return GameSweepOutputs(games=[SweptGame(**dict(zip(SweptGame.model_fields, row, strict=True))) for row in rows])


CALCULATIONS = (
    Calculation(
        name="game_path",
        version=_VERSION,
        inputs=GamePathInputs,
        outputs=GamePathOutputs,
        compute=_path,
        formulas=(trajectories,),
    ),
    Calculation(
        name="game_orbit",
        version=_VERSION,
        inputs=GameStartInputs,
        outputs=GameOrbitOutputs,
        compute=_orbit,
        formulas=(closed_orbits,),
    ),
    Calculation(
        name="game_border",
        version=_VERSION,
        inputs=GameBorderInputs,
        outputs=GameBorderOutputs,
        compute=_border,
        formulas=(border_curve,),
    ),
    Calculation(
        name="game_sweep",
        version=_VERSION,
        inputs=GameSweepInputs,
        outputs=GameSweepOutputs,
        compute=_sweep,
        formulas=(sweep_games,),
    ),
)
