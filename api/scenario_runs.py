"""Scenarios in processes of their own: queued in the database, a few at once, each watched by the process that runs it.

A scenario that was running when its service stopped, or was killed, has failed: nothing of a half run is kept. What was
queued is run by the next that has a place. Participants take turns: each has one run under way, for so long at most.
"""

import asyncio
import json
import logging
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from sqlalchemy import Connection, and_, delete, exists, func, select, update
from starlette.concurrency import run_in_threadpool

from api.problems import FieldError, Problem, shown
from scfin_chain.errors import StoreError
from scfin_chain.store.store import Store
from scfin_chain.store.tables import ScenarioRow, table_of

SCENARIOS = table_of(ScenarioRow)

OPEN = ("queued", "running")

FOLDER = "scenarios"
"""In the data folder: a folder for each run, which keeps its database for ``scfin explain``."""

AT_ONCE = 2
"""Children of one process of the service."""

BEAT_SECONDS = 1.0
"""Between two signs of life of the process that runs something."""

SWEEP_SECONDS = 30
"""Between two looks for what dead processes, and runs that are no more, have left."""

DEAD_SECONDS = 30
"""After which a process without one is taken for dead."""

CHECK_SECONDS = 60
"""How long the check of a file may take."""

LONGEST_LINE = 1 << 20
LONGEST_TOLD = 4_096
MOST_ERRORS = 100

REFUSED = 2
"""The exit code of a refusal: of any other, what the child said is for the log."""

INTERRUPTED = "interrupted: the service stopped while it ran; start it again"
CRASHED = "the run failed; the log has why"

_PROGRESS = re.compile(rb"progress (\d+) (\d*)\s*")
_TOLD = re.compile(r"^scfin: (.+)", re.DOTALL | re.MULTILINE)
_REFUSAL = re.compile(
    r"(?:line (?P<line>\d+): )?(?:(?P<field>\S+) is (?P<value>.*): must be (?P<limit>.*)|.*)", re.DOTALL
)

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Child:
    """A run under way."""

    task: "asyncio.Task[None]"
    process: Process | None = None
    done: int = 0
    total: int | None = None


