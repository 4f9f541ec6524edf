"""The best line under any law of repayment (paper 004, its hypothesis of a uniform law lifted)."""

import itertools
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import integrate

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.credit_line import Lending

PIECES = 32
"""Pieces of equal probability into which an integral over a law is cut, so that no narrow part of it is missed."""


class RepaymentDistribution(Protocol):
    """Law of what can be repaid, money: any frozen distribution of ``scipy.stats`` is one.

    Examples
    --------
    >>> from scipy import stats
    >>> law: RepaymentDistribution = stats.uniform(scale=8_571_336.0)
    >>> float(law.cdf(0.0))
    0.0
    """

    def cdf(self, x: float, /) -> float | np.float64:
        """Probability that at most ``x`` can be repaid."""
        ...

    def ppf(self, q: float, /) -> float | np.float64:
        """Least amount that is exceeded with a probability of at most ``1 - q``."""
        ...

    def support(self) -> tuple[float | np.float64, float | np.float64]:
        """Least and most that can be repaid."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LawLine:
    """The best line, the profit expected of it, money, and whether it is the cap that holds it down."""

    line: float
    profit: float
    capped: bool


def expected_profit_under(lending: Lending, line: float, repayment: RepaymentDistribution) -> float:
    r"""Profit that a bank expects of a line, whatever the law of repayment.

    Parameters
    ----------
    lending
        Rates a period and cap, money; the cap plays no part here.
    line
        L >= 0, money.
    repayment
        Law of what can be repaid, money, never below 0.

    Returns
    -------
    float
        Money a period.

    Raises
    ------
    ModelDomainError
        If ``line`` lies outside its domain, the law allows repayments below zero or is no law, or the integral does
        not converge.

    Notes
    -----
    .. math:: EQ(L) = (r - c) L - \int_0^{L (1+r)} F(x)\, dx

    Past the largest repayment F is 1, and profit falls by 1 + c a unit: the second branch.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (12), reconstructed.

    Examples
    --------
    The paper's line at 10 %, under its uniform law.

    >>> from scipy import stats
    >>> paper = Lending(rate=0.10, cost_rate=0.065, cap=7_792_123.68)
    >>> uniform = stats.uniform(scale=paper.cap * 1.10)
    >>> round(expected_profit_under(paper, 247_931.0, uniform), 2)
    4338.8
    """
    domain.non_negative("line", line)
    low = _lowest(repayment)
    owed = line * (1.0 + lending.rate)
    shortfall = 0.0
    if owed > low:
        shares = np.linspace(0.0, 1.0, PIECES + 1)
        quantiles = sorted({float(repayment.ppf(share)) for share in shares})
        ends = [low, *(end for end in quantiles if low < end < owed), owed]
        for start, end in itertools.pairwise(ends):
            piece, error = integrate.quad(lambda x: float(repayment.cdf(x)), start, end, limit=200)
            if not error <= 1e-6 * max(piece, 1e-9 * owed):
                raise ModelDomainError("repayment", error, "a law whose integral converges")
            shortfall += piece
    return domain.computed("expected profit", (lending.rate - lending.cost_rate) * line - shortfall)


def optimal_line_under(lending: Lending, repayment: RepaymentDistribution) -> LawLine:
    r"""Line with the highest expected profit under any law of repayment.

    Parameters
    ----------
    lending
        Rates a period and cap, money.
    repayment
        Law of what can be repaid, money, never below 0.

    Returns
    -------
    LawLine
        Zero where the bank earns no more than it pays.

    Raises
    ------
    ModelDomainError
        If the law allows repayments below zero, or is no law.

    Notes
    -----
    .. math:: L^* = \min\left\{M, \frac{F^{-1}(q)}{1+r}\right\}, \qquad q = \frac{r - c}{1 + r}

    since profit is concave in L. Under the paper's own law, on [0, M (1 + r)], the cap never binds.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (13) and (15), reconstructed.

    Examples
    --------
    A bank that has seen repayments cluster near all of the guarantee lends much more than under the uniform law.

    >>> from scipy import stats
    >>> paper = Lending(rate=0.10, cost_rate=0.065, cap=7_792_123.68)
    >>> most = paper.cap * 1.10
    >>> round(optimal_line_under(paper, stats.uniform(scale=most)).line)
    247931
    >>> round(optimal_line_under(paper, stats.beta(8, 2, scale=most)).line)
    4171363
    >>> optimal_line_under(paper, stats.norm(loc=10 * most, scale=most / 100))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: repayment is -inf: must be a law of amounts that are never below 0
    """
    _lowest(repayment)
    ratio = lending.critical_ratio
    if ratio == 0.0:
        return LawLine(line=0.0, profit=0.0, capped=False)
    quantile = float(repayment.ppf(ratio)) / (1.0 + lending.rate)
    if math.isnan(quantile):
        raise ModelDomainError("repayment", quantile, "a law with a quantile at each probability")
    line = min(lending.cap, quantile)
    profit = expected_profit_under(lending, line, repayment)
    return LawLine(line=line, profit=profit, capped=quantile > lending.cap)


def _lowest(repayment: RepaymentDistribution) -> float:
    if not all(callable(getattr(repayment, name, None)) for name in ("cdf", "ppf", "support")):
        raise ModelDomainError("repayment", repayment, "a law with cdf, ppf and support")
    try:
        low, high = repayment.support()
    except (TypeError, ValueError):
        raise ModelDomainError("repayment", repayment, "a law with two ends and no parameter left open") from None
    if np.ndim(low) or np.ndim(high):
        raise ModelDomainError("repayment", "an array of laws", "one law")
    low = float(low)
    if not low >= 0.0:
        raise ModelDomainError("repayment", low, "a law of amounts that are never below 0")
    return low
