"""Published models of supply chain finance, as pure functions of frozen values.

Four papers, each on one question: `break_even_price` and `price_relationship` price a relationship (paper 003),
`optimal_line` limits it and `default_model` finds its probability of default (paper 004), `stability` and
`judge_supervision` say whether supervising pays, for more parties and finite numbers `populations` (paper 001), and
`series` tests what drives what over time (paper 000). `price_programme` and `pair_line` compose them for one decision;
`rate_record` and `repayment_law` learn from payments. Money is in the caller's unit, rates are fractions a year, and
every refused argument raises `ModelDomainError`. What the papers print, and whether it follows, is in
docs/REPRODUCTION.md.
"""

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.basin import Basins, approximate_basins, polyline_area
from scfin_chain.models.collateral import CollateralOutlook, collateral_volatility, value_deviations
from scfin_chain.models.cost import capital_cost, default_loss, required_return
from scfin_chain.models.credit_line import (
    CreditLine,
    Lending,
    credit_cap,
    expected_profit,
    optimal_line,
    predictive_line,
)
from scfin_chain.models.default_probability import (
    BondQuote,
    SpreadFormula,
    bond_default_probability,
    log_odds,
    probability_from_log_odds,
)
from scfin_chain.models.equilibrium import Condition, Equilibrium, Stability, Verdict, stability
from scfin_chain.models.game import (
    PRINTED_GAME,
    Dynamics,
    Game,
    Payoff,
    PayoffMatrix,
    payoff_matrix,
    replicator_dynamics,
)
from scfin_chain.models.greeks import Greeks, OptionArrays, option_greeks, value_options
from scfin_chain.models.guarantee import PAPER_QUANTILE, BusinessVolume, Freight, estimate_volume, freight_guarantee
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.income import DepositTerms, deposit_income, service_income
from scfin_chain.models.invariant import first_integral
from scfin_chain.models.line_law import LawLine, RepaymentDistribution, expected_profit_under, optimal_line_under
from scfin_chain.models.line_rate import BestRate, LineElasticities, RateResponse, best_rate, line_elasticities
from scfin_chain.models.line_tables import (
    PAPER_COST_RATE,
    PAPER_DEFAULT_PROBABILITY,
    PAPER_GUARANTEE,
    LineScenarios,
    line_scenarios,
    profits_by_line,
)
from scfin_chain.models.normal import normal_cdf, normal_quantile
from scfin_chain.models.option import ExcessProfitOption, OptionValue, value_option
from scfin_chain.models.pair import PairLine, monthly_volume, pair_line
from scfin_chain.models.pricing import (
    BreakEven,
    BreakEvenPrice,
    break_even_price,
    conventional_quote,
    firms_at_price,
    identity_residual,
)
from scfin_chain.models.programme import (
    ProgrammePrice,
    ProgrammeTerms,
    price_programme,
    programme_balance,
)
from scfin_chain.models.quote import basis_points_up
from scfin_chain.models.rating import (
    RATING_TABLE,
    PaymentRecord,
    Rating,
    RatingBand,
    default_probability_over,
    rate_record,
    rate_score,
)
from scfin_chain.models.relationship import (
    PRINTED_RELATIONSHIP,
    Relationship,
    RelationshipPrice,
    price_relationship,
)
from scfin_chain.models.relationship_arrays import RelationshipPrices, price_relationships
from scfin_chain.models.repayment import Lateness, RepaymentLaw, repayment_law
from scfin_chain.models.slopes import AreaSlopes, area_slopes
from scfin_chain.models.supervision import (
    PRINTED_STAKES,
    RepaymentRecord,
    SupervisionStakes,
    SupervisionVerdict,
    judge_supervision,
)
from scfin_chain.models.tornado import Sensitivity, price_tornado
from scfin_chain.models.versions import MODEL_VERSIONS

__all__ = [
    "MODEL_VERSIONS",
    "PAPER_COST_RATE",
    "PAPER_DEFAULT_PROBABILITY",
    "PAPER_GUARANTEE",
    "PAPER_QUANTILE",
    "PRINTED_GAME",
    "PRINTED_RELATIONSHIP",
    "PRINTED_STAKES",
    "RATING_TABLE",
    "AreaSlopes",
    "Basins",
    "BestRate",
    "BondQuote",
    "BreakEven",
    "BreakEvenPrice",
    "BusinessVolume",
    "CollateralOutlook",
    "Condition",
    "CreditLine",
    "DepositTerms",
    "Dynamics",
    "Equilibrium",
    "ExcessProfitOption",
    "Freight",
    "Game",
    "Greeks",
    "Horizon",
    "Lateness",
    "LawLine",
    "Lending",
    "LineElasticities",
    "LineScenarios",
    "ModelDomainError",
    "OptionArrays",
    "OptionValue",
    "PairLine",
    "PaymentRecord",
    "Payoff",
    "PayoffMatrix",
    "ProgrammePrice",
    "ProgrammeTerms",
    "RateResponse",
    "Rating",
    "RatingBand",
    "Relationship",
    "RelationshipPrice",
    "RelationshipPrices",
    "RepaymentDistribution",
    "RepaymentLaw",
    "RepaymentRecord",
    "Sensitivity",
    "SpreadFormula",
    "Stability",
    "SupervisionStakes",
    "SupervisionVerdict",
    "Verdict",
    "approximate_basins",
    "area_slopes",
    "basis_points_up",
    "best_rate",
    "bond_default_probability",
    "break_even_price",
    "capital_cost",
    "collateral_volatility",
    "conventional_quote",
    "credit_cap",
    "default_loss",
    "default_probability_over",
    "deposit_income",
    "estimate_volume",
    "expected_profit",
    "expected_profit_under",
    "firms_at_price",
    "first_integral",
    "freight_guarantee",
    "identity_residual",
    "judge_supervision",
    "line_elasticities",
    "line_scenarios",
    "log_odds",
    "monthly_volume",
    "normal_cdf",
    "normal_quantile",
    "optimal_line",
    "optimal_line_under",
    "option_greeks",
    "pair_line",
    "payoff_matrix",
    "polyline_area",
    "predictive_line",
    "price_programme",
    "price_relationship",
    "price_relationships",
    "price_tornado",
    "probability_from_log_odds",
    "profits_by_line",
    "programme_balance",
    "rate_record",
    "rate_score",
    "repayment_law",
    "replicator_dynamics",
    "required_return",
    "service_income",
    "stability",
    "value_deviations",
    "value_option",
    "value_options",
]
