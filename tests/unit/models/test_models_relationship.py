"""Paper 003's price from all its inputs: one relationship, arrays of them, and what moves it.

given the paper's inputs: the price that follows, and the printed one where C2 is ten times what is printed
given the switches: strike, return and deposit income run for a year or for the term
given arrays: the scalar's numbers, or its refusal with an index
given a tornado: each input's swing is that of the scalar, the widest first
"""

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    PRINTED_RELATIONSHIP,
    Horizon,
    ModelDomainError,
    ProgrammeTerms,
    Relationship,
    price_programme,
    price_relationship,
    price_relationships,
    price_tornado,
    rate_score,
)
from scfin_chain.models.arrays import BLOCK
from scfin_chain.models.relationship import RELATIONSHIP_DOMAINS

repeatable = settings(derandomize=True, deadline=None)
TENFOLD = replace(PRINTED_RELATIONSHIP, investigation_cost=100_000.0, selling_cost=400_000.0)
shares = st.floats(0, 1)
relationships = st.builds(
    Relationship,
    collateral=st.floats(1e-3, 1e12),
    advance_rate=st.floats(0.01, 1),
    risk_free=st.floats(-0.5, 1),
    years=st.floats(0.01, 100),
    volatility=shares,
    tax_rate=st.floats(0, 0.99),
    firms=st.integers(1, 10**6),
    transfer_price=shares,
    investigation_cost=st.floats(0, 1e9),
    selling_cost=st.floats(0, 1e9),
    default_probability=shares,
    loss_given_default=shares,
    hurdle=shares,
    allocation=shares,
    deposit_balance=st.floats(0, 1e9),
    deposit_return=shares,
    reserve_return=shares,
    required_reserve=st.floats(0, 0.5),
    excess_reserve=st.floats(0, 0.5),
    service_fees=st.floats(0, 1e9),
    commission=st.floats(0, 1e9),
    compounding=st.sampled_from(Horizon),
    return_years=st.sampled_from(Horizon),
)


def test_price_given_paper() -> None:
    priced = price_relationship(PRINTED_RELATIONSHIP)
    assert priced.price.rate == pytest.approx(0.039498063659, abs=5e-13)
    assert priced.cost == pytest.approx(1_014_892.32, rel=1e-12)  # printed: 1,464,892.32
    assert priced.parts.option.value == pytest.approx(2_616_249.947991, abs=5e-7)
    assert priced.firms_at_zero == pytest.approx(2.60674, abs=5e-6)


def test_printed_price_needs_a_tenfold_operating_cost() -> None:
    priced = price_relationship(TENFOLD)
    assert priced.cost == pytest.approx(1_464_892.32, rel=1e-12)
    assert priced.price.rate == pytest.approx(0.065767152530, abs=5e-13)
    assert priced.firms_at_zero == pytest.approx(1.79978, abs=5e-6)


def test_price_given_switches() -> None:
    term = price_relationship(replace(PRINTED_RELATIONSHIP, compounding=Horizon.TERM))
    assert term.parts.option.value == pytest.approx(2_274_128.852655, abs=5e-7)
    whole = price_relationship(replace(PRINTED_RELATIONSHIP, return_years=Horizon.TERM))
    assert whole.parts.required_return == pytest.approx(230_809.6, rel=1e-12)
    assert whole.price.rate == pytest.approx(0.042080406, abs=5e-10)


def test_price_equals_that_of_a_programme() -> None:
    band = rate_score(68)
    assert band is not None
    programme = price_programme(ProgrammeTerms(), band, firms=8, supervised=False)
    alone = price_relationship(replace(PRINTED_RELATIONSHIP, return_years=Horizon.TERM))
    assert alone.price.rate == pytest.approx(programme.rate, abs=1e-14)


def test_prices_by_firms_rise_to_their_limit() -> None:
    prices = price_relationships(TENFOLD, firms=[1, 2, 20, 100, 10**12])
    assert prices.rate[:4] == pytest.approx(
        [-0.067867713234, 0.008495067202, 0.077221569596, 0.083330592031], abs=5e-13
    )
    assert prices.limit == pytest.approx([0.084857847639] * 5, abs=5e-13)
    assert prices.rate[4] == pytest.approx(0.084857847639, abs=5e-12)
    assert prices.negative.tolist() == [True, False, False, False, False]
    assert prices.firms_at_zero == pytest.approx([1.79978] * 5, abs=5e-6)


