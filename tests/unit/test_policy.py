"""The decision on one financing, from facts and rules alone.

given nothing that speaks against: approved, at the price that the claim, the rate and the days give
given one reason: refused for it alone, or with what follows from it
given several: all are kept, in their order, and the first is named
given a tie in the game: the bank's last move; at first it does not supervise
given the golden histories: their scores, prices and lines
given any facts: an answer, which keeps claim and line
"""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.config import LineSettings, PricingSettings, Settings
from scfin_chain.models import Rating, SupervisionVerdict
from scfin_chain.service.policy import Judgement, Reason, decide, price_down
from scfin_chain.service.rules import Rules
from scfin_chain.units import BasisPoints, Day, Money
from tests.fakes.facts import TODAY, good_facts

repeatable = settings(derandomize=True, deadline=None)

RULES = Rules.from_settings(Settings())
LOW_CAP = Rules.from_settings(Settings(pricing=PricingSettings(floor_bps=0, cap_bps=100)))
PAID_ONCE = (Money(0),) * 11 + (Money(1_000_000),)

AGAINST: dict[Reason, dict[str, Any]] = {
    Reason.NOT_CONFIRMED: {"confirmed": False},
    Reason.MATURITY: {"maturity": TODAY},
    Reason.ISSUER_DEFAULT: {"issuer_in_default": True},
    Reason.SCORE: {"obligations_prompt": 0},
    Reason.GUARANTEE: {"volumes": PAID_ONCE},
    Reason.LINE: {"advanced": Money(10**9)},
    Reason.ISSUER_LINE: {"line_used": Money(10**9 + 1)},
    Reason.TOO_SMALL: {"face": Money(1)},
}
"""A change of the good facts that calls up a reason; a price above the cap needs other rules."""

FOLLOWS = {Reason.GUARANTEE: (Reason.GUARANTEE, Reason.LINE)}
"""Without a guarantee there is no line either."""

UNKNOWN_WITHOUT_SCORE = {Reason.PRICE, Reason.GUARANTEE, Reason.LINE, Reason.TOO_SMALL}
"""What cannot be computed where the debtor has no row in the rating table."""


def binding(rules: Rules = RULES, **changes: Any) -> tuple[Reason, ...]:
    return decide(good_facts(**changes), rules).binding


class TestApproving:
    def test_approves_given_nothing_against(self) -> None:
        judgement = decide(good_facts(), RULES)
        assert judgement.approved
        assert (judgement.reason, judgement.binding) == (Reason.NONE, ())
        assert judgement.band is not None
        assert judgement.band.rating is Rating.AAA  # (100 * 12 + 272) / 16 = 92

    def test_advances_what_claim_rate_and_days_give(self) -> None:
        """At the floor of 3.5 %: 8,000 * 3,650,000 / (3,650,000 + 350 * 60) = 7,954.24."""
        judgement = decide(good_facts(), RULES)
        assert (judgement.claim, judgement.rate, judgement.advance) == (8_000, 350, 7_954)

    @pytest.mark.parametrize(("face", "claim"), [(2, 1), (3, 2), (4, 3), (9_999, 7_999), (10_001, 8_000)])
    def test_claims_the_advance_rate_rounded_down(self, face: int, claim: int) -> None:
        assert decide(good_facts(face=Money(face)), RULES).claim == claim

    def test_fits_the_line_to_the_last_unit(self) -> None:
        judgement = decide(good_facts(), RULES)
        assert judgement.line is not None
        room = judgement.line.limit - judgement.advance
        assert binding(advanced=Money(room)) == ()
        assert binding(advanced=Money(room + 1)) == (Reason.LINE,)

    def test_uses_the_issuers_line_to_the_last_unit(self) -> None:
        assert binding(line_used=Money(10**9)) == ()

    def test_takes_a_declared_month_in_place_of_the_first_credit(self) -> None:
        declared = Rules.from_settings(Settings(line=LineSettings(declared_month=50_000)))
        new = good_facts(volumes=())
        by_first, by_declared = decide(new, RULES).line, decide(new, declared).line
        assert by_first is not None
        assert by_declared is not None
        assert (by_first.volume.mean, by_declared.volume.mean) == (10_000, 50_000)


