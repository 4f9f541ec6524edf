"""Whatever the arguments, a model answers with finite numbers or refuses with `ModelDomainError`.

given any float, also an infinite or undefined one
    it refuses, or every number of its answer is finite
"""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from scfin_chain import models
from scfin_chain.models import ModelDomainError
from scfin_chain.models.basin import exact_basins
from scfin_chain.models.domain import AMOUNT_LIMIT
from scfin_chain.models.relationship import RELATIONSHIP_DOMAINS
from tests.finite import assert_finite

anything = st.one_of(
    st.floats(),
    st.floats(0, 1),
    st.integers(-3, 10**50),
    st.sampled_from((0.0, 1.0, -1.0, 5e-324, 1e-300, 1e45, 1.7e308, 10**400)),
)
sensible = st.floats(0, 1)
values = st.one_of(sensible, anything)
exhaustive = settings(derandomize=True, deadline=None, max_examples=80)


def option(v: list[float]) -> object:
    terms = models.ExcessProfitOption(
        collateral=v[0], advance_rate=v[1], risk_free=v[2], years=v[3], volatility=v[4], compounding=models.Horizon.TERM
    )
    return models.value_option(terms)


def balance(v: list[float]) -> object:
    terms = models.BreakEven(
        advance=v[0], collateral=max(v[0], v[1]), years=v[2], tax_rate=v[3], firms=3, cost=v[4], required_return=v[5],
        option_value=v[6], deposit_income=v[7], service_income=v[8], commission=v[9],
    )  # fmt: skip
    return models.break_even_price(terms), models.firms_at_price(terms), models.firms_at_price(terms, v[10])


def collateral(v: list[float]) -> object:
    outlook = models.CollateralOutlook(value=v[0], coupon=v[1], discount_rate=v[2], provision=v[3])
    deviations = models.value_deviations(outlook.market_values, outlook.book_values)
    return outlook.market_values, deviations, models.collateral_volatility(deviations)


def deviations(v: list[float]) -> object:
    return models.collateral_volatility(models.value_deviations(v[:3], v[3:6]))


def cost_and_income(v: list[float]) -> object:
    deposit = models.DepositTerms(
        balance=v[0],
        deposit_return=v[1],
        reserve_return=v[2],
        required_reserve=v[3],
        excess_reserve=v[4],
        tax_rate=v[5],
    )
    return (
        models.deposit_income(deposit, years=v[6]),
        models.service_income([(v[0], 3), (v[1], 10**6)], tax_rate=v[2]),
        models.capital_cost(v[0], transfer_price=v[1], years=v[2]),
        models.required_return(v[0], hurdle=v[1], allocation=v[2], years=v[3]),
        models.default_loss(v[0], models.rate_score(68)),
    )


def rating(v: list[float]) -> object:
    return models.default_probability_over(models.rate_score(v[0]), years=v[1])


def bond(v: list[float]) -> object:
    quote = models.BondQuote(coupon=v[0], interest_tax=v[1], risk_free=v[2], loss_given_default=v[3])
    probability = models.bond_default_probability(quote)
    odds = models.log_odds(probability)
    return probability, odds, models.probability_from_log_odds(odds)


def odds(v: list[float]) -> object:
    return models.probability_from_log_odds(v[0]), models.log_odds(v[1])


def guarantee(v: list[float]) -> object:
    law = models.BusinessVolume(mean=v[0], deviation=v[1])
    freight = models.Freight(unit_price=v[2], distance=v[3])
    return models.freight_guarantee(law, freight, quantile=v[4], periods=v[5])


def line(v: list[float]) -> object:
    lending = models.Lending(rate=v[0], cost_rate=v[1], cap=models.credit_cap(v[2], default_probability=v[3]))
    law = models.RepaymentLaw(shape=v[4], rate=v[5])
    return (
        models.optimal_line(lending, exponent=law.exponent),
        models.predictive_line(lending, law),
        models.expected_profit(lending, v[6], exponent=law.exponent),
        law.predictive_cdf(v[7]),
    )


def pair(v: list[float]) -> object:
    return models.pair_line(
        models.BusinessVolume(mean=v[0], deviation=v[1]),
        models.RepaymentLaw(shape=v[2], rate=v[3]),
        default_probability=v[4],
        earning=v[5],
        cost=v[6],
        quantile=v[7],
    )


def game(v: list[float]) -> object:
    names = [field.name for field in fields(models.Game)]
    parameters = models.Game(**dict(zip(names, v, strict=True)))
    dynamics = models.replicator_dynamics(parameters)
    found = models.stability(dynamics)
    areas = models.approximate_basins(found), exact_basins(dynamics)
    return models.payoff_matrix(parameters), dynamics, found, areas, models.area_slopes(parameters)


def integral(v: list[float]) -> object:
    return models.first_integral(models.replicator_dynamics(models.PRINTED_GAME), v[0], v[1])


def programme(v: list[float]) -> object:
    names = (
        "advance_rate", "volatility", "risk_free", "tax_rate", "transfer_price", "investigation_cost", "selling_cost",
        "supervised_share", "hurdle", "allocation", "deposit_share", "deposit_return", "reserve_return",
        "required_reserve", "service_income",
    )  # fmt: skip
    terms = models.ProgrammeTerms(**dict(zip(names, v, strict=True)))
    return models.price_programme(terms, models.rate_score(45), firms=3, supervised=True)


