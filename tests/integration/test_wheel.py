"""The wheel, as a user installs it.

given an environment of its own, without node, solc or a checkout
    it carries the contracts
    it runs the demo
    it serves: what is ready, and ends in order when it is told to
given contracts that are not compiled
    it is not built
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests

from tests.service.serving import free_port

ROOT = Path(__file__).parents[2]
SOURCES = ["LICENSE", "README.md", "api", "pyproject.toml", "scfin_chain", "scripts"]
READY_SECONDS, STOP_SECONDS = 90.0, 30.0

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600)


def build_wheel(project: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", cwd=project)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The checkout's packaged files, copied: a build leaves no trace in the checkout."""
    copy = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        kept = ROOT / name
        if kept.is_dir():
            shutil.copytree(kept, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif kept.exists():
            shutil.copy(kept, copy / name)
    return copy


@pytest.fixture(scope="module")
def environment(project: Path, tmp_path_factory) -> Path:
    """A new environment with the wheel in it; what it depends on is lent by this one, the project is not."""
    built = build_wheel(project)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (project / "dist").glob("*.whl")
    room = tmp_path_factory.mktemp("wheel") / "venv"
    assert run(sys.executable, "-m", "venv", room, cwd=project).returncode == 0
    installed = run(room / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=project)
    assert installed.returncode == 0, installed.stderr
    # A .pth inside a folder named by a .pth is not read, so the checkout's own path stays behind.
    (site,) = (room / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return room


def bare(environment: Path) -> dict[str, str]:
    """No node, no solc, no other Python package on any path."""
    return {"PATH": str(environment / "bin"), "HOME": str(environment), "LANG": os.environ.get("LANG", "C.UTF-8")}


def test_carries_the_contracts_given_an_environment_of_its_own(environment, tmp_path):
    code = (
        "import api, scfin_chain, scfin_chain.artifacts as a; print(api.__file__, scfin_chain.__file__, *a.load_all())"
    )
    told = run(environment / "bin/python", "-W", "error", "-c", code, cwd=tmp_path, env=bare(environment))
    assert told.returncode == 0, told.stderr
    *origins, names = told.stdout.split(maxsplit=2)
    assert all(Path(origin).is_relative_to(environment) for origin in origins)
    assert names.split() == sorted(path.stem for path in (ROOT / "scfin_chain/_artifacts").glob("[!m]*.json"))


def test_runs_the_demo_given_an_environment_of_its_own(environment, tmp_path):
    told = run(environment / "bin/scfin", "demo", cwd=tmp_path, env=bare(environment))
    assert told.returncode == 0, told.stdout + told.stderr


def test_serves_given_an_environment_of_its_own(environment, tmp_path):
    port, log = free_port(), tmp_path / "log"
    command = [environment / "bin/scfin", "serve", "--data", tmp_path / "data", "--port", str(port)]
    with log.open("w") as file, requests.Session() as session:
        session.trust_env = False
        process = subprocess.Popen(command, cwd=tmp_path, env=bare(environment), stdout=file, stderr=file)
        try:
            wait_until_ready(process, session, f"http://127.0.0.1:{port}", log)
            described = session.get(f"http://127.0.0.1:{port}/openapi.json", timeout=30).json()
            assert "/v1/financings" in described["paths"]
            process.terminate()
            assert process.wait(STOP_SECONDS) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()
    assert (tmp_path / "data/registrar.key").is_file()
    assert "Traceback" not in log.read_text()


def wait_until_ready(process: subprocess.Popen[bytes], session: requests.Session, url: str, log: Path) -> None:
    deadline = monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert monotonic() < deadline, log.read_text()
        with suppress(requests.ConnectionError, requests.Timeout):
            if session.get(f"{url}/ready", timeout=5).ok:
                return
        sleep(0.1)


def test_is_not_built_given_contracts_that_are_not_compiled(project, tmp_path):
    bare_project = tmp_path / "project"
    shutil.copytree(project, bare_project, ignore=shutil.ignore_patterns("*.json", "dist"))
    refused = build_wheel(bare_project)
    assert refused.returncode != 0
    assert "run `make` first" in refused.stdout + refused.stderr
