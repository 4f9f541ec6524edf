"""What stands in the headers of requests and answers, told in the description: by what an operation is, not route by
route."""

from typing import Any

Schema = dict[str, Any]


def _header(description: str, pattern: str, *, always: bool = True) -> Schema:
    return {"description": description, "required": always, "schema": {"type": "string", "pattern": pattern}}


TAG = {
    "ETag": _header("Of the answer: send it as `If-None-Match`.", '^"[0-9a-f]{32}"$'),
    "Cache-Control": _header("Whoever keeps the answer must ask whether it still holds.", "^private, no-cache$"),
}
PLACE = {"Location": _header("Where to ask how the write stands.", "^/v1/commands/[1-9][0-9]*$")}
REPLAYED = {
    "Idempotent-Replayed": _header("The request came before, and was not done again.", "^true$", always=False),
}
REFUSED: dict[str, Schema] = {
    "401": {"WWW-Authenticate": _header("How to say who asks.", "^Bearer")},
    "429": {"Retry-After": _header("Seconds.", "^[1-9][0-9]*$")},
    "503": {"Retry-After": _header("Seconds.", "^[1-9][0-9]*$")},
}
KNOWN: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": "If-None-Match"},
    "description": "The `ETag` of the answer that is known: if that still holds, it is not sent again (304).",
}


def declare_headers(description: Schema) -> None:
    """Add them to a description of the service."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            answers = operation["responses"]
            if path.startswith("/v1/") and method == "get" and "application/json" in answers["200"]["content"]:
                operation.setdefault("parameters", []).append(KNOWN)
                answers["200"]["headers"] = TAG
                answers["304"] = {"description": "What is known still holds", "headers": TAG}
            if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ())):
                for status, answer in answers.items():
                    if status < "300":
                        answer["headers"] = _of_write(answer["content"]["application/json"]["schema"]["$ref"])
            for status, headers in REFUSED.items():
                if status in answers:
                    answers[status] = answers[status] | {"headers": headers}


def _of_write(schema: str) -> Schema:
    """What is prepared is no write: it is not kept, and prepared anew when it is asked for again."""
    name = schema.rpartition("/")[2]
    return {} if name == "Prepared" else (PLACE if name == "Written" else {}) | REPLAYED
