"""The Dockerfile, held to the project without an engine to build it.

given the Dockerfile
    it should build on a Python that the project takes
    it should copy what is there, and no more than .dockerignore lets through
    it should call targets of make and files that are there
    it should run as nobody in particular, as a command that the wheel brings
    it should say that it is well in words that its Python understands
"""

import fnmatch
import re
import subprocess
import sys
import tomllib

import pytest

from tests.packaging.dockerfile import ROOT, health, stages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD, RUN = stages()


def copied() -> list[tuple[str, str]]:
    """Each source with its target."""
    pairs = []
    for each in BUILD.of("COPY"):
        *sources, target = each.rest.split()
        pairs += [(source, target) for source in sources]
    return pairs


def ignored() -> tuple[list[str], list[str]]:
    """Patterns that shut out, and those that let in again."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    return [line for line in lines if line[0] != "!"], [line[1:] for line in lines if line[0] == "!"]


def test_builds_on_a_python_that_the_project_takes():
    versions = {re.fullmatch(r"python:(\d+\.\d+)-slim-\w+", stage.image)[1] for stage in (BUILD, RUN)}
    (version,) = versions
    lowest, below = re.fullmatch(r">=(\d+\.\d+),<(\d+\.\d+)", PROJECT["requires-python"]).groups()
    number = [int(part) for part in version.split(".")]

    assert [int(part) for part in lowest.split(".")] <= number < [int(part) for part in below.split(".")]


@pytest.mark.parametrize(("source", "target"), copied())
def test_copies_what_is_there(source: str, target: str):
    assert (ROOT / source).exists()
    assert target in ("./", source) or (ROOT / source).parent == (ROOT / target)


def test_copies_what_is_let_through():
    shut, let_in = ignored()

    assert shut[0] == "*"
    assert {source for source, _ in copied()} == set(let_in)


@pytest.mark.parametrize("private", [".git", ".venv", "scfin-data", ".env", "node_modules", "tests"])
def test_sends_nothing_private_to_the_engine(private: str):
    _, let_in = ignored()

    assert not any(fnmatch.fnmatch(private, each) for each in let_in)


def test_copies_all_that_the_wheel_is_made_of():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], wheel["hooks"]["custom"]["path"], PROJECT["readme"], *PROJECT["license-files"]}

    assert needed | {"contracts", "pyproject.toml", "requirements.lock"} <= {source for source, _ in copied()}


def test_calls_targets_of_make_that_are_there_and_have_what_they_need():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^([\w./$()]+): *([^#\n]*)", makefile, re.MULTILINE))
    called = [target for each in BUILD.of("RUN") for target in re.findall(r"make ([\w./]+)", each.rest)]
    sources = {source for source, _ in copied()}

    assert called == ["node_modules/.ready", "wheel"]
    for target in called:
        files = [word for word in rules[target].split() if (ROOT / word).is_file() and not word.startswith(".venv")]
        assert set(files) - {"node_modules/.ready"} <= sources


def test_gets_every_package_by_its_hash_and_none_from_the_net_at_last():
    (wheels,) = [each.rest for each in BUILD.of("RUN") if "pip wheel" in each.rest]
    (install,) = [each.rest for each in RUN.of("RUN") if "pip install" in each.rest]

    assert "--require-hashes" in wheels
    assert "requirements.lock" in wheels
    assert "--no-index" in install
    assert install.endswith(PROJECT["name"])


def test_runs_as_nobody_in_particular():
    user, _, group = RUN.one("USER").rest.partition(":")
    (made,) = [each.rest for each in RUN.of("RUN") if "useradd" in each.rest]

    assert int(user) > 0
    assert int(group) > 0
    assert f"--uid {user}" in made
    assert f"--mode 0700 {RUN.environment['SCFIN_DATA']}" in made
    assert RUN.one("VOLUME").rest == RUN.environment["SCFIN_DATA"]
    assert RUN.one("EXPOSE").rest == RUN.environment["SCFIN_PORT"]


def test_runs_a_command_that_the_wheel_brings():
    (program,) = RUN.one("ENTRYPOINT").listed
    (command,) = RUN.one("CMD").listed
    told = subprocess.run([sys.executable, "-m", "scfin_chain.cli", command, "--help"], capture_output=True, check=True)

    assert program in PROJECT["scripts"]
    assert b"SCFIN_" in told.stdout


def test_says_that_it_is_well_in_words_that_python_understands():
    program, option, code = health()

    assert (program, option) == ("python", "-c")
    compile(code, "healthcheck", "exec")
    assert "/health" in code
