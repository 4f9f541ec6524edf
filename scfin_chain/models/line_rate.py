"""Which rate is best for a bank: none, unless something answers to it (paper 004, which calls r a decision)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.credit_line import CreditLine, Lending, credit_cap, optimal_line
from scfin_chain.models.default_probability import log_odds, probability_from_log_odds

GRID = 2_001
"""Rates at which profit is compared before the best is refined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateResponse:
    """A default probability that rises with the rate, since dear money burdens and attracts the weaker borrowers.

    Parameters
    ----------
    default_probability
        p in (0, 1) at the reference rate.
    reference_rate
        Rate in [0, 1] at which it holds.
    slope
        Rise of the log-odds a unit of rate, k >= 0: at 20, one point more multiplies the odds by 1.22.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> response = RateResponse(default_probability=0.42341969, reference_rate=0.07, slope=20.0)
    >>> round(response(0.07), 8), round(response(0.12), 4), round(response.survival(0.12), 4)
    (0.42341969, 0.6662, 0.3338)
    """

    default_probability: float
    reference_rate: float
    slope: float

    def __post_init__(self) -> None:
        domain.within("default_probability", self.default_probability, 0, 1, open_low=True, open_high=True)
        domain.share("reference_rate", self.reference_rate)
        domain.non_negative("slope", self.slope, 1e6)

    def __call__(self, rate: float) -> float:
        """Default probability p at a rate in [0, 1]; next to one it is rounded, and `survival` is exact."""
        return probability_from_log_odds(self._odds(rate))

    def survival(self, rate: float) -> float:
        """Probability 1 - p of no default at a rate in [0, 1], however close to one p is."""
        return probability_from_log_odds(-self._odds(rate))

    def _odds(self, rate: float) -> float:
        domain.share("rate", rate)
        return log_odds(self.default_probability) + self.slope * (rate - self.reference_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRate:
    """The rate with the highest expected profit, the line and the profit there, money, and whether a ceiling set it.

    Examples
    --------
    >>> best = best_rate(13_514_377, cost_rate=0.065, default_probability=0.42341969, ceiling=0.10)
    >>> best.rate, round(best.line), best.at_ceiling
    (0.1, 247931, True)
    """

    rate: float
    line: float
    profit: float
    at_ceiling: bool


def best_rate(
    guarantee: float,
    *,
    cost_rate: float,
    default_probability: float | Callable[[float], float],
    ceiling: float | None = None,
) -> BestRate:
    r"""Rate at which a bank, lending its best line, expects the highest profit.

    Parameters
    ----------
    guarantee
        G >= 0, money.
    cost_rate
        c in [0, 1), a fraction of the line a period.
    default_probability
        p in [0, 1), or how it answers to the rate: a `RateResponse`, or any function with values in [0, 1), whose best
        rate is sought among 2,001 and then refined.
    ceiling
        Highest rate allowed, in (c, 1]; with a default probability that does not answer, it is the best rate.

    Returns
    -------
    BestRate
        With ``at_ceiling``, no rate below the ceiling is best.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain; or if neither a ceiling nor an answer holds profit down, since it then
        rises with the rate for ever: there is no best rate to return.

    Notes
    -----
    .. math:: EQ^*(r) = \frac{(r - c)^2 (1 - p) G}{2 (1 + r)}, \qquad
              \frac{d EQ^*}{dr} = \frac{M (r - c)(2 + r + c)}{2 (1 + r)^2} > 0

    where p does not answer. Where its log-odds rise by k a unit of rate, profit is highest at the one root of

    .. math:: \frac{2 + r + c}{1 + r} = k\, p(r) (r - c)

    whose left side falls and whose right side rises from 0.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818: r is called a decision there, and only
       tabulated.

    Examples
    --------
    >>> best_rate(13_514_377, cost_rate=0.065, default_probability=0.42341969)
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: ceiling is None: must be given: no rate is best while profit rises with it
    >>> best_rate(13_514_377, cost_rate=0.065, default_probability=0.42341969, ceiling=0.12).at_ceiling
    True
    >>> answer = RateResponse(default_probability=0.42341969, reference_rate=0.07, slope=20.0)
    >>> round(best_rate(13_514_377, cost_rate=0.065, default_probability=answer).rate, 4)
    0.1759
    """
    domain.non_negative("guarantee", guarantee)
    domain.within("cost_rate", cost_rate, 0, 1, open_high=True)
    if ceiling is not None:
        domain.within("ceiling", ceiling, cost_rate, 1, open_low=True)
    highest = 1.0 if ceiling is None else ceiling

    def lent(rate: float) -> CreditLine:
        if isinstance(default_probability, RateResponse):
            cap = guarantee * default_probability.survival(rate)
        else:
            given = default_probability(rate) if callable(default_probability) else default_probability
            cap = credit_cap(guarantee, default_probability=given)
        return optimal_line(Lending(rate=rate, cost_rate=cost_rate, cap=cap))

    if isinstance(default_probability, RateResponse):
        rate = _root(default_probability, cost_rate, highest)
    elif callable(default_probability):
        rate = _highest_point(lambda rate: lent(rate).profit, cost_rate, highest)
    else:
        rate = highest
    if rate == highest and ceiling is None:
        raise ModelDomainError("ceiling", None, "given: no rate is best while profit rises with it")
    best = lent(rate)
    return BestRate(rate=rate, line=best.line, profit=best.profit, at_ceiling=rate == highest)


def _root(response: RateResponse, low: float, high: float) -> float:
    """Rate from which profit falls, or the highest where it rises up to there."""

    def rise(rate: float) -> float:
        return (2.0 + rate + low) / (1.0 + rate) - response.slope * response(rate) * (rate - low)

    return high if rise(high) >= 0.0 else float(optimize.brentq(rise, low, high, xtol=1e-15))


def _highest_point(profit: Callable[[float], float], low: float, high: float) -> float:
    """Rate of the highest profit, the highest of a grid refined."""
    rates = np.linspace(low, high, GRID).tolist()
    place = int(np.argmax([profit(rate) for rate in rates]))
    if place == GRID - 1:
        return high
    found = optimize.minimize_scalar(
        lambda rate: -profit(rate),
        bounds=(rates[max(place - 1, 0)], rates[place + 1]),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineElasticities:
    """Percent by which the best line and its profit change when an input rises by one percent.

    Each field holds two pure numbers: for the line, and for the profit.

    Examples
    --------
    At 7 % a tenth more cost, 0.65 points, is more than all that is earned.

    >>> found = line_elasticities(rate=0.07, cost_rate=0.065, default_probability=0.42341969)
    >>> [round(part, 9) for part in found.cost_rate]
    [-13.0, -26.0]
    """

    guarantee: tuple[float, float]
    default_probability: tuple[float, float]
    rate: tuple[float, float]
    cost_rate: tuple[float, float]


def line_elasticities(*, rate: float, cost_rate: float, default_probability: float) -> LineElasticities:
    r"""Elasticities of the best line and of its profit under the uniform law.

    Parameters
    ----------
    rate
        r in (c, 1], a fraction a period.
    cost_rate
        c in [0, 1).
    default_probability
        p in [0, 1).

    Returns
    -------
    LineElasticities
        Local ones.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: \varepsilon_G = 1, \quad \varepsilon_p = -\frac{p}{1 - p}, \quad
              \varepsilon_r(L^*) = \frac{r (1 + c)}{(r - c)(1 + r)}, \quad
              \varepsilon_r(EQ^*) = \frac{r (2 + r + c)}{(r - c)(1 + r)}, \quad
              \varepsilon_c(L^*) = -\frac{c}{r - c}, \quad \varepsilon_c(EQ^*) = -\frac{2 c}{r - c}

    That volume matters more than default, as the paper says, is true only for p below one half.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (15), derived.

    Examples
    --------
    >>> found = line_elasticities(rate=0.10, cost_rate=0.065, default_probability=0.42341969)
    >>> found.guarantee, round(found.default_probability[0], 6)
    ((1.0, 1.0), -0.734364)
    """
    domain.within("cost_rate", cost_rate, 0, 1, open_high=True)
    domain.within("rate", rate, cost_rate, 1, open_low=True)
    domain.within("default_probability", default_probability, 0, 1, open_high=True)
    margin, odds = rate - cost_rate, -default_probability / (1.0 - default_probability)
    by_rate = (1.0 + cost_rate, 2.0 + rate + cost_rate)
    line, profit = (domain.computed("elasticity", rate * part / (margin * (1.0 + rate))) for part in by_rate)
    cost = domain.computed("elasticity", -cost_rate / margin)
    return LineElasticities(
        guarantee=(1.0, 1.0), default_probability=(odds, odds), rate=(line, profit), cost_rate=(cost, 2.0 * cost)
    )
