"""Whatever is given in place of one argument, a model answers with finite numbers or refuses with `ModelDomainError`.

given arguments that a function takes, but one of another type, shape or size
    it refuses, or every number of its answer is finite
given a number in place of a sequence, of what a dataclass holds or of yes and no
    it refuses it by name
"""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scfin_chain import models
from scfin_chain.models import PRINTED_RELATIONSHIP, PRINTED_STAKES, ModelDomainError
from tests.finite import assert_finite

LENDING = models.Lending(rate=0.1, cost_rate=0.065, cap=1e6)
OPTION = PRINTED_RELATIONSHIP.option()
BAND = models.rate_score(68)
TERMS = models.ProgrammeTerms()
VOLUME = models.BusinessVolume(mean=60, deviation=10)
LAW = models.RepaymentLaw(shape=2.0, rate=1.0)
BOND = models.BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)
DEPOSIT = models.DepositTerms(
    balance=2e6, deposit_return=0.046, reserve_return=0.019, required_reserve=0.165, tax_rate=0
)
PROGRAMME = {"terms": TERMS, "band": BAND, "firms": 8, "supervised": True}
BALANCE = models.programme_balance(TERMS, BAND, firms=8, supervised=False)

TAKEN: dict[Callable[..., object], dict[str, Any]] = {
    models.basis_points_up: {"rate": 0.04},
    models.best_rate: {"guarantee": 1e6, "cost_rate": 0.06, "default_probability": 0.4, "ceiling": 0.1},
    models.bond_default_probability: {"bond": BOND, "formula": models.SpreadFormula.PROMISED},
    models.break_even_price: {"terms": BALANCE},
    models.capital_cost: {"advance": 1.0, "transfer_price": 0.04, "years": 2},
    models.collateral_volatility: {"deviations": (0.1, 0.2)},
    models.conventional_quote: {
        "base": 0.04,
        "average_cost": 0.0,
        "risk_premium": 0.0,
        "term_premium": 0.0,
        "target_margin": 0.0,
    },
    models.credit_cap: {"guarantee": 1e6, "default_probability": 0.4},
    models.default_loss: {"advance": 1.0, "band": BAND},
    models.default_probability_over: {"band": BAND, "years": 1},
    models.deposit_income: {"terms": DEPOSIT, "years": 1},
    models.estimate_volume: {"volumes": [3, 4]},
    models.expected_profit: {"lending": LENDING, "line": 10.0, "exponent": 1.0},
    models.expected_profit_under: {"lending": LENDING, "line": 10.0, "repayment": stats.uniform(scale=1e6)},
    models.firms_at_price: {"terms": BALANCE, "rate": 0.0},
    models.freight_guarantee: {
        "volume": VOLUME,
        "freight": models.Freight(unit_price=0.3, distance=10),
        "quantile": 1.65,
        "periods": 1,
    },
    models.identity_residual: {"terms": BALANCE, "rate": 0.04},
    models.judge_supervision: {"record": models.RepaymentRecord(repaid=1, due=2), "stakes": PRINTED_STAKES},
    models.line_elasticities: {"rate": 0.1, "cost_rate": 0.06, "default_probability": 0.4},
    models.line_scenarios: {
        "rates": [0.1],
        "guarantee": 1e6,
        "default_probability": 0.4,
        "cost_rate": 0.06,
        "change": 0.1,
        "absolute": False,
    },
    models.log_odds: {"probability": 0.4},
    models.monthly_volume: {"months": (60, 80), "declared": 60},
    models.normal_cdf: {"x": 0.0},
    models.normal_quantile: {"confidence": 0.95},
    models.optimal_line: {"lending": LENDING, "exponent": 1.0},
    models.optimal_line_under: {"lending": LENDING, "repayment": stats.uniform(scale=1e6)},
    models.option_greeks: {"option": OPTION},
    models.pair_line: {
        "volume": VOLUME,
        "law": LAW,
        "default_probability": 0.1,
        "earning": 0.07,
        "cost": 0.05,
        "quantile": 1.65,
    },
    models.predictive_line: {"lending": LENDING, "law": LAW},
    models.price_programme: PROGRAMME,
    models.price_relationship: {"relationship": PRINTED_RELATIONSHIP},
    models.price_relationships: {"base": PRINTED_RELATIONSHIP},
    models.price_tornado: {"relationship": PRINTED_RELATIONSHIP, "change": 0.1, "bounds": {"volatility": (0.1, 0.2)}},
    models.probability_from_log_odds: {"odds": 0.0},
    models.profits_by_line: {"lending": LENDING, "lines": [1.0]},
    models.programme_balance: PROGRAMME,
    models.rate_record: {"record": models.PaymentRecord(prompt=1, due=2)},
    models.rate_score: {"score": 68},
    models.repayment_law: {"lateness": models.Lateness(paid=4, late_days=65), "prior": 1.0},
    models.required_return: {"advance": 1.0, "hurdle": 0.16, "allocation": 0.08, "years": 1},
    models.service_income: {"services": [(30.0, 730)], "tax_rate": 0.05},
    models.value_deviations: {"market_values": (11.0, 12.0), "book_values": (10.0, 9.0)},
    models.value_option: {"option": OPTION},
    models.value_options: {"base": OPTION},
}
"""Arguments that each function of papers 003 and 004, and the supervision of 001, takes."""

GAME = {"approximate_basins", "area_slopes", "first_integral", "payoff_matrix", "polyline_area", "replicator_dynamics"}
"""Functions of the game, beside `stability`."""

STRANGE = (
    None, True, "no", "x", 1.0, 2, -1, 10**400, 1e300, 5e-324, float("nan"), float("inf"), 1j, b"x", object(), {},
    [], [1.0], [None], [[1.0]], "ab", np.array(1.0), np.array([1.0, 2.0]), np.float64(0.1), np.bool_(True), LENDING,
    TERMS, stats.norm(), stats.uniform, {"volatility": 1.0}, {"spirit": (1, 2)}, lambda rate: "x",
)  # fmt: skip


def test_every_function_is_asked() -> None:
    public = {name for name in models.__all__ if inspect.isfunction(getattr(models, name))}
    assert {call.__name__ for call in TAKEN} == public - GAME - {"stability"}


@pytest.mark.parametrize("call", TAKEN, ids=lambda call: call.__name__)
def test_answers_finitely_or_refuses_what_is_strange(call: Callable[..., object]) -> None:
    taken = TAKEN[call]
    assert_finite(call(**taken))
    for name in taken:
        for strange in STRANGE:
            try:
                answer = call(**taken | {name: strange})
            except ModelDomainError:
                continue
            assert_finite(answer)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (call, name)
        for call, taken in TAKEN.items()
        for name, value in taken.items()
        if isinstance(value, bool | list | tuple) or is_dataclass(value)
    ],
)
@pytest.mark.parametrize("strange", [None, 1.0, float("nan"), np.array(1.0), object(), "no"])
def test_refuses_by_name_what_is_no_sequence_dataclass_or_truth(
    call: Callable[..., object], name: str, strange: object
) -> None:
    with pytest.raises(ModelDomainError) as refused:
        call(**TAKEN[call] | {name: strange})
    if strange != "no":  # which is a sequence, of letters
        assert refused.value.field == name
