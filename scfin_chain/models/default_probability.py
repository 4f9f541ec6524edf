"""The probability of default that a bond's yield implies, and its log-odds (paper 004)."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scipy.special import expit

from scfin_chain.models import domain

_ROUNDING: Final = 1e-15
"""Relative distance within which a net yield equals the riskless rate: rounding, not a spread."""

LEAST_HORIZON: Final = 0.001
"""Shortest horizon of a probability that is taken to another, years: some nine hours."""


class SpreadFormula(StrEnum):
    """What a default loses: which reading the authors took cannot be told, their table is lost.

    Examples
    --------
    >>> bond = BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)
    >>> promised, principal = (bond_default_probability(bond, formula) for formula in SpreadFormula)
    >>> round(principal / promised, 9)
    1.04
    """

    PROMISED = "promised"
    """The loss rate applies to principal and coupon, (rb - rf) / (S (1 + rb)): the default."""

    PRINCIPAL = "principal"
    """The loss rate applies to the principal alone, (rb - rf) / S: larger by the factor 1 + rb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BondQuote:
    """A one-year bond of the firm beside a riskless one.

    Parameters
    ----------
    coupon
        Nominal yearly rate rn in (-1, 1], a fraction.
    interest_tax
        Tax on interest, rt in [0, 1), a fraction; the paper takes 0.2.
    risk_free
        Yearly riskless rate rf in (-1, 1], a fraction.
    loss_given_default
        S in (0, 1], a fraction; the paper takes 0.6264.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> round(BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264).net_yield, 12)
    0.04
    """

    coupon: float
    interest_tax: float
    risk_free: float
    loss_given_default: float

    def __post_init__(self) -> None:
        domain.rate("coupon", self.coupon)
        domain.within("interest_tax", self.interest_tax, 0, 1, open_high=True)
        domain.rate("risk_free", self.risk_free)
        domain.positive("loss_given_default", self.loss_given_default, 1)

    @property
    def net_yield(self) -> float:
        """Yearly yield after tax, rb = rn (1 - rt), a fraction."""
        return self.coupon * (1.0 - self.interest_tax)


def bond_default_probability(bond: BondQuote, formula: SpreadFormula = SpreadFormula.PROMISED) -> float:
    r"""One-year, risk-neutral probability of default that a bond's yield implies.

    Parameters
    ----------
    bond
        The firm's bond and the riskless rate.
    formula
        What a default loses.

    Returns
    -------
    float
        p in [0, 1), a fraction; exactly 0 where the net yield is the riskless rate but for rounding.

    Raises
    ------
    ModelDomainError
        If there is no such formula, or the yield is below the riskless rate, or so high that default would be certain:
        nothing is clipped.

    Notes
    -----
    .. math:: (1+r_b)(1-p) + (1+r_b)(1-S)p = 1 + r_f \quad\Rightarrow\quad p = \frac{r_b - r_f}{S (1 + r_b)}

    It assumes one year, recovery of a share of the promised payment, and no premium for liquidity.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, section on the quantile of the default
       probability; its equation is lost and this one derived.

    Examples
    --------
    >>> bond = BondQuote(coupon=0.05, interest_tax=0.2, risk_free=0.03, loss_given_default=0.6264)
    >>> round(bond_default_probability(bond), 12)
    0.015350230867
    """
    domain.instance("bond", bond, BondQuote)
    formula = domain.one_of("formula", formula, SpreadFormula)
    spread = bond.net_yield - bond.risk_free
    if math.isclose(bond.net_yield, bond.risk_free, rel_tol=_ROUNDING):
        spread = 0.0
    payment = 1.0 + bond.net_yield if formula is SpreadFormula.PROMISED else 1.0
    probability = spread / (bond.loss_given_default * payment)
    domain.within("implied default probability", probability, 0, 1, open_high=True)
    return probability


def log_odds(probability: float) -> float:
    r"""Log-odds of a probability: the paper's "quantile of the default probability".

    Parameters
    ----------
    probability
        p in (0, 1), a fraction.

    Returns
    -------
    float
        y, a pure number.

    Raises
    ------
    ModelDomainError
        If ``probability`` is not strictly between 0 and 1.

    Notes
    -----
    .. math:: y = \ln \frac{p}{1 - p}

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (1) and (3), reconstructed.

    Examples
    --------
    >>> round(log_odds(0.015350230867), 7)
    -4.1611555
    """
    domain.within("probability", probability, 0, 1, open_low=True, open_high=True)
    return math.log(probability) - math.log1p(-probability)


def probability_from_log_odds(odds: float) -> float:
    r"""Probability that has the given log-odds.

    Parameters
    ----------
    odds
        y, a finite pure number.

    Returns
    -------
    float
        p in [0, 1], a fraction.

    Raises
    ------
    ModelDomainError
        If ``odds`` is not a finite number.

    Notes
    -----
    .. math:: p = \frac{1}{1 + e^{-y}}

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (3), reconstructed.

    Examples
    --------
    >>> probability_from_log_odds(0.0)
    0.5
    """
    domain.number("odds", odds)
    return float(expit(float(odds)))


def probability_over(probability: float, *, horizon: float, years: float) -> float:
    r"""A probability of default over another horizon, at a constant hazard.

    Parameters
    ----------
    probability
        Over ``horizon`` years, in [0, 1], a fraction.
    horizon
        Horizon of ``probability``, in [0.001, 100], years.
    years
        Horizon asked for, in [0, 100], years.

    Returns
    -------
    float
        A fraction in [0, 1].

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: PD_y = 1 - (1 - PD_h)^{y/h}

    References
    ----------
    .. [1] Lando, *Credit Risk Modeling*, chapter 5: survival at a constant intensity.

    Examples
    --------
    >>> round(probability_over(0.0445, horizon=2, years=1), 9)
    0.022503197
    """
    domain.share("probability", probability)
    domain.non_negative("years", years, domain.YEARS_LIMIT)
    domain.within("horizon", horizon, LEAST_HORIZON, domain.YEARS_LIMIT)
    if probability == 1.0:
        return 1.0 if years > 0.0 else 0.0
    return -math.expm1(years / horizon * math.log1p(-probability))
