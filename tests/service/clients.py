"""Clients of a service that is killed under them: each write has a key, and is sent until it is answered."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from threading import Event
from time import monotonic, sleep
from typing import Any

import requests

from scfin_chain.chain.signer import Signer
from scfin_chain.chain.transaction import TransactionRequest, sign
from scfin_chain.units import Address

PATIENCE_SECONDS = 180.0
"""How long a client sends a write again: through several starts of a service on a busy machine."""

PAUSE_SECONDS = 0.05
MOST_ANEW, PAUSE_ANEW_SECONDS = 4, 0.3
CURRENCY = "CNY"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """A write, and the answer that ended it."""

    token: str
    path: str
    body: Json
    key: str
    status: int
    answer: Json
    sent: int
    """How often it was sent."""

    @property
    def done(self) -> bool:
        return self.status == 201


class Away(Exception):
    """Nobody answered, or somebody who cannot say."""


@dataclass
class Client:
    """Who holds one key of the interface."""

    url: str
    token: str
    name: str
    writes: list[Write] = field(default_factory=list)
    gave_up: Event = field(default_factory=Event)
    """Set from outside: a write that is not answered is left."""
    amid_reorgs: bool = False
    """What was made may be gone for a moment: it is asked for again, and what is refused then is put anew."""
    _numbers: "count[int]" = field(default_factory=count)

    def get(self, path: str) -> Any:
        return self._insist(lambda: self._answer("GET", path, None, None))[1]

    def post(self, path: str, body: Json, *, key: str | None = None) -> Write:
        """Write, for as long as it takes; the same key each time.

        Amid reorgs a refusal may be one of a chain that lacked what was done before. It stays the answer to its key, so
        that the client takes another, a few times.
        """
        key = key or f"{self.name}-{next(self._numbers)}".replace(" ", "-")
        write = self._post(path, body, key)
        for anew in range(MOST_ANEW if self.amid_reorgs else 0):
            if write.status != 409:
                break
            sleep(PAUSE_ANEW_SECONDS)
            write = self._post(path, body, f"{key}-anew-{anew}")
        return write

    def _post(self, path: str, body: Json, key: str) -> Write:
        sent = count(1)
        last = 0

        def send() -> tuple[int, Json]:
            nonlocal last
            last = next(sent)
            status, answer = self._answer("POST", path, body, key)
            if status == 202 or (status == 404 and self.amid_reorgs):
                raise Away
            return status, answer

        status, answer = self._insist(send)
        write = Write(self.token, path, body, key, status, answer, last)
        self.writes.append(write)
        return write

    def done(self, path: str, body: Json) -> Json:
        """Write what nobody has a reason to refuse."""
        write = self.post(path, body)
        assert write.done, f"{path}: {write.status} {write.answer}"
        return write.answer

    def again(self, write: Write) -> tuple[int, Json, bool]:
        """Send a write once more: its answer, and whether that is told to be a repeated one."""
        with self._asked("POST", write.path, write.body, write.key) as answer:
            return answer.status_code, answer.json(), "Idempotent-Replayed" in answer.headers

    def attempt(self, path: str, body: Json, key: str) -> tuple[int, str, Json]:
        """Send a write once, whatever comes of it: status, kind and document of the answer."""
        with self.answer_to(path, body, key) as answer:
            return answer.status_code, answer.headers["Content-Type"], answer.json()

    def answer_to(self, path: str, body: Json, key: str) -> requests.Response:
        """Send a write once: the whole answer, to be closed."""
        return self._asked("POST", path, body, key)

    def rpc(self, method: str, *params: object) -> Json:
        """One call of JSON-RPC: its whole answer."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self._insist(lambda: self._answer("POST", "/rpc", body, None))[1]

    def _insist(self, send: Callable[[], tuple[int, Json]]) -> tuple[int, Json]:
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return send()
            except Away:
                if monotonic() > deadline or self.gave_up.is_set():
                    raise
                sleep(PAUSE_SECONDS)

    def _answer(self, method: str, path: str, body: Json | None, key: str | None) -> tuple[int, Json]:
        try:
            with self._asked(method, path, body, key) as answer:
                if answer.status_code == 503:
                    raise Away(answer.text)
                assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer.status_code, answer.json()
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise Away from error

    def _asked(self, method: str, path: str, body: Json | None, key: str | None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | ({} if key is None else {"Idempotency-Key": key})
        return self._session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=60)

    @cached_property
    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        return session

    def close(self) -> None:
        self._session.close()


@dataclass(kw_only=True)
class Node(Client):
    """A participant: in custody, or with a key of its own."""

    id: int
    signer: Signer | None = None
    nonce: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def pay(self, payee: "Node", units: int, *, reference: str = "") -> Write:
        body = {"to": payee.id, "amount": amount(units), "reference": reference}
        if self.signer is None:
            return self.post("/v1/cash/payments", body)
        return self.post("/v1/transactions", {"raw": f"0x{self.signed(body).hex()}"})

    def signed(self, payment: Json) -> bytes:
        """A payment, signed with the node's own key and its next nonce."""
        assert self.signer is not None
        prepared = self._insist(lambda: self._answer("POST", "/v1/cash/payments?form=prepare", payment, "prepared"))[1]
        request = TransactionRequest(
            chain_id=prepared["chain_id"],
            nonce=self.nonce,
            max_fee=int(prepared["max_fee_per_gas"]),
            gas=int(prepared["gas"]),
            to=Address(prepared["to"]),
            value=int(prepared["value"]),
            data=bytes.fromhex(prepared["data"][2:]),
        )
        self.nonce += 1
        return sign(request, self.signer).raw


def amount(units: int) -> Json:
    return {"amount": str(units), "currency": CURRENCY}
