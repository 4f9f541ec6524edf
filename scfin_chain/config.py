"""Settings of the ledger, the models and the scenarios, with the papers' values as defaults.

A TOML file may change any of them, table by table; an unknown name or a value out of range is refused by name.
Paper numbers stand beside their values: 001 the evolutionary game, 003 the pricing, 004 the credit line.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, read_text

Share = Annotated[float, Field(ge=0, lt=1)]
Rate = Annotated[float, Field(ge=0, le=1)]
Bps = Annotated[int, Field(ge=0, le=10_000)]
Days = Annotated[int, Field(ge=0, le=3_650)]
Amount = Annotated[int, Field(ge=0, le=2**62)]
Whole = Annotated[int, Field(ge=0, le=10**15)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ScenarioSettings(_Table):
    """How a file of invoices becomes a supply chain."""

    amount_unit: Annotated[int, Field(ge=1, le=10**9)] = 1_000
    """Amounts of the invoice file are multiplied by it; the models are homogeneous in money, but the rounding of prices
    to a minor unit would otherwise be as large as the bank's margin on an invoice of 60."""
    passed_on_bps: Annotated[int, Field(ge=0, le=9_999)] = 4_000
    """Share of a credit token that each tier hands down to the next."""
    tiers: Annotated[int, Field(ge=1, le=5)] = 3
    """Supplier tiers; tier 1 is the branch that sold to the core enterprise."""
    suppliers_a_tier: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Suppliers in each tier below the first, per branch; with more than one the seed draws who is paid."""
    request_open_days: Days = 7
    """A request that nobody decided may be expired after so many days."""
    issuer_limit: Amount = 10**15
    """Limit of each core enterprise's credit in circulation, minor units, set by the bank."""
    bank_cash: Amount = 10**15
    """Central-bank money that the bank starts with, minor units."""


class LedgerSettings(_Table):
    """Terms written into the contracts when they are deployed."""

    fee_grace_days: Days = 5
    """The late fee starts so many days after maturity."""
    default_days: Days = 30
    """Default may be declared so many days after maturity."""
    late_fee_bps: Bps = 1_000
    """Late fee on what is unpaid, a year, actual/365."""


class PricingSettings(_Table):
    """Paper 003: the programme price of equation (1.1) per unit of advance, and the corridor around it."""

    advance_bps: Annotated[int, Field(ge=1, le=10_000)] = 8_000
    """delta: the bank's claim per unit of pledged credit."""
    declared_firms: Annotated[int, Field(ge=1, le=10_000)] = 8
    """N declared of a programme; once more firms are financed, their number takes its place."""
    volatility: Rate = 0.0742
    risk_free: Rate = 0.04
    compounding: Literal["one_year", "term"] = "one_year"
    """Years over which the option's strike compounds; the paper prints one."""
    tax_rate: Share = 0.05
    transfer_price: Rate = 0.0455
    """FTP: the bank's internal cost of funds, a year."""
    investigation_cost: Rate = 10_000 / 9_016_000
    """Cf over the programme's two years: what supervision reduces."""
    selling_cost: Rate = 40_000 / 9_016_000
    """Cv over the two years."""
    hurdle: Rate = 0.16
    """min(RAROC), a year."""
    allocation: Rate = 0.08
    """Economic capital."""
    return_years: Literal["one_year", "term"] = "term"
    """Years for which required return and deposit income count; the paper prints one."""
    deposit_share: Annotated[float, Field(ge=0, le=10)] = 0.2
    """F; the paper's printed amount is 20 % of the loan, not its stated 2 %."""
    deposit_return: Rate = 0.046
    reserve_return: Rate = 0.019
    required_reserve: Rate = 0.165
    service_income: Annotated[float, Field(ge=0, le=10)] = 55_480 / 9_016_000
    """I3 over the two years, net of tax."""
    floor_bps: Bps = 350
    cap_bps: Bps = 650

    @model_validator(mode="after")
    def _corridor(self) -> "PricingSettings":
        if self.cap_bps < self.floor_bps:
            raise InvalidInput("pricing.cap_bps", self.cap_bps, f"at least floor_bps, {self.floor_bps}")
        return self


