"""The standard normal law of arrays.

given any number: that of one number, to a last place of 1 and, in the lower tail, to a part of itself
given the ends: 0 and 1
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from scfin_chain.models.normal import normal_cdf, normal_cdfs

POINTS = np.linspace(-37.0, 37.0, 400_001)


def test_equals_scipys() -> None:
    found, expected = normal_cdfs(POINTS), ndtr(POINTS)
    assert np.abs(found - expected).max() < 4e-16
    off = np.abs(found / expected - 1.0)
    assert off[POINTS > -8.0].max() < 1e-12
    assert off.max() < 1e-9


@settings(derandomize=True, deadline=None)
@given(st.floats(allow_nan=False))
def test_equals_that_of_one_number(x: float) -> None:
    (found,) = normal_cdfs(np.array([x]))
    assert 0.0 <= found <= 1.0
    assert found == pytest.approx(normal_cdf(x), rel=1e-9, abs=4e-16 if x > 0 else 1e-300)


def test_ends_and_shape() -> None:
    assert normal_cdfs(np.array([[-math.inf, -39.0], [math.inf, 9.0]])).tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert float(normal_cdfs(np.array(0.0))) == 0.5
