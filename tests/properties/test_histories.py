"""Random histories of the whole ledger, held against its properties and its reference after every act.

given each stage
    every property holds on the way to it; the readings kept are those that the views give
given a stage and thirty random acts, many times (slow)
    every property holds all the way, and in the end
    each kind of act was accepted several times, and many were refused
"""

import logging
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.properties.histories import WEIGHTS, History, histories, live_through
from tests.properties.invariants import AFTER_EACH_ACT, AT_THE_END
from tests.properties.invariants.reference import what_is_remembered_is_what_is_read
from tests.properties.run import Run, ask
from tests.properties.stages import STAGES

SEEDS = range(4)

LENGTH = 30
"""Acts in a history, at the least."""

HISTORIES = 50
"""Of that length for each seed, 200 in all."""

DRAWN = HISTORIES + 4
"""The first are the plainest that there are: nothing happens in them."""

ACCEPTED = 3
"""How often each kind is accepted for one seed, at the least."""

_log = logging.getLogger(__name__)


@pytest.mark.parametrize("stage", STAGES)
def test_every_property_holds_at_each_stage(run: Run, stage: str):
    before, acts = STAGES[stage]
    run.start(before)
    for act in acts:
        assert run.take(act).accepted
        ask(run, AFTER_EACH_ACT)
    ask(run, [*AT_THE_END, what_is_remembered_is_what_is_read])


@pytest.mark.slow
@pytest.mark.parametrize("number", SEEDS)
def test_every_property_holds_through_random_histories(run: Run, number: int):
    run.counts.clear()
    lengths: list[int] = []

    def live(history: History) -> None:
        lengths.append(len(history.steps))
        live_through(run, history)

    _many(live, number)
    ask(run, [what_is_remembered_is_what_is_read])
    assert sum(length >= LENGTH for length in lengths) >= HISTORIES
    _each_kind_happened(run.counts)


def _many(live: Callable[[History], None], number: int) -> None:
    """The same histories in every run: of a fixed seed, with no memory of other runs and no clock."""
    thorough = settings(
        max_examples=DRAWN,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(thorough(given(histories())(live)))()


def _each_kind_happened(counts: Counter[tuple[type, bool]]) -> None:
    """`--log-cli-level=INFO` shows how often."""
    for kind in WEIGHTS:
        _log.info("kind=%s accepted=%d refused=%d", kind.__name__, counts[kind, True], counts[kind, False])
    rare = [kind.__name__ for kind in WEIGHTS if not kind.always_refused and counts[kind, True] < ACCEPTED]
    assert not rare, f"too seldom accepted: {rare}"
    refused = sum(times for (_, accepted), times in counts.items() if not accepted)
    assert refused >= HISTORIES
