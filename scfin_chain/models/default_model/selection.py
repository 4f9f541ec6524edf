"""Which indicators to keep: stepwise, with every step on record."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.fitting import fit_default_model
from scfin_chain.models.default_model.sample import Sample

ENTER: Final = 0.05
"""p-value below which an indicator enters."""

LEAVE: Final = 0.10
"""p-value above which it leaves; at least that of entry, or the two could take turns for ever."""

_TIE: Final = 1e-9
"""Relative difference of two criteria that is rounding."""

Progress = Callable[[int], None]
"""Told how many fits have been tried."""


class Direction(StrEnum):
    """Where the search starts and which way it goes.

    Examples
    --------
    >>> [direction.value for direction in Direction]
    ['forward', 'backward', 'both']
    """

    FORWARD = "forward"
    """From no indicator, adding."""

    BACKWARD = "backward"
    """From all, removing."""

    BOTH = "both"
    """From none, adding and removing."""


class Criterion(StrEnum):
    """What is compared.

    Examples
    --------
    >>> [criterion.value for criterion in Criterion]
    ['aic', 'bic', 'p_value']
    """

    AIC = "aic"
    BIC = "bic"
    P_VALUE = "p_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One move that was looked at.

    Parameters
    ----------
    adds
        Whether the indicator would enter; else it would leave.
    indicator
        Its name.
    value
        AIC or BIC of the fit after the move, or the indicator's own p-value; ``None`` where there is no such fit.
    refusal
        Why there is none.

    Examples
    --------
    >>> Trial(adds=True, indicator="leverage", value=12.5, refusal=None).move
    '+ leverage'
    """

    adds: bool
    indicator: str
    value: float | None
    refusal: str | None

    @property
    def move(self) -> str:
        """The move in short."""
        return f"{'+' if self.adds else '-'} {self.indicator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One round of the search.

    Parameters
    ----------
    taken
        The move, or ``None`` in the last round: nothing was better.
    indicators
        Those kept after it, in the order of the sample.
    value
        AIC or BIC of the fit that is kept, ``None`` where p-values decide.
    trials
        Every move that was looked at, in the order of the sample, removals first.

    Examples
    --------
    >>> Step(taken=None, indicators=("leverage",), value=12.5, trials=()).indicators
    ('leverage',)
    """

    taken: Trial | None
    indicators: tuple[str, ...]
    value: float | None
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a stepwise search kept, and its whole path.

    Parameters
    ----------
    fit
        The fit on the indicators that were kept.
    candidates
        Those it chose from.
    path
        Its rounds; the last one changes nothing.

    Examples
    --------
    >>> rows = tuple((float(x), float(x % 3)) for x in range(12))
    >>> sample = Sample(indicators=("debt", "noise"), rows=rows, outcomes=tuple(0.05 + 0.07 * x for x in range(12)))
    >>> select_indicators(sample, Estimator.LOG_ODDS).fit.indicators
    ('debt',)
    """

    fit: DefaultFit
    candidates: tuple[str, ...]
    path: tuple[Step, ...]

    @property
    def tried(self) -> int:
        """Moves that were looked at."""
        return sum(len(step.trials) for step in self.path)

    @property
    def warning(self) -> str:
        """What a reader of the fit must know."""
        return (
            f"selection bias: {len(self.fit.indicators)} of {len(self.candidates)} indicators were chosen in "
            f"{self.tried} trials on the rows of the fit; its standard errors, p-values and criteria do not know that "
            "and look too good: judge it by rows that neither selection nor fit has seen"
        )


def select_indicators(
    sample: Sample,
    estimator: Estimator,
    *,
    direction: Direction = Direction.BOTH,
    criterion: Criterion = Criterion.AIC,
    enter: float = ENTER,
    leave: float = LEAVE,
    progress: Progress | None = None,
) -> Selection:
    """Stepwise selection of indicators: in each round the best move, until none is better.

    Parameters
    ----------
    sample
        Rows of every candidate.
    estimator
        How each fit is made.
    direction
        From none upwards, from all downwards, or from none with both moves.
    criterion
        AIC or BIC, of which the lower is better, or p-values.
    enter, leave
        With p-values: the smallest one enters where below ``enter``, the largest leaves where above ``leave``;
        fractions in (0, 1), ``leave`` at least ``enter``. Removals come first.
    progress
        Told after each fit how many have been tried.

    Returns
    -------
    Selection
        The fit with the whole path. Equal inputs give equal paths: of moves that tie within 1e-9 a removal comes
        before an addition, and an indicator that stands earlier in the sample before a later one.

    Raises
    ------
    ModelDomainError
        If a threshold lies outside its domain, there is no candidate, or the fit to start from is refused: going
        backward, that is where all the candidates together are saturated, separate or depend on one another.

    Notes
    -----
    A move whose fit is refused, saturated or exact is on the path with the reason, and never taken: nothing is left to
    judge it by. For fractions AIC and BIC take the quasi-likelihood.

    References
    ----------
    .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, section on indicators: 17, of which a
       stepwise regression drops 8.
    .. [2] Akaike, *A new look at the statistical model identification*, IEEE Transactions on Automatic Control 19
       (1974); Schwarz, *Estimating the dimension of a model*, Annals of Statistics 6 (1978).

    Examples
    --------
    >>> rows = tuple((float(x), float(x % 3)) for x in range(12))
    >>> sample = Sample(indicators=("debt", "noise"), rows=rows, outcomes=tuple(0.05 + 0.07 * x for x in range(12)))
    >>> found = select_indicators(sample, Estimator.LOG_ODDS, direction=Direction.BACKWARD)
    >>> [step.taken.move for step in found.path if step.taken]
    ['- noise']
    """
    estimator = domain.one_of("estimator", estimator, Estimator)
    direction = domain.one_of("direction", direction, Direction)
    criterion = domain.one_of("criterion", criterion, Criterion)
    domain.within("enter", enter, 0, 1, open_low=True, open_high=True)
    domain.within("leave", leave, enter, 1, open_high=True)
    domain.instance("sample", sample, Sample)
    if not sample.indicators:
        raise ModelDomainError("indicators", "none", "at least one to choose from")
    search = _Search(sample, estimator, direction, criterion, (enter, leave), progress)
    path = tuple(search.rounds())
    return Selection(fit=search.fit, candidates=sample.indicators, path=path)


