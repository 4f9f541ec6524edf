"""A reader of server-sent events, as a browser reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.api.client import Client

PATIENCE_SECONDS = 30


@dataclass
class Message:
    """What came between two empty lines."""

    id: str | None = None
    event: str | None = None
    data: Any = None
    comments: list[str] = field(default_factory=list)


@contextmanager
def opened(client: Client, *, last: str | None = None, **query: str) -> Iterator[requests.Response]:
    """An open stream, or the problem in its place."""
    headers = {"Authorization": f"Bearer {client.token}"} | ({} if last is None else {"Last-Event-ID": last})
    url = f"{client.url}/v1/events/stream"
    with requests.get(url, params=query, headers=headers, stream=True, timeout=PATIENCE_SECONDS) as answer:
        yield answer


def messages(answer: requests.Response) -> Iterator[Message]:
    """Everything that the stream tells, until it ends."""
    message = Message()
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            yield message
            message = Message()
        elif not name:
            message.comments.append(value)
        elif name == "data":
            message.data = json.loads(value)
        elif name in ("id", "event"):
            setattr(message, name, value)


def told(
    stream: requests.Response | Iterator[Message], *, until: str | None = None, at_most: int = 10**9
) -> list[Message]:
    """The events that come until one of an id has come, or so many, or the stream ends."""
    found = []
    for message in messages(stream) if isinstance(stream, requests.Response) else stream:
        if message.event is not None:
            found.append(message)
            if message.id == until or len(found) == at_most:
                break
    return found


@dataclass
class Diary:
    """What a client knows that obeys `rewound`: the ids of all events, in order, and where to go on."""

    ids: list[str] = field(default_factory=list)
    last: str | None = None
    rewound: list[int] = field(default_factory=list)

    def note(self, message: Message) -> None:
        self.last = message.id or self.last
        if message.event == "rewound":
            block = message.data["block"]
            self.rewound.append(block)
            self.ids = [each for each in self.ids if int(each.split("-")[0]) <= block]
        elif message.event is not None:
            assert message.id is not None
            assert message.id not in self.ids, f"{message.id} is told twice"
            self.ids.append(message.id)
