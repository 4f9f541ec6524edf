"""Paper 001: the game of a bank that may supervise and a firm that may not repay, and the verdict on one programme."""

from dataclasses import asdict, fields
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.quantities import Count, Fraction, Money, Pure, Stake
from scfin_chain.models import (
    MODEL_VERSIONS,
    PRINTED_GAME,
    PRINTED_STAKES,
    AreaSlopes,
    Basins,
    Equilibrium,
    Game,
    RepaymentRecord,
    SupervisionStakes,
    approximate_basins,
    area_slopes,
    judge_supervision,
    payoff_matrix,
    replicator_dynamics,
    stability,
)
from scfin_chain.models.basin import exact_basins

_VERSION = MODEL_VERSIONS["game"]


class GameInputs(Inputs):
    """The game's parameters; the defaults are those printed in the paper, money without unit."""

    DOCUMENTED: ClassVar[tuple[object, ...]] = (Game,)

    loan: Money = PRINTED_GAME.loan
    loan_rate: Fraction = PRINTED_GAME.loan_rate
    investment_rate: Fraction = PRINTED_GAME.investment_rate
    sales_income: Money = PRINTED_GAME.sales_income
    production_cost: Money = PRINTED_GAME.production_cost
    credit_cost: Money = PRINTED_GAME.credit_cost
    technology_cost: Money = PRINTED_GAME.technology_cost
    monitoring_cost: Money = PRINTED_GAME.monitoring_cost
    forging_cost: Money = PRINTED_GAME.forging_cost
    fraud_income: Money = PRINTED_GAME.fraud_income
    fraud_share: Fraction = PRINTED_GAME.fraud_share
    incentive: Money = PRINTED_GAME.incentive
    credibility: Money = PRINTED_GAME.credibility
    supervised_penalty: Money = PRINTED_GAME.supervised_penalty
    unsupervised_penalty: Money = PRINTED_GAME.unsupervised_penalty

    def game(self) -> Game:
        """The game of these parameters."""
        return Game(**{field.name: getattr(self, field.name) for field in fields(Game)})


class PayoffOutputs(Outputs):
    """What one pair of moves brings."""

    bank: Money
    firm: Money


class GamePayoffs(Outputs):
    """The payoffs, and the coefficients of the replicator equations."""

    use_repay: PayoffOutputs
    use_default: PayoffOutputs
    not_repay: PayoffOutputs
    not_default: PayoffOutputs
    saves_cost: Annotated[bool, Field(description="Whether c1 > c2 + c3, as the paper assumes.")]
    a: Money
    b: Money
    c: Money
    d: Money
    supervised_gain: Money
    unsupervised_gain: Money
    saving: Money


class Eigenvalue(Outputs):
    """A complex number, money."""

    real: Money
    imaginary: Money


class EquilibriumOutputs(Outputs):
    """A point of rest: shares of banks that use digital currency, and of firms that repay."""

    x: Pure
    y: Pure
    eigenvalues: list[Eigenvalue]
    verdict: Literal["evolutionarily stable", "unstable", "saddle", "centre", "non-hyperbolic"]


class Equilibria(Outputs):
    """All five; the fifth lies at x, y, and is an equilibrium of the game where it is inside the square."""

    condition: str
    x: Pure
    y: Pure
    corners: list[EquilibriumOutputs]
    interior: EquilibriumOutputs | None


class BasinInputs(GameInputs):
    """The game, and how its borders are drawn."""

    exact: Annotated[bool, Field(description="By the game's own curve, and not by the paper's straight lines.")] = False


class BasinOutputs(Outputs):
    """Shares of the square that the stable corners attract; null where no two are stable."""

    s1: Fraction | None
    s2: Fraction | None
    s1_corner: list[int] | None
    s2_corner: list[int] | None
    exact: bool


class SlopeOutputs(Outputs):
    """How S1 moves with each parameter, one a unit of it."""

    loan: Pure
    loan_rate: Pure
    sales_income: Pure
    production_cost: Pure
    credit_cost: Pure
    technology_cost: Pure
    monitoring_cost: Pure
    forging_cost: Pure
    fraud_income: Pure
    fraud_share: Pure
    incentive: Pure
    supervised_penalty: Pure
    unsupervised_penalty: Pure


