"""The load generator itself, small: what `python -m benchmarks.load` finds on two hundred clients is worth as much.

given a dozen clients for some seconds on the service as it stands by default
    it should find no error, no payment lost or done twice, and say how long answers took
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_finds_nothing_lost_and_nothing_twice() -> None:
    command = [sys.executable, "-m", "benchmarks.load", "--clients", "12", "--seconds", "5"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    acknowledged = re.search(r"^(\d+) payments acknowledged, 0 twice; 0 requests failed$", done.stdout, re.MULTILINE)
    assert acknowledged is not None, done.stdout
    assert int(acknowledged[1]) > 0
    assert "balances are off by 0 minor units; cash off by 0" in done.stdout
    assert re.search(
        r"^/v1/cash/payments +\d+ requests, 0 failed; median \d+ ms, 95 % \d+ ms", done.stdout, re.MULTILINE
    )
