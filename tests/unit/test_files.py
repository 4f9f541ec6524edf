"""Files that a user names.

given a regular file within its limit: it should be read, a mark of byte order left aside
given a device, a pipe, a folder, too much, no UTF-8 or nothing: it should refuse at once, naming the option
given any reader of such a file: it should refuse so
given a file to write that cannot be: it should refuse before anything is computed
"""

import os
import resource
from pathlib import Path

import pytest

from scfin_chain.cli.series_source import of_file
from scfin_chain.cli.sweeps import parameter_sets
from scfin_chain.config import load_settings
from scfin_chain.errors import InvalidInput
from scfin_chain.files import check_distinct, check_target, read_text
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.service.default_risk import read_model

READERS = {
    "invoices": lambda path: read_invoices(path, amount_unit=1),
    "settings": load_settings,
    "columns": of_file,
    "fitted model": lambda path: read_model(str(path), grace_days=5),
    "sets as CSV": lambda path: parameter_sets({"rate": 0.1}, file=path),
}
"""What the commands' own tests do not read."""


@pytest.fixture(autouse=True)
def _bounded_memory():
    """What reads a device without end fails here, and takes nobody else's memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 * 10**9, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def refusal(path: Path, most: int = 10) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_text(path, field="--table", most=most)
    return str(caught.value)


def test_a_file_of_just_so_many_bytes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2")
    assert read_text(file, field="--table", most=11) == "a,b\r\n1,2"
    assert refusal(file) == f"--table is '{file}': must be a file of at most 10 bytes"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert refusal(Path(device)) == f"--table is '{device}': must be a file, not a device or a pipe"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").endswith("must be a file, not a device or a pipe")


def test_a_file_that_tells_no_size_is_read_no_further_than_its_limit() -> None:
    assert refusal(Path("/proc/self/status")).endswith("must be a file of at most 10 bytes")


def test_a_sparse_file_is_not_read_at_all(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(10**12)
    assert refusal(tmp_path / "huge.csv", 50_000_000).endswith("must be a file of at most 50,000,000 bytes")


def test_what_is_no_readable_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xfc")
    assert refusal(tmp_path).endswith("must be a file, not a folder")
    assert "No such file" in refusal(tmp_path / "missing")
    assert "UTF-8" in refusal(tmp_path / "latin")
    assert "null byte" in refusal(Path("a\0b"))
    assert "name too long" in refusal(Path("a" * 5_000))


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "Too many levels of symbolic links" in refusal(tmp_path / "round")


@pytest.mark.parametrize("name", READERS)
def test_every_reader_refuses_what_has_no_end(tmp_path: Path, name: str) -> None:
    file = tmp_path / "endless.csv"
    file.symlink_to("/dev/zero")
    with pytest.raises(InvalidInput, match="must be a file, not a device or a pipe"):
        READERS[name](file)


def test_a_target_may_be_new_or_there(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("")
    for path in (None, tmp_path / "new.csv", tmp_path / "old.csv", Path("/dev/null")):
        check_target(path, field="--output")


@pytest.mark.parametrize("name", [".", "missing/new.csv", "old.csv/new.csv", "a" * 5_000])
def test_a_target_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "old.csv").write_text("")
    with pytest.raises(InvalidInput, match="--output is"):
        check_target(tmp_path / name, field="--output")


def test_two_options_do_not_share_a_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    check_distinct({"--table": tmp_path / "a", "--output": None, "--plot": tmp_path / "b"})
    with pytest.raises(InvalidInput, match=r"--output is .*link': must be another file than that of --table"):
        check_distinct({"--table": tmp_path / "a", "--output": tmp_path / "link"})