@repeatable
@given(st.lists(relationships, min_size=1, max_size=4), st.sampled_from(Horizon), st.sampled_from(Horizon))
def test_arrays_equal_numbers(several: list[Relationship], compounding: Horizon, return_years: Horizon) -> None:
    several = [replace(one, compounding=compounding, return_years=return_years) for one in several]
    prices = price_relationships(
        several[0], **{name: [getattr(one, name) for one in several] for name in RELATIONSHIP_DOMAINS}
    )
    for place, one in enumerate(several):
        priced = price_relationship(one)
        size = max(abs(priced.price.limit), priced.parts.option.value / (one.collateral * one.advance_rate * one.years))
        assert prices.rate[place] == pytest.approx(priced.price.rate, rel=1e-10, abs=1e-12 * max(size, 1))
        assert prices.limit[place] == pytest.approx(priced.price.limit, rel=1e-10, abs=1e-12 * max(size, 1))
        assert bool(prices.negative[place]) == (prices.rate[place] < 0)
        assert (priced.firms_at_zero is None) == math.isinf(prices.firms_at_zero[place])


def test_arrays_of_several_blocks_and_shapes() -> None:
    firms = np.arange(1, 2 * BLOCK + 2)
    prices = price_relationships(PRINTED_RELATIONSHIP, firms=firms, tax_rate=[[0.05], [0.1]])
    assert prices.rate.shape == (2, firms.size)
    assert prices.rate[1, -1] == price_relationships(PRINTED_RELATIONSHIP, firms=firms[-1], tax_rate=0.1).rate
    assert price_relationships(PRINTED_RELATIONSHIP, firms=np.empty((0, 3), dtype=int)).rate.shape == (0, 3)
    assert price_relationships(PRINTED_RELATIONSHIP).rate.shape == ()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"firms": [8, 0]}, r"firms\[1\] is 0: must be a whole number in \[1, 1000000000000\]"),
        ({"firms": [8.0]}, r"firms is 'float64': must be an array of an integer type"),
        ({"firms": True}, r"firms is 'bool': must be an array of an integer type"),
        ({"firms": [[1], [1, 2]]}, r"firms is \[\[1\], \[1, 2\]\]: must be an array of an integer type"),
        ({"years": [[1.0], [1.0, 2.0]]}, r"years is \[\[1.0\], \[1.0, 2.0\]\]: must be an array of real numbers"),
        ({"years": np.ma.masked_array([1.0, 2.0], [False, True])}, r"years is 'masked': must be numbers without gaps"),
        ({"tax_rate": [[0.05, 1.0]]}, r"tax_rate\[0, 1\] is 1.0: must be a number in \[0, 1\)"),
        ({"risk_free": [0.04, -1.0]}, r"risk_free\[1\] is -1.0: must be a number in \(-1, 1\]"),
        ({"collateral": math.inf}, r"collateral is inf: must be a number in \(0, 1e\+45\]"),
        ({"excess_reserve": [0.0, 0.9]}, r"required_reserve \+ excess_reserve\[1\] is 1.06"),
        ({"price": 1.0}, r"input is 'price': must be one of collateral, "),
        ({"years": [1, 2], "firms": [1, 2, 3]}, r"shape of firms is \(3,\): must be one that broadcasts with \(2,\)"),
    ],
)
def test_arrays_refuse_by_index(inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelDomainError, match=message):
        price_relationships(PRINTED_RELATIONSHIP, **inputs)


def test_arrays_refuse_a_price_beyond_all_amounts() -> None:
    with pytest.raises(ModelDomainError, match=r"advance \* years \* \(1 - tax_rate\)\[1\] is 1.52e-300"):
        price_relationships(PRINTED_RELATIONSHIP, collateral=[11_270_000, 1e-300])


def test_arrays_refuse_across_blocks() -> None:
    taxes = np.full(2 * BLOCK, 0.05)
    taxes[BLOCK + 7] = math.nan
    with pytest.raises(ModelDomainError, match=rf"tax_rate\[{BLOCK + 7}\] is nan"):
        price_relationships(PRINTED_RELATIONSHIP, tax_rate=taxes)


wild = st.one_of(st.floats(), st.just(5e-324), st.just(1e45), st.just(-1 + 1e-16))


