"""The lines of the README, as they stand there, on a service that was started as it says.

given a fresh folder
    it should be ready within fifteen seconds
    it should do what the lines say, each of them, with the stream of events open beside
given the same folder again
    it should be ready within fifteen seconds, and know what was done
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests

from tests.service_docs.served import served

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

READY_SECONDS = 15.0

TOLD = [
    *("Enrolled", "Enrolled", "Minted", "LimitSet"),
    *("ReceivableRegistered", "MilestoneAttested", "ReceivableConfirmed", "ReceivablePaid"),
    *("ReceivableRegistered", "MilestoneAttested", "ReceivableConfirmed", "CreditRecharged"),
    *("FinancingRequested", "FinancingFunded", "Collected", "FinancingSettled", "PaidOut", "PaidOut", "PaidOut"),
    "Closed",
]
"""What of the story the stream should tell, in this order."""

pytestmark = pytest.mark.slow


def lines() -> str:
    """The one block of shell that talks to the service."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert isinstance(block, str)
    return block


def run(url: str, data: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SCFIN_URL": url, "SCFIN_DATA": str(data), "no_proxy": "127.0.0.1"}
    command = ["bash", "-euo", "pipefail", "-c", lines()]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)


def test_does_what_the_lines_say_with_the_stream_beside_and_still_knows_it_later(tmp_path: Path):
    data = tmp_path / "scfin-data"
    with served(data) as service:
        assert service.seconds < READY_SECONDS
        done = run(service.url, data)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr

        assert re.search(r"^Financing 1, asked on .*: approved \(now funded\)$", done.stdout, re.MULTILINE)
        said = [line for line in done.stdout.splitlines() if re.fullmatch(r"\w+|event: \w+", line)]
        outcome = [line for line in said if not line.startswith("event: ")]
        assert outcome[-3:] == ["settled", "closed", "14995163"]
        assert set(outcome[:-3]) == {"done"}

        told = [line.removeprefix("event: ") for line in said if line.startswith("event: ")]
        assert [name for name in told if name in TOLD] == TOLD
        assert told == events(data)
    with served(data) as again:
        assert again.seconds < READY_SECONDS
        headers = {"Authorization": f"Bearer {again.registrar}"}
        names = requests.get(f"{again.url}/v1/events?name=Closed", headers=headers, timeout=60).json()
        assert len(names["items"]) == 1


def events(data: Path) -> list[str]:
    """What came on the stream, every id but the first marks an event."""
    text = (data / "events.txt").read_text(encoding="utf-8")
    return re.findall(r"^event: (\w+)$", text, re.MULTILINE)
