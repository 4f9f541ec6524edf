"""AUC, Brier score and Kolmogorov-Smirnov distance, held to plain counts and to scipy; and the picture of them.

given probabilities and outcomes
    the figures should be those of pairs counted one by one
    no order-preserving change should alter AUC and KS; turned round, AUC should be what is left of one
given one kind of outcome, or numbers that are none: refused
given a picture: its lines should be the curve and the groups
"""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scfin_chain.models import ModelDomainError
from scfin_chain.models.default_model import calibration, evaluate, roc_curve
from scfin_chain.pictures.default import judgement_figure

exhaustive = settings(derandomize=True, deadline=None, max_examples=150)
pairs = st.lists(
    st.tuples(st.floats(0, 1) | st.integers(0, 4).map(lambda number: number / 4), st.sampled_from((0.0, 1.0))),
    min_size=2,
    max_size=40,
).filter(lambda drawn: len({outcome for _, outcome in drawn}) == 2)


def split(drawn: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(p for p, _ in drawn), tuple(o for _, o in drawn)


@exhaustive
@given(pairs)
def test_are_those_of_pairs_counted_one_by_one(drawn: list[tuple[float, float]]) -> None:
    probabilities, outcomes = split(drawn)
    hits, others = ([p for p, o in drawn if o == kind] for kind in (1.0, 0.0))
    won = [(hit > other) + 0.5 * (hit == other) for hit, other in product(hits, others)]
    found = evaluate(probabilities, outcomes)
    assert found.auc == pytest.approx(math.fsum(won) / len(won), abs=1e-12)
    assert found.brier == pytest.approx(math.fsum((p - o) ** 2 for p, o in drawn) / len(drawn), abs=1e-12)
    shares = [abs(sum(p >= t for p in hits) / len(hits) - sum(p >= t for p in others) / len(others)) for t, _ in drawn]
    assert found.ks == pytest.approx(max(shares), abs=1e-12)
    assert (found.observations, found.defaults) == (len(drawn), len(hits))


@exhaustive
@given(pairs)
def test_agree_with_scipy(drawn: list[tuple[float, float]]) -> None:
    hits, others = ([p for p, o in drawn if o == kind] for kind in (1.0, 0.0))
    found = evaluate(*split(drawn))
    u = stats.mannwhitneyu(hits, others).statistic
    assert found.auc == pytest.approx(u / (len(hits) * len(others)), abs=1e-12)
    assert found.ks == pytest.approx(stats.ks_2samp(hits, others).statistic, abs=1e-12)


@exhaustive
@given(pairs)
def test_curve_has_the_area(drawn: list[tuple[float, float]]) -> None:
    probabilities, outcomes = split(drawn)
    curve = np.array(roc_curve(probabilities, outcomes))
    assert tuple(curve[0]) == (0.0, 0.0)
    assert tuple(curve[-1]) == (1.0, 1.0)
    assert (np.diff(curve, axis=0) >= 0.0).all()
    assert np.trapezoid(curve[:, 1], curve[:, 0]) == pytest.approx(evaluate(probabilities, outcomes).auc, abs=1e-12)


@exhaustive
@given(pairs)
def test_heed_the_order_alone(drawn: list[tuple[float, float]]) -> None:
    probabilities, outcomes = split(drawn)
    found = evaluate(probabilities, outcomes)
    ranks = stats.rankdata(probabilities)
    ordered = evaluate(tuple(map(float, ranks / len(ranks))), outcomes)
    turned = evaluate(tuple(map(float, 1.0 - ranks / len(ranks))), outcomes)
    assert (ordered.auc, ordered.ks) == (found.auc, found.ks)
    assert turned.auc == pytest.approx(1.0 - found.auc, abs=1e-12)


@exhaustive
@given(pairs, st.integers(1, 12))
def test_groups_hold_every_row_once(drawn: list[tuple[float, float]], bins: int) -> None:
    probabilities, outcomes = split(drawn)
    groups = calibration(probabilities, outcomes, bins=bins)
    assert sum(group.observations for group in groups) == len(drawn)
    assert len(groups) <= bins
    assert sum(group.observations * group.default_share for group in groups) == pytest.approx(sum(outcomes))
    means = [group.mean_probability for group in groups]
    assert means == sorted(means)


@pytest.mark.parametrize(
    ("probabilities", "outcomes", "said"),
    [
        ((0.1, 0.2), (0.0, 0.0), "outcomes is '2 rows, no default': must be of both kinds"),
        ((0.1, 0.2), (1.0, 1.0), "outcomes is '2 rows, defaults'"),
        ((), (), "of both kinds"),
        ((0.1,), (0.0, 1.0), "outcomes is 2: must be as many as probabilities, 1"),
        ((0.1, 1.2), (0.0, 1.0), r"probabilities\[1\] is 1.2"),
        ((0.1, math.nan), (0.0, 1.0), r"probabilities\[1\] is nan"),
        ((0.1, 0.2), (0.0, 0.5), r"outcomes\[1\] is 0.5: must be 0 or 1"),
        ((0.1, 0.2), (math.nan, 1.0), r"outcomes\[0\] is nan: must be 0 or 1"),
    ],
)
def test_refuses(probabilities: tuple[float, ...], outcomes: tuple[float, ...], said: str) -> None:
    for judge in (evaluate, roc_curve, calibration):
        with pytest.raises(ModelDomainError, match=said):
            judge(probabilities, outcomes)


def test_picture_shows_the_curve_and_the_groups() -> None:
    chance = np.random.default_rng(3)
    probabilities = tuple(map(float, chance.random(200)))
    outcomes = tuple(float(chance.random() < p) for p in probabilities)
    roc, groups = judgement_figure({"later rows": (probabilities, outcomes)}).axes
    line, coin = roc.get_lines()
    assert [tuple(point) for point in line.get_xydata()] == list(roc_curve(probabilities, outcomes))
    assert [tuple(point) for point in coin.get_xydata()] == [(0.0, 0.0), (1.0, 1.0)]
    drawn = [tuple(point) for point in groups.get_lines()[0].get_xydata()]
    assert drawn == [(group.mean_probability, group.default_share) for group in calibration(probabilities, outcomes)]
    for axes in (roc, groups):
        assert "(fraction" in axes.get_xlabel()
        assert "(fraction" in axes.get_ylabel()
        assert axes.get_legend() is not None
