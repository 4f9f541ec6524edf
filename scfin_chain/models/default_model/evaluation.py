"""How well probabilities told who would default: on rows that the model was not fitted to, or it says little."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.sample import Matrix, listed

BINS: Final = 10
"""Groups of a calibration: deciles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Three figures of merit beside the share that defaulted.

    Parameters
    ----------
    observations, defaults
        n rows, and how many of them defaulted.
    auc
        Chance that one that defaulted was given the higher probability, ties half: 0.5 is a coin, 1 perfect.
    brier
        Mean square of probability less outcome: 0 is perfect.
    ks
        Largest distance between the two distributions of the probabilities, in [0, 1].
    mean_probability
        Mean of the probabilities, a fraction: beside ``default_share`` it says whether their level is right.

    Examples
    --------
    >>> evaluate((0.1, 0.4, 0.35, 0.8), (0.0, 0.0, 1.0, 1.0)).auc
    0.75
    """

    observations: int
    defaults: int
    auc: float
    brier: float
    ks: float
    mean_probability: float

    @property
    def default_share(self) -> float:
        """Share that defaulted, a fraction."""
        return self.defaults / self.observations

    @property
    def constant_brier(self) -> float:
        """Brier score of giving every row the share that defaulted, which nobody knew beforehand: what to beat."""
        return self.default_share * (1.0 - self.default_share)


def evaluate(probabilities: Sequence[float], outcomes: Sequence[float]) -> Evaluation:
    r"""Area under the ROC curve, Brier score and Kolmogorov-Smirnov distance.

    Parameters
    ----------
    probabilities
        n fractions in [0, 1].
    outcomes
        n numbers, each 0 or 1 (defaulted), of both kinds.

    Returns
    -------
    Evaluation
        The three, and the counts.

    Raises
    ------
    ModelDomainError
        If a number lies outside its domain, or the outcomes are all alike.

    Notes
    -----
    With ranks :math:`R_i` of the probabilities, ties at their mean, :math:`n_1` defaults and :math:`n_0` others,

    .. math::
        AUC = \frac{\sum_{o_i = 1} R_i - n_1(n_1+1)/2}{n_1 n_0}, \quad
        Brier = \frac{1}{n} \sum (p_i - o_i)^2, \quad KS = \max_t |F_1(t) - F_0(t)|

    References
    ----------
    .. [1] Hanley, McNeil, *The meaning and use of the area under a receiver operating characteristic curve*,
       Radiology 143 (1982); Brier, *Verification of forecasts expressed in terms of probability*, Monthly Weather
       Review 78 (1950).

    Examples
    --------
    >>> found = evaluate((0.1, 0.4, 0.35, 0.8), (0.0, 0.0, 1.0, 1.0))
    >>> round(found.brier, 6), found.ks
    (0.158125, 0.5)
    """
    given, happened = _checked(probabilities, outcomes)
    defaults = int(happened.sum())
    others = len(happened) - defaults
    ranks = stats.rankdata(given)
    above = float(ranks[happened].sum()) - defaults * (defaults + 1) / 2.0
    false_alarms, hits = _rates(given, happened)
    return Evaluation(
        observations=len(happened),
        defaults=defaults,
        auc=above / (defaults * others),
        brier=float(np.mean((given - happened) ** 2)),
        ks=float(np.max(abs(hits - false_alarms))),
        mean_probability=float(given.mean()),
    )


def roc_curve(probabilities: Sequence[float], outcomes: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Points of the receiver operating characteristic, from (0, 0) to (1, 1).

    Parameters
    ----------
    probabilities, outcomes
        As `evaluate` takes them.

    Returns
    -------
    tuple
        Of (false alarm rate, hit rate), fractions, one for each threshold: those at least as likely are called.

    Raises
    ------
    ModelDomainError
        As `evaluate` does.

    References
    ----------
    .. [1] Fawcett, *An introduction to ROC analysis*, Pattern Recognition Letters 27 (2006).

    Examples
    --------
    >>> roc_curve((0.1, 0.4, 0.35, 0.8), (0.0, 0.0, 1.0, 1.0))
    ((0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0))
    """
    false_alarms, hits = _rates(*_checked(probabilities, outcomes))
    return tuple(zip(map(float, false_alarms), map(float, hits), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Rows of like probability: what was said of them, and what happened.

    Parameters
    ----------
    observations
        Rows.
    mean_probability, default_share
        Fractions.

    Examples
    --------
    >>> calibration((0.1, 0.3, 0.6, 0.9), (0.0, 0.0, 1.0, 1.0), bins=2)[1].mean_probability
    0.75
    """

    observations: int
    mean_probability: float
    default_share: float


def calibration(probabilities: Sequence[float], outcomes: Sequence[float], bins: int = BINS) -> tuple[Bin, ...]:
    """Rows in order of their probability, in groups of nearly the same size.

    Parameters
    ----------
    probabilities, outcomes
        As `evaluate` takes them.
    bins
        Most groups, 1 to 1,000; rows of one probability stay together, so that there may be fewer.

    Returns
    -------
    tuple of Bin
        The least likely first.

    Raises
    ------
    ModelDomainError
        As `evaluate` does, or if ``bins`` lies outside its domain.

    Examples
    --------
    >>> [(group.observations, group.default_share) for group in calibration((0.2, 0.2, 0.7), (0.0, 1.0, 1.0), bins=3)]
    [(2, 0.5), (1, 1.0)]
    """
    domain.whole("bins", bins, low=1, high=1_000)
    given, happened = _checked(probabilities, outcomes)
    ranks = stats.rankdata(given, method="min") - 1
    places = (ranks * bins) // len(given)
    groups = [places == place for place in np.unique(places)]
    return tuple(
        Bin(
            observations=int(group.sum()),
            mean_probability=float(given[group].mean()),
            default_share=float(happened[group].mean()),
        )
        for group in groups
    )


def _checked(
    probabilities: Sequence[float], outcomes: Sequence[float]
) -> tuple[Matrix, "np.ndarray[tuple[int], np.dtype[np.bool_]]"]:
    probabilities, outcomes = listed("probabilities", probabilities), listed("outcomes", outcomes)
    if len(probabilities) != len(outcomes):
        raise ModelDomainError("outcomes", len(outcomes), f"as many as probabilities, {len(probabilities)}")
    for place, (probability, outcome) in enumerate(zip(probabilities, outcomes, strict=True)):
        domain.share(f"probabilities[{place}]", probability)
        if not isinstance(outcome, int | float) or outcome not in (0, 1):
            raise ModelDomainError(f"outcomes[{place}]", outcome, "0 or 1: whether it defaulted")
    happened = np.array(outcomes, dtype=np.float64) == 1.0
    if not 0 < happened.sum() < len(happened):
        kind = "defaults" if happened.any() else "no default"
        raise ModelDomainError(
            "outcomes", f"{len(happened)} rows, {kind}", "of both kinds, some default and some do not"
        )
    return np.array(probabilities, dtype=np.float64), happened


def _rates(given: Matrix, happened: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> tuple[Matrix, Matrix]:
    """False alarm rate and hit rate at each threshold, the highest first, after (0, 0)."""
    order = np.argsort(-given, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(given[order])), len(given) - 1)
    hits = np.cumsum(happened[order])[ends]
    calls = ends + 1
    defaults = int(happened.sum())
    start = np.zeros(1)
    return (
        np.concatenate((start, (calls - hits) / (len(given) - defaults))),
        np.concatenate((start, hits / defaults)),
    )
