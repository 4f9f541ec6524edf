"""Pages by key, not by offset: what is added meanwhile moves nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query
from sqlalchemy import ColumnElement, RowMapping, Select, tuple_

from api.problems import Problem
from api.schemas import Page
from scfin_chain.store.store import Store

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
After = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]

DEFAULT_LIMIT = 50


def page_of(
    store: Store,
    query: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    shape: Callable[[RowMapping], T],
    *,
    limit: int,
    after: str | None,
) -> Page[T]:
    """One page of a query, in the order of its keys, which are unique together and among its columns."""
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*_decoded(after, keys)))
    with store.read() as connection:
        rows = connection.execute(query.order_by(*keys).limit(limit + 1)).mappings().all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    following = None if last is None else _encoded([last[key.name] for key in keys])
    return Page(items=[shape(row) for row in rows[:limit]], next=following)


def _encoded(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _decoded(after: str, keys: Sequence[ColumnElement[Any]]) -> list[Any]:
    try:
        values = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _not_ours(after) from error
    kinds = [key.type.python_type for key in keys]
    if not isinstance(values, list) or [type(value) for value in values] != kinds:
        raise _not_ours(after)
    if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values):
        raise _not_ours(after)
    if any(isinstance(value, str) and not value.isprintable() for value in values):
        raise _not_ours(after)
    return values


def _not_ours(after: str) -> Problem:
    return Problem.of_field("after", after, "the `next` of a page")
