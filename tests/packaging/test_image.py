"""What the image holds, built and run without an engine.

given only what the Dockerfile copies, with the contracts compiled
    it should become a wheel that serves: the interface, the migrations and the contracts are inside
given the image's variables and its command alone
    it should be well, ready, write to its one folder, and end in order
"""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import pytest
import requests

from tests.anvil import _free_port as free_port
from tests.packaging import dockerfile
from tests.packaging.compose import ROOT, Service
from tests.packaging.running import Room

BUILD, RUN = dockerfile.stages()

pytestmark = pytest.mark.slow


def done(command: Iterable[str | Path], folder: Path) -> None:
    ended = subprocess.run(list(command), cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the files that are copied, and no other."""
    source = tmp_path_factory.mktemp("source")
    for each in BUILD.of("COPY"):
        *names, target = each.rest.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (source / target).mkdir(exist_ok=True)
                shutil.copy(ROOT / name, source / target)
    done([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"], source)
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; what it depends on is lent by this one, the project is not."""
    room = tmp_path_factory.mktemp("image") / "venv"
    done([sys.executable, "-m", "venv", room], wheel.parent)
    done([room / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], wheel.parent)
    # A .pth inside a folder named by a .pth is not read, so the checkout's own path stays behind.
    (site,) = (room / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return room / "bin"


def test_serves_by_its_own_command(programs: Path, tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir(mode=0o700)
    port = str(free_port())
    words = {RUN.environment["SCFIN_DATA"]: str(data), "0.0.0.0": "127.0.0.1"}
    room = Room(tmp_path, words, RUN.environment | {"SCFIN_PORT": port}, (programs, Path("/usr/bin"), Path("/bin")))
    image = Service("image", {"healthcheck": {"test": ["CMD", *dockerfile.health()]}})
    command = [*RUN.one("ENTRYPOINT").listed, *RUN.one("CMD").listed]

    with room.running(image, command) as running:
        running.await_health()
        assert requests.get(f"http://127.0.0.1:{port}/ready", timeout=60).ok
        assert "ledger.sqlite" in {path.name for path in data.iterdir()}
        assert running.stop() == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data", "log"}