class TestRefusing:
    @pytest.mark.parametrize("reason", AGAINST)
    def test_names_one_reason_alone(self, reason: Reason) -> None:
        assert binding(**AGAINST[reason]) == FOLLOWS.get(reason, (reason,))

    def test_names_the_price_alone(self) -> None:
        assert binding(LOW_CAP) == (Reason.PRICE,)

    @pytest.mark.parametrize("disputed", [1, 10_000])
    def test_names_a_disputed_one_as_not_confirmed(self, disputed: int) -> None:
        assert binding(disputed=Money(disputed)) == (Reason.NOT_CONFIRMED,)

    @pytest.mark.parametrize(
        ("least", "days", "refused"), [(1, 1, False), (1, 0, True), (30, 30, False), (30, 29, True)]
    )
    def test_needs_the_least_days(self, least: int, days: int, refused: bool) -> None:
        rules = Rules.from_settings(Settings(line=LineSettings(least_days=least)))
        assert binding(rules, maturity=Day(TODAY + days)) == ((Reason.MATURITY,) if refused else ())

    def test_says_so_given_one_that_is_past_due(self) -> None:
        judgement = decide(good_facts(maturity=Day(TODAY - 1)), RULES)
        assert judgement.reason is Reason.MATURITY
        assert judgement.advance == 0

    @pytest.mark.parametrize(
        ("first", "second"), list(combinations([*AGAINST, Reason.PRICE], 2)), ids=lambda reason: reason.name
    )
    def test_keeps_both_in_their_order_given_two(self, first: Reason, second: Reason) -> None:
        changes = AGAINST.get(first, {}) | AGAINST.get(second, {})
        rules = LOW_CAP if Reason.PRICE in (first, second) else RULES

        judgement = decide(good_facts(**changes), rules)

        expected = {first, second}
        if Reason.GUARANTEE in expected and judgement.advance > 0:
            expected.add(Reason.LINE)
        if Reason.SCORE in expected:
            expected -= UNKNOWN_WITHOUT_SCORE
        assert judgement.binding == tuple(sorted(expected))
        assert judgement.reason is min(expected)
        assert not judgement.approved

    def test_keeps_all_in_their_order(self) -> None:
        changes = {name: value for change in AGAINST.values() for name, value in change.items()}
        changes.pop("obligations_prompt")
        assert binding(LOW_CAP, **changes) == tuple(reason for reason in Reason if reason not in (0, Reason.SCORE))

    def test_computes_no_price_or_line_given_no_score(self) -> None:
        judgement = decide(good_facts(obligations_prompt=0), RULES)
        assert (judgement.band, judgement.price, judgement.line, judgement.one_year_default) == (None,) * 4
        assert (judgement.rate, judgement.advance) == (0, 0)

    def test_numbers_are_those_signed_on_chain(self) -> None:
        assert [(reason.value, reason.label) for reason in Reason] == [
            (0, "none"),
            (1, "not confirmed"),
            (2, "maturity"),
            (3, "issuer default"),
            (4, "score"),
            (5, "price"),
            (6, "guarantee"),
            (7, "line"),
            (8, "issuer line"),
            (9, "too small"),
        ]


class TestSupervising:
    @pytest.mark.parametrize(("last", "supervised"), [(None, False), (False, False), (True, True)])
    def test_keeps_the_last_move_given_a_tie(self, last: bool | None, supervised: bool) -> None:
        """13 of 20 is indifference at the printed stakes, and so is 26 of 40."""
        judgement = decide(good_facts(programme_due=20, programme_repaid=13, last_supervised=last), RULES)
        assert judgement.supervision is SupervisionVerdict.TIE
        assert judgement.supervised is supervised

    @pytest.mark.parametrize("last", [None, False, True])
    @pytest.mark.parametrize(("repaid", "supervised"), [(12, False), (14, True)])
    def test_follows_the_game_given_more_or_fewer_repaid(
        self, last: bool | None, repaid: int, supervised: bool
    ) -> None:
        facts = good_facts(programme_due=20, programme_repaid=repaid, last_supervised=last)
        assert decide(facts, RULES).supervised is supervised

    def test_makes_it_cheaper(self) -> None:
        """By 5.1 basis points of 421, for a debtor without history."""
        new = {"obligations_due": 0, "obligations_prompt": 0, "obligations_paid": 0, "programme_due": 0}
        alone = good_facts(**new, programme_repaid=0)
        supervised = replace(alone, last_supervised=True)
        assert (decide(alone, RULES).rate, decide(supervised, RULES).rate) == (421, 416)


