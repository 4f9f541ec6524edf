"""The Dickey-Fuller statistic in samples as small as the papers have, by simulation."""

import numpy as np

from scfin_chain.models import domain
from scfin_chain.models.series.sample import Floats
from scfin_chain.models.series.unit_root import Terms

LONGEST = 2_000
"""Most rows of a simulated regression."""

MOST_DRAWS = 10_000_000
"""Most random walks of a simulation."""

BATCH = 2_000_000
"""Steps of random walks that are held at once."""


def simulated_probability(
    tau: float, *, terms: Terms, observations: int, rng: np.random.Generator, draws: int = 100_000
) -> float:
    r"""Probability of a statistic below tau where there is a unit root and the sample is as small as this.

    Parameters
    ----------
    tau
        The statistic, at most 1e45 from zero.
    terms
        Constant and trend of the regression; it has no lagged differences.
    observations
        T, rows of the regression: more than its parameters, at most 2,000.
    rng
        Where chance comes from: the same generator gives the same probability.
    draws
        Random walks with normal steps, at least 1,000 and at most 10,000,000.

    Returns
    -------
    float
        A fraction; its standard error is at most 0.5 / sqrt(draws).

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    Each draw is a random walk that starts at 0, of which the test's own regression is run without lags. With a
    constant the starting point changes nothing.

    References
    ----------
    .. [1] Dickey, Fuller, *Distribution of the Estimators for Autoregressive Time Series with a Unit Root*, Journal of
       the American Statistical Association 74 (1979), 427-431.

    Examples
    --------
    >>> chance = np.random.default_rng(0)
    >>> p = simulated_probability(-3.0145, terms=Terms.TREND, observations=40, rng=chance, draws=20_000)
    >>> round(p, 2)
    0.14
    """
    domain.number("tau", tau)
    chosen = domain.one_of("terms", terms, Terms)
    domain.whole("observations", observations, low=chosen.parameters + 2, high=LONGEST)
    domain.whole("draws", draws, low=1_000, high=MOST_DRAWS)
    domain.instance("rng", rng, np.random.Generator)
    size = max(1, BATCH // observations)
    below = sum(
        int(np.count_nonzero(_statistics(chosen, observations, min(size, draws - start), rng) < tau))
        for start in range(0, draws, size)
    )
    return below / draws


def _statistics(terms: Terms, observations: int, draws: int, rng: np.random.Generator) -> Floats:
    """The statistic of so many random walks, of shape (draws,)."""
    steps = rng.standard_normal((draws, observations))
    levels = np.cumsum(steps, axis=1) - steps
    ones = np.ones(observations)
    columns = {Terms.NONE: [], Terms.CONSTANT: [ones], Terms.TREND: [ones, np.arange(1.0, observations + 1)]}[terms]
    if columns:
        basis = np.linalg.qr(np.column_stack(columns))[0]
        steps, levels = (series - series @ basis @ basis.T for series in (steps, levels))
    squares = (levels**2).sum(axis=1)
    slopes = (levels * steps).sum(axis=1) / squares
    left = ((steps - slopes[:, np.newaxis] * levels) ** 2).sum(axis=1) / (observations - terms.parameters - 1)
    return np.asarray(slopes * np.sqrt(squares / left))