@repeatable
@given(st.dictionaries(st.sampled_from(sorted(set(RELATIONSHIP_DOMAINS) - {"firms"})), wild, max_size=3))
def test_takes_or_refuses_alike_and_never_returns_what_is_no_number(inputs: dict[str, float]) -> None:
    alone = _price(lambda: price_relationship(replace(PRINTED_RELATIONSHIP, **inputs)).price.rate)
    arrayed = _price(lambda: float(price_relationships(PRINTED_RELATIONSHIP, **inputs).rate))
    if isinstance(alone, float):
        assert arrayed == pytest.approx(alone, rel=1e-9, abs=1e-9)
    assert isinstance(arrayed, str) == isinstance(alone, str)


def _price(call: Callable[[], float]) -> float | str:
    """A price, or the name of the argument that is refused."""
    try:
        return call()
    except ModelDomainError as refusal:
        return refusal.field


@repeatable
@given(relationships)
def test_identity_holds(one: Relationship) -> None:
    priced = price_relationship(one)
    scale = priced.cost + priced.parts.required_return + priced.parts.option.value + 1
    assert abs(priced.price.residual) <= 1e-6 + 1e-12 * scale + 1e-12 * (one.deposit_balance * 100 + one.service_fees)


def test_tornado_given_paper() -> None:
    swings = price_tornado(PRINTED_RELATIONSHIP)
    assert [one.name for one in swings][:4] == ["advance_rate", "transfer_price", "firms", "default_probability"]
    assert swings[-1].name == "volatility"  # immaterial: the option is deep in the money
    by_name = {one.name: one for one in swings}
    assert {"excess_reserve", "commission"} & set(by_name) == set()  # nothing to change by a tenth
    assert (by_name["firms"].low, by_name["firms"].high) == (7, 9)
    for one in swings:
        for value, price in ((one.low, one.price_low), (one.high, one.price_high)):
            alone = price_relationship(replace(PRINTED_RELATIONSHIP, **{one.name: value}))
            assert price == pytest.approx(alone.price.rate, abs=1e-14)
    assert [abs(one.swing) for one in swings] == sorted((abs(one.swing) for one in swings), reverse=True)
    assert by_name["transfer_price"].slope == pytest.approx(1 / 0.95, rel=1e-9)


def test_tornado_given_bounds() -> None:
    swings = price_tornado(
        PRINTED_RELATIONSHIP, bounds={"commission": (0.0, 1e5), "deposit_balance": (180_320.0, 1_803_200.0)}
    )
    widest = {one.name: one for one in swings}
    assert widest["commission"].swing == pytest.approx(-1e5 / (9_016_000 * 2), rel=1e-12)
    assert widest["deposit_balance"].swing == pytest.approx(-0.00374, abs=5e-6)  # "2 %" or 20 %


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"change": 0.0}, r"change is 0.0: must be a number in \(0, 1\]"),
        ({"change": 0.5}, r"advance_rate is 1.2\d*: must be a number in \(0, 1\]"),
        ({"bounds": {"speed": (0.0, 1.0)}}, r"bounds is 'speed': must be one of"),
        ({"bounds": {"years": 5}}, "bounds of years is 5: must be a lower value and a higher"),
        ({"bounds": {"years": (1.0, 2.0, 3.0)}}, r"bounds of years is \(1.0, 2.0, 3.0\): must be a lower value"),
        ({"bounds": {"volatility": (0.2, 0.1)}}, r"bounds of volatility is \(0.2, 0.1\): must be a lower value"),
    ],
)
def test_tornado_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelDomainError, match=message):
        price_tornado(PRINTED_RELATIONSHIP, **arguments)


@pytest.mark.parametrize(("name", "value"), [("firms", 0), ("years", 0.0), ("tax_rate", 1.0), ("hurdle", 16.0)])
def test_refuses_relationship_outside_domain(name: str, value: float) -> None:
    with pytest.raises(ModelDomainError) as refused:
        replace(PRINTED_RELATIONSHIP, **{name: value})
    assert refused.value.field == name


def test_inputs_are_all_numbers_of_the_relationship() -> None:
    assert set(PRINTED_RELATIONSHIP.inputs) == set(asdict(PRINTED_RELATIONSHIP)) - {"compounding", "return_years"}