class ScenarioRuns:
    """Starts, watches and ends children; `watch` is to run as long as the service does.

    ``alone`` tells that no other process serves this database: whatever is said to run at the start is dead.
    ``seconds`` is how long a run may take.
    """

    def __init__(self, store: Store, data: Path, *, alone: bool, seconds: int) -> None:
        self._store = store
        self._folder = data / FOLDER
        self._alone = alone
        self._seconds = seconds
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._children: dict[int, _Child] = {}
        self._woken = asyncio.Event()
        self._checks = asyncio.Semaphore(AT_ONCE)
        self._checks_of: defaultdict[int | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    def wake(self) -> None:
        """Something was queued or cancelled: called in the loop that watches."""
        self._woken.set()

    async def check(self, participant: int | None, spec: Mapping[str, Any]) -> None:
        """Refuse a participant's bad input as ``scfin run --check`` does; each has one check at a time.

        Raises
        ------
        Problem
            Every bad row by its line, or what is wrong with the whole.
        """
        async with self._checks_of[participant], self._checks:
            with TemporaryDirectory() as folder:
                arguments = await run_in_threadpool(_arguments, spec, Path(folder))
                process = await _started([*arguments, "--check"], Path(folder))
                try:
                    async with asyncio.timeout(CHECK_SECONDS):
                        _, told = await process.communicate()
                except TimeoutError:
                    raise Problem(
                        503, "unavailable", "the check takes too long", headers={"Retry-After": "10"}
                    ) from None
                finally:
                    await _reaped(process)
        if process.returncode:
            refused = _refused(process.returncode, text := told.decode("utf-8", "replace"))
            if refused is None:
                log.error("scenario check crashed code=%d said=%s", process.returncode, text[-LONGEST_TOLD:])
                raise Problem(500, "internal-error", "the check failed; the log has why")
            raise _refusal(refused)

    async def watch(self) -> None:
        """Run what is queued, until cancelled; then whatever still runs has failed."""
        swept = 0.0
        try:
            while True:
                with suppress(StoreError):  # the next look may find the database again
                    if time.monotonic() - swept > SWEEP_SECONDS or not swept:
                        await run_in_threadpool(self._bury, everybody=self._alone and not swept)
                        await run_in_threadpool(self._sweep)
                        swept = time.monotonic()
                    await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await self._stop()

    async def _look(self) -> None:
        """Show that this process lives, end what was cancelled, and start what there is a place for."""
        if self._children:
            alive = await run_in_threadpool(self._beat)
            for number in self._children.keys() - alive:
                task = self._children[number].task
                if not task.cancelling():  # once: it has a child to bury
                    task.cancel()
        while len(self._children) < AT_ONCE:
            claimed = await run_in_threadpool(self._claim)
            if claimed is None:
                return
            number, spec = claimed
            self._children[number] = _Child(task=asyncio.create_task(self._run(number, spec)))

    async def _stop(self) -> None:
        for child in self._children.values():
            child.task.cancel()
        await asyncio.gather(*(child.task for child in self._children.values()), return_exceptions=True)

    async def _run(self, number: int, spec: Mapping[str, Any]) -> None:
        """One run from its first to its last line."""
        folder = self._folder / str(number)
        values: dict[str, Any] = {"state": "failed", "error": INTERRUPTED}
        child: _Child | None = None
        try:
            arguments = await run_in_threadpool(_arguments, spec, folder)
            result = folder / "result.json"
            arguments += ["--json", str(result), "--database", str(folder / "run.sqlite"), "--progress-lines"]
            child = self._children[number]
            child.process = await _started(arguments, folder)
            async with asyncio.timeout(self._seconds):
                told = await self._followed(child)
            values = await run_in_threadpool(_outcome, number, child.process.returncode, told, result)
            values |= {"done": child.done, "total": child.total if child.total is not None else child.done}
        except TimeoutError:
            values = {"state": "failed", "error": f"it took longer than {self._seconds:,} seconds"}
        except OSError as error:
            values = {"state": "failed", "error": f"it could not be started: {error.strerror}"}
        except Exception:
            log.exception("scenario met a bug scenario=%d", number)
            values = {"state": "failed", "error": "this is a bug; the log has more"}
        finally:
            if child is not None and child.process is not None:
                await _reaped(child.process)
            await run_in_threadpool(self._end, number, values, folder)
            self._children.pop(number, None)
            self._woken.set()

    async def _followed(self, child: _Child) -> str:
        """Read along until the child ends; gives the end of what it said on standard error."""
        process = child.process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(_tail(process.stderr))
        try:
            async for line in process.stdout:
                found = _PROGRESS.fullmatch(line)
                if found is not None:
                    child.done, child.total = int(found[1]), int(found[2]) if found[2] else None
            told = await errors
            await process.wait()
            return told
        finally:
            errors.cancel()
            with suppress(asyncio.CancelledError):
                await errors

    def _end(self, number: int, values: dict[str, Any], folder: Path) -> None:
        """Write down what became of it, unless it was cancelled; only of a run that is done something is kept."""
        mine = and_(SCENARIOS.c.id == number, SCENARIOS.c.state == "running", SCENARIOS.c.process == self._name)
        kept = False
        with suppress(StoreError), self._store.begin() as connection:
            noted = connection.execute(update(SCENARIOS).where(mine).values(**values, process=None)).rowcount
            kept = bool(noted) and values["state"] == "done"
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)

    def _claim(self) -> tuple[int, Mapping[str, Any]] | None:
        """The oldest of whoever has waited longest since a run of its own; now this process runs it.

        Nobody has two under way: with both places taken by one, the others would wait for it.
        """
        queued = SCENARIOS.c.state == "queued"
        its = SCENARIOS.alias()
        the_same = its.c.participant.is_not_distinct_from(SCENARIOS.c.participant)
        runs_one = exists().where(the_same, its.c.state == "running")
        ran_last = select(func.coalesce(func.max(its.c.beat), 0)).where(the_same).scalar_subquery()
        with self._store.begin() as connection:
            query = select(SCENARIOS.c.id, SCENARIOS.c.kind, SCENARIOS.c.spec).where(queued, ~runs_one)
            row = connection.execute(query.order_by(ran_last, SCENARIOS.c.id).limit(1)).first()
            if row is None:
                return None
            values = {"state": "running", "process": self._name, "beat": _now()}
            taken = connection.execute(update(SCENARIOS).where(queued, SCENARIOS.c.id == row.id).values(values))
        return (row.id, {"kind": row.kind} | row.spec) if taken.rowcount else None

    def _beat(self) -> set[int]:
        """Write down how far each is; gives those that are still to run."""
        mine = and_(SCENARIOS.c.state == "running", SCENARIOS.c.process == self._name)
        with self._store.begin() as connection:
            for number, child in list(self._children.items()):
                values = {"done": child.done, "total": child.total, "beat": _now()}
                connection.execute(update(SCENARIOS).where(mine, SCENARIOS.c.id == number).values(values))
            return set(connection.execute(select(SCENARIOS.c.id).where(mine)).scalars())

    def _bury(self, *, everybody: bool) -> None:
        """What a dead process ran has failed, and what this one ran whose end it could not write down."""
        dead = and_(SCENARIOS.c.state == "running", SCENARIOS.c.id.not_in(list(self._children)))
        if not everybody:
            dead = and_(dead, SCENARIOS.c.beat < _now() - DEAD_SECONDS)
        with self._store.begin() as connection:
            values = {"state": "failed", "error": INTERRUPTED, "process": None}
            connection.execute(update(SCENARIOS).where(dead).values(values))

    def _sweep(self) -> None:
        """Delete the folders of this machine whose runs are no more, or came to nothing.

        They are listed first: a run is known before it has a folder.
        """
        folders = list(self._folder.glob("[0-9]*"))
        with self._store.read() as connection:
            query = select(SCENARIOS.c.id).where(SCENARIOS.c.state.in_(("running", "done")))
            kept = {str(number) for number in connection.execute(query).scalars()}
        for folder in folders:
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def forget_oldest(connection: Connection, participant: int | None, *, kept: int) -> None:
    """Delete a participant's scenarios beyond its newest ``kept``, but for those under way; their folders follow."""
    mine = SCENARIOS.c.participant.is_not_distinct_from(participant)
    beyond = select(SCENARIOS.c.id).where(mine).order_by(SCENARIOS.c.id.desc()).offset(kept)
    numbers = list(connection.execute(beyond).scalars())
    connection.execute(delete(SCENARIOS).where(SCENARIOS.c.id.in_(numbers), SCENARIOS.c.state.not_in(OPEN)))


