"""Stepwise selection of indicators.

given AIC or BIC: each step should be the one that lowers it most, as a plain search over the package finds
given p-values: the smallest below the threshold enters, the largest above leaves
given moves that tie: the earlier indicator, and the same path every time
given fits that are refused, saturated or exact: on the path with the reason, never taken
given any sample: an end, at which no open move is better; and a warning of the bias
"""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import ModelDomainError, log_odds
from scfin_chain.models.default_model import (
    Criterion,
    Direction,
    Estimator,
    Sample,
    fit_default_model,
    select_indicators,
)

exhaustive = settings(derandomize=True, deadline=None, max_examples=25)
NAMES = ("a", "b", "c", "d", "e")


def drawn(seed: int, n: int = 60, estimator: Estimator = Estimator.LOG_ODDS) -> Sample:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(n, len(NAMES)))
    shares = 1.0 / (1.0 + np.exp(1.0 - rows[:, 0] + 0.6 * rows[:, 2] + chance.normal(size=n)))
    outcomes = (chance.random(n) < shares).astype(float) if estimator is Estimator.LOGIT else shares
    return Sample(
        indicators=NAMES, rows=tuple(tuple(map(float, row)) for row in rows), outcomes=tuple(map(float, outcomes))
    )


def criterion_of(sample: Sample, kept: tuple[str, ...], criterion: Criterion) -> float:
    """Straight from the package, on the raw columns."""
    columns = [[1.0] * sample.size, *([row[NAMES.index(name)] for row in sample.rows] for name in kept)]
    fit = sm.OLS([log_odds(p) for p in sample.outcomes], np.column_stack(columns)).fit()
    return float(getattr(fit, criterion.value))


def searched(sample: Sample, direction: Direction, criterion: Criterion) -> tuple[str, ...]:
    """The same search, written anew."""
    kept = NAMES if direction is Direction.BACKWARD else ()
    while True:
        drops = [tuple(n for n in kept if n != name) for name in kept] if direction is not Direction.FORWARD else []
        grown = [tuple(n for n in NAMES if n in kept or n == name) for name in NAMES if name not in kept]
        moves = drops + (grown if direction is not Direction.BACKWARD else [])
        best = min(moves, key=lambda move: criterion_of(sample, move, criterion), default=kept)
        if criterion_of(sample, best, criterion) >= criterion_of(sample, kept, criterion):
            return kept
        kept = best


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("criterion", [Criterion.AIC, Criterion.BIC])
@pytest.mark.parametrize("seed", range(4))
def test_finds_what_a_plain_search_finds(direction: Direction, criterion: Criterion, seed: int) -> None:
    sample = drawn(seed)
    found = select_indicators(sample, Estimator.LOG_ODDS, direction=direction, criterion=criterion)
    assert found.fit.indicators == searched(sample, direction, criterion)
    assert found.fit == fit_default_model(sample.only(found.fit.indicators), Estimator.LOG_ODDS)
    values = [step.value for step in found.path if step.value is not None]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("estimator", Estimator)
def test_ends_where_no_p_value_calls_for_a_move(direction: Direction, estimator: Estimator) -> None:
    sample = drawn(2, n=150, estimator=estimator)
    found = select_indicators(sample, estimator, direction=direction, criterion=Criterion.P_VALUE)
    kept = found.fit.indicators
    assert {"a", "c"} <= set(kept)
    assert found.fit.p_values is not None
    if direction is not Direction.FORWARD:
        assert all(value <= 0.10 for value in found.fit.p_values[1:])
    if direction is not Direction.BACKWARD:
        entering = [trial for trial in found.path[-1].trials if trial.adds]
        assert all(trial.value is not None and trial.value >= 0.05 for trial in entering)


def test_takes_the_earlier_of_two_that_tie() -> None:
    """The second is the first turned round: every fit with one is that with the other."""
    rows = tuple((float(x), float(-x), float(x % 3)) for x in range(20))
    outcomes = tuple(0.1 + 0.03 * x + 0.02 * (x % 2) for x in range(20))
    for names in (("up", "down", "odd"), ("down", "up", "odd")):
        sample = Sample(indicators=names, rows=rows, outcomes=outcomes)
        found = select_indicators(sample, Estimator.LOG_ODDS)
        assert found.path[0].taken is not None
        assert found.path[0].taken.indicator == names[0]
        refusals = [trial.refusal for trial in found.path[1].trials if trial.indicator == names[1]]
        assert "does not follow from" in str(refusals)
        assert select_indicators(sample, Estimator.LOG_ODDS) == found


