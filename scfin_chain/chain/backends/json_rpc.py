"""JSON-RPC over one kept-alive HTTP connection, with bounded waits and retries."""

from itertools import count
from threading import RLock
from time import sleep
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests

from scfin_chain.errors import InvalidInput, NodeSilent

METHOD_MISSING = (-32_601, -32_604, -32_004)
"""Codes of a method that is not there (JSON-RPC 2.0), not enabled (Besu), not supported (EIP-1474)."""

_BUSY_STATUS = (429, 502, 503, 504)
"""HTTP answers of a node, or of a proxy before it, that takes no request now."""

_BUSY_CODE = (-32_005, 429)
"""Codes of a limit that is exceeded: of EIP-1474, and of those who repeat the HTTP status."""

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NodeRefused(Exception):
    """The node answered a request with an error object."""

    def __init__(self, method: str, code: int, message: str, data: object) -> None:
        self.method = method
        self.code = code
        self.message = message
        self.data = data
        super().__init__(f"{method}: {message} ({code})")


class JsonRpcClient:
    """Sends one request at a time to one node; safe to share between threads."""

    def __init__(self, url: str, *, timeout: float) -> None:
        parts = _checked(url)
        self.node = f"{parts.scheme}://{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[parts.scheme]}"
        """The node's address without path or credentials, fit for a message."""
        self._url = url
        self._timeout = timeout
        self._ids = count(1)
        self._lock = RLock()
        self._session = requests.Session()
        self._session.trust_env = parts.hostname not in _LOOPBACK

    def request(self, method: str, *params: object, repeatable: bool = True) -> Any:
        """The node's result; a ``repeatable`` request is sent again when the connection is lost.

        Raises
        ------
        NodeRefused
            The node answered with an error.
        NodeSilent
            The node gave no answer that is JSON-RPC, or asks to be left alone for a while.
        """
        body: dict[str, Any] = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        with self._lock:
            answer = self._post(body, attempts=_ATTEMPTS if repeatable else 1)
        if error := answer.get("error"):
            told: dict[str, Any] = error if isinstance(error, dict) else {"message": str(error)}
            code, message = told.get("code", 0), told.get("message", "no reason given")
            if code in _BUSY_CODE:
                raise NodeSilent(f"{self.node} does not answer {method} now: {message} ({code})")
            raise NodeRefused(method, code, message, told.get("data"))
        if "result" not in answer:
            raise NodeSilent(f"{self.node} answered {method} with neither result nor error")
        return answer["result"]

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _post(self, body: dict[str, Any], *, attempts: int) -> dict[str, Any]:
        for attempt in range(1, attempts + 1):
            try:
                response = self._session.post(self._url, json=body, timeout=self._timeout)
                break
            except requests.Timeout as error:
                raise NodeSilent(f"{self.node} did not answer {body['method']} in {self._timeout:g} s") from error
            except requests.ConnectionError as error:
                if attempt == attempts:
                    raise NodeSilent(f"no node answers at {self.node}") from error
                sleep(_PAUSE_SECONDS)
            except requests.RequestException as error:
                raise NodeSilent(f"{self.node} cannot be asked: {type(error).__name__}") from error
        return self._parsed(response)

    def _parsed(self, response: requests.Response) -> dict[str, Any]:
        if response.status_code in _BUSY_STATUS:
            raise NodeSilent(f"{self.node} takes no request now: HTTP status {response.status_code}")
        try:
            answer = response.json()
        except ValueError as error:
            raise NodeSilent(f"{self.node} does not speak JSON-RPC: HTTP status {response.status_code}") from error
        if not isinstance(answer, dict):
            raise NodeSilent(f"{self.node} does not speak JSON-RPC: it sent a {type(answer).__name__}")
        return answer


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise InvalidInput("--rpc-url", url, "a URL such as http://127.0.0.1:8545")
    return parts
