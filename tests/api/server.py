"""A real service on a free port: chain, worker, application, as `scfin serve` puts them together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from pydantic import SecretStr

from api.app import make_app
from scfin_chain.bootstrap.service import open_service
from scfin_chain.config import Settings
from scfin_chain.service.api_keys import has_registrar_key, make_key
from scfin_chain.service.service import Service
from scfin_chain.serving import ServeSettings

SECRET, DEPLOYER_KEY = "a secret of the tests alone", "7e57" * 16

PLENTY = 1_000_000
"""Requests a second: no test but the one of the limit meets it."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service that answers at a URL; the registrar's key is None on a second start."""

    service: Service
    url: str
    registrar: str | None


@contextmanager
def running_service(
    folder: Path,
    *,
    requests_a_second: int = PLENTY,
    largest_body: int = 1_000_000,
    settings: Settings | None = None,
    **serve: Any,
) -> Iterator[Running]:
    """The service in a folder, until the end of the block; again in the same folder it goes on where it was.

    ``serve`` are other settings of how it runs.
    """
    serving = ServeSettings(
        data=folder,
        secret=SecretStr(SECRET),
        deployer_key=SecretStr(DEPLOYER_KEY),
        requests_a_second=requests_a_second,
        largest_body=largest_body,
        **serve,
    )
    service = open_service(serving, settings or Settings())
    worker = service.worker
    assert worker is not None
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(service, serving), port=0, log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
    )
    threads = Thread(target=worker.run, name="worker"), Thread(target=server.run, name="server")
    try:
        for thread in threads:
            thread.start()
        while not server.started:
            assert threads[1].is_alive(), "the server did not start"
            sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(service=service, url=f"http://127.0.0.1:{port}", registrar=_registrar_key(service))
    finally:
        server.should_exit = True
        threads[1].join()
        worker.stop.set()
        worker.wake.set()
        threads[0].join()
        service.close()
    assert worker.pulse.failure is None, worker.pulse.failure


def _registrar_key(service: Service) -> str | None:
    if has_registrar_key(service.store, service.today):
        return None
    with service.store.begin() as connection:
        return make_key(connection, None, today=service.today).token
