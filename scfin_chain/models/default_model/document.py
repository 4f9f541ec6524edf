"""A fitted model as JSON text, and back, exactly: every number is read as it was, or the text is refused by field."""

import json
import re
from collections.abc import Callable
from typing import Final, TypeVar

from scfin_chain.errors import InvalidInput, ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.fit import DefaultFit, Estimator
from scfin_chain.models.default_model.history import DefaultProxy
from scfin_chain.models.default_model.model import SEEN_LIMIT, DefaultModel
from scfin_chain.models.default_model.sample import INDICATORS_LIMIT

T = TypeVar("T")

KIND: Final = "scfin default model"
"""What the text calls itself."""

_PARTS_LIMIT: Final = 100
"""Most lists and objects of a text; a model has six."""

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\[\s\S]?)*(?:"|\Z)')
"""Text in quotes, to its end where they stay open."""

_TEXT_LIMIT: Final = 1_000_000
"""Longest text, characters: two hundred indicators need thirty thousand."""


def model_to_json(model: DefaultModel) -> str:
    """A model as JSON text, with its version.

    Parameters
    ----------
    model
        A fitted model.

    Returns
    -------
    str
        An object, its fields as `DefaultModel` and `DefaultFit` have them.

    Examples
    --------
    >>> fit = DefaultFit(
    ...     estimator=Estimator.LOGIT, indicators=("leverage",), intercept=-2.0, coefficients=(4.1,),
    ...     standard_errors=None, p_values=None, observations=100, log_likelihood=-30.0)
    >>> model_from_json(model_to_json(DefaultModel(fit=fit))) == DefaultModel(fit=fit)
    True
    """
    told = {"kind": KIND, "version": model.version} | model.content()
    return f"{json.dumps(told, indent=2, allow_nan=False)}\n"


def model_from_json(text: str) -> DefaultModel:
    """The model that a text holds.

    Parameters
    ----------
    text
        Written by `model_to_json`.

    Returns
    -------
    DefaultModel
        Equal to the one that was written.

    Raises
    ------
    InvalidInput
        If the text is no such JSON, lacks a field or has another, a field is of another type or out of range, or the
        version is not that of the content: the field is named.

    Examples
    --------
    >>> model_from_json('{"kind": "scfin default model", "version": 3}')
    Traceback (most recent call last):
    scfin_chain.errors.InvalidInput: version is 3: must be text
    """
    told = _Fields(_parsed(text))
    if told.text("kind") != KIND:
        raise InvalidInput("kind", told.text("kind"), repr(KIND))
    version = told.text("version")
    estimator = domain.one_of("estimator", told.text("estimator"), Estimator)
    late_days, grace_days = told.optional("late_days", told.whole), told.optional("grace_days", told.whole)
    if (late_days is None) != (grace_days is None):
        raise ModelDomainError("grace_days", grace_days, "given where late_days is, and only there")
    model = DefaultModel(
        fit=DefaultFit(
            estimator=estimator,
            indicators=told.texts("indicators"),
            intercept=told.number("intercept"),
            coefficients=told.numbers("coefficients"),
            standard_errors=told.optional("standard_errors", told.numbers),
            p_values=told.optional("p_values", told.numbers),
            observations=told.whole("observations"),
            log_likelihood=told.optional("log_likelihood", told.number),
        ),
        years=told.number("years"),
        loss_given_default=told.number("loss_given_default"),
        proxy=None
        if late_days is None or grace_days is None
        else DefaultProxy(late_days=late_days, grace_days=grace_days),
        cut=told.optional("cut", told.whole),
        seen=told.texts("seen", SEEN_LIMIT),
    )
    told.require_no_more()
    if version != model.version:
        raise ModelDomainError("version", version, f"that of the content, {model.version}")
    return model


def _parsed(text: str) -> dict[str, object]:
    domain.instance("model", text, str)
    if len(text) > _TEXT_LIMIT:
        raise InvalidInput("model", f"{len(text):,} characters", f"at most {_TEXT_LIMIT:,}")
    outside = _QUOTED.sub("", text)
    if outside.count("[") + outside.count("{") > _PARTS_LIMIT:  # deeply nested, it would exhaust the stack
        raise InvalidInput("model", "text", f"JSON of at most {_PARTS_LIMIT} lists and objects")
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        if isinstance(error, ModelDomainError):
            raise
        raise InvalidInput("model", "text", f"JSON ({error})") from error
    if not isinstance(value, dict):
        raise InvalidInput("model", type(value).__name__, "a JSON object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ModelDomainError("field", name, "there once")
    return dict(pairs)


class _Fields:
    """Fields of a JSON object, each asked for by its type."""

    def __init__(self, value: dict[str, object]) -> None:
        self._value = value
        self._asked: set[str] = set()

    def text(self, name: str) -> str:
        value = self._field(name)
        if not isinstance(value, str):
            raise InvalidInput(name, value, "text")
        return value

    def whole(self, name: str) -> int:
        value = self._field(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidInput(name, value, "a whole number")
        return value

    def number(self, name: str) -> float:
        return _number(name, self._field(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        return tuple(_number(f"{name}[{place}]", value) for place, value in enumerate(self._list(name)))

    def texts(self, name: str, most: int = INDICATORS_LIMIT) -> tuple[str, ...]:
        values = self._list(name, most)
        for place, value in enumerate(values):
            if not isinstance(value, str):
                raise InvalidInput(f"{name}[{place}]", value, "text")
        return tuple(map(str, values))

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        return None if self._field(name) is None else read(name)

    def require_no_more(self) -> None:
        for name in self._value:
            if name not in self._asked:
                raise InvalidInput("field", name, f"one of {', '.join(sorted(self._asked))}")

    def _field(self, name: str) -> object:
        self._asked.add(name)
        if name not in self._value:
            raise InvalidInput(name, None, "given")
        return self._value[name]

    def _list(self, name: str, most: int = INDICATORS_LIMIT + 1) -> list[object]:
        value = self._field(name)
        if not isinstance(value, list) or len(value) > most:
            raise InvalidInput(name, type(value).__name__, f"a list of at most {most}")
        return value


def _number(name: str, value: object) -> float:
    domain.number(name, value)
    assert isinstance(value, int | float)
    return float(value)
