"""docs/SERVICE.md, held to a service that runs.

given the document
    it should name the figures that there are, no more and no less
    it should name the paths that there are
given SIGTERM
    it should end in order, as the document says
"""

import re
from pathlib import Path

import requests

from tests.service_docs.served import served

TEXT = (Path(__file__).parents[2] / "docs" / "SERVICE.md").read_text(encoding="utf-8")


def test_tells_of_the_service_what_it_is(tmp_path: Path) -> None:
    with served(tmp_path / "scfin-data") as service, requests.Session() as session:
        figures = session.get(f"{service.url}/metrics", timeout=60).text
        families = re.findall(r"^# TYPE (\w+?)(?:_total)? (?!unknown)", figures, re.MULTILINE)
        assert {name for name in families if not name.endswith("_created")} == set(re.findall(r"`(scfin_\w+)`", TEXT))

        paths = set(re.findall(r"^\| `(/[a-z]+)` \|", TEXT, re.MULTILINE))
        assert paths == {"/rpc", "/health", "/ready", "/metrics"}
        assert all(session.get(service.url + path, timeout=60).status_code in (200, 405) for path in paths)
        assert session.get(f"{service.url}/docs", timeout=60).ok
    assert service.process.returncode == 0
    assert "Application shutdown complete" in service.log