class _Search:
    """The state of a search: the fit that is kept."""

    def __init__(
        self,
        sample: Sample,
        estimator: Estimator,
        direction: Direction,
        criterion: Criterion,
        thresholds: tuple[float, float],
        progress: Progress | None,
    ) -> None:
        self._sample = sample
        self._estimator = estimator
        self._direction = direction
        self._criterion = criterion
        self._enter, self._leave = thresholds
        self._progress = progress
        self._tried = 0
        self._seen: set[tuple[str, ...]] = set()
        start = sample.indicators if direction is Direction.BACKWARD else ()
        self.fit = self._started(start)

    def _started(self, indicators: tuple[str, ...]) -> DefaultFit:
        fit = fit_default_model(self._sample.only(indicators), self._estimator)
        if fit.caution is not None:
            limit = f"more than the fit to start from can meet exactly ({fit.caution.partition(':')[0]})"
            raise ModelDomainError("observations", self._sample.size, limit)
        return fit

    def rounds(self) -> Iterator[Step]:
        while True:
            self._seen.add(self.fit.indicators)
            trials = tuple(self._trials())
            taken = self._best([(trial, fit) for trial, fit in trials if fit is not None])
            if taken is not None:
                self.fit = taken[1]
            yield Step(
                taken=None if taken is None else taken[0],
                indicators=self.fit.indicators,
                value=self._of_whole(self.fit),
                trials=tuple(trial for trial, _ in trials),
            )
            if taken is None:
                return

    def _trials(self) -> Iterator[tuple[Trial, DefaultFit | None]]:
        kept = self.fit.indicators
        if self._direction is not Direction.FORWARD:
            for name in kept:
                yield self._tried_move(name, tuple(other for other in kept if other != name), adds=False)
        if self._direction is not Direction.BACKWARD:
            for name in self._sample.indicators:
                if name not in kept:
                    more = tuple(other for other in self._sample.indicators if other in kept or other == name)
                    yield self._tried_move(name, more, adds=True)

    def _tried_move(self, name: str, indicators: tuple[str, ...], *, adds: bool) -> tuple[Trial, DefaultFit | None]:
        self._tried += 1
        if self._progress is not None:
            self._progress(self._tried)
        refusal, fit = None, None
        try:
            fit = fit_default_model(self._sample.only(indicators), self._estimator)
            refusal = fit.caution
        except ModelDomainError as error:
            refusal = str(error)
        if fit is None or refusal is not None:
            return Trial(adds=adds, indicator=name, value=None, refusal=refusal), None
        value = _p_value(fit if adds else self.fit, name) if self._by_p_value else self._of_whole(fit)
        return Trial(adds=adds, indicator=name, value=value, refusal=None), fit

    @property
    def _by_p_value(self) -> bool:
        return self._criterion is Criterion.P_VALUE

    def _of_whole(self, fit: DefaultFit) -> float | None:
        return {Criterion.AIC: fit.aic, Criterion.BIC: fit.bic, Criterion.P_VALUE: None}[self._criterion]

    def _best(self, trials: list[tuple[Trial, DefaultFit]]) -> tuple[Trial, DefaultFit] | None:
        """The move to take; ties go to the first."""
        open_ = [(trial, fit) for trial, fit in trials if fit.indicators not in self._seen]
        if not self._by_p_value:
            current = self._of_whole(self.fit)
            return _lowest([pair for pair in open_ if _below(pair[0].value, current)])
        leaving = [pair for pair in open_ if not pair[0].adds and (pair[0].value or 0.0) > self._leave]
        if leaving:
            return _lowest(leaving, sign=-1.0)
        return _lowest([pair for pair in open_ if pair[0].adds and _below(pair[0].value, self._enter)])


def _lowest(trials: list[tuple[Trial, DefaultFit]], sign: float = 1.0) -> tuple[Trial, DefaultFit] | None:
    best: tuple[Trial, DefaultFit] | None = None
    for pair in trials:
        if best is None or _below(_signed(pair[0], sign), _signed(best[0], sign)):
            best = pair
    return best


def _signed(trial: Trial, sign: float) -> float | None:
    return None if trial.value is None else sign * trial.value


def _below(value: float | None, other: float | None) -> bool:
    """Whether the first is lower by more than rounding."""
    if value is None or other is None:
        return False
    return value < other and not math.isclose(value, other, rel_tol=_TIE, abs_tol=0.0)


def _p_value(fit: DefaultFit, name: str) -> float | None:
    return None if fit.p_values is None else fit.p_values[1 + fit.indicators.index(name)]