class SupervisionInputs(Inputs):
    """A programme's repayments, and what the bank weighs; the stakes are the paper's by default."""

    DOCUMENTED = (RepaymentRecord, SupervisionStakes)

    repaid: Count = 0
    due: Count = 0
    credit_cost: Stake = PRINTED_STAKES.credit_cost
    technology_cost: Stake = PRINTED_STAKES.technology_cost
    monitoring_cost: Stake = PRINTED_STAKES.monitoring_cost
    supervised_penalty: Stake = PRINTED_STAKES.supervised_penalty
    unsupervised_penalty: Stake = PRINTED_STAKES.unsupervised_penalty


class SupervisionOutputs(Outputs):
    """Which way the bank is driven; a tie keeps its last move."""

    verdict: Literal["supervise", "release", "tie"]
    belief: Annotated[Fraction, Field(description="Believed share of obligations repaid.")]
    saving: Annotated[str, Field(description="What supervising saves, whole money as text.")]
    premium: Annotated[str, Field(description="What the unsupervised pay more, whole money as text.")]


def _payoffs(inputs: GameInputs) -> GamePayoffs:
    game = inputs.game()
    dynamics = replicator_dynamics(game)
    return GamePayoffs(
        **asdict(payoff_matrix(game)),
        **asdict(dynamics),
        unsupervised_gain=dynamics.unsupervised_gain,
        saves_cost=game.saves_cost,
    )


def _equilibria(inputs: GameInputs) -> Equilibria:
    found = stability(replicator_dynamics(inputs.game()))
    return Equilibria(
        condition=found.condition.value,
        x=found.x,
        y=found.y,
        corners=[_equilibrium(corner) for corner in found.corners],
        interior=None if found.interior is None else _equilibrium(found.interior),
    )


def _equilibrium(found: Equilibrium) -> EquilibriumOutputs:
    return EquilibriumOutputs(
        x=found.x,
        y=found.y,
        eigenvalues=[Eigenvalue(real=value.real, imaginary=value.imag) for value in found.eigenvalues],
        verdict=found.verdict.value,
    )


def _basins(inputs: BasinInputs) -> BasinOutputs:
    dynamics = replicator_dynamics(inputs.game())
    if inputs.exact:
        return _areas(exact_basins(dynamics), exact=True)
    return _areas(approximate_basins(stability(dynamics)), exact=False)


def _areas(basins: Basins | None, *, exact: bool) -> BasinOutputs:
    if basins is None:
        return BasinOutputs(s1=None, s2=None, s1_corner=None, s2_corner=None, exact=exact)
    return BasinOutputs(
        s1=basins.s1,
        s2=basins.s2,
        s1_corner=list(basins.s1_corner),
        s2_corner=list(basins.s2_corner),
        exact=basins.exact,
    )


def _slopes(inputs: GameInputs) -> SlopeOutputs:
    slopes: AreaSlopes = area_slopes(inputs.game())
    return SlopeOutputs(**asdict(slopes))


def _supervision(inputs: SupervisionInputs) -> SupervisionOutputs:
    record = RepaymentRecord(repaid=inputs.repaid, due=inputs.due)
    stakes = SupervisionStakes(**inputs.model_dump(exclude={"repaid", "due"}))
    return SupervisionOutputs(
        verdict=judge_supervision(record, stakes).value,
        belief=record.belief,
        saving=str(stakes.saving),
        premium=str(stakes.premium),
    )


CALCULATIONS = (
    Calculation(
        name="game_payoffs",
        version=_VERSION,
        inputs=GameInputs,
        outputs=GamePayoffs,
        compute=_payoffs,
        formulas=(payoff_matrix, replicator_dynamics),
    ),
    Calculation(
        name="game_equilibria",
        version=_VERSION,
        inputs=GameInputs,
        outputs=Equilibria,
        compute=_equilibria,
        formulas=(stability, replicator_dynamics),
    ),
    Calculation(
        name="game_basins",
        version=_VERSION,
        inputs=BasinInputs,
        outputs=BasinOutputs,
        compute=_basins,
        formulas=(approximate_basins, stability),
    ),
    Calculation(
        name="game_slopes",
        version=_VERSION,
        inputs=GameInputs,
        outputs=SlopeOutputs,
        compute=_slopes,
        formulas=(area_slopes,),
    ),
    Calculation(
        name="supervision",
        version=MODEL_VERSIONS["supervision"],
        inputs=SupervisionInputs,
        outputs=SupervisionOutputs,
        compute=_supervision,
        formulas=(judge_supervision,),
    ),
)
