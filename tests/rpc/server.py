"""A node on loopback for tests: uvicorn in a thread, and a plain client that hides nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from time import monotonic, sleep
from typing import Any

import requests
import uvicorn
from starlette.types import ASGIApp

from api.limits import Limits
from api.rpc import DevelopmentAccounts, NodeMethods, development_accounts, node_app
from api.rpc.dispatch import MAX_BODY
from api.rpc.methods import CALL_GAS
from scfin_chain.chain import ErrorCatalogue
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.units import Timestamp
from tests.chain.probe import ARTIFACT

START_SECONDS = 20.0

ERRORS = ErrorCatalogue([ARTIFACT.abi])


@dataclass
class Client:
    """Sends JSON-RPC as it is told and gives back what comes."""

    url: str
    session: requests.Session
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def request(self, method: str, *params: Any) -> dict[str, Any]:
        """The whole answer."""
        return self.post({"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": list(params)})

    def call(self, method: str, *params: Any) -> Any:
        """The result; an error fails the test."""
        answer = self.request(method, *params)
        assert "error" not in answer, f"{method}{params}: {answer['error']}"
        return answer["result"]

    def error(self, method: str, *params: Any) -> dict[str, Any]:
        """The error; a result fails the test."""
        answer = self.request(method, *params)
        assert "error" in answer, f"{method}{params}: {answer.get('result')}"
        return answer["error"]

    def post(self, body: object) -> Any:
        """The answer to any JSON."""
        return self.session.post(self.url, json=body, timeout=60).json()


@dataclass
class Node(Client):
    """A running node, with the chain behind it."""

    gateway: EthTesterGateway = None  # type: ignore[assignment]
    accounts: DevelopmentAccounts = None  # type: ignore[assignment]

    @property
    def websocket(self) -> str:
        return self.url.replace("http://", "ws://")

    @property
    def sender(self) -> str:
        """The first account, as JSON-RPC spells it."""
        return self.accounts.signers[0].address.lower()


@contextmanager
def client_of(url: str) -> Iterator[Client]:
    with requests.Session() as session:
        session.trust_env = False
        yield Client(url, session)


@contextmanager
def running_node(
    *,
    genesis_time: int,
    development: bool = True,
    origins: Sequence[str] = (),
    gas: int = CALL_GAS,
    requests_a_second: int | None = None,
) -> Iterator[Node]:
    """Serve a fresh chain, and stop whatever happens; as `scfin chain` does where requests are limited."""
    accounts = development_accounts()
    gateway = EthTesterGateway(genesis_time=Timestamp(genesis_time), funds=accounts.funds, errors=ERRORS)
    methods = NodeMethods(gateway, accounts.signers, development=development, errors=ERRORS, gas=gas)
    app: ASGIApp = node_app(methods, origins=origins)
    if requests_a_second is not None:
        app = Limits(app, requests_a_second=requests_a_second, largest_body=MAX_BODY)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        port = _port_of(server)
        with requests.Session() as session:
            session.trust_env = False
            yield Node(f"http://127.0.0.1:{port}", session, gateway=gateway, accounts=accounts)
    finally:
        server.should_exit = True
        thread.join()
        gateway.close()


def _port_of(server: uvicorn.Server) -> int:
    deadline = monotonic() + START_SECONDS
    while not server.started:
        if monotonic() > deadline:
            raise TimeoutError(f"the node was not ready after {START_SECONDS:g} s")
        sleep(0.005)
    return int(server.servers[0].sockets[0].getsockname()[1])
