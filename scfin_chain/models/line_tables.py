"""The tables of paper 004's experiment, of which few cells survive: computed for any rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scfin_chain.models import domain
from scfin_chain.models.credit_line import CreditLine, Lending, credit_cap, expected_profit, optimal_line
from scfin_chain.models.guarantee import PAPER_QUANTILE, BusinessVolume, Freight, freight_guarantee

PAPER_COST_RATE: Final = 0.065
"""c = 0.5 % + 1 % + 5 %, a fraction of the line (section 4)."""

PAPER_DEFAULT_PROBABILITY: Final = 0.42341969
"""p to which all printed supports and lines round; the paper prints 42.34 %, and the fit behind it is saturated."""

PAPER_GUARANTEE: Final = freight_guarantee(
    BusinessVolume(mean=872_456, deviation=500_518), Freight(unit_price=0.29, distance=1000), quantile=PAPER_QUANTILE
)
"""G of the experiment, yuan: 13,514,377, with Z rounded to 1.65."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineScenarios:
    """A row of Table 8: the best line and its profit at a rate, as things stand and with one of them changed.

    ``more_volume`` has a tenth more business volume, ``safer`` a default probability that is a tenth lower, money.

    Examples
    --------
    >>> row = line_scenarios([0.07])[0]
    >>> row.rate, round(row.basic.line), round(row.more_volume.line / row.basic.line, 9)
    (0.07, 36412, 1.1)
    """

    rate: float
    basic: CreditLine
    more_volume: CreditLine
    safer: CreditLine


def line_scenarios(
    rates: Sequence[float],
    *,
    guarantee: float = PAPER_GUARANTEE,
    default_probability: float = PAPER_DEFAULT_PROBABILITY,
    cost_rate: float = PAPER_COST_RATE,
    change: float = 0.1,
    absolute: bool = False,
) -> tuple[LineScenarios, ...]:
    r"""Table 8: best lines by rate, with more volume, and with a lower default probability.

    Parameters
    ----------
    rates
        r in [0, 1], fractions.
    guarantee
        G >= 0, money.
    default_probability
        p in [0, 1).
    cost_rate
        c in [0, 1].
    change
        Share h in [0, 1] by which volume rises and p falls.
    absolute
        Whether p falls by h itself, so many points, and not by its share. The paper does not say; its text, that volume
        matters more, holds only for the share.

    Returns
    -------
    tuple of LineScenarios
        One a rate.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or p falls below zero.

    Notes
    -----
    .. math:: G' = G (1 + h), \qquad p' = p (1 - h) \text{ or } p - h

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, Table 8.

    Examples
    --------
    >>> (row,) = line_scenarios([0.10])
    >>> round(row.basic.line), round(row.more_volume.line), round(row.safer.line)
    (247931, 272724, 266138)
    """
    domain.instance("absolute", absolute, bool)
    domain.non_negative("guarantee", guarantee)
    domain.within("default_probability", default_probability, 0, 1, open_high=True)
    domain.share("cost_rate", cost_rate)
    domain.share("change", change)
    lower = default_probability - change if absolute else default_probability * (1.0 - change)

    def best(rate: float, business: float, probability: float) -> CreditLine:
        cap = credit_cap(business, default_probability=probability)
        return optimal_line(Lending(rate=rate, cost_rate=cost_rate, cap=cap))

    return tuple(
        LineScenarios(
            rate=rate,
            basic=best(rate, guarantee, default_probability),
            more_volume=best(rate, guarantee * (1.0 + change), default_probability),
            safer=best(rate, guarantee, lower),
        )
        for rate in domain.items("rates", rates)
    )


def profits_by_line(lending: Lending, lines: Sequence[float]) -> tuple[float, ...]:
    """Table 9: profits expected of several lines at one rate.

    Parameters
    ----------
    lending
        Rates a period and cap, money.
    lines
        L >= 0, money.

    Returns
    -------
    tuple of float
        Money a period, one a line.

    Raises
    ------
    ModelDomainError
        If a line lies outside its domain.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, Table 9.

    Examples
    --------
    >>> cap = credit_cap(PAPER_GUARANTEE, default_probability=PAPER_DEFAULT_PROBABILITY)
    >>> lending = Lending(rate=0.12, cost_rate=PAPER_COST_RATE, cap=cap)
    >>> [round(profit) for profit in profits_by_line(lending, [300_000, 382_649, 500_000])]
    [10032, 10523, 9533]
    """
    domain.instance("lending", lending, Lending)
    return tuple(expected_profit(lending, line) for line in domain.items("lines", lines))
