"""The best line under any law of repayment (paper 004, its hypothesis of a uniform law lifted)."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from scipy import integrate

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.credit_line import Lending
from scfin_chain.models.formulas import FloatArray

PIECES: Final = 8
"""Pieces of equal probability into which an integral over a law is cut, so that no narrow part of it is missed."""

ATOMS_LIMIT: Final = 10**7
"""Most amounts of a discrete law that are added up."""


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
    """The best line, the profit expected of it, money, and whether it is the cap that holds it down.

    Examples
    --------
    What is repaid is surely more than can be lent.

    >>> from scipy import stats
    >>> lending = Lending(rate=0.10, cost_rate=0.065, cap=1000.0)
    >>> best = optimal_line_under(lending, stats.uniform(loc=2000.0, scale=1.0))
    >>> best.line, round(best.profit, 9), best.capped
    (1000.0, 35.0, True)
    """

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
        If ``line`` lies outside its domain; if the law allows repayments below zero, is no law, or is discrete with too
        many amounts to add up; or if the integral does not converge.

    Notes
    -----
    With :math:`y = L (1+r)` owed and Q the quantile function,

    .. math:: EQ(L) = (r - c) L - \int_0^y F(x)\, dx = (r - c) L - y F(y) + \int_0^{F(y)} Q(u)\, du

    Past the largest repayment F is 1, and profit falls by 1 + c a unit: the second branch. Of a discrete law the first
    integral is a sum.

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
    domain.instance("lending", lending, Lending)
    domain.non_negative("line", line)
    low = _lowest(repayment)
    owed = line * (1.0 + lending.rate)
    shortfall = _asked(_shortfall, repayment, low, owed) if owed > low else 0.0
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
        As `expected_profit_under`.

    Notes
    -----
    .. math:: L^* = \min\left\{M, \frac{F^{-1}(q)}{1+r}\right\}, \qquad q = \frac{r - c}{1 + r}

    since profit is concave in L. Under the paper's own law, on [0, M (1 + r)], the cap never binds. Of a discrete law
    the quantile is the least amount that is not exceeded with a probability of q.

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
    >>> thirds = stats.rv_discrete(values=([0.0, most / 2, most], [0.02, 0.49, 0.49]))  # nothing, half or all is repaid
    >>> round(optimal_line_under(paper, thirds).line / paper.cap, 9)
    0.5
    >>> optimal_line_under(paper, stats.norm(loc=10 * most, scale=most / 100))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: repayment is -inf: must be a law of amounts that are never below 0
    """
    domain.instance("lending", lending, Lending)
    _lowest(repayment)
    ratio = lending.critical_ratio
    if ratio == 0.0:
        return LawLine(line=0.0, profit=0.0, capped=False)
    quantile = _asked(lambda law: float(law.ppf(ratio)), repayment) / (1.0 + lending.rate)
    line = min(lending.cap, quantile)
    profit = expected_profit_under(lending, line, repayment)
    return LawLine(line=line, profit=profit, capped=quantile > lending.cap)


def _lowest(repayment: RepaymentDistribution) -> float:
    if not all(callable(getattr(repayment, name, None)) for name in ("cdf", "ppf", "support")):
        raise ModelDomainError("repayment", repayment, "a law with cdf, ppf and support")
    try:
        low, high = repayment.support()
    except (ArithmeticError, TypeError, ValueError):
        raise ModelDomainError(
            "repayment", _name(repayment), "a law with two ends and no parameter left open"
        ) from None
    if np.ndim(low) or np.ndim(high):
        raise ModelDomainError("repayment", "an array of laws", "one law")
    low = float(low)
    if math.isnan(low):
        raise ModelDomainError("repayment", low, "a law whose parameters lie in its domain")
    if low < 0.0:
        raise ModelDomainError("repayment", low, "a law of amounts that are never below 0")
    return low


def _name(repayment: object) -> str:
    """A law by its name, as "poisson"."""
    return str(getattr(getattr(repayment, "dist", repayment), "name", type(repayment).__name__))


def _asked(work: Callable[..., float], repayment: RepaymentDistribution, *arguments: float) -> float:
    """What follows from a law, whose own warnings and errors say no more than that it cannot be computed."""
    reason = "undefined"
    try:
        with warnings.catch_warnings(action="ignore"):
            found = work(repayment, *arguments)
    except (ArithmeticError, RuntimeError, ValueError) as error:
        if isinstance(error, ModelDomainError):
            raise
        found, reason = math.nan, str(error)
    if math.isnan(found):
        raise ModelDomainError("repayment", _name(repayment), f"a law whose quantiles can be computed ({reason})")
    return found


def _shortfall(repayment: Any, low: float, owed: float) -> float:
    """What is expected to be missing of the amount owed, the integral of F up to it."""
    if hasattr(repayment, "pmf"):
        amounts = _atoms(repayment, low, owed)
        return float(np.sum(repayment.cdf(amounts) * np.diff(amounts, append=owed)))
    likely = float(repayment.cdf(owed))
    repaid, error, *_ = integrate.quad(
        lambda share: min(float(repayment.ppf(share)), owed),
        0.0,
        likely,
        points=np.linspace(0.0, likely, PIECES + 1)[1:-1],
        limit=200,
        epsabs=0.0,
        epsrel=1e-9,
        full_output=True,
    )
    if not error <= 1e-8 * owed:
        raise ModelDomainError("repayment", error, "a law whose integral converges")
    return owed * likely - float(repaid)


def _atoms(repayment: Any, low: float, owed: float) -> FloatArray:
    """Amounts of a discrete law below the amount owed: those it was made of, or one unit after another."""
    made = getattr(getattr(repayment, "dist", repayment), "xk", None)
    if made is not None:
        amounts = low + (np.sort(made) - np.min(made))
    elif owed - low <= ATOMS_LIMIT:
        amounts = low + np.arange(math.ceil(owed - low), dtype=np.float64)
    else:
        limit = f"continuous, or of at most {ATOMS_LIMIT:,} amounts below the {owed:g} that are owed"
        raise ModelDomainError("repayment", _name(repayment), limit)
    return np.asarray(amounts[amounts < owed], dtype=np.float64)
