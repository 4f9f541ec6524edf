"""A client of the service, as a participant would write one."""

from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import requests

PATIENCE_SECONDS = 60


class Client:
    """Calls the service with a key; each POST with a new Idempotency-Key unless one is given."""

    def __init__(self, url: str, token: str | None, *, participant: int | None = None) -> None:
        self.url = url
        self.token = token
        self.participant = participant
        self._session = requests.Session()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def request(self, method: str, path: str, **given: Any) -> requests.Response:
        return self._session.request(method, self.url + path, timeout=PATIENCE_SECONDS, **given)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str, body: object = None, *, key: str | None = None, **query: Any) -> requests.Response:
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self.request("POST", path, json=body, headers=headers, params=query)

    def told(self, path: str, **query: Any) -> Any:
        """The body of a GET that must succeed."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def done(self, path: str, body: object = None, **query: Any) -> Any:
        """The body of a POST that must succeed."""
        answer = self.post(path, body, **query)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def all(self, path: str, **query: Any) -> list[Any]:
        """The items of all pages."""
        items, page = [], self.told(path, **query)
        items += page["items"]
        while page["next"] is not None:
            page = self.told(path, **query, after=page["next"])
            items += page["items"]
        return items


def amount(units: int) -> dict[str, str]:
    """Money in a request."""
    return {"amount": str(units), "currency": "CNY"}
