"""Errors as problem documents (RFC 9457): one shape for whatever goes wrong, and nothing of the inside."""

import logging
import sys
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from scfin_chain.errors import ContractReverted, InvalidInput, NodeSilent, ScfinError, StoreError
from scfin_chain.service.queue import Refusal, TooManyOpen

MEDIA_TYPE = "application/problem+json"
LONGEST_SHOWN = 80
"""Characters of a refused value that are given back."""

RETRY = {"Retry-After": "1"}
"""For what may be otherwise in a moment."""

log = logging.getLogger(__name__)


class Revert(BaseModel):
    """A contract's custom error; whole numbers are text."""

    name: str
    arguments: dict[str, str | bool]


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    value: str
    limit: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[FieldError] = Field(default_factory=list)
    revert: Revert | None = None


class Problem(Exception):
    """An answer that is a problem."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        errors: list[FieldError] | None = None,
        revert: Revert | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = (RETRY if status in (429, 503) else {}) | (headers or {})
        self.document = ProblemDocument(
            type=f"/problems/{kind}",
            title=kind.replace("-", " ").capitalize(),
            status=status,
            detail=detail,
            errors=errors or [],
            revert=revert,
        )

    @classmethod
    def not_found(cls, what: str, number: object) -> "Problem":
        return cls(404, "not-found", f"there is no {what} {shown(number)}, or it is not yours to see")

    @classmethod
    def of_field(
        cls,
        field: str,
        value: object,
        limit: str,
        *,
        status: int = 422,
        kind: str = "invalid-request",
        headers: dict[str, str] | None = None,
    ) -> "Problem":
        """One thing that is not as it must be."""
        error = FieldError(field=shown(field), value=shown(value), limit=limit)
        detail = f"{error.field} is {error.value}: must be {limit}"
        return cls(status, kind, detail, errors=[error], headers=headers)

    @classmethod
    def refused(cls, refusal: Refusal) -> "Problem":
        """A command that the contract, or the chain, refused."""
        arguments = {
            name: value if isinstance(value, bool) else str(value) for name, value in refusal.arguments.items()
        }
        return cls(409, "refused-by-the-ledger", refusal.text, revert=Revert(name=refusal.name, arguments=arguments))

    def response(self) -> JSONResponse:
        document = self.document.model_dump(exclude_none=True)
        return JSONResponse(document, self.document.status, headers=self.headers, media_type=MEDIA_TYPE)


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}
    for status, text in {
        400: "The request cannot be read",
        401: "There is no key, or it is none of ours, expired or revoked",
        403: "The caller's role may not do this",
        404: "There is no such thing, or it is not the caller's to see",
        409: "The ledger refuses it, or it is in the way of something that is there",
        413: "The body is too large",
        415: "The body is no JSON",
        422: "A field is missing, of another type, or out of range",
        429: "Too many requests, streams or open commands",
        503: "The chain or the database is away",
    }.items()
}
"""What every operation may answer beside its own."""


def shown(value: object) -> str:
    """A value as it may be given back: printable, and not too long."""
    text = str(value)
    start = "".join(c if c.isprintable() else "?" for c in text[:LONGEST_SHOWN])
    return start if len(text) <= LONGEST_SHOWN else f"{start}..."


def problem_of(error: ScfinError) -> Problem:
    """The answer to an error of ours."""
    match error:
        case TooManyOpen():
            return Problem.of_field(error.field, error.value, error.limit, status=429, kind="too-many-commands")
        case InvalidInput():
            return Problem.of_field(error.field, error.value, error.limit)
        case ContractReverted():
            return Problem.refused(Refusal.of(error))
        case StoreError() | NodeSilent():
            return Problem(503, "unavailable", "the database or the node is away")
    return Problem(503, "unavailable", str(error))


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""

    @app.exception_handler(Problem)
    async def _problem(_request: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [_field_error(dict(each), error.body) for each in error.errors()]
        detail = "; ".join(f"{each.field} is {each.value}: {each.limit}" for each in found[:3])
        return Problem(422, "invalid-request", detail, errors=found).response()

    @app.exception_handler(ScfinError)
    async def _ours(_request: Request, error: ScfinError) -> JSONResponse:
        log.warning("request failed reason=%s", error)
        return problem_of(error).response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return _problem_of_http(request, error).response()

    @app.exception_handler(Exception)
    async def _bug(_request: Request, error: Exception) -> JSONResponse:
        log.error("request met a bug", exc_info=error)
        return Problem(500, "internal-error", "this is a bug; the log has more").response()


def _problem_of_http(request: Request, error: HTTPException) -> Problem:
    """What the framework refuses by itself: it finds no route, or cannot read a body."""
    status, headers = error.status_code, dict(error.headers or {})
    if status == 404:
        return Problem.of_field("path", request.scope["path"], "one of /openapi.json", status=404, kind="not-found")
    if status == 405:
        allowed = sorted(_methods_of(request))
        headers, kind = {"Allow": ", ".join(allowed)}, "method-not-allowed"
        return Problem.of_field("method", request.method, " or ".join(allowed), status=405, kind=kind, headers=headers)
    if isinstance(error.__cause__, ValueError):  # of JSON's reader, that makes no integer of so many digits
        limit = f"JSON with integers of at most {sys.get_int_max_str_digits()} digits"
        return Problem.of_field("body", "a longer integer", limit, status=400, kind="bad-request")
    return Problem(status, "bad-request", str(error.detail), headers=headers)


def _methods_of(request: Request) -> set[str]:
    """Those of a path: it may have a route for each."""
    path = request.scope["path"]
    routes = iter_route_contexts(request.app.routes)
    return {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}


def _field_error(found: dict[str, Any], body: object) -> FieldError:
    place = [str(part) for part in found["loc"]]
    if found["type"] == "json_invalid":
        rest = str(body)[found["loc"][-1] :]
        limit = f"JSON ({found.get('ctx', {}).get('error', '')})"
        return FieldError(field="body", value=shown(rest) if rest else "at its end", limit=limit)
    if found["type"] == "missing":
        return FieldError(field=".".join(place), value="missing", limit="given")
    limit = str(found["msg"]).removeprefix("Value error, ")
    return FieldError(field=".".join(place), value=shown(found.get("input")), limit=limit)
