"""The break-even price of paper 003 and its parts.

given the paper's receivables
    it prices the loan as its own parts say
    when there are few firms: it flags a negative price
given an argument outside the domain
    it refuses, naming argument, value and limit

Expected numbers are recomputed from the paper's inputs; where the paper prints another, a comment says so.
"""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    RATING_TABLE,
    BreakEven,
    DepositTerms,
    ModelDomainError,
    break_even_price,
    capital_cost,
    conventional_quote,
    default_loss,
    deposit_income,
    firms_at_price,
    identity_residual,
    required_return,
    service_income,
)

PARTS = BreakEven(
    advance=9_016_000,
    collateral=11_270_000,
    years=2,
    tax_rate=0.05,
    firms=8,
    cost=1_014_892.32,
    required_return=115_404.8,
    option_value=2_616_249.947991,
    deposit_income=71_168.2468,
    service_income=55_480,
)
PRINTED_COST = replace(PARTS, cost=1_464_892.32)  # the printed total: 450,000 above the sum of its parts
DEPOSIT = DepositTerms(
    balance=1_803_200, deposit_return=0.046, reserve_return=0.019, required_reserve=0.165, tax_rate=0.05
)
repeatable = settings(derandomize=True, deadline=None)


def test_costs_and_incomes_given_paper() -> None:
    assert capital_cost(9_016_000, transfer_price=0.0455, years=2) == pytest.approx(820_456, rel=1e-12)
    assert required_return(9_016_000, hurdle=0.16, allocation=0.08, years=1) == pytest.approx(115_404.8, rel=1e-12)
    assert deposit_income(DEPOSIT, years=1) == pytest.approx(71_168.2468, rel=1e-12)
    # "2% of the loan" is 180,320; the printed balance is 20 %
    assert deposit_income(replace(DEPOSIT, balance=180_320), years=1) == pytest.approx(7_116.82468, rel=1e-12)
    assert service_income([(30, 730), (50, 730)], tax_rate=0.05) == pytest.approx(55_480, rel=1e-12)


def test_returns_given_whole_term_are_twice_those_of_a_year() -> None:
    assert deposit_income(DEPOSIT, years=2) == pytest.approx(2 * 71_168.2468, rel=1e-12)
    assert required_return(9_016_000, hurdle=0.16, allocation=0.08, years=2) == pytest.approx(230_809.6, rel=1e-12)


@pytest.mark.parametrize(
    ("row", "expected"),
    list(enumerate((0.0, 44_791.488, 55_791.008, 144_436.32, 260_526.336, 296_013.312))),
)
def test_default_loss_by_rating(row: int, expected: float) -> None:
    assert default_loss(9_016_000, RATING_TABLE[row]) == pytest.approx(expected, rel=1e-12)


def test_price_given_parts_and_given_printed_total() -> None:
    assert break_even_price(PARTS).rate == pytest.approx(0.039498063659, abs=5e-13)  # the value that follows
    assert break_even_price(PRINTED_COST).rate == pytest.approx(0.065767152530, abs=5e-13)  # printed: 6.58 %


@pytest.mark.parametrize(
    ("firms", "expected"),
    [(1, -0.067867713234), (2, 0.008495067202), (20, 0.077221569596), (100, 0.083330592031)],
)
def test_price_by_firms(firms: int, expected: float) -> None:
    price = break_even_price(replace(PRINTED_COST, firms=firms))
    assert price.rate == pytest.approx(expected, abs=5e-13)
    assert price.limit == pytest.approx(0.084857847639, abs=5e-13)
    assert price.negative == (expected < 0)


def test_firms_at_price() -> None:
    assert firms_at_price(PRINTED_COST) == pytest.approx(1.79978, abs=5e-6)
    assert firms_at_price(PARTS) == pytest.approx(2.60674, abs=5e-6)
    assert firms_at_price(PRINTED_COST, 0.0772) == pytest.approx(19.94, abs=5e-3)
    assert firms_at_price(PRINTED_COST, 0.0475) == pytest.approx(4.09, abs=5e-3)
    assert firms_at_price(PRINTED_COST, 0.09) is None  # above the limit


def test_conventional_quote_given_paper() -> None:
    quote = conventional_quote(
        base=0.0475, average_cost=0.0022, risk_premium=0.0125, term_premium=0.0, target_margin=0.015
    )
    assert quote == pytest.approx(0.0772, abs=1e-15)
    assert quote / 0.0475 - 1 == pytest.approx(0.625263, abs=5e-7)


balances = st.builds(
    BreakEven,
    advance=st.floats(1e3, 1e9),
    collateral=st.just(1e10),
    years=st.floats(0.1, 30),
    tax_rate=st.floats(0, 0.9),
    firms=st.integers(1, 10_000),
    cost=st.floats(0, 1e9),
    required_return=st.floats(0, 1e8),
    option_value=st.floats(0, 1e9),
    deposit_income=st.floats(0, 1e8),
    service_income=st.floats(0, 1e8),
    commission=st.floats(0, 1e6),
)


@repeatable
@given(balances)
def test_price_leaves_no_residual(terms: BreakEven) -> None:
    price = break_even_price(terms)
    assert abs(price.residual) <= 1e-6
    assert price.residual == identity_residual(terms, price.rate)


@repeatable
@given(balances)
def test_price_rises_with_firms_towards_its_limit(terms: BreakEven) -> None:
    price, more = break_even_price(terms), break_even_price(replace(terms, firms=terms.firms + 1))
    assert price.rate <= more.rate <= price.limit
    assert price.negative == (price.rate < 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"firms": 0}, "firms"),
        ({"firms": 1.5}, "firms"),
        ({"tax_rate": 1.0}, "tax_rate"),
        ({"tax_rate": 5.0}, "tax_rate"),
        ({"advance": 0.0}, "advance"),
        ({"years": 0.0}, "years"),
        ({"collateral": 11.27}, "advance"),  # million yuan beside yuan
        ({"cost": math.nan}, "cost"),
        ({"option_value": math.inf}, "option_value"),
        ({"service_income": -1.0}, "service_income"),
    ],
)
def test_refuses_balance_outside_domain(change: dict[str, float], field: str) -> None:
    with pytest.raises(ModelDomainError, match="must be") as refused:
        replace(PARTS, **change)
    assert refused.value.field == field


def test_refuses_percentages() -> None:
    with pytest.raises(ModelDomainError, match=r"deposit_return is 4.6: must be a number in \[0, 1\]"):
        replace(DEPOSIT, deposit_return=4.6)
    with pytest.raises(ModelDomainError, match="transfer_price is"):
        capital_cost(1.0, transfer_price=4.55, years=2)
    with pytest.raises(ModelDomainError, match="base is"):
        conventional_quote(base=4.75, average_cost=0, risk_premium=0, term_premium=0, target_margin=0)
    with pytest.raises(ModelDomainError, match="required_reserve"):
        replace(DEPOSIT, required_reserve=0.6, excess_reserve=0.5)
