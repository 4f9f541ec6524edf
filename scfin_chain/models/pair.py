"""The line of one holder on one issuer: paper 004 on the credit that flows between the two."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.credit_line import Lending, credit_cap, optimal_line
from scfin_chain.models.guarantee import BusinessVolume, estimate_volume
from scfin_chain.models.repayment import RepaymentLaw
from scfin_chain.units import Money

PERIOD_MONTHS: Final = 12
"""Credit period, months of 365/12 days; no more months are looked at."""

LEAST_MONTHS: Final = 3
"""Months below which the declared month fills up."""

LEAST_SPREAD: Final = 0.25
"""Least deviation of a month's volume, a share of its mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """The line of a pair and how it came about, money in minor units.

    Parameters
    ----------
    volume
        Law of a month's volume.
    guarantee
        G, a year's volume that is safe; at or below 0 the pair is refused.
    cap
        M, what is left of it after the issuer's default.
    exponent
        alpha of the repayment law, a pure number.
    line
        L*, not rounded.
    profit
        EQ*, expected a year at L*.
    zero_at
        Line at which that profit is used up.

    Examples
    --------
    >>> PairLine(
    ...     volume=BusinessVolume(mean=60, deviation=40), guarantee=492.08, cap=481.01, exponent=1.5939, line=29.95,
    ...     profit=0.24, zero_at=54.5,
    ... ).limit
    29
    """

    volume: BusinessVolume
    guarantee: float
    cap: float
    exponent: float
    line: float
    profit: float
    zero_at: float

    @property
    def limit(self) -> Money:
        """L* rounded down to minor units, in the lender's favour; a millionth short of a unit counts as the unit."""
        return Money(math.floor(round(self.line, 6)))


def monthly_volume(months: Sequence[int], *, declared: int) -> BusinessVolume:
    r"""Law of a pair's monthly volume.

    Parameters
    ----------
    months
        Volume of each whole month since the first, oldest first, minor units in [0, 2^128); the last 12 count.
    declared
        Declared month, minor units in [0, 2^128): it fills up to 3 months.

    Returns
    -------
    BusinessVolume
        Minor units a month; the deviation is at least a quarter of the mean.

    Raises
    ------
    ModelDomainError
        If these are no volumes, or one lies outside its domain.

    Notes
    -----
    .. math:: \mu = \bar v, \qquad s = \max(\hat\sigma_v, \mu / 4)

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (9), reconstructed.

    Examples
    --------
    >>> monthly_volume((60, 80, 0, 120, 40), declared=100)
    BusinessVolume(mean=60.0, deviation=40.0)
    >>> monthly_volume((), declared=100)
    BusinessVolume(mean=100.0, deviation=25.0)
    """
    if not isinstance(months, Sequence):
        raise ModelDomainError("months", months, "a sequence of volumes")
    recent = tuple(months)[-PERIOD_MONTHS:]
    law = estimate_volume(recent + (declared,) * (LEAST_MONTHS - len(recent)))
    return BusinessVolume(mean=law.mean, deviation=max(law.deviation, LEAST_SPREAD * law.mean))


def pair_line(
    volume: BusinessVolume,
    law: RepaymentLaw,
    *,
    default_probability: float,
    earning: float,
    cost: float,
    quantile: float,
) -> PairLine:
    r"""Most that the bank advances to one holder on one issuer.

    Parameters
    ----------
    volume
        Law of the pair's monthly volume, minor units.
    law
        What the issuer's history says of its repayment.
    default_probability
        p in [0, 1) over one year, a fraction.
    earning, cost
        r and c of the programme in [0, 1], yearly fractions of the advance.
    quantile
        :math:`Z_\alpha` in [0, 10], for example ``normal_quantile(0.95)``.

    Returns
    -------
    PairLine
        With a line of 0 where the guarantee is not above 0 or nothing is earned.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: G = 12 \mu - Z_\alpha s \sqrt{12}, \quad M = (1 - p) G, \quad L^* = M q^{1/\alpha}

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (4) to (15), reconstructed.

    Examples
    --------
    >>> from scfin_chain.models.normal import normal_quantile
    >>> from scfin_chain.models.repayment import Lateness, repayment_law
    >>> line = pair_line(
    ...     monthly_volume((60, 80, 0, 120, 40), declared=60), repayment_law(Lateness(paid=4, late_days=65)),
    ...     default_probability=0.022503197, earning=0.069082848, cost=0.056282848, quantile=normal_quantile(0.95),
    ... )
    >>> round(line.guarantee, 6), round(line.line, 4)
    (492.082396, 29.9516)
    """
    domain.instance("volume", volume, BusinessVolume)
    domain.instance("law", law, RepaymentLaw)
    guarantee = volume.lower_bound(quantile=quantile, periods=PERIOD_MONTHS)
    cap = credit_cap(max(guarantee, 0.0), default_probability=default_probability)
    best = optimal_line(Lending(rate=earning, cost_rate=cost, cap=cap), exponent=law.exponent)
    return PairLine(
        volume=volume,
        guarantee=domain.computed("guarantee", guarantee),
        cap=cap,
        exponent=law.exponent,
        line=best.line,
        profit=best.profit,
        zero_at=best.zero_at,
    )
