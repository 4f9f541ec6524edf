"""What no formula of price, line and rating takes is refused by the name of the argument, and nothing is guessed."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scfin_chain.models import (
    PRINTED_GAME,
    PRINTED_RELATIONSHIP,
    BondQuote,
    ModelDomainError,
    RateResponse,
    RatingBand,
    area_slopes,
    bond_default_probability,
    normal_cdf,
    price_relationship,
    price_tornado,
)

ANSWER = RateResponse(default_probability=0.4, reference_rate=0.07, slope=20.0)
BOND = BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)
ANY: Any = "principle"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bond_default_probability(BOND, ANY), "formula is 'principle': must be one of promised, principal"),
        (lambda: replace(PRINTED_RELATIONSHIP, compounding=ANY), "compounding is 'principle': must be of type Horizon"),
        (lambda: replace(PRINTED_RELATIONSHIP, return_years=ANY), "return_years is 'principle': must be of type Horiz"),
        (
            lambda: RatingBand(rating=ANY, floor=40, default_probability=0.0, loss_given_default=None),
            "rating is 'principle': must be of type Rating",
        ),
        (lambda: price_tornado(PRINTED_RELATIONSHIP, bounds=ANY), "bounds is 'principle': must be of type Mapping"),
        *(
            (
                lambda name=name, value=value: price_relationship(replace(PRINTED_RELATIONSHIP, **{name: value})),
                r"advance \* years \* \(1 - tax_rate\) is \S+e-\d+: must be no vanishing part of costs and incomes",
            )
            for name, value in (("collateral", 1e-308), ("years", 1e-300), ("advance_rate", 1e-300))
        ),
        (lambda: ANSWER(10**400), r"rate is 10+\.\.\.0+: must be a number in \[0, 1\]"),
        (lambda: ANSWER(ANY), "rate is 'principle': must be a number in"),
        (lambda: normal_cdf(math.nan), r"x is nan: must be a number in \[-inf, inf\]"),
        (lambda: normal_cdf(ANY), "x is 'principle': must be a number"),
        (
            lambda: area_slopes(replace(PRINTED_GAME, supervised_penalty=600.0)),
            r"d of the game is -?0\.0: must be so far from 0",
        ),
    ],
)
def test_refuses_what_is_none_of_its_kind(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ModelDomainError, match=message):
        call()


def test_takes_integers_beyond_all_floats() -> None:
    assert (normal_cdf(10**400), normal_cdf(-(10**400))) == (1.0, 0.0)
