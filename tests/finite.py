"""What a model answers, looked through: every number in it is finite."""

import cmath
from dataclasses import fields, is_dataclass


def assert_finite(answer: object) -> None:
    """Whatever tuples and dataclasses it is made of."""
    if isinstance(answer, tuple):
        for part in answer:
            assert_finite(part)
    elif is_dataclass(answer):
        for field in fields(answer):
            assert_finite(getattr(answer, field.name))
    elif isinstance(answer, int | float | complex):
        assert cmath.isfinite(answer)
