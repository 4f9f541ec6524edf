"""What the outcomes of a run say of the game's payoffs, and what they cannot say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.game import Dynamics
from scfin_chain.models.potential import Floats

_ROUNDS = 3
"""Fits after the first, each with the weights of the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOutcomes:
    """Financings of one round, counted by what bank and firm did.

    Parameters
    ----------
    use_repay, use_default, not_repay, not_default
        Whole numbers >= 0: supervised with digital currency or not, repaid or not.

    Raises
    ------
    ModelDomainError
        If a count is no whole number >= 0, or all are zero.

    Examples
    --------
    >>> RoundOutcomes(use_repay=6, use_default=2, not_repay=3, not_default=1).financings
    12
    """

    use_repay: int
    use_default: int
    not_repay: int
    not_default: int

    def __post_init__(self) -> None:
        for field in self.__dataclass_fields__:
            domain.whole(field, getattr(self, field))
        domain.whole("financings", self.financings, low=1, high=4 * domain.COUNT_LIMIT)

    @property
    def financings(self) -> int:
        """Financings of the round."""
        return self.use_repay + self.use_default + self.not_repay + self.not_default

    @property
    def supervised(self) -> int:
        """Those in which the bank used digital currency."""
        return self.use_repay + self.use_default

    @property
    def repaid(self) -> int:
        """Those that were repaid."""
        return self.use_repay + self.not_repay


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedDynamics:
    """Coefficients of the replicator equations as a run shows them, with standard errors.

    ``dynamics`` holds them, money if the rounds' length was in the game's own time (1/money), else 1/(unit of time).
    Errors are those of weighted least squares with the counts' own chance; the bank's are of c and d, the firm's of a
    and b. ``bank_misfit`` and ``firm_misfit`` are chi-squared per degree of freedom: about one where the replicator
    equations and the counts' chance explain all; None with just three rounds, which fit exactly.

    Examples
    --------
    Two changes determine two coefficients, so that three rounds leave no misfit:

    >>> counts = ((20, 10, 30, 40), (25, 10, 30, 40), (29, 12, 30, 40))
    >>> names = ("use_repay", "use_default", "not_repay", "not_default")
    >>> rounds = [RoundOutcomes(**dict(zip(names, each))) for each in counts]
    >>> found = estimate_dynamics(rounds, interval=1.0)
    >>> found.bank_misfit is None, found.dynamics.saving == found.dynamics.c - found.dynamics.d
    (True, True)
    """

    dynamics: Dynamics
    a_error: float
    b_error: float
    c_error: float
    d_error: float
    bank_misfit: float | None
    firm_misfit: float | None