def _arguments(spec: Mapping[str, Any], folder: Path) -> list[str]:
    """The command of a run, its files written."""
    folder.mkdir(parents=True, exist_ok=True)
    if spec["kind"] == "demo":
        return ["demo"]
    invoices = folder / "invoices.csv"
    invoices.write_text(spec["csv"], encoding="utf-8", newline="")
    arguments = ["run", "--invoices", str(invoices), "--seed", str(spec["seed"]), "--no-progress"]
    if spec["limit"] is not None:
        arguments += ["--limit", str(spec["limit"])]
    if spec["settings"]:
        settings = folder / "settings.toml"
        settings.write_text(_toml(spec["settings"]), encoding="utf-8")
        arguments += ["--settings", str(settings)]
    return arguments


def _toml(tables: Mapping[str, Mapping[str, int | float | str]]) -> str:
    """Settings as a file; JSON spells numbers and plain text as TOML does."""
    lines = []
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


async def _started(arguments: list[str], folder: Path) -> Process:
    """The program in a session of its own, without the service's settings and secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCFIN_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scfin_chain.cli",
        *arguments,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=folder,
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
        limit=LONGEST_LINE,
    )
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, 10)  # the ledger goes first
    return process


def _kill(process: Process | None) -> None:
    if process is not None and process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def _reaped(process: Process) -> None:
    """The end of a child, which may have come, and of what binds it to this process."""
    _kill(process)
    await process.communicate()


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while chunk := await stream.read(4_096):
        kept = (kept + chunk)[-LONGEST_TOLD:]
    return kept.decode("utf-8", "replace")


def _outcome(number: int, code: int | None, told: str, result: Path) -> dict[str, Any]:
    """What became of a child that has ended by itself."""
    if code == 0:
        with suppress(OSError, ValueError):
            return {"state": "done", "result": json.loads(result.read_text(encoding="utf-8"), parse_constant=_refuse)}
    refused = _refused(code, told)
    if refused is not None:
        return {"state": "failed", "error": shown(refused.splitlines()[0].replace(str(result.parent), ""))}
    log.error("scenario crashed scenario=%d code=%s said=%s", number, code, told)
    if code == 1 and result.exists():
        return {"state": "failed", "error": "the books do not balance: this is a bug"}
    return {"state": "failed", "error": CRASHED}


def _refused(code: int | None, told: str) -> str | None:
    """What a child refused in its own words; None where it did not end by refusing."""
    found = _TOLD.search(told)
    return found[1].strip() if found is not None and code == REFUSED else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _refusal(told: str) -> Problem:
    """What the check said, as a problem: its first line is about the file, the others about rows."""
    first, *rows = told.splitlines()
    lines = [line for line in rows if line.strip()] or [first]
    errors = [_field_error(line) for line in lines[:MOST_ERRORS]]
    detail = f"{len(lines)} bad rows, nothing was run" if rows else f"{errors[0].field}: must be {errors[0].limit}"
    return Problem(422, "invalid-invoices", detail, errors=errors)


def _field_error(line: str) -> FieldError:
    found = cast(re.Match[str], _REFUSAL.fullmatch(line))
    place = "invoices" if found["line"] is None else f"invoices line {found['line']}"
    if found["field"] is None:
        return FieldError(field=place, value="", limit=shown(line))
    if found["field"].startswith("--"):  # the value is a path of ours
        return FieldError(field=place, value="the file", limit=found["limit"])
    return FieldError(field=f"{place} {found['field']}", value=shown(found["value"]), limit=found["limit"])


def _now() -> int:
    return int(time.time())
