"""Paper 003 from all its inputs: the price of one relationship, and what moves it."""

from dataclasses import asdict
from typing import Annotated, ClassVar

from pydantic import Field

from api.calculations.calculation import Calculation, Inputs, Outputs
from api.calculations.pricing import HorizonName
from api.calculations.quantities import Count, Fraction, Money, Pure, YearlyRate, Years
from scfin_chain.models import (
    MODEL_VERSIONS,
    PRINTED_RELATIONSHIP,
    Horizon,
    Relationship,
    price_relationship,
    price_tornado,
)

_VERSION = MODEL_VERSIONS["pricing"]


class RelationshipInputs(Inputs):
    """What is lent, to whom, at what cost and with what income; the defaults are the paper's, yuan."""

    DOCUMENTED: ClassVar[tuple[object, ...]] = (Relationship,)

    collateral: Money = PRINTED_RELATIONSHIP.collateral
    advance_rate: Fraction = PRINTED_RELATIONSHIP.advance_rate
    risk_free: YearlyRate = PRINTED_RELATIONSHIP.risk_free
    years: Years = PRINTED_RELATIONSHIP.years
    volatility: YearlyRate = PRINTED_RELATIONSHIP.volatility
    tax_rate: Fraction = PRINTED_RELATIONSHIP.tax_rate
    firms: Count = PRINTED_RELATIONSHIP.firms
    transfer_price: YearlyRate = PRINTED_RELATIONSHIP.transfer_price
    investigation_cost: Money = PRINTED_RELATIONSHIP.investigation_cost
    selling_cost: Money = PRINTED_RELATIONSHIP.selling_cost
    default_probability: Fraction = PRINTED_RELATIONSHIP.default_probability
    loss_given_default: Fraction = PRINTED_RELATIONSHIP.loss_given_default
    hurdle: YearlyRate = PRINTED_RELATIONSHIP.hurdle
    allocation: Fraction = PRINTED_RELATIONSHIP.allocation
    deposit_balance: Money = PRINTED_RELATIONSHIP.deposit_balance
    deposit_return: YearlyRate = PRINTED_RELATIONSHIP.deposit_return
    reserve_return: YearlyRate = PRINTED_RELATIONSHIP.reserve_return
    required_reserve: Fraction = PRINTED_RELATIONSHIP.required_reserve
    excess_reserve: Fraction = PRINTED_RELATIONSHIP.excess_reserve
    service_fees: Money = PRINTED_RELATIONSHIP.service_fees
    commission: Money = PRINTED_RELATIONSHIP.commission
    compounding: HorizonName = "one_year"
    return_years: HorizonName = "one_year"

    def relationship(self) -> Relationship:
        """What is priced."""
        given = {name: getattr(self, name) for name in RelationshipInputs.model_fields}
        years = {"compounding": Horizon(self.compounding), "return_years": Horizon(self.return_years)}
        return Relationship(**given | years)


class RelationshipOutputs(Outputs):
    """The price, and the amounts that it is made of, over the term."""

    rate: YearlyRate
    limit: Annotated[YearlyRate, Field(description="For ever more firms.")]
    negative: bool
    residual: Annotated[Money, Field(description="What the price leaves uncovered, but for rounding.")]
    firms_at_zero: Annotated[Pure | None, Field(description="Below so many firms the price is negative.")]
    advance: Money
    option_value: Money
    capital_cost: Money
    operating_cost: Money
    default_loss: Money
    required_return: Money
    deposit_income: Money
    service_income: Money


class TornadoInputs(RelationshipInputs):
    """A relationship, and by how much each of its inputs is moved."""

    DOCUMENTED = (Relationship, price_tornado)

    change: Pure = 0.1


class SensitivityOutputs(Outputs):
    """One input moved down and up, and the prices there; the input in its own unit."""

    name: str
    low: Pure
    high: Pure
    price_low: YearlyRate
    price_high: YearlyRate
    swing: YearlyRate


class TornadoOutputs(Outputs):
    """The widest swing first."""

    sensitivities: list[SensitivityOutputs]


def _price(inputs: RelationshipInputs) -> RelationshipOutputs:
    found = price_relationship(inputs.relationship())
    amounts = asdict(found.parts)
    option = amounts.pop("option")
    return RelationshipOutputs(
        **asdict(found.price), **amounts, option_value=option["value"], firms_at_zero=found.firms_at_zero
    )


def _tornado(inputs: TornadoInputs) -> TornadoOutputs:
    found = price_tornado(inputs.relationship(), change=inputs.change)
    return TornadoOutputs(sensitivities=[SensitivityOutputs(**asdict(one), swing=one.swing) for one in found])


CALCULATIONS = (
    Calculation(
        name="relationship_price",
        version=_VERSION,
        inputs=RelationshipInputs,
        outputs=RelationshipOutputs,
        compute=_price,
        formulas=(price_relationship,),
    ),
    Calculation(
        name="price_tornado",
        version=_VERSION,
        inputs=TornadoInputs,
        outputs=TornadoOutputs,
        compute=_tornado,
        formulas=(price_tornado,),
    ),
)
