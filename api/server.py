"""Serving: the application on its port, the worker in its thread, and an orderly end of both."""

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from socket import socket
from threading import Thread

import uvicorn
from fastapi import APIRouter
from starlette.types import ASGIApp

from api.app import make_app
from api.hosts import KnownHosts
from api.limits import Limits
from api.logs import log_as
from api.rpc.accounts import PUBLIC_MNEMONIC, DevelopmentAccounts, development_accounts
from api.rpc.methods import NodeMethods
from api.rpc.router import node_app, node_router
from scfin_chain.bootstrap.service import open_chain, open_service
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.gateway import Receipt
from scfin_chain.config import Settings
from scfin_chain.errors import ScfinError
from scfin_chain.service.api_keys import has_registrar_key, make_key
from scfin_chain.service.service import Service
from scfin_chain.serving import ServeSettings

REGISTRAR_KEY = "registrar.key"
"""File in the data folder that holds the registrar's first key."""

STOP_SECONDS = 10
"""How long requests and the worker have to come to their end."""

OWNER_ONLY = 0o077
"""The umask of a service: its database holds what each node may not see of the others."""

log = logging.getLogger(__name__)


def serve(serving: ServeSettings, settings: Settings) -> None:
    """Serve until told to stop.

    Raises
    ------
    ScfinError
        The service cannot be put together, or its worker stopped for a reason that does not cure itself.
    """
    log_as(serving.log_format)
    os.umask(OWNER_ONLY)
    if serving.secret is None:
        log.warning("every key of this ledger is public: whoever reaches its chain may act for anybody")
    accounts = _accounts(serving)
    service = open_service(serving, settings, funds=accounts.funds if serving.rpc_url is None else None)
    try:
        if serving.role != "worker":
            _first_key(service, serving.data)
        app = make_app(service, serving, node=_node(service, serving, accounts))
        _run(_server(app, serving, stopping=app.state.wiring.close), service)
    finally:
        service.close()


def serve_chain(serving: ServeSettings) -> None:
    """The chain of this process and nothing else, over JSON-RPC, until told to stop.

    Raises
    ------
    ScfinError
        The database cannot be used, or holds something else, or the chain in it is damaged.
    """
    log_as(serving.log_format)
    os.umask(OWNER_ONLY)
    accounts = _accounts(serving)
    with open_chain(serving, funds=accounts.funds) as gateway:
        print(accounts.announcement(), flush=True)
        node = node_app(NodeMethods(gateway, accounts.signers, development=serving.development, gas=serving.rpc_gas))
        known = KnownHosts(node, names=serving.hosts)
        limited = Limits(known, requests_a_second=serving.requests_a_second, largest_body=serving.largest_body)
        _run_until_told(_server(limited, serving))


def _accounts(serving: ServeSettings) -> DevelopmentAccounts:
    return development_accounts(PUBLIC_MNEMONIC if serving.mnemonic is None else serving.mnemonic.get_secret_value())


def _node(service: Service, serving: ServeSettings, accounts: DevelopmentAccounts) -> APIRouter | None:
    """JSON-RPC on the chain of this process, unless it is switched off; a node has its own."""
    gateway = service.ledger.gateway
    if not (serving.rpc and isinstance(gateway, EthTesterGateway)):
        return None

    def send(raw: bytes) -> Receipt:
        try:
            return gateway.send(raw)
        finally:
            service.woken()

    print(accounts.announcement(), flush=True)
    methods = NodeMethods(
        gateway,
        accounts.signers,
        development=serving.development,
        send=send,
        errors=service.errors,
        gas=serving.rpc_gas,
    )
    return node_router(methods, "/rpc")


class Server(uvicorn.Server):
    """Tells those who wait or listen before it waits for them: else they would be cut off with the rest."""

    def __init__(self, config: uvicorn.Config, *, stopping: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Whatever the cause: a signal, or the worker that stopped."""
        if self._stopping is not None:
            self._stopping()
        await super().shutdown(sockets)


def _server(app: ASGIApp, serving: ServeSettings, *, stopping: Callable[[], None] | None = None) -> Server:
    config = uvicorn.Config(
        app,
        host=serving.host,
        port=serving.port,
        log_config=None,
        access_log=False,
        ws_max_size=serving.largest_body,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return Server(config, stopping=stopping)


def _run(server: uvicorn.Server, service: Service) -> None:
    worker = service.worker
    if worker is None:
        _run_until_told(server)
        return

    def work() -> None:
        worker.run()
        server.should_exit = True

    thread = Thread(target=work, name="worker")
    thread.start()
    try:
        _run_until_told(server)
    finally:
        worker.stop.set()
        worker.wake.set()
        thread.join()
    if worker.pulse.failure is not None:
        raise ScfinError(worker.pulse.failure)


def _run_until_told(server: uvicorn.Server) -> None:
    """SIGTERM ends it in order: uvicorn raises the signal anew when it is done, and by itself that ends the process."""

    def end(*_: object) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, end)
    server.run()


def _first_key(service: Service, data: Path) -> None:
    """Somebody must be able to enrol the first participants: the key is written where only its owner reads it."""
    if has_registrar_key(service.store, service.today):
        return
    with service.store.begin() as connection:
        key = make_key(connection, None, today=service.today)
        data.mkdir(parents=True, exist_ok=True)
        path = data / REGISTRAR_KEY
        path.unlink(missing_ok=True)  # one that was left there may be open to others
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(f"{key.token}\n", encoding="ascii")
    print(f"The registrar's key is in {path}", flush=True)
