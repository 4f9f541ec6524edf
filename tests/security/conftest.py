"""One service with keys of its own, started as an operator starts it, for all tests of this folder."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from tests.api.client import Client
from tests.service_docs.served import Served, served

MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow"
"""Of the test vectors of BIP-39, and not the public one of development nodes."""


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """The service, what only its operator knows, and clients by role."""

    served: Served
    variables: dict[str, str]
    registrar: Client
    opened: ExitStack
    tokens: list[str] = field(default_factory=list)

    def client(self, participant: int) -> Client:
        token = self.registrar.done("/v1/keys", {"participant": participant})["token"]
        self.tokens.append(token)
        return self.opened.enter_context(Client(self.served.url, token, participant=participant))

    def enrolled(self, name: str, role: str, **more: object) -> Client:
        body = {"name": name, "roles": [role], **more}
        return self.client(int(self.registrar.done("/v1/participants", body)["id"]))

    def office(self, name: str) -> Client:
        return self.client(self.registrar.told("/v1/ledger/deployment")[name]["participant"])


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    variables = {
        "SCFIN_SECRET": secrets.token_hex(32),
        "SCFIN_DEPLOYER_KEY": secrets.token_hex(32),
        "SCFIN_MNEMONIC": MNEMONIC,
        "SCFIN_HOSTS": "ledger.example",
        "SCFIN_LOG_FORMAT": "json",
        "SCFIN_REQUESTS_A_SECOND": "100000",
    }
    data = tmp_path_factory.mktemp("guarded") / "scfin-data"
    with served(data, **variables) as service, ExitStack() as opened:
        registrar = opened.enter_context(Client(service.url, service.registrar))
        made = Guarded(served=service, variables=variables, registrar=registrar, opened=opened)
        made.tokens.append(service.registrar)
        yield made
