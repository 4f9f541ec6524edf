"""JSON-RPC 2.0: requests, notifications and batches, from bytes to bytes."""

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from api.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    TIMED_OUT,
    InvalidParameter,
    LimitExceeded,
    MethodNotFound,
    RpcError,
    shortened,
)
from api.rpc.hexadecimal import Json
from api.rpc.method import Method
from api.rpc.refusals import refusal_of
from api.untrusted_json import read_json
from scfin_chain.errors import ScfinError

MAX_BODY = 2_000_000
"""Bytes of one request or batch."""

MAX_BATCH = 1_000
"""Requests in one batch."""

MAX_ANSWER = 25_000_000
"""Bytes of the answers to one batch: geth's limit."""

MAX_SECONDS = 30.0
"""Seconds that one batch may take before its remaining requests are refused: geth's limit."""

SUBSCRIBING = ("eth_subscribe", "eth_unsubscribe")
"""Methods that need a connection on which the node can speak first."""

Id = str | int | float | None
"""By what a caller knows the answer."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a body asks for: a request or a batch of them; or what is wrong with the whole."""

    requests: tuple[object, ...] = ()
    batch: bool = False
    wrong: RpcError | None = None

    @property
    def calls(self) -> int:
        """How many requests it counts for: a batch as many as it holds, what is none as one."""
        return max(1, len(self.requests))


class Dispatcher:
    """Finds the method of each request and answers with its result or its error."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods

    def read(self, body: bytes) -> Asked:
        """What a body asks for; nothing is done yet."""
        try:
            read = _read(body)
        except RpcError as error:
            return Asked(wrong=error)
        if not isinstance(read, list):
            return Asked((read,))
        if not 1 <= len(read) <= MAX_BATCH:
            limit = f"must be from 1 to {MAX_BATCH}"
            return Asked(wrong=RpcError(INVALID_REQUEST, f"requests in the batch are {len(read)}: {limit}"))
        return Asked(tuple(read), batch=True)

    def answer(self, asked: Asked, more: Mapping[str, Method] | None = None) -> bytes | None:
        """The answer to a request or a batch, None where only notifications came; ``more`` are a connection's own."""
        if asked.wrong is not None:
            return _failure(None, asked.wrong)
        methods = {**self._methods, **more} if more else self._methods
        return _batch(methods, asked.requests) if asked.batch else _one(methods, asked.requests[0])

    def refuse(self, asked: Asked, refusal: RpcError) -> bytes | None:
        """The same error to each request, None where nobody wants an answer."""
        if asked.wrong is not None:
            return _failure(None, refusal)
        answers = [answer for request in asked.requests if (answer := _refused(request, refusal)) is not None]
        if not answers:
            return None
        return b"[" + b",".join(answers) + b"]" if asked.batch else answers[0]


def too_large(size: int) -> bytes:
    """The answer to a body that was not read to its end."""
    return _failure(None, RpcError(INVALID_REQUEST, f"body is {size} bytes or more: must be at most {MAX_BODY} bytes"))


def too_many(what: str, most: int) -> bytes:
    """The answer to an address that wants another of something."""
    return _failure(None, LimitExceeded(f"limit exceeded: {what} of one address must be at most {most}"))


def not_json(content_type: str) -> bytes:
    """The answer to a body that does not say that it is JSON."""
    limit = "must be application/json"
    return _failure(None, RpcError(INVALID_REQUEST, f"content type is {shortened(content_type)}: {limit}"))


def notification(subscription: str, result: Json) -> str:
    """What a subscription says."""
    params = {"subscription": subscription, "result": result}
    return json.dumps({"jsonrpc": "2.0", "method": "eth_subscription", "params": params}, separators=(",", ":"))


def _read(body: bytes) -> object:
    if len(body) > MAX_BODY:
        raise RpcError(INVALID_REQUEST, f"body is {len(body)} bytes: must be at most {MAX_BODY} bytes")
    try:
        return read_json(body.decode("utf-8"))
    except ValueError as error:
        raise RpcError(PARSE_ERROR, f"body is no JSON: {' '.join(str(error).split())[:200]}") from error


def _batch(methods: Mapping[str, Method], requests: tuple[object, ...]) -> bytes | None:
    answers: list[bytes] = []
    size, deadline = 0, monotonic() + MAX_SECONDS
    for request in requests:
        refusal = _spent(size, deadline)
        answer = _one(methods, request) if refusal is None else _refused(request, refusal)
        if answer is not None:
            answers.append(answer)
            size += len(answer)
    return b"[" + b",".join(answers) + b"]" if answers else None


def _spent(size: int, deadline: float) -> RpcError | None:
    """Why the rest of a batch is not answered, None as long as it is."""
    if size > MAX_ANSWER:
        return LimitExceeded(
            f"answers to the batch are {size} bytes: must be at most {MAX_ANSWER}, ask for less at once"
        )
    if monotonic() > deadline:
        return RpcError(TIMED_OUT, f"request timed out: a batch may take {MAX_SECONDS:g} seconds")
    return None


def _refused(request: object, refusal: RpcError) -> bytes | None:
    try:
        identity, is_notification = _identity(request)
    except RpcError:
        identity, is_notification = None, False
    return None if is_notification else _failure(identity, refusal)


def _one(methods: Mapping[str, Method], request: object) -> bytes | None:
    try:
        identity, is_notification = _identity(request)
    except RpcError as error:
        return _failure(None, error)
    try:
        answer = _success(identity, _result(methods, request))
    except ScfinError as error:
        answer = _failure(identity, refusal_of(error))
    except Exception:  # a bug of ours: the caller learns that, the log learns more
        _log.exception("request met a bug method=%s", request.get("method") if isinstance(request, dict) else None)
        answer = _failure(identity, RpcError(INTERNAL_ERROR, "internal error"))
    return None if is_notification else answer


def _identity(request: object) -> tuple[Id, bool]:
    """The id under which to answer, and whether the caller wants no answer."""
    if not isinstance(request, dict):
        raise RpcError(INVALID_REQUEST, f"request is {shortened(request)}: must be an object")
    identity = request.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int | float | None):
        raise RpcError(INVALID_REQUEST, f"id is {shortened(identity)}: must be a string, a number or null")
    if isinstance(identity, float) and not math.isfinite(identity):
        raise RpcError(INVALID_REQUEST, f"id is {identity}: must be a finite number")
    is_request = request.get("jsonrpc") == "2.0" and isinstance(request.get("method"), str)
    return identity, is_request and "id" not in request  # what is no request is told so, id or not


def _result(methods: Mapping[str, Method], request: object) -> Json:
    assert isinstance(request, dict)
    if request.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, f"jsonrpc is {shortened(request.get('jsonrpc'))}: must be '2.0'")
    name, params = request.get("method"), request.get("params")
    if not isinstance(name, str):
        raise RpcError(INVALID_REQUEST, f"method is {shortened(name)}: must be a string")
    if name not in methods:
        raise MethodNotFound(name, "subscriptions need a WebSocket") if name in SUBSCRIBING else MethodNotFound(name)
    if params is not None and not isinstance(params, list):
        raise InvalidParameter("params", params, "an array")
    return methods[name](params or [])


def _success(identity: Id, result: Json) -> bytes:
    return _packed({"jsonrpc": "2.0", "id": identity, "result": result})


def _failure(identity: Id, error: RpcError) -> bytes:
    return _packed({"jsonrpc": "2.0", "id": identity, "error": error.to_json()})


def _packed(answer: dict[str, object]) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode("ascii")