def quote(v: list[float]) -> object:
    premiums = {"base": v[0], "average_cost": v[1], "risk_premium": v[2], "term_premium": v[3], "target_margin": v[4]}
    return models.conventional_quote(**premiums), models.basis_points_up(v[5]), models.normal_quantile(v[6])


def best_rate(v: list[float]) -> object:
    answer = models.RateResponse(default_probability=v[0], reference_rate=v[1], slope=v[2])
    best = models.best_rate(v[3], cost_rate=v[4], default_probability=answer, ceiling=v[5])
    return best, answer.survival(v[6]), models.best_rate(v[3], cost_rate=v[4], default_probability=v[0], ceiling=v[5])


def tables(v: list[float]) -> object:
    lending = models.Lending(rate=v[0], cost_rate=v[1], cap=v[2])
    return (
        models.profits_by_line(lending, v[3:6]),
        models.line_scenarios(v[6:8], guarantee=v[8], default_probability=v[9], cost_rate=v[10], change=v[11]),
        models.line_elasticities(rate=max(v[0], v[1]), cost_rate=min(v[0], v[1]), default_probability=v[9]),
    )


def under(v: list[float]) -> object:
    lending = models.Lending(rate=v[0], cost_rate=v[1], cap=v[2])
    law = stats.uniform(loc=v[3], scale=v[4])
    return models.optimal_line_under(lending, law), models.expected_profit_under(lending, v[5], law)


def tornado(v: list[float]) -> object:
    moved = dict(zip(models.PRINTED_RELATIONSHIP.inputs, v, strict=False)) | {"firms": 3}
    return models.price_tornado(replace(models.PRINTED_RELATIONSHIP, **moved), change=v[14])


def supervision(v: list[float]) -> object:
    record = models.RepaymentRecord(repaid=v[0], due=v[1])  # type: ignore[arg-type]
    names = [field.name for field in fields(models.SupervisionStakes)]
    verdict = models.judge_supervision(record, models.SupervisionStakes(**dict(zip(names, v[2:7], strict=True))))  # type: ignore[arg-type]
    return record.belief, verdict


CALLS = [
    option, balance, collateral, deviations, cost_and_income, rating, bond, odds, guarantee, line, pair, game, integral,
    programme, quote, best_rate, tables, under, tornado, supervision,
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@exhaustive
@given(v=st.lists(values, min_size=15, max_size=15))
def test_answers_finitely_or_refuses(call: Callable[[list[float]], object], v: list[float]) -> None:
    try:
        answer = call(v)
    except ModelDomainError:
        return
    assert_finite(answer)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@exhaustive
@given(v=st.lists(st.floats(0, 1), min_size=15, max_size=15))
def test_answers_finitely_or_refuses_given_fractions(call: Callable[[list[float]], object], v: list[float]) -> None:
    try:
        assert_finite(call(v))
    except ModelDomainError:
        return


shares = st.floats(0, 1)
amounts = st.floats(0, AMOUNT_LIMIT)
exponents = st.floats(-300, 45).map(lambda power: 10.0**power)


@exhaustive
@given(shares, shares, st.floats(0, 1e6), amounts, shares, shares)
def test_a_best_rate_over_its_whole_domain(
    probability: float, reference: float, slope: float, guarantee: float, cost: float, room: float
) -> None:
    ceiling = cost + room * (1 - cost)
    assume(0 < probability < 1 and cost < ceiling <= 1)
    answer = models.RateResponse(default_probability=probability, reference_rate=reference, slope=slope)
    best = models.best_rate(guarantee, cost_rate=cost, default_probability=answer, ceiling=ceiling)
    assert_finite(best)
    assert cost <= best.rate <= ceiling

    def profit(rate: float) -> float:
        return (rate - cost) ** 2 / (1 + rate) * answer.survival(rate) * guarantee / 2

    for part in (0.01, 0.1, 0.5, 0.9, 1.0):
        for rate in (cost + part * (best.rate - cost), best.rate + part * (ceiling - best.rate)):
            assert profit(min(rate, 1.0)) <= best.profit * (1 + 1e-6) + 1e-300


@exhaustive
@given(shares, shares, amounts, exponents, amounts)
def test_a_line_over_its_whole_domain(rate: float, cost: float, cap: float, exponent: float, line: float) -> None:
    lending = models.Lending(rate=rate, cost_rate=cost, cap=cap)
    best = models.optimal_line(lending, exponent=exponent)
    assert_finite(best)
    assert 0 <= best.line <= cap
    assert_finite(models.expected_profit(lending, line, exponent=exponent))
    assert_finite(models.profits_by_line(lending, [0.0, line, cap]))


@exhaustive
@given(data=st.data())
def test_a_relationship_over_its_whole_domain_is_priced_or_refused(data: st.DataObject) -> None:
    inputs = {
        name: data.draw(
            st.integers(int(one.low), int(one.high)) if one.whole else st.floats(one.low, one.high), label=name
        )
        for name, one in RELATIONSHIP_DOMAINS.items()
    }
    try:
        relationship = models.Relationship(**inputs)  # type: ignore[arg-type]
        answer = models.price_relationship(relationship), models.price_tornado(relationship)
    except ModelDomainError:
        return
    assert_finite(answer)