class TestGoldenHistories:
    def test_a_new_debtor_has_the_papers_score_and_price_and_a_thousandth_of_a_line(self) -> None:
        """Score 68, BBB, 4.2080406 % at 8 firms, alpha 1."""
        facts = good_facts(
            obligations_due=0, obligations_prompt=0, obligations_paid=0, programme_due=0, programme_repaid=0, volumes=()
        )
        judgement = decide(facts, RULES)
        assert judgement.band is not None
        assert judgement.price is not None
        assert judgement.line is not None
        assert (judgement.record.score, judgement.band.rating, judgement.firms) == (68, Rating.BBB, 8)
        assert judgement.price.rate == pytest.approx(0.042080406, abs=1e-9)
        assert judgement.one_year_default == pytest.approx(0.022503197, abs=1e-9)
        assert (judgement.line.exponent, judgement.reason) == (1.0, Reason.LINE)
        assert judgement.line.line / judgement.line.cap == pytest.approx(0.011972879, abs=1e-9)

    def test_the_line_of_five_months(self) -> None:
        """Score 572 / 9 = 63.6, BBB; v = 60, 80, 0, 120, 40; paid 0, 0, 10 and 35 days late, one 20 days overdue."""
        facts = good_facts(
            obligations_due=5,
            obligations_prompt=3,
            obligations_paid=4,
            late_days=65,
            programme_due=0,
            programme_repaid=0,
            volumes=tuple(map(Money, (60, 80, 0, 120, 40))),
        )
        line = decide(facts, RULES).line
        assert line is not None
        assert line.guarantee == pytest.approx(492.082395768, rel=1e-9)
        assert line.cap == pytest.approx(481.008968708, rel=1e-9)
        assert line.exponent == pytest.approx(1.593886463, abs=1e-9)
        assert line.line == pytest.approx(29.951615077, rel=1e-9)
        assert line.profit == pytest.approx(0.235579033, abs=1e-9)
        assert line.limit == 29

    @pytest.mark.parametrize(("firms", "expected"), [(1, 8), (8, 8), (9, 9), (20, 20)])
    def test_counts_the_declared_firms_until_there_are_more(self, firms: int, expected: int) -> None:
        assert decide(good_facts(firms_financed=firms), RULES).firms == expected

    def test_an_unpaid_overdue_obligation_lowers_the_line_each_day(self) -> None:
        lines = [decide(good_facts(late_days=days), RULES).line for days in (0, 1, 2, 30, 365)]
        assert [line.line for line in lines if line] == sorted((line.line for line in lines if line), reverse=True)
        assert len({line.line for line in lines if line}) == 5


@pytest.mark.parametrize(
    ("claim", "rate", "days", "price"),
    [
        (8_000, 0, 60, 8_000),
        (8_000, 350, 0, 8_000),
        (365, 10_000, 365, 182),
        (100_000, 600, 90, 98_542),
        (1, 1, 1, 0),
        (2**63, 421, 30, 9_191_566_697_842_788_296),
    ],
)
def test_price_is_simple_interest_rounded_down(claim: int, rate: int, days: int, price: int) -> None:
    assert price_down(Money(claim), rate=BasisPoints(rate), days=Day(days)) == price


@repeatable
@given(st.integers(0, 2**64), st.integers(0, 10_000), st.integers(0, 40_000))
def test_price_is_the_largest_that_grows_to_no_more_than_the_claim(claim: int, rate: int, days: int) -> None:
    """A price p grows to p (1 + rate / 10^4 * days / 365)."""
    price = price_down(Money(claim), rate=BasisPoints(rate), days=Day(days))
    growth = 1 + Fraction(rate * days, 10_000 * 365)
    assert price * growth <= claim < (price + 1) * growth


counts = st.integers(0, 10_000)
amounts = st.integers(0, 2**62).map(Money)


@st.composite
def any_facts(draw: st.DrawFn) -> dict[str, Any]:
    due, programme_due = draw(counts), draw(counts)
    return {
        "face": Money(draw(st.integers(1, 2**62))),
        "maturity": Day(TODAY + draw(st.integers(-400, 4_000))),
        "confirmed": draw(st.booleans()),
        "disputed": draw(amounts),
        "obligations_due": due,
        "obligations_prompt": draw(st.integers(0, due)),
        "obligations_paid": draw(counts),
        "late_days": draw(st.integers(0, 10**8)),
        "issuer_in_default": draw(st.booleans()),
        "programme_due": programme_due,
        "programme_repaid": draw(st.integers(0, programme_due)),
        "last_supervised": draw(st.none() | st.booleans()),
        "firms_financed": draw(st.integers(1, 10_000)),
        "volumes": tuple(draw(st.lists(amounts, max_size=12))),
        "first_credit": draw(amounts),
        "advanced": draw(amounts),
        "line_limit": draw(amounts),
        "line_used": draw(amounts),
    }


@repeatable
@given(any_facts())
def test_answers_given_any_facts(changes: dict[str, Any]) -> None:
    facts = good_facts(**changes)

    judgement = decide(facts, RULES)

    assert judgement == decide(facts, RULES)
    assert judgement.binding == tuple(sorted(set(judgement.binding)))
    assert judgement.to_json()["binding"] == [reason.label for reason in judgement.binding]
    if judgement.approved:
        assert_keeps_its_limits(judgement, changes)


def assert_keeps_its_limits(judgement: Judgement, facts: dict[str, Any]) -> None:
    assert judgement.line is not None
    assert 0 < judgement.advance <= judgement.claim <= facts["face"]
    assert facts["advanced"] + judgement.advance <= judgement.line.limit
    assert 350 <= judgement.rate <= 650
    assert facts["confirmed"]
    assert facts["maturity"] > TODAY
    assert facts["disputed"] == 0
    assert not facts["issuer_in_default"]


@repeatable
@given(any_facts(), st.data())
def test_asks_less_the_more_is_out_or_overdue(changes: dict[str, Any], data: st.DataObject) -> None:
    """More advances out, or more days late, never turn a refusal into an approval."""
    worse = changes | {
        name: Money(changes[name] + data.draw(st.integers(0, 10**6))) for name in ("advanced", "late_days")
    }
    if decide(good_facts(**worse), RULES).approved:
        assert decide(good_facts(**changes), RULES).approved
