"""One process acts on a database at a time.

given two processes: one leads; the other may once the first releases it, ends, or is killed, but not while it is paused
given who leads: acquiring again changes nothing; it can be asked from several threads
given a connection that was cut, a server that went away, a lock file that was removed: it is not held, and no error
given a fork of the process that leads: it does not keep what its parent lost
given another database of the same server, or one in memory: it is led by itself
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from scfin_chain.errors import StoreError
from scfin_chain.store.leadership import Leadership
from scfin_chain.store.store import Place, Store
from tests.postgres import Postgres
from tests.store.runs import a_run

SOON = 10.0
"""Seconds within which a killed leader is followed by another."""


class Leader:
    """A process that leads or does not."""

    def __init__(self, place: Place) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.leaders", type(place).__name__, str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str) -> bool:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return {"True\n": True, "False\n": False}[self.process.stdout.readline()]

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def leader(place: Place) -> Iterator[Leader]:
    started = Leader(place)
    try:
        yield started
    finally:
        started.end()


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with closing(Store.create(place, a_run())) as made:
        yield made


def acquired_soon(leadership: Leadership) -> bool:
    deadline = monotonic() + SOON
    while monotonic() < deadline:
        if leadership.acquire():
            return True
        sleep(0.05)
    return False


class TestTwoProcesses:
    def test_one_leads_until_it_releases(self, store: Store, place: Place) -> None:
        with leader(place) as first, Leadership(store) as second:
            assert first.ask("acquire")
            assert first.ask("held")
            assert not second.acquire()
            assert not second.held()
            first.ask("release")
            assert not first.ask("held")
            assert second.acquire()
            assert second.held()
            assert not first.ask("acquire")

    def test_the_other_leads_once_the_first_is_killed(self, store: Store, place: Place) -> None:
        with leader(place) as first, leader(place) as second, Leadership(store) as third:
            assert first.ask("acquire")
            assert not second.ask("acquire")
            first.process.kill()
            assert acquired_soon(third)
            assert not second.ask("acquire")

    def test_a_paused_one_keeps_it(self, store: Store, place: Place) -> None:
        with leader(place) as first, Leadership(store) as second:
            assert first.ask("acquire")
            first.process.send_signal(signal.SIGSTOP)
            sleep(1)
            assert not second.acquire()
            first.process.send_signal(signal.SIGCONT)
            assert first.ask("held")

    def test_one_of_several_leads(self, store: Store, place: Place) -> None:
        with leader(place) as a, leader(place) as b, leader(place) as c:
            with ThreadPoolExecutor(3) as pool:
                taken = list(pool.map(lambda each: each.ask("acquire"), (a, b, c)))
            assert sorted(taken) == [False, False, True]


class TestWhoLeads:
    def test_keeps_it_given_it_acquires_again(self, store: Store) -> None:
        with Leadership(store) as leadership, Leadership(store) as other:
            for _ in range(3):
                assert leadership.acquire()
            assert not other.acquire()
            leadership.release()
            leadership.release()
            assert other.acquire()
        assert not other.held()

    def test_may_be_asked_from_several_threads(self, store: Store) -> None:
        with Leadership(store) as leadership, ThreadPoolExecutor(8) as pool:
            assert leadership.acquire()
            assert all(pool.map(lambda _: leadership.held(), range(200)))


class TestLosing:
    def test_is_told_given_a_connection_that_was_cut(self, postgres: Postgres, postgres_url: str) -> None:
        with closing(Store.create(postgres_url, a_run())) as store, Leadership(store) as leadership:
            assert leadership.acquire()
            _cut(postgres)
            assert not leadership.held()
            assert leadership.acquire()
            assert leadership.held()

    def test_is_told_given_a_server_that_went_away(self, postgres: Postgres, postgres_url: str) -> None:
        with closing(Store.create(postgres_url, a_run())) as store, Leadership(store) as leadership:
            assert leadership.acquire()
            postgres.kill()
            try:
                assert not leadership.held()
                with pytest.raises(StoreError, match=r"^database .* failed: communication error: [^\n]*$"):
                    leadership.acquire()
            finally:
                postgres.start()
            assert leadership.acquire()

    def test_is_told_given_a_lock_file_that_was_removed(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sqlite"
        with closing(Store.create(path, a_run())) as store, Leadership(store) as leadership, Leadership(store) as other:
            assert leadership.acquire()
            path.with_name("a.sqlite.lock").unlink()
            assert not leadership.held()
            assert other.acquire()
            assert not leadership.acquire()

    def test_is_refused_with_one_line_given_no_place_for_a_lock(self, tmp_path: Path) -> None:
        path = tmp_path / "a.sqlite"
        path.with_name("a.sqlite.lock").mkdir()
        with closing(Store.create(path, a_run())) as store, Leadership(store) as leadership:
            with pytest.raises(StoreError, match=r"a\.sqlite\.lock cannot be made: Is a directory$"):
                leadership.acquire()
            assert not leadership.held()

    def test_is_not_kept_by_a_fork(self, store: Store) -> None:
        with Leadership(store) as leadership, Leadership(store) as other:
            assert leadership.acquire()
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:  # the child waits until the pipe is closed, as one would that outlives its parent
                os.close(writing)
                os.read(reading, 1)
                os._exit(1 if leadership.held() else 0)
            os.close(reading)
            leadership.release()
            taken = other.acquire()
            os.close(writing)
            _, status = os.waitpid(child, 0)
        assert taken
        assert os.waitstatus_to_exitcode(status) == 0


class TestApart:
    def test_each_database_is_led_by_itself(self, postgres: Postgres, tmp_path: Path) -> None:
        with postgres.database() as one, postgres.database() as two:
            stores = [Store.create(place, a_run()) for place in (one, two, tmp_path / "a", tmp_path / "b", None, None)]
            leaderships = [Leadership(store) for store in stores]
            assert all(leadership.acquire() for leadership in leaderships)
            assert all(leadership.held() for leadership in leaderships)
            for leadership, store in zip(leaderships, stores, strict=True):
                leadership.release()
                assert not leadership.held()
                store.close()


def _cut(postgres: Postgres) -> None:
    """End every connection that holds an advisory lock."""
    postgres.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'")
