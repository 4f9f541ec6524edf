"""The clients of `benchmarks.load`, as locust runs them: each pays another, and reads in between."""

import json
import os
from itertools import count
from pathlib import Path

from locust import FastHttpUser, events, task
from locust.env import Environment

NODES = json.loads(Path(os.environ["LOAD_NODES"]).read_text(encoding="utf-8"))
"""Participants with their keys: ``[{"id": 7, "key": "scfin_..."}, ...]``."""

FIGURES = Path(os.environ["LOAD_FIGURES"])
PERCENTILES = (0.5, 0.95, 0.99, 1.0)

_turn = count()
_acknowledged: list[list[int]] = []


class Node(FastHttpUser):
    """A simulated node: two reads for each payment, at once after one another."""

    network_timeout = 60.0
    connection_timeout = 60.0

    def on_start(self) -> None:
        turn = next(_turn)
        self.me, self.other = NODES[turn % len(NODES)], NODES[(turn + 1) % len(NODES)]
        self.payments = count()
        self.headers = {"Authorization": f"Bearer {self.me['key']}"}

    @task(1)
    def pay(self) -> None:
        body = {"to": self.other["id"], "amount": {"amount": "1", "currency": "CNY"}}
        headers = self.headers | {"Idempotency-Key": f"payment-{next(self.payments)}"}
        with self.client.post("/v1/cash/payments", json=body, headers=headers, catch_response=True) as answer:
            if answer.status_code == 201:
                _acknowledged.append([self.me["id"], answer.json()["command"]])
                answer.success()
            else:
                answer.failure(f"{answer.status_code}: {str(answer.text)[:200]}")

    @task(1)
    def read_cash(self) -> None:
        self.client.get(f"/v1/cash/{self.me['id']}", headers=self.headers, name="/v1/cash/{participant}")

    @task(1)
    def read_participants(self) -> None:
        self.client.get("/v1/participants?limit=20", headers=self.headers, name="/v1/participants")


@events.quitting.add_listener
def _write_down(environment: Environment, **_others: object) -> None:
    """When the last answer is in."""
    requests = {
        entry.name: {
            "requests": entry.num_requests,
            "failures": entry.num_failures,
            "milliseconds": [entry.get_response_time_percentile(percentile) for percentile in PERCENTILES],
        }
        for entry in environment.stats.entries.values()
    }
    errors = [error.to_dict() for error in environment.stats.errors.values()]
    FIGURES.write_text(json.dumps({"paid": _acknowledged, "requests": requests, "errors": errors}), encoding="utf-8")
