"""docs/API.md, held to a service that runs.

given a service that was started as the README says
    it should do what the page's lines say, as they stand there
given the page
    it should name the operations that have the custodial form alone, and those that take no Idempotency-Key
    it should keep its lines short, but a table's
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service_docs.served import Served, served

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")

LONGEST_LINE = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served(tmp_path_factory.mktemp("api") / "scfin-data") as started:
        yield started


def test_does_what_the_lines_say(service: Served) -> None:
    (lines,) = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    environment = os.environ | {"SCFIN_URL": service.url, "SCFIN_DATA": str(service.data), "no_proxy": "127.0.0.1"}
    command = ["bash", "-euo", "pipefail", "-c", lines]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"done\n[0-9]+\n304\n", done.stdout)


def test_names_what_has_one_form_alone_and_what_takes_no_key(service: Served) -> None:
    paths = requests.get(f"{service.url}/openapi.json", timeout=60).json()["paths"]
    posts = {
        path: {each["name"] for each in item["post"].get("parameters", ())}
        for path, item in paths.items()
        if "post" in item
    }
    writes = {path for path, names in posts.items() if "Idempotency-Key" in names}

    def of(prefixes: set[str]) -> set[str]:
        return {path for path in posts if any(path.startswith(f"/v1/{prefix}") for prefix in prefixes)}

    one_form = {path for path in writes if "form" not in posts[path]}
    assert one_form == of({"participants", "clock", "keys", "scenarios", "transactions"})
    assert posts.keys() - writes == of({"models/", "financings/quote"})


def test_keeps_its_lines_short() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > LONGEST_LINE and not line.startswith("|")] == []
