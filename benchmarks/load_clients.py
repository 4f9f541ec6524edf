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

AGAIN = 10
"""Of so many payments one is sent once more when it was acknowledged, as by a client that lost the answer."""

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
        """A payment, sent until it is acknowledged; some once more, as by a client that lost the answer."""
        key = f"payment-{next(self.payments)}"
        command = self.send(key)
        if command is not None:
            _acknowledged.append([self.me["id"], command])
            if len(_acknowledged) % AGAIN == 0:
                self.send(key, paid=command)

    def send(self, key: str, *, paid: int | None = None) -> int | None:
        """The number of its command, which must be that which ``paid`` before, if any; None where it failed."""
        body = {"to": self.other["id"], "amount": {"amount": "1", "currency": "CNY"}}
        headers, name = self.headers | {"Idempotency-Key": key}, None if paid is None else "/v1/cash/payments, again"
        while True:
            with self.client.post(
                "/v1/cash/payments", json=body, headers=headers, name=name, catch_response=True
            ) as answer:
                if answer.status_code == 202:  # it waits in the queue still
                    answer.success()
                    continue
                if answer.status_code == 201 and paid in (None, command := int(answer.json()["command"])):
                    answer.success()
                    return command
                answer.failure(f"{answer.status_code}: {str(answer.text)[:200]}")
                return None

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
