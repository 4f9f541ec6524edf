"""A fitted model as JSON and back, and as the rating table would have it.

given any model: read back it should be equal, to the last bit, with the same version
given models that differ in anything: other versions
given a text that was changed anywhere: refused in one line that names the field
given a probability: the row of the table that is not likelier to be met, none beyond the lowest
"""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.errors import InvalidInput
from scfin_chain.models import RATING_TABLE
from scfin_chain.models.default_model import (
    DefaultFit,
    DefaultModel,
    DefaultProxy,
    Estimator,
    model_from_json,
    model_to_json,
)

exhaustive = settings(derandomize=True, deadline=None, max_examples=150)
FIT = DefaultFit(
    estimator=Estimator.LOGIT,
    indicators=("leverage", "margin"),
    intercept=-2.0,
    coefficients=(0.1, 1 / 3),
    standard_errors=(0.1, 0.2, 0.3),
    p_values=(0.0, 0.5, 1.0),
    observations=40,
    log_likelihood=-20.5,
)
MODEL = DefaultModel(fit=FIT, proxy=DefaultProxy(late_days=10), cut=15_000)

reals = st.floats(-1e45, 1e45)
names = st.lists(st.text(min_size=1, max_size=8).filter(str.isprintable), max_size=4, unique=True)


@st.composite
def models(draw: st.DrawFn) -> DefaultModel:
    indicators = tuple(draw(names))
    k = len(indicators)
    errors = draw(st.none() | st.tuples(*[st.floats(0, 1e45)] * (k + 1)))
    p_values = draw(st.none() | st.tuples(*[st.floats(0, 1)] * (k + 1)))
    days = st.integers(0, 3_650)
    return DefaultModel(
        fit=DefaultFit(
            estimator=draw(st.sampled_from(Estimator)),
            indicators=indicators,
            intercept=draw(reals),
            coefficients=draw(st.tuples(*[reals] * k)),
            standard_errors=errors,
            p_values=p_values,
            observations=draw(st.integers(k + 1, 10**12)),
            log_likelihood=draw(st.none() | reals),
        ),
        years=draw(st.floats(0.001, 100)),
        loss_given_default=draw(st.floats(0, 1)),
        proxy=draw(st.none() | st.builds(DefaultProxy, late_days=days, grace_days=days)),
        cut=draw(st.none() | st.integers(0, 10**6)),
        seen=tuple(sorted(draw(st.sets(st.text("0123456789abcdef", min_size=16, max_size=16), max_size=3)))),
    )


@exhaustive
@given(models())
def test_is_read_back_to_the_last_bit(model: DefaultModel) -> None:
    text = model_to_json(model)
    again = model_from_json(text)
    assert again == model
    assert repr(again) == repr(model)
    assert again.version == model.version
    assert model_to_json(again) == text


@exhaustive
@given(models(), models())
def test_has_a_version_of_its_own(one: DefaultModel, other: DefaultModel) -> None:
    assert (one.version == other.version) is (repr(one) == repr(other))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "other", "kind is 'other': must be 'scfin default model'"),
        ("kind", 3, "kind is 3: must be text"),
        ("version", "0", "version is '0': must be that of the content"),
        ("estimator", "probit", "estimator is 'probit': must be one of log_odds, logit, fractional"),
        ("indicators", "leverage", "indicators is 'str': must be a list"),
        ("indicators", ["leverage", 2], r"indicators\[1\] is 2: must be text"),
        ("indicators", ["leverage", "leverage"], "indicators is 'leverage': must be named once"),
        ("indicators", ["leverage", "a\nb"], r"indicators\[1\] is 'a\\nb': must be 1 to 64 printable"),
        ("indicators", ["leverage"], "coefficients is 2: must be 1 numbers"),
        ("intercept", "1", "intercept is '1': must be a number"),
        ("intercept", True, "intercept is True: must be a number"),
        ("intercept", 10**400, "intercept is 1000"),
        ("coefficients", [0.1, None], r"coefficients\[1\] is None: must be a number"),
        ("coefficients", None, "coefficients is 'NoneType': must be a list"),
        ("standard_errors", [0.1, 0.2, -0.3], r"standard_errors\[2\] is -0.3: must be a number in \[0"),
        ("standard_errors", [0.1], "standard_errors is 1: must be 3 numbers"),
        ("p_values", [0.1, 0.2, 1.1], r"p_values\[2\] is 1.1: must be a number in \[0, 1\]"),
        ("observations", 2, "observations is 2: must be a whole number in \\[3"),
        ("observations", 40.0, "observations is 40.0: must be a whole number"),
        ("log_likelihood", "x", "log_likelihood is 'x': must be a number"),
        ("years", 0, r"years is 0.0: must be a number in \[0.001, 100\]"),
        ("loss_given_default", 1.5, r"loss_given_default is 1.5: must be a number in \[0, 1\]"),
        ("late_days", -1, "late_days is -1: must be a whole number"),
        ("grace_days", None, "grace_days is None: must be given where late_days is"),
        ("cut", -1, "cut is -1: must be a whole number"),
        ("seen", ["0" * 15], r"seen is \('000000000000000',\): must be at most 1,000 digests"),
        ("seen", ["1" * 16, "0" * 16], "seen is .*: must be in ascending order, each once"),
        ("seen", ["0" * 16] * 1_001, "seen is 'list': must be a list of at most 1000"),
        ("loss_given_default", 0.6, "version is .*: must be that of the content"),
        ("extra", 1, "field is 'extra': must be one of"),
    ],
)
def test_names_the_field_that_is_wrong(field: str, value: object, said: str) -> None:
    told = json.loads(model_to_json(MODEL)) | {field: value}
    with pytest.raises(InvalidInput, match=f"^{said}") as refusal:
        model_from_json(json.dumps(told))
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("field", sorted({*MODEL.content(), "kind", "version"}))
def test_names_the_field_that_is_missing(field: str) -> None:
    told = json.loads(model_to_json(MODEL))
    del told[field]
    with pytest.raises(InvalidInput, match=f"^{field} is None: must be given"):
        model_from_json(json.dumps(told))


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "3", "null", '"a"', "[" * 100_000, "{" * 100_000, '{"kind": NaN}', '{"a": 1, "a": 2}', "1" * 9_999],
)
def test_refuses_what_is_no_such_json(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        model_from_json(text)
    assert str(refusal.value).isprintable()


@exhaustive
@given(
    st.text(max_size=30)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(list(MODEL.content())), inner),
        max_leaves=8,
    ).map(json.dumps)
)
def test_refuses_any_other_text_in_one_line(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        model_from_json(text)
    assert "\n" not in str(refusal.value)


@exhaustive
@given(st.floats(0, 1), st.floats(0.001, 100))
def test_is_rated_by_the_row_that_is_not_likelier_to_be_met(probability: float, years: float) -> None:
    band = replace(MODEL, years=years).rated(probability)
    if band is None:
        assert probability > 0.0
        return
    place = next(place for place, row in enumerate(RATING_TABLE) if row.rating is band.rating)
    assert band.default_probability <= RATING_TABLE[place].default_probability
    assert place == 0 or band.default_probability > RATING_TABLE[place - 1].default_probability
    assert band.loss_given_default == MODEL.loss_given_default


def test_refuses_beyond_the_lowest_row() -> None:
    two_years = replace(MODEL, years=2.0)
    assert two_years.rated(0.0864) is not None
    assert two_years.rated(0.0865) is None
    assert two_years.rated(1.0) is None
