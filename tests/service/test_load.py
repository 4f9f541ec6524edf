"""The service as it stands by default under load; `python -m benchmarks.load` is the same for longer.

given two hundred clients at once, each a participant that pays another and reads
    it should answer each without an error, lose no payment and do none twice, also of those that are sent again
    it should say how long answers took
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_finds_nothing_lost_and_nothing_twice() -> None:
    command = [sys.executable, "-m", "benchmarks.load", "--clients", "200", "--seconds", "25"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    acknowledged = re.search(r"^(\d+) payments acknowledged, 0 twice; 0 requests failed$", done.stdout, re.MULTILINE)
    assert acknowledged is not None, done.stdout
    assert int(acknowledged[1]) >= 200
    assert "balances are off by 0 minor units; cash off by 0" in done.stdout
    for name in ("/v1/cash/payments", "/v1/cash/payments, again", r"/v1/cash/\{participant\}", "/v1/participants"):
        figures = rf"^{name} +[1-9]\d* requests, 0 failed; median \d+ ms, 95 % \d+ ms"
        assert re.search(figures, done.stdout, re.MULTILINE), (name, done.stdout)
