"""Starts of the paths of paper 001's game.

given shapes that do not go together, or numbers under a mask: it should refuse, naming the argument
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from scfin_chain.models import PRINTED_GAME, ModelDomainError, replicator_dynamics
from scfin_chain.models.orbit import closed_orbits
from scfin_chain.models.trajectory import settle, trajectories

PRINTED = replicator_dynamics(PRINTED_GAME)
TWO_BASINS = replicator_dynamics(replace(PRINTED_GAME, fraud_share=0.8, incentive=300))
GAP = np.ma.masked_array([0.4, 0.5], mask=[False, True])


@pytest.mark.parametrize(
    "follow",
    [
        lambda x, y: trajectories(PRINTED, x, y, times=[0.1]),
        lambda x, y: settle(TWO_BASINS, x, y),
        lambda x, y: closed_orbits(PRINTED, x, y),
    ],
    ids=["trajectories", "settle", "closed_orbits"],
)
@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([0.4, 0.5], [0.4, 0.5, 0.6], r"shape of y is \(3,\): must be one that broadcasts with \(2,\)"),
        ([[0.4, 0.5]], np.full((3, 3), 0.5), r"shape of y is \(3, 3\): must be one that broadcasts with \(1, 2\)"),
        (GAP, 0.5, "x is 'masked': must be numbers without gaps"),
        (0.5, GAP, "y is 'masked': must be numbers without gaps"),
    ],
)
def test_refuses_starts(
    follow: Callable[[npt.ArrayLike, npt.ArrayLike], object], x: npt.ArrayLike, y: npt.ArrayLike, said: str
) -> None:
    with pytest.raises(ModelDomainError, match=said):
        follow(x, y)


def test_refuses_masked_times() -> None:
    with pytest.raises(ModelDomainError, match="times is 'masked'"):
        trajectories(PRINTED, 0.5, 0.5, times=GAP)


def test_takes_a_mask_that_hides_nothing() -> None:
    whole = np.ma.masked_array([0.4, 0.5], mask=[False, False])
    assert trajectories(PRINTED, whole, 0.5, times=[0.0]).x.tolist() == [[0.4, 0.5]]