def estimate_dynamics(rounds: Sequence[RoundOutcomes], *, interval: float) -> EstimatedDynamics:
    r"""Payoff differences from the outcomes of rounds that follow one another.

    Parameters
    ----------
    rounds
        At least three, counted apart, in the order of time.
    interval
        Time between two rounds, > 0, in the unit in which the coefficients' inverse shall be.

    Returns
    -------
    EstimatedDynamics
        a, b, c, d with standard errors.

    Raises
    ------
    ModelDomainError
        If there are fewer than three rounds, the interval is not positive, or one side's share hardly changes over the
        rounds, so that the other's slope cannot be told from its level.

    Notes
    -----
    The replicator equations are linear in log-odds, so that over a round

    .. math:: \Delta \ln\frac{x}{1-x} = c\,h - d \int y\,dt, \qquad \Delta \ln\frac{y}{1-y} = b \int x\,dt - a\,h

    with the integrals by the trapezoid rule. Log-odds are taken with half an outcome added to each side (Haldane,
    Anscombe), whose variance is about 1/(n + 1/2) + 1/(m + 1/2); differences that share a round are correlated, and are
    weighted for it. So is the chance in the other side's share, by the slope of the fit before. The slope is still
    drawn towards zero where that chance is large beside the share's own movement, as with any error in variables.

    *What can be known.* Of the fifteen parameters r2 and v2 do not act at all, and the rest only in four sums: a, b, c,
    d. Neither k nor F nor any other single one can be told from outcomes, without money beside the counts. Nor can the
    unit of money be told from the unit of time: multiplied payoffs look like a faster run. What needs no unit is the
    fifth equilibrium (a/b, c/d), the signs, hence the condition, and the ratios of eigenvalues.

    References
    ----------
    .. [1] Anscombe, *On estimating binomial response relations*, Biometrika 43 (1956), 461-464.
    .. [2] Aitken, *On least squares and linear combination of observations*, Proc. R. Soc. Edinb. 55 (1936), 42-48.

    Examples
    --------
    Outcomes counted along a path of the printed game, whose a, b, c, d are -140, -350, -130, -200:

    >>> from scfin_chain.models.game import PRINTED_GAME, replicator_dynamics
    >>> from scfin_chain.models.trajectory import trajectories
    >>> paths = trajectories(replicator_dynamics(PRINTED_GAME), 0.5, 0.5, times=[0.001 * step for step in range(100)])
    >>> def counted(x, y, n=10**9):
    ...     return RoundOutcomes(use_repay=round(n * x * y), use_default=round(n * x * (1 - y)),
    ...                          not_repay=round(n * (1 - x) * y), not_default=round(n * (1 - x) * (1 - y)))
    >>> found = estimate_dynamics([counted(x, y) for x, y in zip(paths.x, paths.y)], interval=0.001).dynamics
    >>> [round(value) for value in (found.a, found.b, found.c, found.d)]
    [-140, -350, -130, -200]
    """
    domain.positive("interval", interval)
    try:
        rounds = tuple(rounds)
    except TypeError:
        raise ModelDomainError("rounds", rounds, "a list of rounds") from None
    if len(rounds) < 3:
        raise ModelDomainError("length of rounds", len(rounds), "at least 3")
    for place, each in enumerate(rounds):
        if not isinstance(each, RoundOutcomes):
            raise ModelDomainError(f"rounds[{place}]", each, "outcomes of a round")
    total = np.array([each.financings for each in rounds], dtype=float)
    used = np.array([each.supervised for each in rounds], dtype=float)
    repaid = np.array([each.repaid for each in rounds], dtype=float)
    bank, bank_errors, bank_misfit = _fit("repaid", used, total, repaid / total, interval)
    firm, firm_errors, firm_misfit = _fit("supervised", repaid, total, used / total, interval)
    c, d = bank[0], -bank[1]
    a, b = -firm[0], firm[1]
    return EstimatedDynamics(
        dynamics=Dynamics(a=a, b=b, c=c, d=d, supervised_gain=b - a, saving=c - d),
        a_error=firm_errors[0],
        b_error=firm_errors[1],
        c_error=bank_errors[0],
        d_error=bank_errors[1],
        bank_misfit=bank_misfit,
        firm_misfit=firm_misfit,
    )


def _fit(
    field: str, took: Floats, total: Floats, others: Floats, interval: float
) -> tuple[tuple[float, float], tuple[float, float], float | None]:
    """Level and slope of the log-odds' change by the other side's share, with errors and misfit."""
    one, other = took + 0.5, total - took + 0.5
    changes = np.diff(np.log(one) - np.log(other))
    middles = 0.5 * (others[1:] + others[:-1])
    if np.ptp(middles) <= 1e-9:
        raise ModelDomainError(field, float(middles[0]), "a share that changes: level and slope cannot be told apart")
    design = np.stack((np.ones_like(middles), middles), axis=1)
    own = _shared(1.0 / one + 1.0 / other, beside=-1.0)
    halves = (others * total + 0.5) * ((1.0 - others) * total + 0.5) / (total + 1.0) ** 2 / (4.0 * total)
    beyond = _shared(halves, beside=1.0)
    try:
        found, spread, misfit = _weighted(design, changes, own)
        for _ in range(_ROUNDS):  # the weights need the slope
            found, spread, misfit = _weighted(design, changes, own + found[1] ** 2 * beyond)
    except np.linalg.LinAlgError:
        raise ModelDomainError(field, float(middles[0]), "a share that changes by more than its chance") from None
    figures = (*map(float, found), *(math.sqrt(max(float(spread[place, place]), 0.0)) for place in range(2)))
    level, slope, first, second = (domain.computed(f"effect of {field}", value / interval) for value in figures)
    return (level, slope), (first, second), misfit if len(changes) > 2 else None


def _shared(variance: Floats, *, beside: float) -> Floats:
    """Covariance of sums (or differences) of neighbours, which share the one between them."""
    middle = beside * variance[1:-1]
    return np.asarray(np.diag(variance[1:] + variance[:-1]) + np.diag(middle, 1) + np.diag(middle, -1))


def _weighted(design: Floats, target: Floats, covariance: Floats) -> tuple[Floats, Floats, float]:
    root = np.linalg.cholesky(covariance)
    scaled, aim = np.linalg.solve(root, design), np.linalg.solve(root, target)
    found = np.linalg.lstsq(scaled, aim, rcond=None)[0]
    left = aim - scaled @ found
    return found, np.linalg.pinv(scaled.T @ scaled), float(left @ left) / max(len(target) - 2, 1)
