"""A node that fails on purpose: stands before a real one and withholds methods, answers or connections."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

METHOD_NOT_FOUND = {"code": -32_601, "message": "the method does not exist or is not available"}


class Unreliable(ThreadingHTTPServer):
    """``missing`` methods are unknown, ``refused`` ones answer with that error.

    Answers to ``lost`` ones never arrive, and ``forgotten`` ones hold nothing, as often as it says.
    """

    daemon_threads = True

    def __init__(self, node: str, *, missing: Collection[str] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.node = node
        self.missing = missing
        self.lost: dict[str, int] = {}
        self.forgotten: dict[str, int] = {}
        self.refused: dict[str, dict[str, object]] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, body: dict[str, Any]) -> dict[str, Any] | None:
        method = body["method"]
        self.asked.append(method)
        if method in self.missing:
            return {"jsonrpc": "2.0", "id": body["id"], "error": METHOD_NOT_FOUND}
        if method in self.refused:
            return {"jsonrpc": "2.0", "id": body["id"], "error": self.refused[method]}
        with requests.Session() as session:
            session.trust_env = False
            answer: dict[str, Any] = session.post(self.node, json=body, timeout=10).json()
        if self.forgotten.get(method, 0) > 0:
            self.forgotten[method] -= 1
            return answer | {"result": []}
        if self.lost.get(method, 0) > 0:
            self.lost[method] -= 1
            return None
        return answer


class _Handler(BaseHTTPRequestHandler):
    server: Unreliable

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answer(body)
        if answer is None:
            return
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@contextmanager
def unreliable(node: str, *, missing: Collection[str] = ()) -> Iterator[Unreliable]:
    with Unreliable(node, missing=missing) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
