"""OpenAPI links: what can be done with that which a write has made."""

from typing import Any


def links(**targets: dict[str, str]) -> dict[int | str, dict[str, Any]]:
    """Responses for a route: operations by name, their parameters, and the fields of the answer these come from."""
    return {
        201: {
            "description": "Done",
            "links": {
                operation: {
                    "operationId": operation,
                    "parameters": {f"path.{name}": f"$response.body#/{field}" for name, field in parameters.items()},
                }
                for operation, parameters in targets.items()
            },
        }
    }
