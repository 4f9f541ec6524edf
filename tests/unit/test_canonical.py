"""The canonical form: one spelling of a JSON value.

given equal values, in whatever order: one spelling, one digest; given other values: another
given a float, at any depth, or a key that is no text: refused
given text beyond ASCII: escaped, so that the digest is over ASCII
"""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.service.canonical import canonical, digest

repeatable = settings(derandomize=True, deadline=None)
scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ((1, 2), "[1,2]"),
        ("für", '"f\\u00fcr"'),
        (2**70, "1180591620717411303424"),
    ],
)
def test_spelling(value: object, text: str) -> None:
    assert canonical(value) == text
    assert digest(value) == hashlib.sha256(text.encode()).digest()


def test_is_one_given_keys_in_another_order() -> None:
    assert digest({"day": "2024-01-01", "face": 5}) == digest({"face": 5, "day": "2024-01-01"})


@repeatable
@given(values)
def test_reads_back_given_any_value(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@repeatable
@given(values, values)
def test_tells_values_apart(one: object, other: object) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize(
    "value", [0.0, 1.5, float("nan"), [1, 2.0], {"a": {"b": (1, [2.5])}}, ({"rate": 0.05},)], ids=repr
)
def test_is_refused_given_a_float(value: object) -> None:
    with pytest.raises(TypeError, match="is a float"):
        canonical(value)
    with pytest.raises(TypeError, match="is a float"):
        digest(value)


@pytest.mark.parametrize("value", [{1: "a"}, {1.5: "a"}, {"a": [{None: 1}]}, {True: 1}], ids=repr)
def test_is_refused_given_a_key_that_is_no_text(value: object) -> None:
    with pytest.raises(TypeError, match="are keys"):
        canonical(value)
