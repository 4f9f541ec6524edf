"""The line that earns a bank most when repayment is uncertain (paper 004, and its law learnt from history)."""

import math
from dataclasses import dataclass
from typing import Final

from scfin_chain.models import domain
from scfin_chain.models.formulas import critical_ratio_of
from scfin_chain.models.repayment import RepaymentLaw

UNIFORM: Final = 1.0
"""Exponent of the uniform repayment law, paper 004's hypothesis 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """What the bank earns and pays on a line, and the most that can be repaid.

    Parameters
    ----------
    rate
        All that the bank earns a period, r in [0, 1], a fraction of the line.
    cost_rate
        All that it pays a period, c in [0, 1], a fraction of the line.
    cap
        M >= 0, money: repayment lies in [0, M (1 + r)].

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> paper = Lending(rate=0.07, cost_rate=0.065, cap=credit_cap(13_514_377, default_probability=0.42341969))
    >>> round(paper.cap, 4), round(paper.critical_ratio, 9)
    (7792123.6801, 0.004672897)
    """

    rate: float
    cost_rate: float
    cap: float

    def __post_init__(self) -> None:
        domain.share("rate", self.rate)
        domain.share("cost_rate", self.cost_rate)
        domain.non_negative("cap", self.cap)

    @property
    def critical_ratio(self) -> float:
        """Accepted probability of a loss at the margin, q = (r - c)/(1 + r), or 0 where nothing is earned."""
        return critical_ratio_of(self.rate, self.cost_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """The best line, the profit expected of it, and the larger line at which profit is used up; money.

    Examples
    --------
    Under the uniform law profit is used up at twice the best line.

    >>> best = optimal_line(Lending(rate=0.10, cost_rate=0.065, cap=7_792_123.68))
    >>> round(best.line), round(best.profit, 1), round(best.zero_at / best.line, 9)
    (247931, 4338.8, 2.0)
    """

    line: float
    profit: float
    zero_at: float


def credit_cap(guarantee: float, *, default_probability: float) -> float:
    r"""Part of the guarantee that survives the core enterprise's default, M.

    Parameters
    ----------
    guarantee
        G >= 0, money.
    default_probability
        p in [0, 1), a fraction, over the credit period.

    Returns
    -------
    float
        :math:`M = (1 - p) G`, money.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, section on the constraint, where
       "L <= p G" must read (1 - p) G.

    Examples
    --------
    >>> credit_cap(1000.0, default_probability=0.25)
    750.0
    """
    domain.non_negative("guarantee", guarantee)
    domain.within("default_probability", default_probability, 0, 1, open_high=True)
    return (1.0 - default_probability) * guarantee


def expected_profit(lending: Lending, line: float, *, exponent: float = UNIFORM) -> float:
    r"""Profit that the bank expects of a line, below the cap and above it.

    Parameters
    ----------
    lending
        Rates a period and cap, money.
    line
        L >= 0, money.
    exponent
        alpha > 0 of the repayment law; 1 is the paper's uniform law.

    Returns
    -------
    float
        Money a period.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or the result is too large for a float.

    Notes
    -----
    .. math:: EQ(L) = (r - c) L - \frac{M (1+r)}{\alpha + 1} \left(\frac{L}{M}\right)^{\alpha+1} \quad (L \le M),
       \qquad EQ(L) = -(1 + c) L + M (1+r) \frac{\alpha}{\alpha + 1} \quad (L > M)

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (12) to (15), reconstructed
       for alpha = 1.

    Examples
    --------
    >>> paper = Lending(rate=0.10, cost_rate=0.065, cap=credit_cap(13_514_377, default_probability=0.42341969))
    >>> round(expected_profit(paper, 247_913), 2)  # the printed line, two digits transposed
    4338.8
    """
    domain.instance("lending", lending, Lending)
    domain.non_negative("line", line)
    domain.positive("exponent", exponent)
    owed = lending.cap * (1.0 + lending.rate)
    if line > lending.cap:
        profit = owed * (exponent / (exponent + 1.0)) - (1.0 + lending.cost_rate) * line
    else:
        used = line / lending.cap if lending.cap > 0.0 else 0.0
        profit = (lending.rate - lending.cost_rate) * line - owed * math.pow(used, exponent + 1.0) / (exponent + 1.0)
    return domain.computed("expected profit", profit)


def optimal_line(lending: Lending, *, exponent: float = UNIFORM) -> CreditLine:
    r"""Line with the highest expected profit.

    Parameters
    ----------
    lending
        Rates a period and cap, money.
    exponent
        alpha > 0 of the repayment law; 1 is the paper's uniform law.

    Returns
    -------
    CreditLine
        All zero where the bank earns no more than it pays. Never above the cap, since q < 1.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: L^* = M q^{1/\alpha}, \qquad EQ^* = (r - c) L^* \frac{\alpha}{\alpha + 1}

    Profit is used up at :math:`L^* (1 + \alpha)^{1/\alpha}` if that is at most M, and otherwise where the falling
    branch meets zero, at :math:`M \frac{1+r}{1+c} \frac{\alpha}{\alpha+1}`. No rate is best: profit rises with r.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (15), reconstructed for
       alpha = 1.

    Examples
    --------
    At 7 %: "L* = 36,412, EQ = 91".

    >>> paper = Lending(rate=0.07, cost_rate=0.065, cap=credit_cap(13_514_377, default_probability=0.42341969))
    >>> best = optimal_line(paper)
    >>> round(best.line), round(best.profit), round(best.zero_at)
    (36412, 91, 72824)
    """
    domain.instance("lending", lending, Lending)
    domain.positive("exponent", exponent)
    ratio = lending.critical_ratio
    if ratio == 0.0:
        return CreditLine(line=0.0, profit=0.0, zero_at=0.0)
    weight = exponent / (exponent + 1.0)
    line = lending.cap * math.exp(math.log(ratio) / exponent)
    profit = (lending.rate - lending.cost_rate) * line * weight
    if ratio * (1.0 + exponent) <= 1.0:
        zero_at = line * math.exp(math.log1p(exponent) / exponent)
    else:
        zero_at = lending.cap * (1.0 + lending.rate) / (1.0 + lending.cost_rate) * weight
    return CreditLine(line=line, profit=profit, zero_at=zero_at)


def predictive_line(lending: Lending, law: RepaymentLaw) -> float:
    r"""Best line when the repayment exponent stays uncertain: the more prudent variant.

    Parameters
    ----------
    lending
        Rates a period and cap, money.
    law
        Posterior law of the exponent.

    Returns
    -------
    float
        Money; 0 where the bank earns no more than it pays. Without history it is not the uniform law's line.

    Raises
    ------
    ModelDomainError
        If an argument is of another type.

    Notes
    -----
    .. math:: L = M \exp\left[-(k + w)\left(q^{-1/(k + n_1)} - 1\right)\right]

    References
    ----------
    .. [1] Quantile of `RepaymentLaw.predictive_cdf` at the critical ratio.

    Examples
    --------
    >>> lending = Lending(rate=0.07, cost_rate=0.0593, cap=1000.0)
    >>> law = RepaymentLaw(shape=13.0, rate=1.0)
    >>> round(predictive_line(lending, law), 2), round(optimal_line(lending, exponent=law.exponent).line, 2)
    (653.7, 701.7)
    """
    domain.instance("lending", lending, Lending)
    domain.instance("law", law, RepaymentLaw)
    ratio = lending.critical_ratio
    if ratio == 0.0:
        return 0.0
    growth = -math.log(ratio) / law.shape
    if growth > 700.0:
        return 0.0
    return lending.cap * math.exp(-law.rate * math.expm1(growth))
