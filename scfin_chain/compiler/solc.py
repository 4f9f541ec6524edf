"""Finds a compiler of the pinned version: installed, else downloaded, else npm's under Node."""

import logging
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import solcx
from solcx.install import BINARY_DOWNLOAD_BASE

from scfin_chain.compiler.settings import SOLC_VERSION
from scfin_chain.errors import CompilerError

REACH_SECONDS = 2.0
"""How long the download's host may take to answer."""

DOWNLOAD_SECONDS = 60.0
"""How long a download may take once its host has answered."""

_SHIM = Path(__file__).with_name("npm_solc.cjs")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solc:
    """A compiler that py-solc-x can run."""

    binary: Path
    origin: str
    """Where it comes from, for people."""


@contextmanager
def find_solc(root: Path) -> Iterator[Solc]:
    """A compiler of version ``SOLC_VERSION``, for as long as the context lasts.

    Downloads go to ``root/build/solcx``; the npm package is sought in ``root/node_modules``.
    """
    downloads = root / "build" / "solcx"
    native = _installed(downloads) or _downloaded(downloads)
    if native:
        yield native
        return
    launchers = root / "build"
    launchers.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="solc-", dir=launchers) as room:
        yield _npm(root, Path(room))


def _installed(downloads: Path) -> Solc | None:
    name = f"solc-v{SOLC_VERSION}"
    folders = (os.environ.get("SOLCX_BINARY_PATH"), Path.home() / ".solcx", downloads)
    found = [Path(folder) / name for folder in folders if folder]
    on_path = shutil.which("solc")
    for binary in [Path(on_path), *found] if on_path else found:
        if binary.is_file() and _version(binary) == SOLC_VERSION:
            return Solc(binary=binary, origin=f"native, {binary}")
    return None


def _version(binary: Path) -> str | None:
    try:
        return str(solcx.wrapper.get_solc_version(binary))
    except (OSError, subprocess.SubprocessError, solcx.exceptions.SolcError) as unusable:
        _log.debug("solc=%s unusable=%r", binary, unusable)
        return None


@cache
def _downloaded(downloads: Path) -> Solc | None:
    """A binary fetched by py-solc-x; ``None``, within seconds, where there is no way out."""
    if not _reachable(urlsplit(BINARY_DOWNLOAD_BASE).hostname or ""):
        return None
    downloads.mkdir(parents=True, exist_ok=True)
    fetch = f"import solcx; solcx.install_solc({SOLC_VERSION!r}, solcx_binary_path={str(downloads)!r})"
    try:
        subprocess.run([sys.executable, "-c", fetch], check=True, capture_output=True, timeout=DOWNLOAD_SECONDS)
    except subprocess.SubprocessError as failed:
        _log.warning("solc=%s download_failed=%r", SOLC_VERSION, failed)
        return None
    return Solc(binary=downloads / f"solc-v{SOLC_VERSION}", origin="native, downloaded by py-solc-x")


def _reachable(host: str) -> bool:
    """Whether the host takes a connection; in a thread, as name resolution knows no timeout."""
    answers: list[bool] = []

    def probe() -> None:
        try:
            socket.create_connection((host, 443), timeout=REACH_SECONDS).close()
        except OSError as unreachable:
            _log.debug("host=%s unreachable=%r", host, unreachable)
        else:
            answers.append(True)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(REACH_SECONDS)
    return bool(answers)


def _npm(root: Path, room: Path) -> Solc:
    """The WebAssembly compiler behind a launcher, as Node may be in the virtual environment alone."""
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None or not (root / "node_modules" / "solc").is_dir():
        lacking = "Node" if node is None else f"{root}/node_modules/solc"
        raise CompilerError(
            f"no Solidity compiler {SOLC_VERSION}: none installed, no download, no {lacking}: run `make`"
        )
    launcher = room / "solc"
    launcher.write_text(
        f'#!/bin/sh\ncd {shlex.quote(str(root))} && exec {shlex.quote(node)} {shlex.quote(str(_SHIM))} "$@"\n'
    )
    launcher.chmod(0o755)
    return Solc(binary=launcher, origin="npm package under Node")
