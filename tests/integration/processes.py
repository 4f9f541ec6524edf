"""Work in a process of its own that is killed at a moment, as a lost machine would end it."""

import multiprocessing
import os
import random
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from threading import Timer
from typing import Any

from sqlalchemy import Engine, event

from scfin_chain.bootstrap import open_listener
from tests.scenarios.files import replayed

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload([__name__])
"""Everything is imported once, in a server without threads; each process is a fork of it."""

WAIT_SECONDS = 600.0
"""For the first process a busy machine may import everything anew; only one that hangs needs more."""
LONGEST_FUSE = 0.01
"""Seconds between the statement that lights the fuse and the kill, at most: what is hit is chance."""


def run_until(statement: int | None, work: Callable[..., None], *arguments: object) -> int:
    """Do the work in a process that is killed soon after its statement of that number; gives the exit code."""
    process = SERVER.Process(target=_work_until, args=(statement, work, arguments))
    process.start()
    try:
        process.join(WAIT_SECONDS)
        assert process.exitcode is not None, f"still there after {WAIT_SECONDS:g} s"
        return process.exitcode
    finally:
        process.kill()


def replay(path: Path, database: Path) -> None:
    with replayed(path, database=database):
        pass


def follow(rpc_url: str, database: Path) -> None:
    listener, store, gateway = open_listener(rpc_url=rpc_url, database=database)
    while listener.poll(at_most=1):
        pass
    store.close()
    gateway.close()


def _work_until(statement: int | None, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    heard = 0

    def before(*_: Any) -> None:
        nonlocal heard
        heard += 1
        if heard == statement:
            fuse = random.Random(statement).uniform(0, LONGEST_FUSE)
            Timer(fuse, os.kill, (os.getpid(), SIGKILL)).start()

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", before)
    work(*arguments)
