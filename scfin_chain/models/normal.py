"""The standard normal law."""

import math
from statistics import NormalDist

from scfin_chain.models import domain

_STANDARD = NormalDist()


def normal_cdf(x: float) -> float:
    r"""Probability that a standard normal variable is at most ``x``.

    Parameters
    ----------
    x
        A pure number; the infinities are allowed.

    Returns
    -------
    float
        In [0, 1], exact in both tails.

    Notes
    -----
    .. math:: \Phi(x) = \tfrac12 \operatorname{erfc}(-x / \sqrt 2)

    References
    ----------
    .. [1] Abramowitz, Stegun, *Handbook of Mathematical Functions*, 26.2.29 and 7.1.2.

    Examples
    --------
    >>> round(normal_cdf(1.96), 6)
    0.975002
    """
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def normal_quantile(confidence: float) -> float:
    r"""Value that a standard normal variable stays under with a given probability.

    Parameters
    ----------
    confidence
        Probability in (0, 1), a fraction.

    Returns
    -------
    float
        :math:`Z = \Phi^{-1}(\alpha)`, a pure number.

    Raises
    ------
    ModelDomainError
        If ``confidence`` is not in (0, 1).

    References
    ----------
    .. [1] Wichura, *Algorithm AS 241: The Percentage Points of the Normal Distribution*, Applied Statistics 37 (1988).

    Examples
    --------
    >>> round(normal_quantile(0.95), 7)
    1.6448536
    """
    domain.within("confidence", confidence, 0, 1, open_low=True, open_high=True)
    return _STANDARD.inv_cdf(confidence)
