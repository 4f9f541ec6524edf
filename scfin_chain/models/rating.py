"""From a payment history to a score, a rating and a probability of default (paper 003, Table 2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_probability import probability_over

TABLE_YEARS: Final = 2.0
"""Years that the table's probabilities of default cover (paper 003, section 4.2: "two years loan")."""

PRIOR_PAYMENTS: Final = 4
"""Payments that the prior score is worth."""

PRIOR_POINTS: Final = 272
"""Score points of the prior, 4 payments at 68: the paper's company (section 4)."""


class Rating(StrEnum):
    """Internal rating, best first.

    Examples
    --------
    >>> rate_score(68).rating.value, [rating.value for rating in Rating][0]
    ('BBB', 'AAA')
    """

    AAA = "AAA"
    AA = "AA"
    A = "A"
    BBB = "BBB"
    BB = "BB"
    B = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingBand:
    """A row of the rating table.

    Parameters
    ----------
    rating
        The row's name.
    floor
        Lowest score of the row, points of 100; the next better row's floor is excluded.
    default_probability
        Over two years, in [0, 1], a fraction.
    loss_given_default
        In [0, 1], a fraction; ``None`` where the table has none (AAA).

    Raises
    ------
    ModelDomainError
        If a number lies outside its domain, or debtors of the row default without a loss rate.

    Examples
    --------
    >>> round(RATING_TABLE[3].expected_loss, 5)  # BBB
    0.01602
    """

    rating: Rating
    floor: int
    default_probability: float
    loss_given_default: float | None

    def __post_init__(self) -> None:
        domain.instance("rating", self.rating, Rating)
        domain.whole("floor", self.floor, high=100)
        domain.share("default_probability", self.default_probability)
        if self.loss_given_default is not None:
            domain.share("loss_given_default", self.loss_given_default)
        elif self.default_probability > 0.0:
            raise ModelDomainError("loss_given_default", None, "a number in [0, 1] where debtors default")

    @property
    def expected_loss(self) -> float:
        """Expected loss over two years a unit lent, PD LGD, a fraction."""
        return 0.0 if self.loss_given_default is None else self.default_probability * self.loss_given_default


def _band(rating: Rating, floor: int, default_probability: float, loss_given_default: float | None) -> RatingBand:
    return RatingBand(
        rating=rating, floor=floor, default_probability=default_probability, loss_given_default=loss_given_default
    )


RATING_TABLE: Final = (
    _band(Rating.AAA, 90, 0.0, None),
    _band(Rating.AA, 80, 0.0108, 0.46),
    _band(Rating.A, 70, 0.0221, 0.28),
    _band(Rating.BBB, 60, 0.0445, 0.36),
    _band(Rating.BB, 50, 0.0688, 0.42),
    _band(Rating.B, 40, 0.0864, 0.38),
)
"""Table 2 of paper 003: two-year loans, best rating first; no row below 40 points."""


def rate_score(score: float) -> RatingBand:
    """Row of the rating table in which a score lies.

    Parameters
    ----------
    score
        Points in [40, 100].

    Returns
    -------
    RatingBand
        Bands are closed below and open above; AAA contains 100.

    Raises
    ------
    ModelDomainError
        If the table has no row for the score.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, Table 2.

    Examples
    --------
    >>> rate_score(68).rating.value, rate_score(80).rating.value, rate_score(100).rating.value
    ('BBB', 'AA', 'AAA')
    """
    domain.within("score", score, RATING_TABLE[-1].floor, 100)
    return next(band for band in RATING_TABLE if score >= band.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """What is known of a debtor's obligations at one moment.

    Parameters
    ----------
    prompt
        m: obligations paid by the end of their days of grace.
    due
        n: obligations paid, or unpaid past their days of grace; at least ``prompt``.

    Raises
    ------
    ModelDomainError
        If a count is no whole number, or more were prompt than due.

    Examples
    --------
    >>> PaymentRecord(prompt=9, due=10).score
    83.71428571428571
    """

    prompt: int
    due: int

    def __post_init__(self) -> None:
        domain.whole("due", self.due)
        domain.whole("prompt", self.prompt, high=self.due)

    @property
    def points(self) -> int:
        """Numerator of the score, 100 m + 272."""
        return 100 * self.prompt + PRIOR_POINTS

    @property
    def weight(self) -> int:
        """Denominator of the score, n + 4."""
        return self.due + PRIOR_PAYMENTS

    @property
    def score(self) -> float:
        """Points of 100, (100 m + 272) / (n + 4); for show: bands are compared in integers."""
        return self.points / self.weight


def rate_record(record: PaymentRecord) -> RatingBand | None:
    r"""Row of the rating table that a payment record earns, compared in integers.

    Parameters
    ----------
    record
        The debtor's payments.

    Returns
    -------
    RatingBand or None
        ``None`` below the lowest row: such a debtor is refused.

    Raises
    ------
    ModelDomainError
        If ``record`` is of another type.

    Notes
    -----
    .. math:: 100 m + 272 \ge b (n + 4)

    A debtor without history scores 68, BBB, as the paper's company does.

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, Table 2 and section 4.

    Examples
    --------
    >>> rate_record(PaymentRecord(prompt=0, due=0)).rating.value
    'BBB'
    >>> rate_record(PaymentRecord(prompt=0, due=3)) is None
    True
    """
    domain.instance("record", record, PaymentRecord)
    return next((band for band in RATING_TABLE if record.points >= band.floor * record.weight), None)


def default_probability_over(band: RatingBand, *, years: float) -> float:
    r"""Probability of default over another horizon than the table's two years.

    Parameters
    ----------
    band
        Row of the rating table.
    years
        Horizon H in [0, 100], years.

    Returns
    -------
    float
        A fraction in [0, 1].

    Raises
    ------
    ModelDomainError
        If ``years`` lies outside its domain.

    Notes
    -----
    With a constant hazard,

    .. math:: PD_H = 1 - (1 - PD_2)^{H/2}

    References
    ----------
    .. [1] Lando, *Credit Risk Modeling*, chapter 5: survival at a constant intensity.

    Examples
    --------
    >>> round(default_probability_over(rate_score(68), years=1), 9)
    0.022503197
    """
    domain.instance("band", band, RatingBand)
    return probability_over(band.default_probability, horizon=TABLE_YEARS, years=years)
