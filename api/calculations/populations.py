"""Paper 001's game among three parties, and among so many banks and firms that they can be counted."""

from typing import Annotated

from pydantic import Field

from api.calculations.calculation import Calculation, Outputs
from api.calculations.game import Eigenvalue, GameInputs
from api.calculations.quantities import Count, Fraction, Money, Pure
from scfin_chain.models import MODEL_VERSIONS, payoff_matrix
from scfin_chain.models.populations import (
    PREVENTING_CORE,
    CoreEnterprise,
    PairwiseComparison,
    drift,
    mean_change,
    of_two_parties,
    rest_points,
    three_party_game,
)

_VERSION = MODEL_VERSIONS["game"]


class ThreePartyInputs(GameInputs):
    """The game of two, and what a core enterprise may win and lose."""

    DOCUMENTED = (*GameInputs.DOCUMENTED, CoreEnterprise)

    prevention_cost: Money = PREVENTING_CORE.prevention_cost
    confirmation_reward: Money = PREVENTING_CORE.confirmation_reward
    exposure_loss: Money = PREVENTING_CORE.exposure_loss
    exposure_probability: Fraction = PREVENTING_CORE.exposure_probability
    recovered_share: Fraction = PREVENTING_CORE.recovered_share

    def core(self) -> CoreEnterprise:
        """The third party."""
        return CoreEnterprise(**{name: getattr(self, name) for name in CoreEnterprise.__dataclass_fields__})


class RestPointOutputs(Outputs):
    """A state without motion: shares that use digital currency, that stay passive, and that repay."""

    bank: Fraction
    core: Fraction
    supplier: Fraction
    eigenvalues: list[Eigenvalue]
    verdict: str


class ThreePartyOutputs(Outputs):
    """All isolated ones, the pure ones first."""

    points: list[RestPointOutputs]
    lines: Annotated[bool, Field(description="Whether others fill an edge or a face.")]


class FiniteInputs(GameInputs):
    """The game of two among so many, of whom so many use digital currency, or repay."""

    DOCUMENTED = (*GameInputs.DOCUMENTED, PairwiseComparison)

    banks: Annotated[Count, Field(description="How many there are, at least 2.")] = 50
    using: Annotated[Count, Field(description="Banks that use digital currency.")] = 25
    firms: Annotated[Count, Field(description="How many there are, at least 2.")] = 200
    repaying: Annotated[Count, Field(description="Firms that repay.")] = 100
    selection: Pure = 0.01
    mutation: Fraction = 0


class FiniteOutputs(Outputs):
    """By how many those who use, and those who repay, become more on average in one revision."""

    using: Pure
    repaying: Pure


def _three(inputs: ThreePartyInputs) -> ThreePartyOutputs:
    found = rest_points(three_party_game(inputs.game(), inputs.core()))
    points = []
    for point in found.points:
        bank, core, supplier = (float(mix[0]) for mix in point.state)
        values = [Eigenvalue(real=value.real, imaginary=value.imag) for value in point.eigenvalues.tolist()]
        points.append(
            RestPointOutputs(bank=bank, core=core, supplier=supplier, eigenvalues=values, verdict=point.verdict.value)
        )
    return ThreePartyOutputs(points=points, lines=found.lines)


def _change(inputs: FiniteInputs) -> FiniteOutputs:
    process = PairwiseComparison(
        game=of_two_parties(payoff_matrix(inputs.game())),
        sizes=(inputs.banks, inputs.firms),
        selection=inputs.selection,
        mutation=inputs.mutation,
    )
    counts = [[inputs.using, inputs.banks - inputs.using], [inputs.repaying, inputs.firms - inputs.repaying]]
    using, repaying = (float(change[0]) for change in mean_change(process, counts))
    return FiniteOutputs(using=using, repaying=repaying)


CALCULATIONS = (
    Calculation(
        name="three_party_rest_points",
        version=_VERSION,
        inputs=ThreePartyInputs,
        outputs=ThreePartyOutputs,
        compute=_three,
        formulas=(rest_points, three_party_game),
    ),
    Calculation(
        name="finite_change",
        version=_VERSION,
        inputs=FiniteInputs,
        outputs=FiniteOutputs,
        compute=_change,
        formulas=(mean_change, drift),
    ),
)
