"""The decision on one financing: a pure function of facts and rules.

Each of the papers prices or limits one thing in its own setting; docs/adr says how they are composed here and why.
"""

from dataclasses import asdict, dataclass
from enum import IntEnum
from functools import cache

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import (
    Game,
    Lateness,
    PairLine,
    PaymentRecord,
    ProgrammePrice,
    RatingBand,
    RepaymentRecord,
    SupervisionVerdict,
    default_probability_over,
    judge_supervision,
    monthly_volume,
    pair_line,
    price_programme,
    rate_record,
    repayment_law,
    replicator_dynamics,
    stability,
)
from scfin_chain.service.default_risk import FittedRisk, risk_of
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.rules import Rules
from scfin_chain.units import BASIS, YEAR_DAYS, BasisPoints, Day, Money


class Reason(IntEnum):
    """Why a request is refused, in the order in which it is asked; the number is the one signed on chain."""

    NONE = 0
    NOT_CONFIRMED = 1
    MATURITY = 2
    ISSUER_DEFAULT = 3
    SCORE = 4
    PRICE = 5
    GUARANTEE = 6
    LINE = 7
    ISSUER_LINE = 8
    TOO_SMALL = 9

    @property
    def label(self) -> str:
        """The reason as it is written in records: ``issuer default``."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer with every number on the way; what could not be computed is None.

    ``binding`` lists every reason that speaks against, the first of which is named to the holder.
    """

    binding: tuple[Reason, ...]
    supervised: bool
    supervision: SupervisionVerdict
    record: PaymentRecord
    band: RatingBand | None
    one_year_default: float | None
    firms: int
    price: ProgrammePrice | None
    line: PairLine | None
    claim: Money
    advance: Money
    game: dict[str, object]
    risk: FittedRisk | None = None
    """What a fitted model says; None where the rating table decides."""

    @property
    def approved(self) -> bool:
        """Whether nothing speaks against."""
        return not self.binding

    @property
    def reason(self) -> Reason:
        """The first reason that binds."""
        return self.binding[0] if self.binding else Reason.NONE

    @property
    def rate(self) -> BasisPoints:
        """The quoted rate, basis points a year; 0 where there is no price."""
        return BasisPoints(0) if self.price is None else self.price.quoted

    def to_json(self) -> dict[str, object]:
        """Every number for the record."""
        values = asdict(self)
        if self.risk is None:
            del values["risk"]
        return values | {
            "binding": [reason.label for reason in self.binding],
            "score": self.record.score,
            "line_limit": None if self.line is None else self.line.limit,
            "critical_ratio": None if self.price is None else self.price.critical_ratio,
        }


def decide(facts: RequestFacts, rules: Rules) -> Judgement:
    """Approve, or refuse with every reason that binds, in their order."""
    verdict, supervised = _supervision(facts, rules)
    record = PaymentRecord(prompt=facts.obligations_prompt, due=facts.obligations_due)
    risk = None if rules.model is None else risk_of(facts, rules.model)
    band = rate_record(record) if rules.model is None or risk is None else rules.model.rated(risk.probability)
    firms = max(rules.declared_firms, facts.firms_financed)
    price = None if band is None else price_programme(rules.programme, band, firms=firms, supervised=supervised)
    pd = None if band is None else default_probability_over(band, years=1.0)
    line = None if price is None or pd is None else _line(facts, rules, price, pd)
    claim = Money(facts.face * rules.advance_bps // BASIS)
    days = facts.maturity - facts.day
    advance = Money(0) if price is None or days < 0 else price_down(claim, rate=price.quoted, days=Day(days))
    return Judgement(
        binding=_binding(facts, rules, band=band, price=price, line=line, advance=advance),
        supervised=supervised,
        supervision=verdict,
        record=record,
        band=band,
        one_year_default=pd,
        firms=firms,
        price=price,
        line=line,
        claim=claim,
        advance=advance,
        game=rest_of(rules.game),
        risk=risk,
    )


@cache
def rest_of(game: Game) -> dict[str, object]:
    """Where the game rests, for the record: the firm's gains from repaying, the fifth point, and what is stable.

    At paper 001's printed parameters nothing is, and the supervised do better not to repay.
    """
    dynamics = replicator_dynamics(game)
    gains: dict[str, object] = {
        "unsupervised_gain": dynamics.unsupervised_gain,
        "supervised_gain": dynamics.supervised_gain,
    }
    try:
        rest = stability(dynamics)
    except ModelDomainError as degenerate:
        return gains | {"condition": str(degenerate), "stable": []}
    verdicts = {f"({corner.x:g}, {corner.y:g})": str(corner.verdict) for corner in rest.corners}
    stable = [f"({corner.x:g}, {corner.y:g})" for corner in rest.stable]
    return gains | {"x": rest.x, "y": rest.y, "condition": str(rest.condition), "corners": verdicts, "stable": stable}


def price_down(claim: Money, *, rate: BasisPoints, days: Day) -> Money:
    """Cash paid today for a claim due in ``days``: simple interest, actual/365, rounded down.

    The contract computes the same: ``FinancingDesk.priceDown``.
    """
    unit = YEAR_DAYS * BASIS
    return Money(claim * unit // (unit + rate * days))


def _supervision(facts: RequestFacts, rules: Rules) -> tuple[SupervisionVerdict, bool]:
    """The bank's move in the game; at a tie its last one in this programme, at first none."""
    record = RepaymentRecord(repaid=facts.programme_repaid, due=facts.programme_due)
    verdict = judge_supervision(record, rules.stakes)
    return verdict, verdict.supervises(last=bool(facts.last_supervised))


def _line(facts: RequestFacts, rules: Rules, price: ProgrammePrice, default_probability: float) -> PairLine:
    return pair_line(
        monthly_volume(facts.volumes, declared=rules.declared_month or facts.first_credit),
        repayment_law(Lateness(paid=facts.obligations_paid, late_days=facts.late_days), prior=rules.prior),
        default_probability=default_probability,
        earning=price.earning,
        cost=price.cost,
        quantile=rules.quantile,
    )


def _binding(
    facts: RequestFacts,
    rules: Rules,
    *,
    band: RatingBand | None,
    price: ProgrammePrice | None,
    line: PairLine | None,
    advance: Money,
) -> tuple[Reason, ...]:
    reasons = {
        Reason.NOT_CONFIRMED: not facts.confirmed or facts.disputed > 0,
        Reason.MATURITY: facts.maturity - facts.day < rules.least_days,
        Reason.ISSUER_DEFAULT: facts.issuer_in_default,
        Reason.SCORE: band is None,
        Reason.PRICE: price is not None and price.above_cap,
        Reason.GUARANTEE: line is not None and line.guarantee <= 0.0,
        Reason.LINE: line is not None and facts.advanced + advance > line.limit,
        Reason.ISSUER_LINE: facts.line_used > facts.line_limit,
        Reason.TOO_SMALL: price is not None and advance == 0,
    }
    return tuple(reason for reason, binds in reasons.items() if binds)