class ScoreSettings(_Table):
    """The score from the debtor's payment history."""

    grace_days: Days = 5
    """A payment within so many days of falling due counts as prompt."""
    fitted_model: Annotated[str, Field(max_length=4_096)] = ""
    """Path of a fitted model of default, which takes the rating table's place; empty is the table."""


class LineSettings(_Table):
    """Paper 004: the credit line of a pair (holder, issuer)."""

    prior: Annotated[float, Field(gt=0, le=1_000)] = 1.0
    """k of the Gamma(k, k) prior of the repayment law: payments, and months, that it is worth."""
    confidence: Annotated[float, Field(ge=0.5, le=0.999999)] = 0.95
    """alpha of the guarantee's quantile."""
    declared_month: Annotated[int, Field(ge=0, le=2**62)] = 0
    """A pair's declared monthly credit, minor units; 0 stands for the pair's first credit."""
    least_days: Annotated[int, Field(ge=1, le=3_650)] = 1
    """A credit that matures in fewer days is due too soon to be financed."""


class SupervisionSettings(_Table):
    """Paper 001: the game between bank and firm, at its printed parameters (money without unit, whole numbers)."""

    loan: Whole = 600
    loan_rate: Rate = 0.05
    investment_rate: Rate = 0.05
    sales_income: Whole = 100
    production_cost: Whole = 300
    credit_cost: Annotated[int, Field(ge=1, le=10**15)] = 80
    technology_cost: Whole = 5
    monitoring_cost: Whole = 5
    forging_cost: Whole = 200
    fraud_income: Whole = 100
    fraud_share: Rate = 0.5
    incentive: Whole = 50
    credibility: Whole = 20
    supervised_penalty: Whole = 400
    unsupervised_penalty: Whole = 600
    grace_days: Days = 30
    """Repaid within so many days of falling due is no default."""


class Settings(BaseModel):
    """Everything that a run may change, one table a concern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: ScenarioSettings = ScenarioSettings()
    ledger: LedgerSettings = LedgerSettings()
    pricing: PricingSettings = PricingSettings()
    score: ScoreSettings = ScoreSettings()
    line: LineSettings = LineSettings()
    supervision: SupervisionSettings = SupervisionSettings()


def load_settings(path: Path | None, *, beside: tuple[str, ...] = ()) -> Settings:
    """The settings of a TOML file; the defaults where it is silent, and all of them where there is no file.

    Tables named in ``beside`` are somebody else's.

    Raises
    ------
    InvalidInput
        The file is missing or no TOML, names something unknown, or sets a value out of range.
    """
    tables = tables_of(path)
    try:
        return Settings.model_validate({name: table for name, table in tables.items() if name not in beside})
    except ValidationError as error:
        raise refusal_of(error) from error


def tables_of(path: Path | None) -> dict[str, Any]:
    """What a TOML file of settings holds, by name; nothing where there is no file.

    Raises
    ------
    InvalidInput
        The file cannot be read, or is no TOML.
    """
    if path is None:
        return {}
    text = read_text(path, field="--settings", most=LARGEST_DOCUMENT)
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise InvalidInput("--settings", str(path), f"a TOML file ({error})") from error
    except RecursionError as error:
        raise InvalidInput("--settings", str(path), "a TOML file (it nests too deeply)") from error


def refusal_of(error: ValidationError) -> InvalidInput:
    """The first of what pydantic found, in our words."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    match first["type"]:
        case "extra_forbidden":
            return InvalidInput(name, "set", "a name of the documented settings")
        case "model_type":
            return InvalidInput(name, first["input"], "a table")
        case _:
            return InvalidInput(name, first["input"], first["msg"].removeprefix("Input should be "))