def test_keeps_what_separates_on_the_path_and_never_takes_it() -> None:
    rows = tuple((float(x), float(x * x % 7)) for x in range(12))
    sample = Sample(indicators=("tells all", "noise"), rows=rows, outcomes=(0.0,) * 6 + (1.0,) * 6)
    found = select_indicators(sample, Estimator.LOGIT, direction=Direction.FORWARD)
    first = found.path[0].trials[0]
    assert (first.move, first.value) == ("+ tells all", None)
    assert first.refusal is not None
    assert "separated" in first.refusal
    assert "tells all" not in found.fit.indicators


def test_never_takes_a_saturated_fit() -> None:
    sample = Sample(indicators=("a", "b"), rows=((1.0, 2.0), (2.0, 1.0), (4.0, 9.0)), outcomes=(0.1, 0.3, 0.35))
    found = select_indicators(sample, Estimator.LOG_ODDS)
    assert len(found.fit.indicators) <= 1
    with pytest.raises(ModelDomainError, match="observations is 3: must be more than the fit to start from can meet"):
        select_indicators(sample, Estimator.LOG_ODDS, direction=Direction.BACKWARD)


def test_says_how_biased_it_is_and_how_far_it_has_come() -> None:
    tried: list[int] = []
    found = select_indicators(drawn(1), Estimator.LOG_ODDS, progress=tried.append)
    assert tried == list(range(1, found.tried + 1))
    assert found.warning.startswith(f"selection bias: {len(found.fit.indicators)} of 5 indicators")
    assert found.path[-1].taken is None


@pytest.mark.parametrize(("enter", "leave"), [(0.0, 0.1), (1.0, 1.0), (0.2, 0.1), (0.05, 1.0), (float("nan"), 0.1)])
def test_refuses_thresholds_that_could_take_turns(enter: float, leave: float) -> None:
    with pytest.raises(ModelDomainError, match=r"enter is|leave is"):
        select_indicators(drawn(1), Estimator.LOG_ODDS, criterion=Criterion.P_VALUE, enter=enter, leave=leave)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"direction": "sideways"}, "direction is 'sideways': must be one of forward, backward, both"),
        ({"criterion": "deviance"}, "criterion is 'deviance': must be one of aic, bic, p_value"),
        ({"direction": None}, "direction is None"),
        ({"estimator": "probit"}, "estimator is 'probit'"),
    ],
)
def test_refuses_a_choice_that_is_none(choice: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelDomainError, match=said):
        select_indicators(**{"sample": drawn(1), "estimator": Estimator.LOG_ODDS} | choice)


def test_takes_a_choice_by_its_text() -> None:
    plain: dict[str, Any] = {"estimator": "log_odds", "direction": "backward", "criterion": "bic"}
    kinds = {"direction": Direction.BACKWARD, "criterion": Criterion.BIC}
    assert select_indicators(drawn(1), **plain) == select_indicators(drawn(1), Estimator.LOG_ODDS, **kinds)


@exhaustive
@given(
    st.sampled_from(Estimator),
    st.sampled_from(Direction),
    st.sampled_from(Criterion),
    st.lists(
        st.tuples(
            st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 1), st.sampled_from((0.0, 0.2, 0.5, 0.9, 1.0))
        ),
        min_size=1,
        max_size=14,
    ),
)
def test_ends_or_refuses(
    estimator: Estimator, direction: Direction, criterion: Criterion, table: list[tuple[int, int, int, float]]
) -> None:
    outcomes = tuple(round(y) * 1.0 if estimator is Estimator.LOGIT else y for *_, y in table)
    rows = tuple((float(a), float(b), float(c)) for a, b, c, _ in table)
    sample = Sample(indicators=NAMES[:3], rows=rows, outcomes=outcomes)
    try:
        found = select_indicators(sample, estimator, direction=direction, criterion=criterion)
    except ModelDomainError:
        return
    assert set(found.fit.indicators) <= set(NAMES[:3])
    assert found.path[-1].taken is None
    assert len({step.indicators for step in found.path}) >= len(found.path) - 1
    assert select_indicators(sample, estimator, direction=direction, criterion=criterion) == found
