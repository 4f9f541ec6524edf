"""How much of a firm's business with a core enterprise is safe to lend against (paper 004)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain

PAPER_QUANTILE: Final = 1.65
"""Normal quantile at 95 % as paper 004 rounds it; the exact 1.6448536 raises its guarantee by 5.5 %."""

VOLUME_LIMIT: Final = 2**128 - 1
"""Largest monthly volume that is taken, minor units: what the contracts can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessVolume:
    """Normal law of the business of one period, in tons or in money.

    Parameters
    ----------
    mean
        mu >= 0, units of volume a period.
    deviation
        sigma >= 0, units of volume a square root of a period; 0, which the paper leaves out, where nothing varies.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> volume = BusinessVolume(mean=872_456, deviation=500_518)  # tons
    >>> round(volume.lower_bound(quantile=PAPER_QUANTILE), 1)
    46601.3
    """

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        domain.non_negative("mean", self.mean)
        domain.non_negative("deviation", self.deviation)

    def lower_bound(self, *, quantile: float, periods: float = 1.0) -> float:
        r"""Volume that several periods exceed with the chosen confidence.

        Parameters
        ----------
        quantile
            :math:`Z_\alpha` in [0, 10], a pure number (see `normal_quantile`).
        periods
            Length T in (0, 1200], periods.

        Returns
        -------
        float
            Units of volume; below zero where the law is too wide for the confidence.

        Raises
        ------
        ModelDomainError
            If an argument lies outside its domain, or the result is too large for a float.

        Notes
        -----
        .. math:: Q^* = \mu T - Z_\alpha \sigma \sqrt T

        The paper has T = 1; independent periods give the rest.

        References
        ----------
        .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (5) to (7), reconstructed.

        Examples
        --------
        >>> round(BusinessVolume(mean=60, deviation=40).lower_bound(quantile=PAPER_QUANTILE, periods=12), 9)
        491.369293401
        """
        domain.non_negative("quantile", quantile, 10)
        domain.positive("periods", periods, 1200)
        return domain.computed("volume", self.mean * periods - quantile * self.deviation * math.sqrt(periods))


def estimate_volume(volumes: Sequence[int]) -> BusinessVolume:
    r"""Maximum-likelihood normal law of observed volumes.

    Parameters
    ----------
    volumes
        One whole number a period, in [0, 2^128), for example minor units; at least one.

    Returns
    -------
    BusinessVolume
        Mean and deviation, the latter divided by n, in the unit of ``volumes``; sums are exact.

    Raises
    ------
    ModelDomainError
        If there is no volume, or one lies outside its domain.

    Notes
    -----
    .. math:: \hat\mu = \tfrac1n \sum Q_j, \qquad
              \hat\sigma = \tfrac1n \sqrt{n \sum Q_j^2 - \left(\sum Q_j\right)^2}

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (9), reconstructed.

    Examples
    --------
    The two yearly volumes, tons, that the paper's estimates imply.

    >>> estimate_volume([371_938, 1_372_974])
    BusinessVolume(mean=872456.0, deviation=500518.0)
    """
    seen = domain.items("volumes", volumes)
    domain.whole("periods", len(seen), low=1)
    for volume in seen:
        domain.whole("volumes", volume, high=VOLUME_LIMIT)
    count, total = len(seen), sum(seen)
    spread = count * sum(volume * volume for volume in seen) - total * total
    return BusinessVolume(mean=total / count, deviation=math.sqrt(spread) / count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freight:
    """What turns tons into money.

    Parameters
    ----------
    unit_price
        P > 0, yuan a ton and kilometre.
    distance
        D > 0, kilometres.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> Freight(unit_price=0.29, distance=1000).price_a_ton
    290.0
    """

    unit_price: float
    distance: float

    def __post_init__(self) -> None:
        domain.positive("unit_price", self.unit_price)
        domain.positive("distance", self.distance)

    @property
    def price_a_ton(self) -> float:
        """P D, yuan a ton."""
        return self.unit_price * self.distance


def freight_guarantee(volume: BusinessVolume, freight: Freight, *, quantile: float, periods: float = 1.0) -> float:
    r"""Least business with the core enterprise that the bank may count on, G.

    Parameters
    ----------
    volume
        Law of a credit period's volume, tons.
    freight
        Price and distance.
    quantile
        :math:`Z_\alpha` in [0, 10]: exact from `normal_quantile`, or the paper's rounded 1.65.
    periods
        Length T in (0, 1200], credit periods; the paper has 1.

    Returns
    -------
    float
        Yuan, above zero.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain, or no volume is certain enough (:math:`Q^* \le 0`).

    Notes
    -----
    .. math:: G = Q^* P D

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equations (4) and (8), reconstructed.

    Examples
    --------
    >>> law = BusinessVolume(mean=872_456, deviation=500_518)
    >>> round(freight_guarantee(law, Freight(unit_price=0.29, distance=1000), quantile=PAPER_QUANTILE), 6)
    13514377.0
    """
    domain.instance("volume", volume, BusinessVolume)
    domain.instance("freight", freight, Freight)
    certain = volume.lower_bound(quantile=quantile, periods=periods)
    if certain <= 0.0:
        raise ModelDomainError("guaranteed volume", certain, "above zero: it varies too much")
    return domain.computed("guarantee", certain * freight.price_a_ton)
