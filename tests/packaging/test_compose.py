"""The compose file, kept true where no engine runs it.

given the file alone
    it should ask for every secret, and have no default for one
    it should open nothing but the interface, and that to this machine
    it should start what waits for another after that other is well
    it should use the versions that the tests run
given its commands, run directly
    it should become ready, one of two workers acting, and take a write
    it should end in order, and go on where it stopped
"""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from scfin_chain.serving import SECRETS, ServeSettings
from tests.anvil import _free_port as free_port
from tests.packaging import compose, dockerfile
from tests.packaging.compose import ROOT, Missing, Service
from tests.packaging.running import Room, Running
from tests.postgres import Postgres, installed_programs, running_postgres

SECRET_VARIABLES = ("SCFIN_DATABASE_PASSWORD", "SCFIN_SECRET", "SCFIN_DEPLOYER_KEY")
IMAGE = dockerfile.stages()[-1]
Rooms = dict[str, list[tuple[Service, Room]]]
PORT = "8000"
NODE_PORT = "8545"


def given() -> dict[str, str]:
    """The variables as the top of the file has them made."""
    return {name: secrets.token_hex(32) for name in SECRET_VARIABLES}


@pytest.mark.parametrize("name", SECRET_VARIABLES)
def test_asks_for_every_secret(name: str):
    with pytest.raises(Missing, match=name):
        compose.services(given() | {name: ""})


def test_has_no_secret_in_itself():
    variables = given()
    values = [value for each in compose.services(variables).values() for value in each.environment.items()]
    secret = [value for name, value in values if re.search(r"PASSWORD|SECRET|KEY|DATABASE", name)]

    assert all(any(made in value for made in variables.values()) for value in secret)
    words = [word for each in compose.services(variables).values() for word in each.command]
    assert not any(made in word for word in words for made in variables.values())


def test_says_how_to_make_the_secrets():
    top = compose.FILE.read_text(encoding="utf-8").partition("\nname:")[0]

    assert re.search(r"for name in ([\w ]+);", top)[1].split() == list(SECRET_VARIABLES)


def test_opens_the_interface_alone_and_to_this_machine():
    ports = {name: plain["ports"] for name, plain in compose.raw()["services"].items() if "ports" in plain}

    assert ports == {"api": [f"127.0.0.1:{PORT}:{PORT}"]}


def test_gives_no_service_more_than_it_needs():
    plain = compose.raw()["services"]
    own = [plain[name] for name in ("api", "worker", "node", "funds")]

    assert all(each["cap_drop"] == ["ALL"] and each["security_opt"] == ["no-new-privileges:true"] for each in own)
    assert all(each["read_only"] for each in own[:2])
    assert not any("privileged" in each or "network_mode" in each for each in plain.values())


def test_waits_for_what_is_well():
    services = compose.services(given())

    for service in services.values():
        for name, condition in service.awaited.items():
            well = condition == "service_healthy" and "healthcheck" in services[name].plain
            done = condition == "service_completed_successfully" and "restart" not in services[name].plain
            assert well or done, (service.name, name)
    assert services["worker"].replicas == 2


def test_uses_the_versions_that_the_tests_run():
    tools = json.loads((ROOT / "package.json").read_text())["optionalDependencies"]
    services = compose.services(given())

    assert {services[name].image.rpartition(":v")[2] for name in ("node", "funds")} == {
        tools["@foundry-rs/anvil-linux-amd64"]
    }
    assert re.fullmatch(r"postgres:\d+-alpine", services["db"].image)


def test_sets_what_the_service_knows():
    known = {f"SCFIN_{name.upper()}" for name in ServeSettings.model_fields}
    services = compose.services(given())

    for service in (services["api"], services["worker"]):
        assert set(service.environment) | set(IMAGE.environment) - {"PYTHONUNBUFFERED"} <= known
    assert {f"SCFIN_{name.upper()}" for name in SECRETS} - set(services["api"].environment) == {"SCFIN_MNEMONIC"}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.mark.slow
def test_becomes_ready_takes_a_write_and_goes_on_where_it_stopped(postgres: Postgres, tmp_path: Path):
    with postgres.database() as url, machine(compose.services(given()), url, tmp_path) as rooms:
        with started(rooms) as (api, workers, node):
            acting = [figure(worker, "scfin_worker_acts") for worker in workers]
            assert sorted(acting) == [0.0, 1.0]
            first = enrolled(api, "Aurora Motors")
            assert [worker.stop() for worker in workers] == [0, 0]
            assert api.stop() == 0
            assert node.stop() == 0
        with started(rooms) as (api, _, _):
            assert enrolled(api, "Beacon Castings") == first + 1


@contextmanager
def machine(services: dict[str, Service], url: str, folder: Path) -> Iterator[Rooms]:
    """A room for each container of each service; for the database's, the server that is there."""
    names, node_port = count(), str(free_port())
    db = services["db"]
    user, password, name = (db.environment[f"POSTGRES_{word}"] for word in ("USER", "PASSWORD", "DB"))

    def room(service: Service) -> tuple[Service, Room]:
        own = folder / f"{service.name}-{next(names)}"
        (own / "volume").mkdir(parents=True)
        words = {
            f"postgresql://{user}:{password}@db/{name}": url,
            "http://node:": "http://127.0.0.1:",
            NODE_PORT: node_port,
            "0.0.0.0": "127.0.0.1",
            "/data": f"{own}/volume",
            "/state": f"{own}/volume",
        }
        image = IMAGE.environment | {"SCFIN_PORT": str(free_port())} if "build" in service.plain else {}
        return service, Room(own, words, image)

    (host,) = parse_qs(urlsplit(url).query)["host"]
    server = Room(folder, {}, programs=(installed_programs(),))
    assert server.run(db, [*db.health, f"--host={host}"]).returncode == 0
    yield {name: [room(service) for _ in range(service.replicas)] for name, service in services.items()}


@contextmanager
def started(rooms: Rooms) -> Iterator[tuple[Running, list[Running], Running]]:
    """Everything, in the order that the file asks for."""
    with ExitStack() as stack:
        ((service, room),) = rooms["node"]
        node = stack.enter_context(room.running(service, [*service.entrypoint, *service.command]))
        node.await_health()
        ((service, room),) = rooms["funds"]
        funded = room.run(service, [*service.entrypoint, *service.command])
        assert funded.returncode == 0, funded.stderr
        entrypoint = IMAGE.one("ENTRYPOINT").listed
        own = [
            stack.enter_context(room.running(service, [*entrypoint, *service.command]))
            for service, room in (*rooms["api"], *rooms["worker"])
        ]
        for each in own:
            each.await_health()
            assert each.room.run(each.service, dockerfile.health()).returncode == 0
        yield own[0], own[1:], node


def base(running: Running) -> str:
    return f"http://127.0.0.1:{running.room.environment['SCFIN_PORT']}"


def figure(running: Running, name: str) -> float:
    text = requests.get(f"{base(running)}/metrics", timeout=30).text
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def enrolled(api: Running, name: str) -> int:
    """The number of a participant that is enrolled now."""
    key = (api.room.folder / "volume" / "registrar.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name.replace(" ", "-")}
    body = {"name": name, "roles": ["core_enterprise"]}
    answer = requests.post(f"{base(api)}/v1/participants", json=body, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "done"
    return int(answer.json()["id"])
