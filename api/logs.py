"""The log: a line for each thing that happened, with when, how bad, who says it, what, and its fields.

Whoever logs writes what happened and then its fields, ``"command waits command=%d reason=%s"``: the template tells
them apart, so that they need no other call than any program's. A line is for operators and no part of the ledger: its
time is the machine's, which `logging` notes by itself.
"""

import datetime as dt
import json
import logging
import math
import re
import sys
from collections.abc import Mapping
from typing import Literal

Value = str | int | float | bool | None

FIELDS = "fields"
"""In ``extra``: fields of a line that are not always the same."""

FURTHER_IN = "    "
"""Before each line of a traceback, whose text may be anybody's: no line that begins so is one of ours."""

RESERVED = ("time", "level", "logger", "event", "exception")
"""What every line has: no field is called so."""

_TEMPLATE = re.compile(r"(?P<event>[^%=]*[^%=\s])(?P<fields>(?:\s\w+=(?:%[#0\- +]*[\d.]*[a-z]|[^\s%]+))+)")
_FIELD = re.compile(r"(\w+)=(\S+)")
_PLAIN = re.compile(r"[^\s\"=]+")


def log_as(form: Literal["text", "json"]) -> None:
    """From now on every line of this process goes to standard error in that form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = told(record)
        line: dict[str, Value] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "event": event,
            **{name: value for name, value in fields.items() if name not in RESERVED},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class TextLines(logging.Formatter):
    """The same for eyes: ``TIME LEVEL LOGGER what happened key=value``, and a traceback below it, further in."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = told(record)
        words = [_time(record), record.levelname, record.name, _on_one_line(event)]
        line = " ".join([*words, *(f"{name}={_spelled(value)}" for name, value in fields.items())])
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info).split("\n")
        return "\n".join([line, *(FURTHER_IN + _on_one_line(below) for below in traceback)])


def told(record: logging.LogRecord) -> tuple[str, dict[str, Value]]:
    """What happened, and its fields; the whole message where its template has none."""
    more: Mapping[str, object] = getattr(record, FIELDS, {})
    template, given = str(record.msg), record.args if isinstance(record.args, tuple) else ()
    found = _TEMPLATE.fullmatch(template)
    named = _FIELD.findall(found["fields"]) if found else []
    if found is None or sum(spelled.startswith("%") for _, spelled in named) != len(given):
        return record.getMessage(), _valued(more)
    values = iter(given)
    fields = {name: next(values) if spelled.startswith("%") else spelled for name, spelled in named}
    return found["event"], _valued({**fields, **more})


def _valued(fields: Mapping[str, object]) -> dict[str, Value]:
    """As JSON takes them: an error, a path or a number without end as text."""
    return {
        name: value
        if isinstance(value, str | int | None) or (isinstance(value, float) and math.isfinite(value))
        else str(value)
        for name, value in fields.items()
    }


def _time(record: logging.LogRecord) -> str:
    moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
    return f"{moment.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def _spelled(value: Value) -> str:
    text = json.dumps(value).strip('"') if isinstance(value, bool | None) else str(value)
    return text if _PLAIN.fullmatch(text) and text.isprintable() else json.dumps(text)


def _on_one_line(text: str) -> str:
    """What somebody else wrote must not look like a line of ours."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
