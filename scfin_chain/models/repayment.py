r"""How much is repaid, learnt from how late: the prior is paper 004's uniform law.

The share repaid :math:`u` has law :math:`u^\alpha` on [0, 1]. A payment that is l months late counts as
:math:`u = e^{-l}`, so that delays are exponential with rate :math:`\alpha`, and a gamma prior stays gamma.
"""

import math
from dataclasses import dataclass
from typing import Final

from scfin_chain.models import domain
from scfin_chain.units import YEAR_DAYS

MONTHS_A_YEAR: Final = 12
"""Months of 365/12 days each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Paid obligations of a debtor and the days lost on all of them.

    Parameters
    ----------
    paid
        n1: obligations paid.
    late_days
        Whole days late, summed over the paid (0 if early) and, so far, over the overdue unpaid ones.

    Raises
    ------
    ModelDomainError
        If an argument is no whole number or negative.

    Examples
    --------
    Paid 0, 0, 10 and 35 days late, and one unpaid 20 days after it fell due.

    >>> round(Lateness(paid=4, late_days=65).late_months, 9)
    2.136986301
    """

    paid: int
    late_days: int

    def __post_init__(self) -> None:
        domain.whole("paid", self.paid)
        domain.whole("late_days", self.late_days)

    @property
    def late_months(self) -> float:
        """w: time late in months of 365/12 days."""
        return self.late_days * MONTHS_A_YEAR / YEAR_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentLaw:
    """Gamma posterior of the repayment exponent.

    Parameters
    ----------
    shape
        k + n1 > 0, payments.
    rate
        k + w > 0, months.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> RepaymentLaw(shape=1.0, rate=1.0).exponent  # no history: the uniform law
    1.0
    """

    shape: float
    rate: float

    def __post_init__(self) -> None:
        domain.positive("shape", self.shape)
        domain.positive("rate", self.rate)
        domain.positive("exponent", self.exponent)

    @property
    def exponent(self) -> float:
        """Posterior mean of alpha, (k + n1) / (k + w), a pure number."""
        return self.shape / self.rate

    def predictive_cdf(self, repaid: float) -> float:
        r"""Probability that at most a share is repaid, over all exponents.

        Parameters
        ----------
        repaid
            Share u in [0, 1] of the most that can be repaid.

        Returns
        -------
        float
            In [0, 1].

        Raises
        ------
        ModelDomainError
            If ``repaid`` lies outside its domain.

        Notes
        -----
        .. math:: F(u) = \left(\frac{k + w}{k + w - \ln u}\right)^{k + n_1}

        References
        ----------
        .. [1] Gelman et al., *Bayesian Data Analysis*, chapter 2: the exponential model with its conjugate prior.

        Examples
        --------
        >>> RepaymentLaw(shape=2.0, rate=1.0).predictive_cdf(math.exp(-1.0))
        0.25
        """
        domain.share("repaid", repaid)
        if repaid == 0.0:
            return 0.0
        return math.exp(-self.shape * math.log1p(-math.log(repaid) / self.rate))


def repayment_law(lateness: Lateness, *, prior: float = 1.0) -> RepaymentLaw:
    r"""Law of the share repaid after what was seen.

    Parameters
    ----------
    lateness
        Payments and delays of the debtor.
    prior
        k > 0: payments, and months, that the prior is worth.

    Returns
    -------
    RepaymentLaw
        Its exponent is 1, the uniform law of the paper's hypothesis 3, where nothing was seen.

    Raises
    ------
    ModelDomainError
        If ``prior`` lies outside its domain.

    Notes
    -----
    Delays of unpaid obligations are right-censored: time at risk without an event.

    .. math:: \alpha \sim \Gamma(k, k) \quad\Rightarrow\quad \alpha \mid n_1, w \sim \Gamma(k + n_1, k + w)

    References
    ----------
    .. [1] Gelman et al., *Bayesian Data Analysis*, chapter 2: the exponential model with its conjugate prior.

    Examples
    --------
    >>> round(repayment_law(Lateness(paid=4, late_days=65)).exponent, 9)
    1.593886463
    """
    domain.instance("lateness", lateness, Lateness)
    domain.positive("prior", prior)
    return RepaymentLaw(shape=prior + lateness.paid, rate=prior + lateness.late_months)
