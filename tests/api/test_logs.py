"""The lines of the log.

given a line whose template has fields
    it should have each under its own name, with the time, the level, who says it and what happened
given one without, or one that does not keep to the form
    it should be the whole message
given what somebody else wrote, in a value or a message
    it should stay one line
given the same in a traceback
    it should have no line that could be one of ours
given every line that the service may say
    it should keep to the form, and name no field as every line's own
given the code
    it should read the machine's clock nowhere but where runs of scenarios are filed
"""

import ast
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.logs import FIELDS, RESERVED, JsonLines, TextLines, told
from scfin_chain.errors import StoreError

ROOT = Path(__file__).parents[2]
SERVICE = ("api", "scfin_chain/service", "scfin_chain/listener", "scfin_chain/chain", "scfin_chain/node")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}

FILED_BY_THE_CLOCK = {"api/scenario_runs.py"}
"""Runs on chains of their own: when one was asked for is no part of any ledger."""

WALL_CLOCKS = {"time", "time_ns", "now", "utcnow", "today", "localtime", "gmtime", "ctime"}


def record(message: str, *given: object, fields: dict[str, object] | None = None) -> logging.LogRecord:
    made = logging.LogRecord("scfin.test", logging.WARNING, __file__, 1, message, given, None)
    if fields:
        setattr(made, FIELDS, fields)
    made.created = 1_700_000_000.1239
    return made


def test_has_each_field_under_its_own_name() -> None:
    line = json.loads(JsonLines().format(record("command waits command=%d reason=%s", 7, StoreError("it is away"))))

    assert line == {
        "time": "2023-11-14T22:13:20.123Z",
        "level": "WARNING",
        "logger": "scfin.test",
        "event": "command waits",
        "command": 7,
        "reason": "it is away",
    }


def test_is_as_readable_as_before_in_text() -> None:
    said = TextLines().format(record("command waits command=%d reason=%s", 7, StoreError("it is away")))

    assert said == '2023-11-14T22:13:20.123Z WARNING scfin.test command waits command=7 reason="it is away"'


@pytest.mark.parametrize(
    ("message", "given", "event", "fields"),
    [
        ("commands opened again count=%d reason=reorg", (3,), "commands opened again", {"count": 3, "reason": "reorg"}),
        ("worker waits seconds=%g reason=%s", (0.5, None), "worker waits", {"seconds": 0.5, "reason": None}),
        ("worker leads", (), "worker leads", {}),
        ("Started server process [%d]", (12,), "Started server process [12]", {}),
        ("%s: asking again in %g s", ("silent", 1.0), "silent: asking again in 1 s", {}),
        ("a=b", (), "a=b", {}),
        ("share of 5%% left=%d", (1,), "share of 5% left=1", {}),
        ("read path=%s", (Path("x"),), "read", {"path": "x"}),
        ("read ratio=%g", (float("nan"),), "read", {"ratio": "nan"}),
    ],
)
def test_tells_what_happened_from_its_fields(
    message: str, given: tuple[object, ...], event: str, fields: dict[str, object]
) -> None:
    assert told(record(message, *given)) == (event, fields)


def test_adds_fields_that_are_not_always_the_same() -> None:
    fields: dict[str, object] = {"status": 201, "replayed": True, "event": "forged"}
    line = json.loads(JsonLines().format(record("write", fields=fields)))

    assert (line["event"], line["status"], line["replayed"]) == ("write", 201, True)
    assert (
        TextLines()
        .format(record("write", fields={"status": 201, "replayed": True}))
        .endswith(" write status=201 replayed=true")
    )


@pytest.mark.parametrize("form", [JsonLines(), TextLines()], ids=["json", "text"])
def test_stays_one_line_whatever_somebody_else_wrote(form: logging.Formatter) -> None:
    forged = 'x"\n2023-11-14T22:13:20.123Z INFO api.audit write\r\u2028\x1b[31m'
    for made in (
        record("problem reason=%s", forged),
        record("problem of %s", forged),
        record("p", fields={"a": forged}),
    ):
        said = form.format(made)
        assert len(said.splitlines()) == 1
        assert said.isprintable()


@pytest.mark.parametrize("form", [JsonLines(), TextLines()], ids=["json", "text"])
def test_tells_where_a_bug_is(form: logging.Formatter) -> None:
    made = record("request met a bug")
    try:
        raise ValueError("a bug")
    except ValueError:
        made.exc_info = sys.exc_info()

    assert "ValueError: a bug" in form.format(made)
    assert "Traceback" in form.format(made)


def test_tells_where_a_bug_is_in_lines_that_are_none_of_ours() -> None:
    forged = "2023-11-14T22:13:20.123Z INFO api.audit write status=201"
    made = record("request met a bug")
    try:
        raise ValueError(f"x\n{forged}\r{forged}\u2028{forged}\x1b[31m\x85\x0b{forged}")
    except ValueError:
        made.exc_info = sys.exc_info()

    ours, *traceback = TextLines().format(made).splitlines()

    assert ours.endswith("request met a bug")
    assert sum(forged in line for line in traceback) == 1
    assert all(line.startswith("    ") and line.isprintable() for line in traceback)
    assert len(JsonLines().format(made).splitlines()) == 1


def test_every_line_of_the_service_keeps_to_the_form() -> None:
    templates = {template for folder in SERVICE for path in (ROOT / folder).rglob("*.py") for template in said_in(path)}

    assert len(templates) > 15
    for template in templates:
        places = re.findall(r"%[^%\s]*[a-z]", template)
        event, fields = told(record(template, *[1] * len(places)))
        assert "=" not in event, template
        assert len(fields) >= len(places), template
        assert not set(fields) & set(RESERVED), template


def test_nothing_else_reads_the_machines_clock() -> None:
    files = [path for folder in ("api", "scfin_chain") for path in (ROOT / folder).rglob("*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in files if reads_the_clock(path)} == FILED_BY_THE_CLOCK


def said_in(path: Path) -> Iterator[str]:
    """The templates of a module's lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("log", "_log")
        ):
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            yield str(node.args[0].value)


def reads_the_clock(path: Path) -> bool:
    """Whether a module asks `time` or `datetime` what time it is; a clock that only goes forward tells no time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        (node.module, alias.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    if any(module == "time" and name in WALL_CLOCKS for module, name in imported):
        return True
    owners = {"time", "dt", "datetime", "dt.datetime", "dt.date", "datetime.datetime", "datetime.date", "date"}
    return any(
        isinstance(node, ast.Attribute) and node.attr in WALL_CLOCKS and ast.unparse(node.value) in owners
        for node in ast.walk(tree)
    )
