"""Scenarios over HTTP, each in a process of its own.

given a file of invoices, as CSV or as rows
    it runs to its end, says how far it is, and gives what `scfin run --json` writes
    its owner, the registrar and the regulator see it; others do not
given a bad file, or bad settings: refused at once, every bad row by its line
given one that runs: cancelled, its child is killed
given a child that dies, or breaks: a fault of the service, of which the log has more and the caller nothing
given a participant with many: others take their turns, and a run that takes too long has failed
given more than are kept: the oldest that has ended goes, with its folder
given a service that is stopped, or killed, and starts again
    what ran has failed as interrupted, what was queued is run
"""

import json
import os
import signal
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from api import scenario_runs
from api.scenario_runs import CRASHED, INTERRUPTED, SCENARIOS, ScenarioRuns
from scfin_chain.scenarios.invoices import COLUMNS
from tests.api.client import Client
from tests.api.server import running_service
from tests.api.serving import processes_with, served
from tests.api.world import World
from tests.fakes.stores import empty_store

EXAMPLE = (Path(__file__).parents[2] / "examples" / "invoices.csv").read_text(encoding="utf-8")
HEADER, *LINES = EXAMPLE.splitlines()
PATIENCE_SECONDS = 120


def until(client: Client, number: int, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The scenario once it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found(scenario := client.told(f"/v1/scenarios/{number}")):
        assert time.monotonic() < deadline, scenario
        time.sleep(0.1)
    return dict(scenario)


def ended(client: Client, number: int) -> dict[str, Any]:
    return until(client, number, lambda scenario: scenario["state"] not in ("queued", "running"))


def invoices(rows: int = 3, **more: object) -> dict[str, object]:
    return {"kind": "invoices", "csv": "\n".join([HEADER, *LINES[:rows]])} | more


def long() -> dict[str, object]:
    """One that does not end while a test looks."""
    return {"kind": "invoices", "csv": EXAMPLE}


def child_with(text: str) -> int:
    """The process that this one started with a text in its command line, once there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        for process in processes_with(text):
            with suppress(OSError):
                if int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                    return process
        assert time.monotonic() < deadline, "no child has begun"
        time.sleep(0.01)


def child_that_says(folder: Path, text: str, code: int, *, seconds: int = 0) -> Path:
    """A program that says something on standard error, and ends with that code after so many seconds."""
    program = folder / "child"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}\nEND\nsleep {seconds}\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def errors_of(client: Client, body: dict[str, object]) -> list[dict[str, str]]:
    answer = client.post("/v1/scenarios", body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return list(answer.json()["errors"])


class TestRun:
    def test_it_should_run_to_its_end(self, world: World, tmp_path: Path) -> None:
        supplier = world.a.supplier
        made = supplier.done("/v1/scenarios", invoices(seed=7, settings={"scenario": {"tiers": 2}}))
        assert made["participant"] == supplier.participant
        number = made["id"]
        done = ended(supplier, number)
        assert (done["state"], done["error"], done["seed"]) == ("done", None, 7)
        assert done["done"] == done["total"] > 3
        result = supplier.told(f"/v1/scenarios/{number}/result")["result"]
        assert (result["invoices"]["total"], result["seed"]) == (3, 7)
        assert result["conservation"]["cash_difference"] == 0
        assert len(result["digest"]) == 64
        assert set(result["prices_by_tier"]) <= {"1", "2", "all"}
        for client in (world.registrar, world.clients["regulator"][1]):
            assert client.told(f"/v1/scenarios/{number}/result")["result"] == result
            assert number in [scenario["id"] for scenario in client.all("/v1/scenarios")]
        for client in (world.b.supplier, world.clients["bank"][0]):
            assert client.get(f"/v1/scenarios/{number}").status_code == 404
            assert client.get(f"/v1/scenarios/{number}/result").status_code == 404
            assert client.post(f"/v1/scenarios/{number}/cancel").status_code == 404
            assert number not in [scenario["id"] for scenario in client.all("/v1/scenarios")]
        cancelled = supplier.done(f"/v1/scenarios/{number}/cancel")
        assert cancelled["state"] == "done"

    def test_it_should_give_the_same_for_rows_as_for_a_file(self, world: World) -> None:
        columns = HEADER.split(",")
        lines = [dict(zip(columns, line.split(","), strict=True)) for line in LINES[:2]]
        rows = [{name: line[name] for name in COLUMNS} for line in lines]
        core = world.a.core
        numbers = [
            core.done("/v1/scenarios", body)["id"] for body in ({"kind": "invoices", "rows": rows}, invoices(rows=2))
        ]
        digests = []
        for number in numbers:
            assert ended(core, number)["state"] == "done"
            digests.append(core.told(f"/v1/scenarios/{number}/result")["result"]["digest"])
        assert digests[0] == digests[1]

    def test_it_should_tell_the_demo(self, world: World) -> None:
        bank = world.clients["bank"][0]
        number = bank.done("/v1/scenarios", {"kind": "demo"})["id"]
        until(bank, number, lambda scenario: scenario["done"] > 0)
        assert ended(bank, number)["state"] == "done"
        result = bank.told(f"/v1/scenarios/{number}/result")["result"]
        assert len(result["story"]) > 10
        assert result["conservation"]["cash_difference"] == 0

    def test_it_should_start_once_for_one_key(self, world: World) -> None:
        first = world.b.core.post("/v1/scenarios", invoices(rows=1), key="the-same")
        again = world.b.core.post("/v1/scenarios", invoices(rows=1), key="the-same")
        assert again.headers["Idempotent-Replayed"] == "true"
        assert first.json()["id"] == again.json()["id"]
        other = world.b.core.post("/v1/scenarios", invoices(rows=2), key="the-same")
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")

    def test_it_should_kill_what_is_cancelled(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        deep = world.a.deep
        number = deep.done("/v1/scenarios", long())["id"]
        assert deep.get(f"/v1/scenarios/{number}/result").status_code == 409
        under_way = until(deep, number, lambda scenario: scenario["done"] > 1)
        assert (under_way["state"], under_way["total"]) == ("running", 120)
        folder = world.service.store.location.path.parent / "scenarios" / str(number)  # type: ignore[union-attr]
        assert folder.is_dir()
        assert deep.done(f"/v1/scenarios/{number}/cancel")["state"] == "cancelled"
        deadline = time.monotonic() + 20
        while folder.exists():
            assert time.monotonic() < deadline, "the child lives on"
            time.sleep(0.1)
        assert deep.told(f"/v1/scenarios/{number}")["state"] == "cancelled"
        assert "crashed" not in caplog.text


class TestRefusal:
    def test_it_should_name_every_bad_row(self, world: World) -> None:
        rows = [HEADER, LINES[0], LINES[1].replace("Yes", "Perhaps").replace("No", "Perhaps"), "a,b"]
        first, second = errors_of(world.a.core, {"kind": "invoices", "csv": "\n".join(rows)})
        assert first["field"] == "invoices line 3 Disputed"
        assert first["limit"] == "Yes or No"
        assert second["field"] == "invoices line 4 columns"

    @pytest.mark.parametrize(
        ("body", "field", "limit"),
        [
            (invoices(settings={"pricing": {"cap_bps": 1}}), "pricing.cap_bps", "at least floor_bps, 350"),
            (invoices(settings={"nonsense": {}}), "nonsense", "a name of the documented settings"),
            (
                invoices(settings={"score": {"fitted_model": "model.json"}}),
                "score.fitted_model",
                "left out: no request has a file read",
            ),
            (invoices(settings={"score": {"grace_days": -1}}), "score.grace_days", "greater than or equal to 0"),
            ({"kind": "invoices", "csv": ""}, "invoices", "a file that is not empty"),
            ({"kind": "invoices", "csv": HEADER}, "invoices", "a file with at least one invoice"),
            ({"kind": "invoices", "csv": "a;b\n1;2\n"}, "invoices", "separated by commas, not by ';'"),
        ],
    )
    def test_it_should_refuse_at_once(self, world: World, body: dict[str, object], field: str, limit: str) -> None:
        before = world.a.core.all("/v1/scenarios")
        [error] = errors_of(world.a.core, body)
        assert (error["field"], error["limit"]) == (field, limit)
        assert "/" not in error["value"]
        assert world.a.core.all("/v1/scenarios") == before

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"kind": "other"},
            {"kind": "demo", "seed": 1},
            {"kind": "invoices"},
            {"kind": "invoices", "rows": []},
            invoices(seed=-1),
            invoices(seed=2**63),
            invoices(limit=0),
            invoices(limit=1.5),
            invoices(settings=[]),
            {"kind": "invoices", "csv": "\0"},
            {"kind": "invoices", "csv": "\ud800"},
        ],
    )
    def test_it_should_refuse_other_shapes(self, world: World, body: dict[str, object]) -> None:
        errors_of(world.a.core, body)

    def test_it_should_not_let_a_regulator_act(self, world: World) -> None:
        regulator = world.clients["regulator"][0]
        assert regulator.post("/v1/scenarios", {"kind": "demo"}).status_code == 403
        assert regulator.post("/v1/scenarios/1/cancel").status_code == 403

    def test_it_should_hold_a_caller_to_so_many(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.routes.scenarios.OPEN_A_CALLER", 0)
        answer = world.b.deep.post("/v1/scenarios", {"kind": "demo"})
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-scenarios")


TRACEBACK = """Traceback (most recent call last):
  File "/srv/scfin_chain/scenarios/invoices.py", line 1, in read_invoices
ZeroDivisionError: division by zero"""


class TestCrash:
    """Only a child that ends by refusing, with its code and its words, has refused."""

    def test_it_should_not_take_a_check_that_is_killed_for_a_refusal(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(world.a.core.post, "/v1/scenarios", invoices())
            os.kill(child_with("--check"), signal.SIGKILL)
            answer = asked.result()
        assert answer.status_code == 500
        assert answer.json()["type"] == "/problems/internal-error"
        assert answer.json()["detail"] == "the check failed; the log has why"
        assert answer.json()["errors"] == []
        assert f"scenario check crashed code={-signal.SIGKILL}" in caplog.text

    @pytest.mark.parametrize(
        ("said", "code"),
        [(TRACEBACK, 1), (TRACEBACK, 2), ("Usage: scfin run [OPTIONS]", 2), ("scfin: the disk is full", 1)],
    )
    def test_it_should_not_take_one_that_breaks_for_a_refusal(
        self,
        world: World,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        said: str,
        code: int,
    ) -> None:
        supplier = world.b.supplier
        monkeypatch.setattr("sys.executable", str(child_that_says(tmp_path, said, code)))
        answer = supplier.post("/v1/scenarios", invoices())
        assert (answer.status_code, answer.json()["detail"]) == (500, "the check failed; the log has why")
        run = ended(supplier, supplier.done("/v1/scenarios", {"kind": "demo"})["id"])
        assert (run["state"], run["error"]) == ("failed", CRASHED)
        assert caplog.text.count(said.splitlines()[-1]) == 2

    def test_it_should_give_the_words_of_one_that_refuses(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        supplier = world.b.supplier
        said = "WARNING something else\nscfin: x is 1: must be 2"
        monkeypatch.setattr("sys.executable", str(child_that_says(tmp_path, said, 2)))
        [error] = errors_of(supplier, invoices())
        assert (error["field"], error["value"], error["limit"]) == ("invoices x", "1", "2")
        run = ended(supplier, supplier.done("/v1/scenarios", {"kind": "demo"})["id"])
        assert (run["state"], run["error"]) == ("failed", "x is 1: must be 2")

    def test_it_should_say_of_a_run_that_is_killed_that_it_failed(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        deep = world.b.deep
        number = deep.done("/v1/scenarios", long())["id"]
        until(deep, number, lambda scenario: scenario["done"] > 0)
        os.kill(child_with(f"scenarios/{number}/"), signal.SIGKILL)
        run = ended(deep, number)
        assert (run["state"], run["error"]) == ("failed", CRASHED)
        assert f"scenario crashed scenario={number} code={-signal.SIGKILL}" in caplog.text


class TestTurns:
    def test_it_should_run_anothers_while_one_has_many(self, world: World) -> None:
        greedy, other = world.a.deep, world.b.deep
        many = [greedy.done("/v1/scenarios", body)["id"] for body in (long(), {"kind": "demo"}, {"kind": "demo"})]
        until(greedy, many[0], lambda scenario: scenario["state"] == "running")
        number = other.done("/v1/scenarios", {"kind": "demo"})["id"]
        until(other, number, lambda scenario: scenario["done"] > 0)
        states = [greedy.told(f"/v1/scenarios/{each}")["state"] for each in many]
        for client, each in (*((greedy, each) for each in many), (other, number)):
            client.done(f"/v1/scenarios/{each}/cancel")
        assert states == ["running", "queued", "queued"]

    def test_it_should_check_anothers_while_one_has_many(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.executable", str(child_that_says(tmp_path, "", 0, seconds=1)))
        greedy, other = world.a.core, world.b.core
        with ThreadPoolExecutor(5) as pool:
            many = [pool.submit(greedy.post, "/v1/scenarios", invoices()) for _ in range(4)]
            time.sleep(0.5)
            assert other.post("/v1/scenarios", invoices()).status_code == 201
            assert sum(asked.done() for asked in many) <= 2
            assert {asked.result().status_code for asked in many} == {201}

    def test_it_should_go_round(self, tmp_path: Path) -> None:
        with empty_store() as store:
            runs = ScenarioRuns(store, tmp_path, alone=True, seconds=1)
            with store.begin() as connection:
                rows = [{"participant": who, "kind": "demo", "spec": {}, "done": 0} for who in (1, 1, 1, 2, 2, None)]
                connection.execute(insert(SCENARIOS), [row | {"state": "queued"} for row in rows])

            def claimed() -> int | None:
                found = runs._claim()
                return None if found is None else found[0]

            def end(number: int, *, at: int) -> None:
                with store.begin() as connection:
                    values = {"state": "done", "beat": at}
                    connection.execute(update(SCENARIOS).where(SCENARIOS.c.id == number).values(values))

            assert [claimed() for _ in range(4)] == [1, 4, 6, None]
            end(4, at=20)
            end(1, at=10)
            assert claimed() == 2
            end(2, at=30)
            assert claimed() == 5
            assert claimed() == 3
            assert claimed() is None

    def test_it_should_end_one_that_takes_too_long(self, tmp_path: Path) -> None:
        with running_service(tmp_path, scenario_seconds=4) as running, Client(running.url, running.registrar) as client:
            number = client.done("/v1/scenarios", long())["id"]
            run = ended(client, number)
            assert (run["state"], run["error"]) == ("failed", "it took longer than 4 seconds")
            assert not processes_with(f"scenarios/{number}/run.sqlite")
        assert not list((tmp_path / "scenarios").iterdir())


class TestKept:
    def test_it_should_keep_the_newest_of_each(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scenario_runs, "SWEEP_SECONDS", 1)
        with running_service(tmp_path, scenarios_kept=2) as running, Client(running.url, running.registrar) as client:
            done = client.done("/v1/scenarios", invoices(rows=1))["id"]
            assert ended(client, done)["state"] == "done"
            folder = tmp_path / "scenarios" / str(done)
            with running.service.store.begin() as connection:  # another's, older than all that follow
                values = {"participant": 2, "kind": "demo", "spec": {}, "state": "done", "done": 0}
                connection.execute(insert(SCENARIOS).values(values))
            other = done + 1
            for _ in range(2):
                assert (folder / "run.sqlite").is_file()
                last = client.done("/v1/scenarios", {"kind": "demo"})["id"]
                client.done(f"/v1/scenarios/{last}/cancel")
            assert client.get(f"/v1/scenarios/{done}").status_code == 404
            assert [run["id"] for run in client.all("/v1/scenarios")] == [other, last - 1, last]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while folder.exists():
                assert time.monotonic() < deadline, "its folder stays"
                time.sleep(0.1)

    def test_it_should_not_delete_what_is_under_way(self, tmp_path: Path) -> None:
        with running_service(tmp_path, scenarios_kept=1) as running, Client(running.url, running.registrar) as client:
            numbers = [client.done("/v1/scenarios", {"kind": "demo"})["id"] for _ in range(3)]
            assert [run["id"] for run in client.all("/v1/scenarios")] == numbers


class TestRestart:
    def test_it_should_say_what_was_interrupted_and_go_on(self, tmp_path: Path) -> None:
        with running_service(tmp_path) as running, Client(running.url, running.registrar) as registrar:
            token = running.registrar
            stopped = registrar.done("/v1/scenarios", long())["id"]
            until(registrar, stopped, lambda scenario: scenario["state"] == "running")
            store = running.service.store
            with store.begin() as connection:  # as a service that was killed leaves them
                connection.execute(
                    insert(SCENARIOS),
                    [
                        {"kind": "demo", "spec": {}, "state": state, "done": 0, "process": process, "beat": beat}
                        for state, process, beat in (("running", "gone", 2**40), ("queued", None, None))
                    ],
                )
                connection.execute(update(SCENARIOS).where(SCENARIOS.c.state == "queued").values(state="waits"))
        with running_service(tmp_path) as running:
            with running.service.store.begin() as connection:
                connection.execute(update(SCENARIOS).where(SCENARIOS.c.state == "waits").values(state="queued"))
            with Client(running.url, token) as registrar:
                for number in (stopped, stopped + 1):
                    scenario = ended(registrar, number)
                    assert (scenario["state"], scenario["error"]) == ("failed", INTERRUPTED)
                assert ended(registrar, stopped + 2)["state"] == "done"
        assert not (tmp_path / "scenarios" / str(stopped)).exists()

    def test_it_should_outlive_a_service_that_is_killed_and_leave_no_child(self, tmp_path: Path) -> None:
        with served(tmp_path) as service, Client(service.url, service.token) as registrar:
            running = registrar.done("/v1/scenarios", long())["id"]
            until(registrar, running, lambda scenario: scenario["done"] > 0)
            child = str(tmp_path / "scenarios" / str(running))
            assert processes_with(child)
            service.kill()
        deadline = time.monotonic() + 30
        while processes_with(child):  # whoever reads along is gone
            assert time.monotonic() < deadline, "the child lives on"
            time.sleep(0.1)
        with served(tmp_path) as service, Client(service.url, service.token) as registrar:
            scenario = ended(registrar, running)
            assert (scenario["state"], scenario["error"]) == ("failed", INTERRUPTED)

    def test_it_should_leave_alone_what_another_process_runs(self, world: World) -> None:
        runs = ScenarioRuns(world.service.store, Path("nowhere"), alone=False, seconds=1)
        now = int(time.time())
        with world.service.store.begin() as connection:
            numbers = [
                connection.execute(
                    insert(SCENARIOS)
                    .values(kind="demo", spec={}, state="running", done=0, process=process, beat=beat)
                    .returning(SCENARIOS.c.id)
                ).scalar_one()
                for process, beat in (("other", now + 3_600), ("other", now - 3_600), (runs._name, now - 3_600))
            ]
        runs._bury(everybody=False)
        with world.service.store.begin() as connection:
            query = select(SCENARIOS.c.state).where(SCENARIOS.c.id.in_(numbers)).order_by(SCENARIOS.c.id)
            states = list(connection.execute(query).scalars())
            connection.execute(delete(SCENARIOS).where(SCENARIOS.c.id.in_(numbers)))
        assert states == ["running", "failed", "failed"]


def test_its_settings_file_should_be_read_as_it_was_meant(tmp_path: Path) -> None:
    tables = {"pricing": {"tax_rate": 1e-05, "compounding": "term", "floor_bps": 300}, "line": {"prior": 2.5}}
    assert tomllib.loads(scenario_runs._toml(tables)) == json.loads(json.dumps(tables))
