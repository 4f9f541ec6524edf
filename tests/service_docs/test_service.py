"""docs/SERVICE.md, held to a service that runs.

given the document
    it should name the figures that there are, no more and no less
    it should name the paths that there are
    it should give the limits that there are
    it should keep its lines short, but a table's
given SIGTERM
    it should end in order, as the document says
"""

import re
from pathlib import Path

import pytest
import requests

from api.durations import MOST_WATCHED
from api.rpc.bounded import CALL_SECONDS
from api.rpc.dispatch import MAX_ANSWER, MAX_SECONDS
from api.rpc.errors import SERVER_ERROR, TIMED_OUT, LimitExceeded
from tests.service_docs.served import served

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "SERVICE.md").read_text(encoding="utf-8")

LONGEST_LINE = 120
"""Characters; a table's row is one line whatever it holds."""


def test_tells_of_the_service_what_it_is(tmp_path: Path) -> None:
    with served(tmp_path / "scfin-data") as service, requests.Session() as session:
        figures = session.get(f"{service.url}/metrics", timeout=60).text
        families = re.findall(r"^# TYPE (\w+) (?!unknown)", figures, re.MULTILINE)
        assert {name for name in families if not name.endswith("_created")} == set(re.findall(r"`(scfin_\w+)`", TEXT))

        paths = set(re.findall(r"^\| `(/[a-z]+)` \|", TEXT, re.MULTILINE))
        assert paths == {"/rpc", "/health", "/ready", "/metrics"}
        assert all(session.get(service.url + path, timeout=60).status_code in (200, 405) for path in paths)
        assert session.get(f"{service.url}/docs", timeout=60).ok
    assert service.process.returncode == 0
    assert "Application shutdown complete" in service.log


@pytest.mark.parametrize(
    "limit",
    [
        f"with error {LimitExceeded('').code} for each request",
        f"after {MAX_SECONDS:g} seconds, or {MAX_ANSWER:,} bytes of answers",
        f"may use `rpc_gas` and {'five' if CALL_SECONDS == 5 else CALL_SECONDS} seconds each",
        f"Gas that is over is error {SERVER_ERROR}, time that is over {TIMED_OUT}",
        f"Of more than {MOST_WATCHED:,} at once",
    ],
)
def test_gives_the_limits_that_there_are(limit: str) -> None:
    assert limit in " ".join(TEXT.split())


@pytest.mark.parametrize("name", ["SERVICE.md", "SECURITY.md"])
def test_keeps_its_lines_short(name: str) -> None:
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if len(line) > LONGEST_LINE and not line.startswith("|")] == []
