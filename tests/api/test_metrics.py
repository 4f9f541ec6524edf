"""Figures for whoever watches the service.

given a ledger on which nothing was done yet
    it should show every state that there may be, as 0 where there is none
given commands
    it should time each that was placed, once, by step and end state, also where nobody waited for its end
given requests for financing
    it should time each decision from when the request was read
given a path
    it should count it by its whole template, and a stream not at all
"""

import re
from time import monotonic, sleep

import pytest
import requests

from api import durations
from api.durations import Stopwatch, TimedReader
from api.metrics import CAUSES, COMMAND_STATES, OUTBOX_STATES, VERDICTS
from api.waiting import Waiting
from scfin_chain.service.queue import OPEN
from tests.api.client import amount
from tests.api.server import Running
from tests.api.world import Trade, World

PATIENCE_SECONDS = 20.0


def figures(url: str) -> dict[str, float]:
    text = requests.get(f"{url}/metrics", timeout=60).text
    return {name: float(value) for name, value in re.findall(r"^(scfin_[^ ]+) (\S+)$", text, re.MULTILINE)}


def test_shows_every_state_that_there_may_be(running: Running) -> None:
    shown = figures(running.url)
    expected = {
        *(f'scfin_commands{{state="{state}"}}' for state in COMMAND_STATES),
        *(f'scfin_outbox{{state="{state}"}}' for state in OUTBOX_STATES),
        *(f'scfin_decisions{{verdict="{verdict}"}}' for verdict in VERDICTS),
        *(f'scfin_decisions_withdrawn{{cause="{cause}"}}' for cause in CAUSES),
        *(f'scfin_decision_seconds_count{{verdict="{verdict}"}}' for verdict in VERDICTS),
    }

    assert expected <= set(shown)
    assert {shown[name] for name in expected} == {0}
    assert 'scfin_outbox{state="dead"}' in expected
    assert set(OPEN) < set(COMMAND_STATES)


def test_times_each_command_once(running: Running, trade: Trade) -> None:
    bank = trade.bank
    for number in range(3):
        trade.central_bank.done("/v1/cash/mint", {"to": bank.participant, "amount": amount(number + 1)})
    for _ in range(2):
        assert bank.post("/v1/cash/payments", {"to": 1, "amount": amount(2**60)}, key="one").status_code == 409
    shown = figures(running.url)

    assert shown['scfin_command_seconds_count{state="done",step="mint"}'] == 3
    assert 0 < shown['scfin_command_seconds_sum{state="done",step="mint"}'] < 60
    refused = {name: value for name, value in shown.items() if 'count{state="refused"' in name}
    assert list(refused.values()) == [1]


def test_times_a_command_whose_end_nobody_waited_for(
    running: Running, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(_: Waiting, _number: int) -> None:
        """As a caller whose patience has ended."""

    monkeypatch.setattr(Waiting, "ended", leave)
    mint = {"to": trade.bank.participant, "amount": amount(1)}
    assert trade.central_bank.post("/v1/cash/mint", mint).status_code == 202

    deadline = monotonic() + PATIENCE_SECONDS
    while 'scfin_command_seconds_count{state="done",step="mint"}' not in figures(running.url):
        assert monotonic() < deadline
        sleep(0.05)


def test_times_each_decision(world: World) -> None:
    shown = figures(world.running.url)
    decided = sum(shown[f'scfin_decisions{{verdict="{verdict}"}}'] for verdict in VERDICTS)
    timed = sum(shown[f'scfin_decision_seconds_count{{verdict="{verdict}"}}'] for verdict in VERDICTS)

    assert timed == decided > 0
    assert 0 < sum(shown[f'scfin_decision_seconds_sum{{verdict="{verdict}"}}'] for verdict in VERDICTS) < 60 * timed
    assert world.running.service.worker is not None
    assert isinstance(world.running.service.worker.listener, TimedReader)


def test_counts_a_path_by_its_whole_template(running: Running, trade: Trade) -> None:
    trade.bank.get("/v1/clock")
    trade.bank.get(f"/v1/participants/{trade.bank.participant}")
    with trade.bank.request("GET", "/v1/events/stream", stream=True):
        pass
    trade.bank.get("/v1/nowhere")
    routes = {found for name in figures(running.url) for found in re.findall(r'route="([^"]*)"', name)}

    assert {"/v1/clock", "/v1/participants/{number}", "none"} <= routes
    assert not any("stream" in route or "nowhere" in route for route in routes)


def test_a_stopwatch_forgets_the_oldest_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durations, "MOST_WATCHED", 3)
    seconds = iter(range(100))
    watch = Stopwatch(clock=lambda: float(next(seconds)))
    for number in (1, 2, 1, 3, 4):
        watch.begin(number)

    assert watch.running == [2, 3, 4]
    assert watch.end(1) is None
    assert watch.end(2) == 4.0
    assert watch.end(2) is None
