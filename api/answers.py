"""What a write answers, as its route declares it: done, waiting, prepared; and what can be done with what it made."""

from typing import Any

from api.schemas import Prepared, Written

Links = dict[str, str]
"""Parameters of an operation, by the fields of the answer from which they come."""

WAITING: dict[int | str, dict[str, Any]] = {
    202: {"model": Written, "description": "Not done yet: ask again where `Location` says"}
}
PREPARED: dict[int | str, dict[str, Any]] = {
    200: {"model": Prepared, "description": "Prepared for the caller to sign; nothing is done"}
}


def written(**links: Links) -> dict[str, Any]:
    """Of a write that the service signs; ``links`` are operations by name."""
    return {"status_code": 201, "response_model": Written, "responses": {201: _done(links)} | WAITING}


def called(**links: Links) -> dict[str, Any]:
    """The same of one that may be prepared too."""
    route = written(**links)
    return route | {"responses": route["responses"] | PREPARED}


def _done(links: dict[str, Links]) -> dict[str, Any]:
    described = {"description": "Done, and read from the ledger"}
    return described | ({"links": {name: _link(name, fields) for name, fields in links.items()}} if links else {})


def _link(operation: str, fields: Links) -> dict[str, Any]:
    parameters = {f"path.{name}": f"$response.body#/{field}" for name, field in fields.items()}
    return {"operationId": operation, "parameters": parameters}
